// What the two kinds of generating share: models of pictures (DIVA) and of sequences (GENNUS).
#pragma once

#include <optional>
#include <unordered_set>

#include "cli/hairpin_input.h"
#include "cli/model_input.h"
#include "learn/learn.h"
#include "study/study.h"

namespace stemloop {

struct GenerateCommand {
  CommonOptions common;
  FoldingOptions folding;
  ModelOptions model;
  std::int64_t count = 100;
  HairpinDrawOptions draws;  // of hairpins; its seed is that of sequences too
  bool unique = false;
  std::string novel_against;
  std::string table;
  std::string left_out;
  std::string sheet;
  std::int64_t tries = 100;
  std::string filter;
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
