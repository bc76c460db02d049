// Picks kernels at run time.
#include "net/kernels.h"

#include <string_view>

#include "fold/fold.h"
#include "net/row_kernels.h"

namespace stemloop {

extern const TrainingKernels kTrainingKernelsscalar;
#ifdef __x86_64__
extern const TrainingKernels kTrainingKernelsavx2;
extern const TrainingKernels kTrainingKernelsavx512;
#endif
extern const RowKernels kRowKernelsscalar;
#ifdef __x86_64__
extern const RowKernels kRowKernelsavx2;
extern const RowKernels kRowKernelsavx512;
#endif

const TrainingKernels& training_kernels() {
  static const TrainingKernels& chosen = []() -> const TrainingKernels& {
#ifdef __x86_64__
    // What the folding kernels chose, STEMLOOP_SIMD heeded.
    const std::string_view name = simd_name();
    if (name == "avx512") return kTrainingKernelsavx512;
    if (name == "avx2" && __builtin_cpu_supports("fma") != 0) return kTrainingKernelsavx2;
#endif
    return kTrainingKernelsscalar;
  }();
  return chosen;
}

const RowKernels& row_kernels() {
#ifdef __x86_64__
  if (&training_kernels() == &kTrainingKernelsavx512) return kRowKernelsavx512;
  if (&training_kernels() == &kTrainingKernelsavx2) return kRowKernelsavx2;
#endif
  return kRowKernelsscalar;
}

}  // namespace stemloop
