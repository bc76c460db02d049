// A hairpin as the world classifier sees it: found in a sequence of any length, cut at its four cut sites, and folded
// again without what lies outside the cuts. What is measured here depends on the letters between the Drosha cuts alone,
// so flanks of any length leave it as it is, as far as they leave the cuts where they are.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arms/arms.h"
#include "fold/fold.h"

namespace stemloop {

/// Letters, folded by themselves.
struct FoldedLetters {
  std::string letters;  // RNA in upper case
  Fold fold;
  Ensemble ensemble;
};

struct CutHairpin {
  ArmCall arms;           // cuts and stem in the whole sequence
  int begin = 0, end = 0;  // [begin, end) of the sequence lies between the Drosha cuts
  FoldedLetters core;     // these
  int wide_begin = 0;      // the letters around the loop, `kWideReach` to either side as far as there are any
  FoldedLetters wide;
};

/// Cuts one stem-loop of `sequence` out and folds it. Nothing if it cannot be cut: fewer than `kLeastCore` letters
/// between the Drosha cuts, or no stem-loop there. `sequence` as RNA in upper case.
inline constexpr int kLeastCore = 36;
inline constexpr int kWideReach = 48;
std::optional<CutHairpin> cut_hairpin(std::string_view sequence, const StemLoop& stem, const CutModel& cuts,
                                      CutModel::Scratch& scratch, Folder& folder);

/// A named number about a hairpin.
struct Measure {
  std::string name;   // of its column
  std::string words;  // for a reader: "energy per nucleotide"
  std::string unit;   // "kcal/mol", "nt", ... or empty
};

/// What is measured, in the order of measure_hairpin()'s values.
const std::vector<Measure>& hairpin_measures();

/// Values of hairpin_measures(), appended to `row`; NaN where a value is missing.
void measure_hairpin(const CutHairpin& hairpin, std::vector<float>& row);

}  // namespace stemloop
