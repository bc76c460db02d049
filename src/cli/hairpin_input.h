// Options that the hairpin commands share.
#pragma once

#include "cli/command.h"
#include "fold/fold.h"
#include "hairpin/hairpin.h"
#include "seq/record_stream.h"

namespace stemloop {

/// Input, output, folding and run options of a command on hairpins.
template <class Options>
void add_hairpin_options(CLI::App& app, Options& c, const char* output_help) {
  add_input_files(app, c.input, kInputHelp);
  add_run_options(app, c.common, c.folding, output_help);
}

}  // namespace stemloop
