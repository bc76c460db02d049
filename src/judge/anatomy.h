// Pairs and loops of what lies between the Drosha cuts of a hairpin, and where its arms lie in it: what its measures
// (hairpin_measures.h) are made of. For the files of this folder.
#pragma once

#include <array>
#include <vector>

#include "features/features.h"
#include "judge/cut_hairpin.h"
#include "seq/seq.h"

namespace stemloop {

/// part / whole; missing of nothing.
inline double share(double part, double whole) { return whole > 0 ? part / whole : kMissing; }

/// `begin` is the place of the first letter in the sequence; `folded` and `call` must outlive it. Places are clamped to
/// the letters.
struct Anatomy {
  Anatomy(const FoldedLetters& folded, const ArmCall& call, int begin);
  [[nodiscard]] PairType type(int i) const;
  /// Mean probability of being paired, of letters [from, to).
  [[nodiscard]] double paired_in(int from, int to) const;
  /// Share of G and C of them.
  [[nodiscard]] double gc_in(int from, int to) const;
  /// Longest run of unpaired letters of the fold in [from, to).
  [[nodiscard]] int unpaired_run(int from, int to) const;

  const FoldedLetters& f;
  const ArmCall& arms;
  int n;
  std::vector<int> partner;
  std::vector<Base> bases;
  std::vector<double> paired;  // probability of each letter
  double duplex = 0;           // expected pairs between the arms
  StemLoop stem;               // of most pairs
  int loops = 0;               // terminal loops
  std::array<int, 2> arm5{}, arm3{};
};

/// Interior loops and bulges of the main stem.
struct Interruptions {
  int bulges = 0, internal = 0, largest = 0, unpaired = 0, asymmetry = 0, longest_helix = 0, helices = 0;
  double asymmetry_sum = 0;
};

Interruptions interruptions(const Anatomy& a);

}  // namespace stemloop
