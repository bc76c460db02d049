// A run of designs: what is asked for, and the sequences written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "design/natural_files.h"
#include "design/search.h"

namespace stemloop {

struct DesignOptions {
  CommonOptions common;
  FoldingOptions folding;
  std::vector<std::string> structures;
  std::string structures_file, like, edit, guide, backbone = "mir-30a", arm = "auto";
  std::string letters, gc, ends, flanks, mature, novel_against, table, fit;
  std::vector<std::string> hold, avoid;
  std::string model = kNaturalPrecursors;
  int length = 0;
  std::int64_t count = 1;
  std::uint64_t seed = 1;
  double time_limit = 0;
  bool unique = false;
  int chains = 5;
  /// Class asked for and the classifier that search.judging asks, for what is said; no class: the callback is empty.
  std::string of_class, judge;
  SearchOptions search;
};

/// The files that a run reads beside its model.
std::vector<std::string> design_inputs(const DesignOptions& options);

/// Fits a model of natural precursors to the single hairpins of `options.fit` and writes it as the output.
void fit_natural(const DesignOptions& options);

/// Designs every structure asked for `count` times and writes the sequences as FASTA with dot-bracket. What cannot be
/// designed is listed. Returns how many are not there.
std::int64_t make_designs(DesignOptions options);

}  // namespace stemloop
