// Explicit randomness: item i of a run draws from (seed, i), so results depend on neither order nor threads.
#pragma once

#include <cstdint>

namespace stemloop {

/// SplitMix64 (Steele, Lea, Flood 2014): 64-bit state, one multiply-xor chain per number.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t item) : state_(mix(seed) ^ mix(item + 0x9e3779b97f4a7c15U)) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    return mix(state_);
  }

  /// Uniform in [0, 1) with 53 bits.
  double uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

  /// Uniform in [0, bound). REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64U);
  }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace stemloop
