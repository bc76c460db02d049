// Vectors for the fill kernels: 16 integers or 8 doubles in as many registers as the instruction set needs.
// The kernels are compiled once per instruction set with STEMLOOP_VECTOR_BYTES = 64 (AVX-512), 32 (AVX2) or 16 (any
// x86-64, and whatever GCC maps 16-byte vectors to elsewhere). A sum always runs over the same eight lanes in the same
// order, so every instruction set gives the same bits.
#pragma once

#include "fold/fill.h"

namespace stemloop {

// NOLINTBEGIN: GCC vector extensions
template <class T>
struct NativeVector;
template <>
struct NativeVector<int> {
  typedef int type __attribute__((vector_size(STEMLOOP_VECTOR_BYTES)));
};
template <>
struct NativeVector<double> {
  typedef double type __attribute__((vector_size(STEMLOOP_VECTOR_BYTES)));
};
// NOLINTEND

/// One block of 64 bytes: 16 int or 8 double lanes.
template <class T>
struct Lanes {
  using Native = typename NativeVector<T>::type;
  static constexpr int kParts = 64 / STEMLOOP_VECTOR_BYTES;
  static constexpr int kLanes = 64 / static_cast<int>(sizeof(T));
  static constexpr int kPartLanes = kLanes / kParts;
  Native part[kParts];
};

template <class T>
STEMLOOP_INLINE Lanes<T> broadcast(T value) {
  Lanes<T> r;
  for (auto& part : r.part) part = typename Lanes<T>::Native{} + value;
  return r;
}

template <class T>
STEMLOOP_INLINE Lanes<T> load(const T* from) {
  Lanes<T> r;
  for (int k = 0; k < Lanes<T>::kParts; ++k) {
    __builtin_memcpy(&r.part[k], from + k * Lanes<T>::kPartLanes, STEMLOOP_VECTOR_BYTES);
  }
  return r;
}

template <class T>
STEMLOOP_INLINE void store(T* to, const Lanes<T>& a) {
  for (int k = 0; k < Lanes<T>::kParts; ++k) {
    __builtin_memcpy(to + k * Lanes<T>::kPartLanes, &a.part[k], STEMLOOP_VECTOR_BYTES);
  }
}

template <class T>
STEMLOOP_INLINE Lanes<T> add(Lanes<T> a, const Lanes<T>& b) {
  for (int k = 0; k < Lanes<T>::kParts; ++k) a.part[k] += b.part[k];
  return a;
}

template <class T>
STEMLOOP_INLINE Lanes<T> multiply(Lanes<T> a, const Lanes<T>& b) {
  for (int k = 0; k < Lanes<T>::kParts; ++k) a.part[k] *= b.part[k];
  return a;
}

STEMLOOP_INLINE Lanes<int> minimum(Lanes<int> a, const Lanes<int>& b) {
  for (int k = 0; k < Lanes<int>::kParts; ++k) a.part[k] = a.part[k] < b.part[k] ? a.part[k] : b.part[k];
  return a;
}

// Quarters of a block, for the last steps of a reduction.
typedef int FourInts __attribute__((vector_size(16)));       // NOLINT
typedef double TwoDoubles __attribute__((vector_size(16)));  // NOLINT

/// The smallest of sixteen lanes.
STEMLOOP_INLINE int lowest(const Lanes<int>& a) {
  FourInts quarter[4];
  __builtin_memcpy(quarter, &a, sizeof quarter);
  const FourInts low = quarter[0] < quarter[2] ? quarter[0] : quarter[2];
  const FourInts high = quarter[1] < quarter[3] ? quarter[1] : quarter[3];
  FourInts least = low < high ? low : high;
  FourInts other = __builtin_shufflevector(least, least, 2, 3, 0, 1);
  least = least < other ? least : other;
  other = __builtin_shufflevector(least, least, 1, 0, 3, 2);
  least = least < other ? least : other;
  return least[0];
}

/// The sum of eight lanes, as a tree: ((0+4)+(2+6)) + ((1+5)+(3+7)).
STEMLOOP_INLINE double sum(const Lanes<double>& a) {
  TwoDoubles quarter[4];
  __builtin_memcpy(quarter, &a, sizeof quarter);
  const TwoDoubles pair = (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
  return pair[0] + pair[1];
}

}  // namespace stemloop
