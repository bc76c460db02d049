// The gradient of the likelihood of known cuts, written by hand: the sums of CutForward read backwards.
#include <algorithm>
#include <cmath>

#include "arms/cut_training.h"
#include "net/kernels.h"

namespace stemloop {

namespace {

void transpose(const float* from, int rows, int columns, float* to) {
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) to[j * rows + i] = from[i * columns + j];
  }
}

void add_columns(const float* rows, int count, int columns, float* to) {
  for (int i = 0; i < count; ++i) {
    for (int k = 0; k < columns; ++k) to[k] += rows[i * columns + k];
  }
}

struct DropState {
  Random& random;
  double dropout;
};

// Dropped values are zero, the others grow by as much as is lost.
void drop_some(void* context, int /*layer*/, std::span<float> rows) {
  auto& state = *static_cast<DropState*>(context);
  const auto scale = static_cast<float>(1 / (1 - state.dropout));
  const auto threshold = static_cast<std::uint32_t>(state.dropout * 65536.0);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % 4 == 0) bits = state.random.next();
    rows[i] = (bits & 0xffffU) < threshold ? 0.0F : rows[i] * scale;
    bits >>= 16U;
  }
}

}  // namespace

void CutGradient::prepare(const CutNetwork& network) {
  const CutPlaces places = places_of(network.shape);
  const int c = network.shape.channels;
  const float* w = network.parameters.data();
  transposed_.resize(network.parameters.size());
  for (const CutLayerPlaces& layer : places.layers) {
    for (int k = 0; k < kOwnTaps; ++k)
      transpose(w + layer.own + k * c * c, c, c, transposed_.data() + layer.own + k * c * c);
    for (int k = 0; k < kFacingTaps; ++k) {
      transpose(w + layer.facing + k * c * c, c, c, transposed_.data() + layer.facing + k * c * c);
    }
    transpose(w + layer.out, c, c, transposed_.data() + layer.out);
  }
  heads_before_.assign(std::size_t{kHeadColumns} * static_cast<std::size_t>(c), 0.0F);
  heads_behind_ = heads_before_;
  for (int k = 0; k < c; ++k) {
    for (int cut = 0; cut < kCuts; ++cut) {
      heads_before_[cut * c + k] = w[places.heads + k * kCuts + cut];
      heads_behind_[cut * c + k] = w[places.heads + (c + k) * kCuts + cut];
    }
  }
}

double CutGradient::add(const CutNetwork& network, const CutTask& task, double dropout, Random& random,
                        std::span<float> gradient) {
  DropState state{random, dropout};
  forward_.set_drop(dropout > 0 ? drop_some : nullptr, &state);
  const std::span<const float> scores = forward_.run(network, task.window);
  const double loss = backward_scores(network, task, scores, gradient);
  backward_layers(network, task.window, 1 - dropout, gradient);
  return loss;
}

// With a = ln(sum over all) + none and b = ln(sum over those that agree) + none the loss is ln(1 + e^a) - b.
double CutGradient::backward_scores(const CutNetwork& network, const CutTask& task, std::span<const float> scores,
                                    std::span<float> gradient) {
  const CutPlaces places = places_of(network.shape);
  const CutWindow& window = task.window;
  const CutTerms terms = network.terms();
  const std::span<float> d_terms = gradient.subspan(places.terms, CutTerms::kSize);
  const int boundaries = window.length + 1;
  marginals_.resize(scores.size());
  d_scores_.assign(static_cast<std::size_t>(boundaries) * kHeadColumns, 0.0F);
  const auto add_marginals = [&](float factor) {
    for (int i = 0; i < boundaries; ++i) {
      for (int cut = 0; cut < kCuts; ++cut) d_scores_[i * kHeadColumns + cut] += factor * marginals_[i * kCuts + cut];
    }
  };
  const double all = sum_.run(window, scores, terms) + network.none();
  const auto some = static_cast<float>(1 / (1 + std::exp(-all)));  // probability of some cuts
  sum_.expectations(some, marginals_, d_terms);
  add_marginals(some);
  double loss = all > 0 ? all + std::log1p(std::exp(-all)) : std::log1p(std::exp(all));
  gradient[places.none] += some;
  if (task.is_precursor) {
    known_scores_.assign(scores.begin(), scores.end());
    for (int i = 0; i < boundaries; ++i) {
      for (int cut = 0; cut < kCuts; ++cut) {
        if (task.cuts[cut] >= 0 && task.cuts[cut] != i) known_scores_[i * kCuts + cut] = kNoCut;
      }
    }
    loss -= sum_.run(window, known_scores_, terms) + network.none();
    sum_.expectations(-1, marginals_, d_terms);
    add_marginals(-1);
    gradient[places.none] -= 1;
  }
  return loss;
}

namespace {

// Adds the gradient `dy` of the embedded letters to the rows that their answers pick. A dropped value `x` of the
// embedding is zero; none that is kept is.
void embedding_gradient(const CutWindow& window, const float* x, double keep, int channels, float* dy, float* to) {
  const auto scale = static_cast<float>(1 / keep);
  const int n = window.length;
  const bool dropping = keep < 1;
  for (int i = 0; i < n * channels; ++i) dy[i] = !dropping ? dy[i] : x[i] != 0.0F ? dy[i] * scale : 0.0F;
  for (int i = 0; i < n; ++i) {
    for (const std::uint16_t answer : window.answers[i]) {
      float* row = to + static_cast<std::size_t>(answer) * channels;
      for (int k = 0; k < channels; ++k) row[k] += dy[i * channels + k];
    }
  }
}

}  // namespace

void CutGradient::backward_heads(const CutNetwork& network, const CutWindow& window, float* dy, float* g) {
  const TrainingKernels& kernels = training_kernels();
  const CutPlaces places = places_of(network.shape);
  const int n = window.length, c = network.shape.channels;
  const float* x = forward_.layers().back().x.data() + forward_.margin() * c;
  d_heads_.assign(static_cast<std::size_t>(2 * c) * kHeadColumns, 0.0F);
  kernels.multiply(true, true, 2 * c, kHeadColumns, n + 1, x - c, c, d_scores_.data(), kHeadColumns, d_heads_.data(),
                   kHeadColumns);
  for (int k = 0; k < 2 * c; ++k) {
    for (int cut = 0; cut < kCuts; ++cut) g[places.heads + k * kCuts + cut] += d_heads_[k * kHeadColumns + cut];
  }
  kernels.multiply(false, true, n + 1, c, kHeadColumns, d_scores_.data(), kHeadColumns, heads_before_.data(), c, dy - c,
                   c);
  kernels.multiply(false, true, n + 1, c, kHeadColumns, d_scores_.data(), kHeadColumns, heads_behind_.data(), c, dy, c);
}

void CutGradient::backward_layers(const CutNetwork& network, const CutWindow& window, double keep,
                                  std::span<float> gradient) {
  const TrainingKernels& kernels = training_kernels();
  const CutPlaces places = places_of(network.shape);
  const int n = window.length, c = network.shape.channels, margin = forward_.margin();
  const std::vector<CutForward::Layer>& layers = forward_.layers();
  const auto scale = static_cast<float>(1 / keep);
  float* g = gradient.data();
  const auto clear = [&](std::vector<float>& rows, int around) {
    rows.assign(static_cast<std::size_t>(n + 2 * around) * c, 0.0F);
    return rows.data() + around * c;
  };

  float* dy = clear(d_y_, 1);
  backward_heads(network, window, dy, g);
  for (std::size_t l = places.layers.size(); l-- > 0;) {
    const CutLayerPlaces& layer = places.layers[l];
    const CutForward::Layer& was = layers[l];
    const int d = network.shape.dilations[l];
    const float* x = was.x.data() + margin * c;
    add_columns(dy, n, c, g + layer.out_bias);
    kernels.multiply(true, true, c, c, n, was.r.data(), c, dy, c, g + layer.out, c);
    float* du = clear(d_u_, margin);
    kernels.multiply(false, false, n, c, c, dy, c, transposed_.data() + layer.out, c, du, c);
    for (int i = 0; i < n * c; ++i) du[i] = was.r[i] > 0 ? du[i] * scale : 0.0F;
    add_columns(du, n, c, g + layer.bias);
    float* dx = clear(d_x_, 1);
    std::copy_n(dy, n * c, dx);
    for (int k = 0; k < kOwnTaps; ++k) {
      const int shift = (k - kOwnTaps / 2) * d * c;
      kernels.multiply(true, true, c, c, n, x + shift, c, du, c, g + layer.own + k * c * c, c);
      kernels.multiply(false, true, n, c, c, du - shift, c, transposed_.data() + layer.own + k * c * c, c, dx, c);
    }
    float* d_facing = clear(d_facing_, 1) - c;
    for (int k = 0; k < kFacingTaps; ++k) {
      kernels.multiply(true, true, c, c, n, was.facing.data() + k * c, c, du, c, g + layer.facing + k * c * c, c);
      kernels.multiply(false, true, n, c, c, du, c, transposed_.data() + layer.facing + k * c * c, c, d_facing + k * c,
                       c);
    }
    for (int i = 0; i < n; ++i) {
      float* to = dx + window.opposite[i] * c;
      const float* from = d_facing + (i + 1) * c;
      for (int k = 0; k < c; ++k) to[k] += from[k];
    }
    std::swap(d_x_, d_y_);
    dy = d_y_.data() + c;
  }

  embedding_gradient(window, layers.front().x.data() + margin * c, keep, c, dy, g + places.embedding);
}

}  // namespace stemloop
