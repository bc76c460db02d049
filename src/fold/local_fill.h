// The tables of local folding as the kernels see them. Private to fold/; what is called in here is always inlined (see
// loop_energy.h).
//
// A packed value is energy * kPlaces + place, where place = open + close - 2 i names the terminal loop (open, close) of
// the best structure of (i, j) relative to i. A loop that puts (p, q) inside (i, j) adds 2 (p - i), so the place
// travels with the energy through every minimum, and ties go to the 5'-most loop wherever the piece began.
#pragma once

#include "fold/fill.h"
#include "fold/local.h"

namespace stemloop {

using Packed = int;
inline constexpr int kPlaceBits = 10;
inline constexpr int kPlaces = 1 << kPlaceBits;  // 2 * kMaxLocalSpan fits
inline constexpr Packed kNoStemLoop = 1 << 29;   // no such stem-loop; several of them still add up
inline constexpr Packed kHopeless = 1 << 27;     // from here on a value comes of a forbidden loop
inline constexpr int kLocalBatch = 64;           // rows between two looks at what has become final

STEMLOOP_INLINE Energy packed_energy(Packed value) { return value >> kPlaceBits; }
STEMLOOP_INLINE int packed_place(Packed value) { return value & (kPlaces - 1); }

/// The best interval of one hairpin so far; `end` = 0 if there is none.
struct BestInterval {
  Energy score = 0;
  int begin = 0;
  int end = 0;

  [[nodiscard, gnu::always_inline]] bool better_than(const BestInterval& other) const {
    if (other.end == 0 || score != other.score) return other.end == 0 || score < other.score;
    const int length = end - begin;
    const int other_length = other.end - other.begin;
    return length != other_length ? length < other_length : begin < other.begin;
  }
};

/// Rows by d = j - i. c keeps enough rows to trace what is told late; the rings keep the newest 32 rows (fill.h).
/// Columns by j, ring-like too: an entry is cleared 32 rows after it was written.
struct LocalFill {
  const EnergyModel* packed = nullptr;  // all entries * kPlaces
  Strand<Energy> strand;                // likewise
  Partners partners;
  const InteriorRows<Packed>* rows = nullptr;  // with what the loop adds to the place
  int span = 0;
  int stride = 0;       // of a row; entry d stands at kRingPad + d
  int row_mask = 0;     // rows of c - 1
  int column_mask = 0;  // columns - 1
  Packed* c = nullptr;
  Packed* ring_generic = nullptr;
  Packed* ring_bulge = nullptr;
  Packed* ring_1n = nullptr;
  Packed* column_bulge = nullptr;
  Packed* column_1n = nullptr;
  int* kept = nullptr;         // partners that the row of each slot has in the columns, `span` places a slot
  int* kept_count = nullptr;   // of each slot
  int first[kBaseCount] = {};  // partners of the current row: [first, last) of each base's list
  int last[kBaseCount] = {};
  // Pairs worth folding (stacking.h): entry d * worth_stride + i - worth_origin; nullptr: all.
  const std::uint8_t* worth = nullptr;
  int worth_stride = 0;
  int worth_origin = 0;
  // The choice: score = energy + end + length_cost * length.
  Energy end[kPairTypeCount] = {};
  Energy length_cost = 0;
  Energy bound = 0;
  int min_length = 0;
  BestInterval* best = nullptr;  // by open + close of the loop

  [[nodiscard, gnu::always_inline]] Packed at(int i, int j) const {
    return c[(i & row_mask) * stride + kRingPad + (j - i)];
  }
};

}  // namespace stemloop
