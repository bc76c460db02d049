// Options that the hairpin commands share.
#pragma once

#include "cli/command.h"
#include "fold/fold.h"
#include "hairpin/hairpin.h"
#include "seq/record_stream.h"

namespace stemloop {

inline constexpr const char* kHairpinInputHelp =
    "FASTA file, plain or gzip, with or without dot-bracket lines; sequences without are folded; - is stdin";

/// Input, output, folding and run options of a command on hairpins.
template <class Options>
void add_hairpin_options(CLI::App& app, Options& c, const char* output_help) {
  app.add_option("input", c.input, kHairpinInputHelp)->capture_default_str()->type_name("FASTA");
  add_run_options(app, c.common, c.folding, output_help);
}

}  // namespace stemloop
