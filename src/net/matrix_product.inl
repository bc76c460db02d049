// The matrix product of kernels.h: strips of rows and vectors of the result, each kept in registers over the whole sum.
// Part of training_kernels.cpp, so compiled once per instruction set.

constexpr int kLanes = STEMLOOP_VECTOR_BYTES / 4;
// NOLINTNEXTLINE(modernize-use-using): as an alias Clang loses the alignment.
typedef float Vector __attribute__((vector_size(STEMLOOP_VECTOR_BYTES), aligned(4), may_alias));

// kRows rows by kVectors vectors of c, kept in registers over all of k. Element (r, i) of op(a) is a[r * row + i *
// step].
template <int kRows, int kVectors>
void block(bool accumulate, std::int64_t k, const float* a, std::int64_t row, std::int64_t step, const float* b,
           std::int64_t ldb, float* c, std::int64_t ldc) {
  // Unrolled, or the sums would pass through memory.
  Vector sum[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j)
      sum[r][j] = accumulate ? *reinterpret_cast<const Vector*>(c + r * ldc + j * kLanes) : Vector{};
  }
  for (std::int64_t i = 0; i < k; ++i) {
    Vector line[kVectors];
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) line[j] = *reinterpret_cast<const Vector*>(b + i * ldb + j * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const float factor = a[r * row + i * step];
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) sum[r][j] += factor * line[j];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) *reinterpret_cast<Vector*>(c + r * ldc + j * kLanes) = sum[r][j];
  }
}

template <int kVectors>
void strip(bool accumulate, std::int64_t m, std::int64_t k, const float* a, std::int64_t row, std::int64_t step,
           const float* b, std::int64_t ldb, float* c, std::int64_t ldc) {
  constexpr int kRows = 6;
  std::int64_t r = 0;
  for (; r + kRows <= m; r += kRows)
    block<kRows, kVectors>(accumulate, k, a + r * row, row, step, b, ldb, c + r * ldc, ldc);
  const auto rest = [&]<int kLeft>() {
    block<kLeft, kVectors>(accumulate, k, a + r * row, row, step, b, ldb, c + r * ldc, ldc);
  };
  switch (m - r) {
    case 5:
      return rest.template operator()<5>();
    case 4:
      return rest.template operator()<4>();
    case 3:
      return rest.template operator()<3>();
    case 2:
      return rest.template operator()<2>();
    case 1:
      return rest.template operator()<1>();
    default:
      return;
  }
}

void multiply(bool transpose_a, bool accumulate, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
              std::int64_t lda, const float* b, std::int64_t ldb, float* c, std::int64_t ldc) {
  constexpr int kMost = STEMLOOP_VECTOR_BYTES == 64 ? 4 : 2;  // 24 sums of 32 registers, 12 of 16
  const std::int64_t row = transpose_a ? 1 : lda;
  const std::int64_t step = transpose_a ? lda : 1;
  std::int64_t j = 0;
  for (; j + kMost * kLanes <= n; j += kMost * kLanes)
    strip<kMost>(accumulate, m, k, a, row, step, b + j, ldb, c + j, ldc);
  for (; j + 2 * kLanes <= n; j += 2 * kLanes) strip<2>(accumulate, m, k, a, row, step, b + j, ldb, c + j, ldc);
  for (; j + kLanes <= n; j += kLanes) strip<1>(accumulate, m, k, a, row, step, b + j, ldb, c + j, ldc);
}
