// The four cuts of a precursor and the two arms between them.
//
//              drosha5               dicer5
//   5' ~~~~~~~~~~|=== 5p arm ===========|~~~~
//      :         :::::::::::::::::::::::      ) terminal loop
//   3' ~~~~~~~|=== 3p arm ===========|~~~~~~~
//          drosha3               dicer3
//
// A cut is the number of letters before it: cut k lies between positions k and k + 1 counted from 1, so the 5p arm is
// the letters [drosha5, dicer5) and the 3p arm [dicer3, drosha3) counted from 0.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

struct Cuts {
  int drosha5 = 0, dicer5 = 0, dicer3 = 0, drosha3 = 0;
  bool operator==(const Cuts&) const = default;
  [[nodiscard]] std::array<int, 4> all() const { return {drosha5, dicer5, dicer3, drosha3}; }
};

inline constexpr int kCuts = 4;
inline constexpr int kMinArm = 16, kMaxArm = 30;  // letters of an arm
inline constexpr std::array<const char*, kCuts> kCutNames = {"drosha5", "dicer5", "dicer3", "drosha3"};

/// A stem-loop in a structure; positions from 0.
struct StemLoop {
  int open = -1, close = -1;  // the pair that closes the terminal loop
  int begin = 0, end = 0;     // letters from the outermost pair that still leads to no other loop, end exclusive
  int pairs = 0;              // base pairs of [begin, end)
};

/// Every stem-loop of a dot-bracket structure: most pairs first, of equals the one nearer the 5' end.
/// REQUIRES: matching brackets.
std::vector<StemLoop> stem_loops(std::string_view structure);

/// Whose habit the ends of arms follow. The two databases agree on 5' ends far oftener than on 3' ends (docs/arms.md).
enum class Convention : unsigned char { kMirbase, kMirgenedb };

/// Known cuts, -1 where one is not known.
using KnownCuts = std::array<int, kCuts>;
inline constexpr KnownCuts kNothingKnown = {-1, -1, -1, -1};

/// Whether a stem-loop may be that of the known cuts: right of a 5p arm and left of a 3p arm, give or take 4 letters.
bool may_belong(const StemLoop& stem, const KnownCuts& known);

/// Where each position stands on the other strand: its partner, or, of an unpaired letter, the place opposite it
/// counted outwards from the nearest pair towards the terminal loop, but not beyond the next pair outwards. Letters of
/// the terminal loop stand opposite one another. Outside the stem counting goes on from its outermost pair, to the
/// ends.
std::vector<int> opposite_positions(std::string_view structure, const StemLoop& stem);

/// Letters by which an arm's 3' end stands out over the other arm's 5' end, measured in opposite positions; negative
/// where the 5' end stands out. Both enzymes leave 2.
struct Overhangs {
  int drosha = 0;  // of the 3p arm at the base
  int dicer = 0;   // of the 5p arm at the loop
};
Overhangs overhangs(const std::vector<int>& opposite, const Cuts& cuts);

/// What makes two arms impossible, in a few words for a reader ("the 5p arm runs over the terminal loop"); empty if
/// they could be. Arms have 16 to 30 letters, end on their own side of the loop and are mostly paired.
std::string arm_fault(std::string_view structure, const StemLoop& stem, const Cuts& cuts);

}  // namespace stemloop
