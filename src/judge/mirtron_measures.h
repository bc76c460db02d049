// What a model of mirtrons sees of a sequence: its stem-loops, found and cut as for precursors (cut_hairpin.h), each
// measured from its cuts. Around one terminal loop it looks several times, at the sequence as given and at windows of
// some letters on either side of the loop: flanks may change the stem-loop and so the cuts, and what is said is the
// mean of all looks.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "judge/precursor.h"
#include "judge/splice_measures.h"

namespace stemloop {

/// hairpin_measures(), then splice_measures().
const std::vector<Measure>& mirtron_measures();

/// A hairpin, measured at every look.
struct SplicedHairpin {
  CutHairpin cut;                         // of the sequence as given
  std::vector<std::vector<float>> looks;  // mirtron_measures()
};

/// Stem-loops of a sequence that are judged at most.
inline constexpr int kMostSpliced = 2;
/// Letters on either side of the middle of the loop that are looked at beside the whole sequence.
inline constexpr int kLookReach[] = {36};

/// Memory of one worker.
class SplicedFinder {
 public:
  explicit SplicedFinder(const CutModel& cuts) : finder_(cuts) {}
  /// `sequence` as RNA in upper case; nothing if no stem-loop in it could be cut.
  std::vector<SplicedHairpin> find(std::string_view sequence, int most = kMostSpliced);

 private:
  HairpinFinder finder_;
};

}  // namespace stemloop
