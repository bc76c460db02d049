// The fill kernels for one instruction set. This file is compiled once per set with STEMLOOP_ISA and
// STEMLOOP_VECTOR_BYTES given by src/fold/CMakeLists.txt; everything in it but the last line has internal linkage, so
// that no code for a newer processor can be shared with the others.
#include "fold/fill.h"
#include "fold/lanes.h"
#include "fold/local_fill.h"
#include "fold/stacking.h"

namespace stemloop {
namespace {

// Interior loops with tables of their own: stack, bulges of one, 1x1, 1x2, 2x1, 2x2, 2x3, 3x2.
struct SmallLoop {
  int u5;
  int u3;
};
constexpr SmallLoop kSmallLoops[] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 1}, {2, 2}, {2, 3}, {3, 2}};

// Last u5 of generic loops that leaves room for two bases on the other side and a hairpin.
STEMLOOP_INLINE int last_generic(int i, int j) {
  const int room = j - i - 5 - kMinHairpinLoop;
  return room < kMaxInteriorLoop - 2 ? room : kMaxInteriorLoop - 2;
}

// A column keeps 32 values by i, twice in a row, so that any window of 32 successive i stands together.
template <class T>
STEMLOOP_INLINE void put_in_column(T* columns, int j, int slot, T value) {
  columns[j * 2 * kRingRows + slot] = value;
  columns[j * 2 * kRingRows + slot + kRingRows] = value;
}

template <class T>
STEMLOOP_INLINE void swap_rows(T*& a, T*& b) {
  T* const kept = a;
  a = b;
  b = kept;
}

#include "fold/fill_mfe.inl"

#include "fold/fill_local.inl"  // takes row_minimum from the one above
#include "fold/fill_partition.inl"
#include "fold/fill_stacking.inl"

}  // namespace

#define STEMLOOP_NAME_OF(isa) #isa
#define STEMLOOP_NAME(isa) STEMLOOP_NAME_OF(isa)
#define STEMLOOP_JOIN_OF(a, b) a##b
#define STEMLOOP_JOIN(a, b) STEMLOOP_JOIN_OF(a, b)

extern const Kernels STEMLOOP_JOIN(kKernels, STEMLOOP_ISA);
const Kernels STEMLOOP_JOIN(kKernels, STEMLOOP_ISA) = {
    STEMLOOP_NAME(STEMLOOP_ISA), fill_mfe, fill_inside, fill_outside, fill_local, fill_stacking};

}  // namespace stemloop
