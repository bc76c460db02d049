// FNV-1a over 64 bits: small and quick, the same on every machine; it tells texts apart and makes seeds of names.
// Against damage there is util/checksum.h, against malice neither.
#pragma once

#include <cstdint>
#include <string_view>

namespace stemloop {

inline constexpr std::uint64_t kFnvStart = 0xcbf29ce484222325U, kFnvPrime = 0x100000001b3U;

/// Of what was hashed to `state` and then `text`.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t state = kFnvStart) {
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * kFnvPrime;
  return state;
}

}  // namespace stemloop
