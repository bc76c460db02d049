// The dynamic-programming tables of folding and the kernels that fill them, one set of kernels per instruction set.
// Positions count from 0; intervals [i, j] include both ends.
//
// Triangular tables: entry (i, j), i <= j < length, stands at row[i] + j; rows follow each other, so that loops over j
// run through memory, and a few entries behind the last row are readable.
// Ring rows: rows of the newest 32 values of i (row i & 31), j at kRingPad + j, padded with "impossible" on both sides.
// Ring columns: the same values by j, 64 places each; place i & 31 and its copy 32 further on.
//
//   c(i,j)   best energy of [i, j] with i and j paired          qb   the same as a sum of Boltzmann factors
//   fm(i,j)  best energy of [i, j] inside a multiloop, >= 1 stem qm   the same; qm1: exactly one stem, which begins at
//   i
#pragma once

#include "fold/loop_energy.h"

namespace stemloop {

inline constexpr int kIntLanes = 16;  // the kernels take 16 integers or 8 doubles at a time
inline constexpr int kDoubleLanes = 8;
inline constexpr int kRingRows = 32;
inline constexpr int kRingPad = 48;
inline constexpr int kRowTail = 64;  // readable entries behind a triangular table or a row
inline constexpr int kSideRows = kMaxInteriorLoop + 1;

/// Length terms of interior loops for whole rows: entry [u5][l] belongs to u3 = 30 - u5 - l unpaired bases on the 3'
/// side, so that l runs with the 3' end of the inner pair. Row 0 holds bulges, row 1 loops 1 x n, the others generic
/// loops; what other tables cover (stacks, 1x1, 2x1, 2x2, 2x3, bulges of one) and what exceeds 30 bases is impossible
/// here.
template <class Value>
struct InteriorRows {
  Value row[kSideRows][kRingRows];
  Value bulge_column[kRingRows];  // bulges of u5 bases on the 5' side, and loops u5 x 1, by u5
  Value one_n_column[kRingRows];
};

/// Positions that can pair with a base, ascending.
struct Partners {
  const int* position[kBaseCount] = {};
  int count[kBaseCount] = {};
};

struct MfeFill {
  const EnergyModel* model = nullptr;
  Strand<Energy> strand;
  Partners partners;
  const InteriorRows<Energy>* rows = nullptr;
  const std::int64_t* row = nullptr;
  Energy* c = nullptr;
  Energy* fm = nullptr;
  // Scratch: ring rows (ring_stride each), ring columns, lines of length + kRowTail.
  int ring_stride = 0;
  Energy* ring_generic = nullptr;  // c + interior mismatch of the inner pair
  Energy* ring_bulge = nullptr;    // c + stem end
  Energy* ring_1n = nullptr;       // c + 1 x n mismatch
  Energy* column_bulge = nullptr;  // the latter two again as ring columns
  Energy* column_1n = nullptr;
  Energy* stem = nullptr;   // c + what (i, j) costs as a stem of a multiloop, by j
  Energy* split = nullptr;  // best fm(i,k) + fm(k+1,j), this row and the one before
  Energy* split_before = nullptr;
  Energy* any = nullptr;  // no lonely pairs: c without that condition, this row and the one before
  Energy* any_before = nullptr;
};

struct PartitionFill {
  const BoltzmannModel* model = nullptr;
  Strand<double> strand;
  Partners partners;
  const InteriorRows<double>* rows = nullptr;  // scaled
  const double* scale = nullptr;               // scale[k]: factor for k nucleotides
  const std::int64_t* row = nullptr;
  double* qb = nullptr;
  double* qm = nullptr;
  double* qm1 = nullptr;
  int ring_stride = 0;
  double* ring_generic = nullptr;
  double* ring_bulge = nullptr;
  double* ring_1n = nullptr;
  double* column_bulge = nullptr;
  double* column_1n = nullptr;
  double* scratch_line = nullptr;
  double* split = nullptr;
  double* split_before = nullptr;
  double* single = nullptr;  // one stem somewhere in [i, j], by j; carried from row to row
  // Outside pass: derivatives of ln Z; adjoint(x) * x is a probability.
  double* qb_adjoint = nullptr;
  double* qm1_adjoint = nullptr;
};

struct LocalFill;     // local_fill.h
struct StackingFill;  // stacking.h

/// One compiled set of kernels.
struct Kernels {
  const char* name;
  void (*fill_mfe)(MfeFill&);
  void (*fill_inside)(PartitionFill&);
  /// REQUIRES: inside tables filled, qb_adjoint holds the exterior loop's part, qm1_adjoint is zero.
  void (*fill_outside)(PartitionFill&);
  /// Rows [to, from) of local folding, downwards. REQUIRES: the rows from `from` on were filled just before.
  void (*fill_local)(LocalFill&, int from, int to);
  void (*fill_stacking)(StackingFill&);
};

/// The fastest set this processor can run; the environment variable STEMLOOP_SIMD (avx512, avx2, scalar) chooses one.
/// Error if that names a set this build or processor does not have.
const Kernels& kernels();

/// True if helices of one pair are forbidden and (i, j) could only be one.
STEMLOOP_INLINE bool only_lonely(const Base* base, int length, int i, int j) {
  const bool enclosed = i > 0 && j + 1 < length && kPairTypes[base[i - 1]][base[j + 1]] != kNoPair;
  const bool encloses = j - i - 3 >= kMinHairpinLoop && kPairTypes[base[i + 1]][base[j - 1]] != kNoPair;
  return !enclosed && !encloses;
}

}  // namespace stemloop
