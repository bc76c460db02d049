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

STEMLOOP_INLINE int lowest(const Lanes<int>& a) {
  auto least = a.part[0];
  for (int k = 1; k < Lanes<int>::kParts; ++k) least = least < a.part[k] ? least : a.part[k];
  int lanes[Lanes<int>::kPartLanes];
  __builtin_memcpy(lanes, &least, sizeof lanes);
  int result = lanes[0];
  for (int k = 1; k < Lanes<int>::kPartLanes; ++k) result = lanes[k] < result ? lanes[k] : result;
  return result;
}

/// The sum of eight lanes, as a tree: ((0+4)+(2+6)) + ((1+5)+(3+7)).
STEMLOOP_INLINE double sum(const Lanes<double>& a) {
  double v[kDoubleLanes];
  store(v, a);
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

}  // namespace stemloop
