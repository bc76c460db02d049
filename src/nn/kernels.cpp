// Picks the training kernels at run time.
#include "nn/kernels.h"

#include <cstdlib>
#include <string_view>

namespace stemloop {

extern const TrainingKernels kTrainingKernelsscalar;
#ifdef __x86_64__
extern const TrainingKernels kTrainingKernelsavx2;
extern const TrainingKernels kTrainingKernelsavx512;
#endif

const TrainingKernels& training_kernels() {
  static const TrainingKernels& chosen = []() -> const TrainingKernels& {
#ifdef __x86_64__
    const char* wish = std::getenv("STEMLOOP_SIMD");
    const std::string_view name = wish != nullptr ? wish : "";
    const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                        __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
    const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    if (avx512 && (name.empty() || name == "avx512")) return kTrainingKernelsavx512;
    if (avx2 && name != "scalar") return kTrainingKernelsavx2;
#endif
    return kTrainingKernelsscalar;
  }();
  return chosen;
}

}  // namespace stemloop
