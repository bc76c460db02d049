// The loops of kernels.h, compiled once per instruction set (STEMLOOP_ISA): plain loops over channels that the compiler
// turns into vectors.
#include <algorithm>
#include <bit>
#include <cmath>

#include "net/kernels.h"

#define STEMLOOP_JOIN(a, b) a##b
#define STEMLOOP_NAME(a, b) STEMLOOP_JOIN(a, b)
#define STEMLOOP_TEXT_OF(a) #a
#define STEMLOOP_TEXT(a) STEMLOOP_TEXT_OF(a)

namespace stemloop {
namespace STEMLOOP_ISA {
namespace {

constexpr float kAdamEpsilon = 1e-8F;
constexpr float kLeakySlope = 0.01F;

// exp(x) for x <= 0, relative error below 2e-7; a straight line of arithmetic, so loops with it vectorise.
inline float exp_negative(float x) {
  x = std::max(x, -87.0F);
  const float shifted = x * 1.44269504F + 12582912.0F;  // 1.5 * 2^23: the integer part comes to lie in the last bits
  const float whole = shifted - 12582912.0F;
  const float f = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * f + 1.3981999507e-3F;
  p = p * f + 8.3334519073e-3F;
  p = p * f + 4.1665795894e-2F;
  p = p * f + 1.6666665459e-1F;
  p = p * f + 5.0000001201e-1F;
  p = p * f * f + f + 1.0F;
  const auto power = (std::bit_cast<std::int32_t>(shifted) + 127) << 23;
  return p * std::bit_cast<float>(power);
}

template <Activation kKind>
inline float activate(float v) {
  if constexpr (kKind == Activation::kElu) return v > 0 ? v : exp_negative(std::min(v, 0.0F)) - 1.0F;
  if constexpr (kKind == Activation::kLeakyRelu) return v > 0 ? v : kLeakySlope * v;
  return v;
}

// The derivative, from the activation's output.
template <Activation kKind>
inline float slope(float y) {
  if constexpr (kKind == Activation::kElu) return y > 0 ? 1.0F : y + 1.0F;
  if constexpr (kKind == Activation::kLeakyRelu) return y > 0 ? 1.0F : kLeakySlope;
  return 1.0F;
}

template <class Function>
void with_activation(Activation kind, Function function) {
  switch (kind) {
    case Activation::kNone:
      return function.template operator()<Activation::kNone>();
    case Activation::kElu:
      return function.template operator()<Activation::kElu>();
    case Activation::kLeakyRelu:
      return function.template operator()<Activation::kLeakyRelu>();
  }
}

// Calls f(tile of the run, pointer to the sequence, first output row of the tile).
template <class Float, class Function>
void for_tiles(const TileRun& run, Float* x, Function f) {
  for (std::int64_t t = 0; t < run.count; ++t) {
    const std::int64_t sequence = (run.first + t) / run.per_sequence;
    const std::int64_t tile = (run.first + t) % run.per_sequence;
    f(t, x + sequence * run.length * run.row, tile * kTileOutputs);
  }
}

void tile_input(const TileRun& run, const float* x, float* v) {
  alignas(64) static thread_local float zeros[1024] = {};
  const std::int64_t channels = run.channels, plane = run.together * channels;
  for_tiles(run, x, [&](std::int64_t t, const float* sequence, std::int64_t start) {
    const float* d[kTileInputs];
    for (int k = 0; k < kTileInputs; ++k) {
      const std::int64_t at = start - run.padding + k;
      d[k] = at >= 0 && at < run.length ? sequence + at * run.row : zeros;
    }
    const float *d0 = d[0], *d1 = d[1], *d2 = d[2], *d3 = d[3], *d4 = d[4], *d5 = d[5], *d6 = d[6], *d7 = d[7];
    float* out = v + t * channels;
#pragma GCC ivdep
    for (std::int64_t c = 0; c < channels; ++c) {
      const float x1 = d1[c], x2 = d2[c], x3 = d3[c], x4 = d4[c], x5 = d5[c], x6 = d6[c];
      const float even1 = x6 + x2 - 4.25F * x4, odd1 = x1 + x5 - 4.25F * x3;
      const float even2 = x6 + 0.25F * x2 - 1.25F * x4, odd2 = 0.5F * x1 - 2.5F * x3 + 2.0F * x5;
      const float even3 = x6 + 4.0F * x2 - 5.0F * x4, odd3 = 2.0F * x1 - 2.5F * x3 + 0.5F * x5;
      out[c] = x6 - d0[c] + 5.25F * (x2 - x4);
      out[plane + c] = even1 + odd1;
      out[2 * plane + c] = even1 - odd1;
      out[3 * plane + c] = even2 + odd2;
      out[4 * plane + c] = even2 - odd2;
      out[5 * plane + c] = even3 + odd3;
      out[6 * plane + c] = even3 - odd3;
      out[7 * plane + c] = d7[c] - x1 + 5.25F * (x3 - x5);
    }
  });
}

void tile_output(const TileRun& run, const float* products, float* y) {
  const std::int64_t channels = run.channels, plane = run.together * channels;
  for_tiles(run, y, [&](std::int64_t t, float* sequence, std::int64_t start) {
    const float* p = products + t * channels;
    float sink[1024];
    float* rows[kTileOutputs];
    for (int j = 0; j < kTileOutputs; ++j) rows[j] = start + j < run.length ? sequence + (start + j) * run.row : sink;
    float *y0 = rows[0], *y1 = rows[1], *y2 = rows[2], *y3 = rows[3];
#pragma GCC ivdep
    for (std::int64_t c = 0; c < channels; ++c) {
      const float p1 = p[plane + c], p2 = p[2 * plane + c], p3 = p[3 * plane + c], p4 = p[4 * plane + c],
                  p5 = p[5 * plane + c], p6 = p[6 * plane + c];
      const float even1 = p1 + p2, odd1 = p1 - p2, even2 = p3 + p4, odd2 = p3 - p4, even3 = p5 + p6, odd3 = p5 - p6;
      y0[c] = p[c] + even1 + even2 + even3;
      y1[c] = odd1 + 2.0F * odd2 + 0.5F * odd3;
      y2[c] = even1 + 4.0F * even2 + 0.25F * even3;
      y3[c] = odd1 + 8.0F * odd2 + 0.125F * odd3 + p[7 * plane + c];
    }
  });
}

void tile_output_gradient(const TileRun& run, const float* dy, float* d_products) {
  alignas(64) static thread_local float zeros[1024] = {};
  const std::int64_t channels = run.channels, plane = run.together * channels;
  for_tiles(run, dy, [&](std::int64_t t, const float* sequence, std::int64_t start) {
    const float* rows[kTileOutputs];
    for (int j = 0; j < kTileOutputs; ++j) rows[j] = start + j < run.length ? sequence + (start + j) * run.row : zeros;
    const float *y0 = rows[0], *y1 = rows[1], *y2 = rows[2], *y3 = rows[3];
    float* out = d_products + t * channels;
#pragma GCC ivdep
    for (std::int64_t c = 0; c < channels; ++c) {
      const float even1 = y0[c] + y2[c], odd1 = y1[c] + y3[c];
      const float even2 = y0[c] + 4.0F * y2[c], odd2 = 2.0F * y1[c] + 8.0F * y3[c];
      const float even3 = y0[c] + 0.25F * y2[c], odd3 = 0.5F * y1[c] + 0.125F * y3[c];
      out[c] = y0[c];
      out[plane + c] = even1 + odd1;
      out[2 * plane + c] = even1 - odd1;
      out[3 * plane + c] = even2 + odd2;
      out[4 * plane + c] = even2 - odd2;
      out[5 * plane + c] = even3 + odd3;
      out[6 * plane + c] = even3 - odd3;
      out[7 * plane + c] = y3[c];
    }
  });
}

#include "net/matrix_product.inl"

// --- normalisation and Adam ------------------------------------------------------------------------------------------

void moments(const float* x, std::int64_t rows, std::int64_t channels, float* mean, float* squares) {
  std::fill_n(mean, channels, 0.0F);
  std::fill_n(squares, channels, 0.0F);
  for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC ivdep
    for (std::int64_t c = 0; c < channels; ++c) mean[c] += x[r * channels + c];
  }
  for (std::int64_t c = 0; c < channels; ++c) mean[c] /= static_cast<float>(rows);
  for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC ivdep
    for (std::int64_t c = 0; c < channels; ++c) {
      const float d = x[r * channels + c] - mean[c];
      squares[c] += d * d;
    }
  }
}

void normalise(const float* x, std::int64_t rows, std::int64_t channels, const float* scale, const float* shift,
               Activation activation, float* y) {
  with_activation(activation, [&]<Activation kKind>() {
    for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC ivdep
      for (std::int64_t c = 0; c < channels; ++c)
        y[r * channels + c] = activate<kKind>(x[r * channels + c] * scale[c] + shift[c]);
    }
  });
}

void add_normalise(const float* x, const float* skip, float share, std::int64_t rows, std::int64_t channels,
                   const float* scale, const float* shift, Activation activation, float* y) {
  with_activation(activation, [&]<Activation kKind>() {
    for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC ivdep
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t i = r * channels + c;
        y[i] = activate<kKind>((skip[i] + share * x[i]) * scale[c] + shift[c]);
      }
    }
  });
}

void gradient_sums(const float* dy, const float* y, const float* x, std::int64_t rows, std::int64_t channels,
                   const float* mean, Activation activation, float* sum, float* product) {
  std::fill_n(sum, channels, 0.0F);
  std::fill_n(product, channels, 0.0F);
  with_activation(activation, [&]<Activation kKind>() {
    for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC ivdep
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t i = r * channels + c;
        const float dv = dy[i] * slope<kKind>(y[i]);
        sum[c] += dv;
        product[c] += dv * (x[i] - mean[c]);
      }
    }
  });
}

void gradient_input(const float* dy, const float* y, const float* x, std::int64_t rows, std::int64_t channels,
                    const float* mean, const float* a, const float* b, const float* c_, Activation activation,
                    float* dx) {
  with_activation(activation, [&]<Activation kKind>() {
    for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC ivdep
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t i = r * channels + c;
        dx[i] = a[c] * dy[i] * slope<kKind>(y[i]) + b[c] * (x[i] - mean[c]) + c_[c];
      }
    }
  });
}

void adam(float* p, const float* g, float* m, float* v, std::int64_t n, const AdamStep& step) {
  const float scale = step.gradient_scale, rate = step.rate, root_scale = step.root_scale;
  const float beta1 = step.beta1, beta2 = step.beta2;
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) {
    const float gradient = g[i] * scale;
    m[i] = beta1 * m[i] + (1 - beta1) * gradient;
    v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
    p[i] -= rate * m[i] / (std::sqrt(v[i]) * root_scale + kAdamEpsilon);
  }
}

}  // namespace

}  // namespace STEMLOOP_ISA

extern const TrainingKernels STEMLOOP_NAME(kTrainingKernels, STEMLOOP_ISA);
const TrainingKernels STEMLOOP_NAME(kTrainingKernels, STEMLOOP_ISA) = {
    STEMLOOP_TEXT(STEMLOOP_ISA), STEMLOOP_ISA::tile_input,
    STEMLOOP_ISA::tile_output,   STEMLOOP_ISA::tile_output_gradient,
    STEMLOOP_ISA::multiply,      STEMLOOP_ISA::moments,
    STEMLOOP_ISA::normalise,     STEMLOOP_ISA::add_normalise,
    STEMLOOP_ISA::gradient_sums, STEMLOOP_ISA::gradient_input,
    STEMLOOP_ISA::adam,
};

}  // namespace stemloop
