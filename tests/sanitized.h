// How often a test repeats what it repeats only to be thorough: sanitizers make code ten to fifty times slower.
#pragma once

namespace stemloop::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// `times` without sanitizers, a tenth of it and at least once with one.
inline constexpr int often(int times) { return kSanitized ? (times + 9) / 10 : times; }

}  // namespace stemloop::testing
