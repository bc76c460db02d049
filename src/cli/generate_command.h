// What the two kinds of generating share: models of pictures (DIVA) and of sequences (GENNUS).
#pragma once

#include <optional>
#include <unordered_set>

#include "cli/hairpin_input.h"
#include "cli/model_input.h"
#include "design/design.h"
#include "learn/learn.h"
#include "study/study.h"

namespace stemloop {

struct GenerateCommand {
  CommonOptions common;
  FoldingOptions folding;
  ModelOptions model;
  std::int64_t count = 100;
  std::string of_class = "1";
  std::vector<std::string> structures;
  std::string structures_file;
  std::string edit;
  double keep = 0;
  std::string prior;  // fitted or published; empty: fitted if the model is
  double temperature = 1;
  double read_out_temperature = 0;
  std::string read_out = "hairpin";
  std::uint64_t seed = 1;
  bool unique = false;
  std::string novel_against;
  std::string table;
  std::string left_out;
  std::string sheet;
  std::int64_t tries = 100;
  std::string filter;
  bool no_mend = false;
  bool free_ends = false;
  std::string natural = kNaturalPrecursors;
  // Generators of sequences.
  std::size_t min_length = 0;
  std::size_t longest = 0;  // 0: any
  bool no_selector = false;
};

/// Sequences of a FASTA file that generated ones must differ from; records that cannot be read are listed.
std::unordered_set<std::string> known_sequences(const std::string& path);

/// Draws from a generator of sequences (family gan).
int run_generate_sequences(GenerateCommand& c);

}  // namespace stemloop
