// Sums of weighed rows of doubles, one thread each. Compiled once per instruction set and picked at run time, as those
// of kernels.h; the sums over rows are taken in the rows' order.
#pragma once

#include <cstdint>

namespace stemloop {

/// Rows are taken so many numbers at a time.
inline constexpr std::int64_t kRowBlock = 8;
inline constexpr std::int64_t whole_row_blocks(std::int64_t count) {
  return (count + kRowBlock - 1) / kRowBlock * kRowBlock;
}

/// REQUIRES of all: `count` is a multiple of kRowBlock; what is written overlaps nothing that is read.
struct RowKernels {
  /// to[k] = sum_r weights[r] from[r step + k].
  void (*sum_rows)(const double* from, std::int64_t step, const double* weights, std::int64_t rows, std::int64_t count,
                   double* to);
  /// to[r step + k] += weights[r] from[k].
  void (*add_rows)(const double* from, const double* weights, std::int64_t rows, std::int64_t count, std::int64_t step,
                   double* to);
  /// b[k] *= scale[k], and the sum of a[k] b[k].
  double (*scale_and_dot)(const double* a, const double* scale, std::int64_t count, double* b);
};

/// Those of the instruction set of training_kernels().
const RowKernels& row_kernels();

}  // namespace stemloop
