// The loops of row_kernels.h, compiled once per instruction set (STEMLOOP_ISA).
#include "net/row_kernels.h"

#define STEMLOOP_JOIN(a, b) a##b
#define STEMLOOP_NAME(a, b) STEMLOOP_JOIN(a, b)

namespace stemloop {
namespace STEMLOOP_ISA {
namespace {

// So many sums are held in registers at a time; a second size takes what is left of a row.
constexpr std::int64_t kWide = 4 * kRowBlock;

template <std::int64_t kWidth>
void sum_block(const double* from, std::int64_t step, const double* weights, std::int64_t rows, double* to) {
  double sums[kWidth] = {};
  for (std::int64_t r = 0; r < rows; ++r) {
    const double* row = from + r * step;
    const double weight = weights[r];
    for (std::int64_t k = 0; k < kWidth; ++k) sums[k] += weight * row[k];
  }
  for (std::int64_t k = 0; k < kWidth; ++k) to[k] = sums[k];
}

void sum_rows(const double* from, std::int64_t step, const double* weights, std::int64_t rows, std::int64_t count,
              double* to) {
  std::int64_t k = 0;
  for (; k + kWide <= count; k += kWide) sum_block<kWide>(from + k, step, weights, rows, to + k);
  for (; k < count; k += kRowBlock) sum_block<kRowBlock>(from + k, step, weights, rows, to + k);
}

void add_rows(const double* from, const double* weights, std::int64_t rows, std::int64_t count, std::int64_t step,
              double* to) {
  for (std::int64_t r = 0; r < rows; ++r) {
    double* row = to + r * step;
    const double weight = weights[r];
#pragma GCC ivdep
    for (std::int64_t k = 0; k < count; ++k) row[k] += weight * from[k];
  }
}

double scale_and_dot(const double* a, const double* scale, std::int64_t count, double* b) {
  double sums[kRowBlock] = {};
  for (std::int64_t k = 0; k < count; k += kRowBlock) {
    for (std::int64_t j = 0; j < kRowBlock; ++j) {
      b[k + j] *= scale[k + j];
      sums[j] += a[k + j] * b[k + j];
    }
  }
  double sum = 0;
  for (const double one : sums) sum += one;
  return sum;
}

}  // namespace
}  // namespace STEMLOOP_ISA

extern const RowKernels STEMLOOP_NAME(kRowKernels, STEMLOOP_ISA);
const RowKernels STEMLOOP_NAME(kRowKernels, STEMLOOP_ISA) = {STEMLOOP_ISA::sum_rows, STEMLOOP_ISA::add_rows,
                                                             STEMLOOP_ISA::scale_and_dot};

}  // namespace stemloop
