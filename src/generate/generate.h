// The door of generate: new hairpins from a model of pictures (DIVA), new sequences from one of sequences (wgan,
// fbgan). Draw number i of a run depends on the seed and i alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "design/design.h"
#include "fold/fold.h"
#include "net/net.h"
#include "util/util.h"

namespace stemloop {

struct GenerateOptions {
  CommonOptions common;
  FoldingOptions folding;
  std::string model;  // directory, or the name of an installed one
  std::string device = "auto";
  std::int64_t count = 100;
  std::uint64_t seed = 1;
  std::int64_t tries = 100;  // draws for every sequence wanted
  bool unique = false;
  std::string novel_against;  // FASTA that no sequence may be of
  std::string table, left_out;
  // Models of pictures.
  std::string of_class = "1";
  std::vector<std::string> structures;
  std::string structures_file;
  std::string edit;
  double keep = 0;
  std::string prior;  // fitted or published; empty: fitted if the model is
  double temperature = 1;
  double read_out_temperature = 0;
  std::string read_out = "hairpin";
  std::string sheet;
  bool as_drawn = false;  // keep only what refolds to the structure drawn
  bool no_mend = false;
  bool free_ends = false;
  std::string natural = kNaturalPrecursors;
  // Models of sequences.
  bool single_hairpin = false;  // keep only what folds to one hairpin
  std::size_t min_length = 0;
  std::size_t longest = 0;  // 0: any
  // Of both.
  bool no_selector = false;  // keep draws as they come, also where the model has a selector
};

/// The files that a run reads beside its model.
std::vector<std::string> generate_inputs(const GenerateOptions& options);

/// Draws hairpins from a network of pictures and writes them as FASTA with dot-bracket. False (and said) if there are
/// fewer than wanted after all tries. Error if something is asked for that the network cannot do.
bool generate_hairpins(GenerateOptions options, HairpinNetwork& network);

/// Draws from a generator of sequences and writes them likewise, folded as they come.
bool generate_sequences(const GenerateOptions& options);

}  // namespace stemloop
