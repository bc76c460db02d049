// The inner loops of networks on a CPU, on plain arrays and one thread each; the callers cut the work into parts.
// Compiled once per instruction set (scalar, avx2, avx512) and picked at run time; layers_test compares them with the
// same sums written in torch operations.
//
// Convolution of width 5 along a sequence, by Winograd's minimal filtering F(4, 5): four outputs from eight products
// instead of twenty (Winograd 1980; points 0, +-1, +-2, +-1/2, infinity). A tile is four outputs; rows are
// channels-last:
//   products_i = sum_c (B^T x)_i,c (G w)_i,c,o        y = A^T products
#pragma once

#include <cstddef>
#include <cstdint>

namespace stemloop {

inline constexpr int kTileOutputs = 4;
inline constexpr int kTileInputs = 8;
inline constexpr int kTaps = 5;

/// The filter transform G, kTileInputs x kTaps.
inline constexpr float kFilterTransform[kTileInputs][kTaps] = {
    {-1.F, 0.F, 0.F, 0.F, 0.F},
    {-2 / 9.F, -2 / 9.F, -2 / 9.F, -2 / 9.F, -2 / 9.F},
    {-2 / 9.F, 2 / 9.F, -2 / 9.F, 2 / 9.F, -2 / 9.F},
    {1 / 90.F, 1 / 45.F, 2 / 45.F, 4 / 45.F, 8 / 45.F},
    {1 / 90.F, -1 / 45.F, 2 / 45.F, -4 / 45.F, 8 / 45.F},
    {32 / 45.F, 16 / 45.F, 8 / 45.F, 4 / 45.F, 2 / 45.F},
    {32 / 45.F, -16 / 45.F, 8 / 45.F, -4 / 45.F, 2 / 45.F},
    {0.F, 0.F, 0.F, 0.F, 1.F},
};

/// Where a run of tiles lies in a tensor of sequences (N, length, row): tile t of the run is tile (first + t) counted
/// through all sequences, `per_sequence` to each; `channels` of each row from its beginning are used. Transforms lie in
/// eight matrices one behind the other, (8, together, channels), this run's from where the pointer points.
struct TileRun {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t per_sequence = 0;
  std::int64_t length = 0;   // rows of a sequence
  std::int64_t padding = 0;  // zeros before an input's first row
  std::int64_t row = 0;      // floats from one row to the next
  std::int64_t channels = 0;
  std::int64_t together = 0;  // tiles that each matrix of transforms has room for: see tile_room()
};

/// Room for so many tiles. It is odd: eight matrices a multiple of 4096 bytes apart would push one another out of the
/// cache.
inline constexpr std::int64_t tile_room(std::int64_t tiles) { return tiles | 1; }

enum class Activation : std::uint8_t { kNone, kElu, kLeakyRelu };  // alpha 1; slope 0.01

struct AdamStep {
  float gradient_scale = 1;  // gradients are multiplied by it first
  float rate = 0;            // with the bias correction of the first moment
  float root_scale = 1;      // 1 / sqrt of the bias correction of the second
  float beta1 = 0.9F, beta2 = 0.999F;
};

struct TrainingKernels {
  const char* name;

  /// v[i][tile][channel] = sum_k B^T[i][k] x[4 tile - padding + k][channel], zeros outside the sequence.
  void (*tile_input)(const TileRun& run, const float* x, float* v);
  /// y[4 tile + j][channel] = sum_i A^T[j][i] products[i][tile][channel], rows beyond the sequence left out.
  void (*tile_output)(const TileRun& run, const float* products, float* y);
  /// The transpose of tile_output: d_products[i][tile][channel] = sum_j A^T[j][i] dy[4 tile + j][channel].
  void (*tile_output_gradient)(const TileRun& run, const float* dy, float* d_products);

  /// c (m x n) = op(a) b, or c += op(a) b: row-major, op(a) is a (m x k) or the transpose of a (k x m); rows of a, b, c
  /// lie lda, ldb, ldc floats apart. REQUIRES: n is a multiple of 16.
  void (*multiply)(bool transpose_a, bool accumulate, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
                   std::int64_t lda, const float* b, std::int64_t ldb, float* c, std::int64_t ldc);

  /// Mean and sum of squared deviations of each channel over `rows` rows of `channels` floats.
  void (*moments)(const float* x, std::int64_t rows, std::int64_t channels, float* mean, float* squares);
  /// y = activation(x * scale + shift), channel by channel; y may be x.
  void (*normalise)(const float* x, std::int64_t rows, std::int64_t channels, const float* scale, const float* shift,
                    Activation activation, float* y);
  /// The same of skip + share * x, the end of a residual block; y may be x.
  void (*add_normalise)(const float* x, const float* skip, float share, std::int64_t rows, std::int64_t channels,
                        const float* scale, const float* shift, Activation activation, float* y);
  /// With dv = dy * activation'(at output y): sums of dv and of dv * (x - mean) per channel.
  void (*gradient_sums)(const float* dy, const float* y, const float* x, std::int64_t rows, std::int64_t channels,
                        const float* mean, Activation activation, float* sum, float* product);
  /// dx = a * dv + b * (x - mean) + c, channel by channel.
  void (*gradient_input)(const float* dy, const float* y, const float* x, std::int64_t rows, std::int64_t channels,
                         const float* mean, const float* a, const float* b, const float* c, Activation activation,
                         float* dx);

  /// One Adam step (Kingma & Ba 2015) on n numbers.
  void (*adam)(float* p, const float* g, float* m, float* v, std::int64_t n, const AdamStep& step);
};

/// The kernels of the best instruction set this CPU has; STEMLOOP_SIMD=scalar|avx2|avx512 asks for another.
const TrainingKernels& training_kernels();

}  // namespace stemloop
