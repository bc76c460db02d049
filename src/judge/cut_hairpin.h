// A hairpin as the world classifier sees it: found in a sequence of any length, cut at its four cut sites, and folded
// again without what lies outside the cuts. What is measured of it (hairpin_measures.h) depends on the stem-loop and
// its cuts alone, most of it on the letters between the Drosha cuts, so flanks of any length leave it as it is, as far
// as they leave these.
#pragma once

#include <optional>
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

/// Letters outside the Drosha cuts that are read.
inline constexpr int kLettersBefore = 16, kLettersBehind = 23;

struct CutHairpin {
  LocalStemLoop local;        // the stem-loop, in the whole sequence
  ArmCall arms;               // its cuts
  int begin = 0, end = 0;     // [begin, end) of the sequence lies between the Drosha cuts
  std::string before, after;  // kLettersBefore, kLettersBehind letters outside them, as far as there are any
  FoldedLetters core;         // the letters between them
};

/// Whether the cuts leave a hairpin to judge: at least `kLeastCore` letters between Drosha's.
inline constexpr int kLeastCore = 36;
bool can_be_judged(const ArmCall& arms, std::string_view sequence);

/// Folds what lies between the cuts of one stem-loop of `sequence`, RNA in upper case. Nothing if that does not fold.
/// REQUIRES: can_be_judged().
std::optional<CutHairpin> cut_hairpin(std::string_view sequence, const LocalStemLoop& local, ArmCall arms,
                                      Folder& folder);

}  // namespace stemloop
