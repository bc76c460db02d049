// What the outputs of a run were made of, for --provenance: program, command line, options, energy parameters, models
// and inputs with their checksums. Gathered while the command runs, written when it has ended well.
#pragma once

#include <string>
#include <vector>

namespace stemloop {

struct Provenance {
  std::string file;  // of --provenance; empty: none is wanted
  std::vector<std::string> command;
  std::string version;
  std::string parameters;
  std::vector<std::string> inputs, outputs, models;  // models by directory
};

/// That of this run.
Provenance& provenance();

/// Writes it as JSON. Error if that fails.
void write_provenance(int exit_code);

}  // namespace stemloop
