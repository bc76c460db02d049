// What plain and fast local folding share besides loop energies: packed values and the choice among intervals.
//
// A packed value is energy * kPlaces + place, where place = open + close - 2 i names the terminal loop (open, close) of
// the best structure of (i, j) relative to i. Adding a loop that lies 5' of (p, q) by u5 + 1 bases adds 2 (u5 + 1), so
// the place travels with the energy through every minimum, and ties go to the 5'-most loop, wherever the piece began.
#pragma once

#include <vector>

#include "fold/local.h"

namespace stemloop {

using Packed = int;
inline constexpr int kPlaces = 1024;  // 2 * kMaxLocalSpan fits
inline constexpr Packed kNoStemLoop = 1 << 29;

inline Energy packed_energy(Packed value) { return value >> 10; }
inline int packed_place(Packed value) { return value & (kPlaces - 1); }

/// The best interval of one hairpin so far; `end` = 0 if there is none.
struct BestInterval {
  Energy score = 0;
  int begin = 0;
  int end = 0;

  [[nodiscard]] bool better_than(const BestInterval& other) const {
    if (other.end == 0 || score != other.score) return other.end == 0 || score < other.score;
    const int length = end - begin;
    const int other_length = other.end - other.begin;
    return length != other_length ? length < other_length : begin < other.begin;
  }
};

/// From the best interval of every hairpin (by open + close of its loop) to those that are told, by loop.
/// `best[s]` with `end` = 0 has none.
std::vector<BestInterval> undominated(const std::vector<BestInterval>& best, const LocalOptions& options);

/// Error if an option is outside its range or the model forbids lonely pairs.
void check_local(const Model& model, const LocalOptions& options);

}  // namespace stemloop
