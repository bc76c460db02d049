// Picks the fill kernels at run time.
#include <cstdlib>
#include <string_view>

#include "fold/fill.h"
#include "util/util.h"

namespace stemloop {

extern const Kernels kKernelsscalar;
#ifdef __x86_64__
extern const Kernels kKernelsavx2;
extern const Kernels kKernelsavx512;
#endif

namespace {

const Kernels& choose() {
  const char* wish = std::getenv("STEMLOOP_SIMD");
  const std::string_view name = wish != nullptr ? wish : "";
#ifdef __x86_64__
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
  const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  if (avx512 && (name.empty() || name == "avx512")) return kKernelsavx512;
  if (avx2 && (name.empty() || name == "avx2")) return kKernelsavx2;
#endif
  require(name.empty() || name == "scalar", "STEMLOOP_SIMD={}: not known here; choose scalar{}", name,
#ifdef __x86_64__
          std::string(avx2 ? ", avx2" : "") + (avx512 ? ", avx512" : "")
#else
          ""
#endif
  );
  return kKernelsscalar;
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace stemloop
