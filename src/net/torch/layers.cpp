#include "net/torch/layers.h"

#include <ATen/Parallel.h>

#include <cmath>

namespace stemloop {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

constexpr double kNormEpsilon = 1e-5;
constexpr double kNormMomentum = 0.1;
constexpr double kLeakySlope = 0.01;

// Normalisation.

constexpr std::int64_t kRowsAtOnce = 256;

// Calls f(part, first row, rows) for every part of `rows`, in parallel.
template <class Function>
void for_rows(std::int64_t rows, Function f) {
  const std::int64_t parts = (rows + kRowsAtOnce - 1) / kRowsAtOnce;
  at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part)
      f(part, part * kRowsAtOnce, std::min(kRowsAtOnce, rows - part * kRowsAtOnce));
  });
}

std::int64_t parts_of(std::int64_t rows) { return (rows + kRowsAtOnce - 1) / kRowsAtOnce; }

struct Moments {
  Tensor mean, var;  // (C), variance as it normalises (divided by n)
  double count = 0;
};

// Mean and variance over all rows of all processes; parts are joined in double (Chan, Golub, LeVeque 1979).
Moments moments_of(const Tensor& x, std::int64_t rows, std::int64_t channels, Peers* peers) {
  const std::int64_t parts = parts_of(rows);
  const Tensor means = torch::empty({parts, channels});
  const Tensor squares = torch::empty({parts, channels});
  const TrainingKernels& kernels = training_kernels();
  for_rows(rows, [&](std::int64_t part, std::int64_t first, std::int64_t count) {
    kernels.moments(x.data_ptr<float>() + first * channels, count, channels, means.data_ptr<float>() + part * channels,
                    squares.data_ptr<float>() + part * channels);
  });
  Tensor counts = torch::full({parts, 1}, static_cast<double>(kRowsAtOnce), torch::kFloat64);
  counts[parts - 1] = static_cast<double>(rows - (parts - 1) * kRowsAtOnce);
  const Tensor means64 = means.to(torch::kFloat64);
  // Sum, and sum of squares about zero, of every part: exact enough in double, and they add up over processes.
  Tensor sums = torch::cat(
      {(means64 * counts).sum(0), (squares.to(torch::kFloat64) + means64.square() * counts).sum(0), counts.sum(0)});
  if (peers != nullptr && peers->size() > 1) peers->sum(sums);
  const double n = sums[2 * channels].item<double>();
  const Tensor mean = sums.slice(0, 0, channels) / n;
  const Tensor var = (sums.slice(0, channels, 2 * channels) / n - mean.square()).clamp_min(0);
  return {mean.to(torch::kFloat32), var.to(torch::kFloat32), n};
}

class NormActivation : public torch::autograd::Function<NormActivation> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const Tensor& mean, const Tensor& var, double count, std::int64_t activation,
                        std::int64_t peers) {
    const std::int64_t channels = weight.size(0);
    const std::int64_t rows = x.numel() / channels;
    const Tensor scale = weight / (var + kNormEpsilon).sqrt();
    const Tensor shift = bias - mean * scale;
    Tensor y = torch::empty_like(x);
    const TrainingKernels& kernels = training_kernels();
    for_rows(rows, [&](std::int64_t, std::int64_t first, std::int64_t n) {
      kernels.normalise(x.data_ptr<float>() + first * channels, n, channels, scale.data_ptr<float>(),
                        shift.data_ptr<float>(), static_cast<Activation>(activation),
                        y.data_ptr<float>() + first * channels);
    });
    context->save_for_backward({x, y, weight, mean, var});
    context->saved_data["count"] = count;
    context->saved_data["activation"] = activation;
    context->saved_data["peers"] = peers;
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &y = saved[1], &weight = saved[2], &mean = saved[3], &var = saved[4];
    const Tensor dy = gradients[0].contiguous();
    const auto activation = static_cast<Activation>(context->saved_data["activation"].toInt());
    const double count = context->saved_data["count"].toDouble();
    auto* peers = reinterpret_cast<Peers*>(context->saved_data["peers"].toInt());  // NOLINT: put there by forward
    const std::int64_t channels = weight.size(0);
    const std::int64_t rows = x.numel() / channels;
    const TrainingKernels& kernels = training_kernels();

    const Tensor parts = torch::empty({2, parts_of(rows), channels});
    float* const part_sums = parts.data_ptr<float>();
    float* const part_products = part_sums + parts_of(rows) * channels;
    for_rows(rows, [&](std::int64_t part, std::int64_t first, std::int64_t n) {
      const std::int64_t at = first * channels;
      kernels.gradient_sums(dy.data_ptr<float>() + at, y.data_ptr<float>() + at, x.data_ptr<float>() + at, n, channels,
                            mean.data_ptr<float>(), activation, part_sums + part * channels,
                            part_products + part * channels);
    });
    const Tensor local = parts.sum(1, false, torch::kFloat64);
    Tensor sums = local.clone();
    if (peers != nullptr && peers->size() > 1) peers->sum(sums);

    const Tensor root = (var.to(torch::kFloat64) + kNormEpsilon).rsqrt();
    const Tensor gain = weight * root;
    const Tensor a = gain.to(torch::kFloat32);
    const Tensor b = (-gain * sums[1] * root.square() / count).to(torch::kFloat32);
    const Tensor c = (-gain * sums[0] / count).to(torch::kFloat32);
    Tensor dx = torch::empty_like(x);
    for_rows(rows, [&](std::int64_t, std::int64_t first, std::int64_t n) {
      const std::int64_t at = first * channels;
      kernels.gradient_input(dy.data_ptr<float>() + at, y.data_ptr<float>() + at, x.data_ptr<float>() + at, n, channels,
                             mean.data_ptr<float>(), a.data_ptr<float>(), b.data_ptr<float>(), c.data_ptr<float>(),
                             activation, dx.data_ptr<float>() + at);
    });
    // Weights take this process's share; the gradients of all processes are added up later.
    return {dx,
            (local[1] * root).to(torch::kFloat32),
            local[0].to(torch::kFloat32),
            Variable(),
            Variable(),
            Variable(),
            Variable(),
            Variable()};
  }
};

// A sum over processes that gradients flow through.
class SumOverPeers : public torch::autograd::Function<SumOverPeers> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, std::int64_t peers) {
    context->saved_data["peers"] = peers;
    Tensor sum = x.clone();
    reinterpret_cast<Peers*>(peers)->sum(sum);  // NOLINT
    return sum;
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    Tensor sum = gradients[0].contiguous().clone();
    reinterpret_cast<Peers*>(context->saved_data["peers"].toInt())->sum(sum);  // NOLINT
    return {sum, Variable()};
  }
};

Tensor activated(const Tensor& x, Activation activation) {
  if (activation == Activation::kElu) return torch::elu(x);
  if (activation == Activation::kLeakyRelu) return torch::leaky_relu(x, kLeakySlope);
  return x;
}

}  // namespace

namespace {
thread_local WeightBudget* g_budget = nullptr;
}

WeightBudget::WeightBudget(const TensorFile& weights, std::string path) : path_(std::move(path)) {
  for (const auto& [name, tensor] : weights.tensors) {
    std::int64_t numbers = 1;
    for (const std::int64_t extent : tensor.shape) numbers *= extent;
    left_ += numbers;
  }
  g_budget = this;
}

WeightBudget::~WeightBudget() { g_budget = nullptr; }

void WeightBudget::take(torch::IntArrayRef shape) {
  std::int64_t numbers = 1;
  for (const std::int64_t extent : shape)
    require(!__builtin_mul_overflow(numbers, extent, &numbers), "{}: its network is larger than any file", path_);
  left_ -= numbers;
  require(left_ >= 0, "{}: the network of config.json has more weights than model.safetensors", path_);
}

Tensor initial_weights(torch::IntArrayRef shape, std::int64_t fan_in) {
  if (g_budget != nullptr) g_budget->take(shape);
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return torch::empty(shape).uniform_(-bound, bound);
}

Tensor for_product(const Tensor& x) { return bfloat16_layers() && x.is_cuda() ? x.to(torch::kBFloat16) : x; }

bool on_kernels(const Tensor& x) {
  return !plain_layers() && x.device().is_cpu() && x.scalar_type() == torch::kFloat32;
}

bool& plain_layers() {
  static bool plain = false;
  return plain;
}

bool& bfloat16_layers() {
  static bool bfloat16 = false;
  return bfloat16;
}

UpsampleImpl::UpsampleImpl(std::int64_t in, std::int64_t out, std::int64_t h, std::int64_t w)
    : out_(out), h_(h), w_(w) {
  weight = register_parameter("weight", initial_weights({in, h * w * out}, in));
}

Tensor UpsampleImpl::forward(const Tensor& x_NHWC) {
  const std::int64_t n = x_NHWC.size(0), rows = x_NHWC.size(1), columns = x_NHWC.size(2);
  return torch::matmul(for_product(x_NHWC), for_product(weight))
      .view({n, rows, columns, h_, w_, out_})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({n, rows * h_, columns * w_, out_});
}

NormImpl::NormImpl(std::int64_t channels, Activation activation, Peers* peers)
    : activation_(activation), peers_(peers) {
  weight = register_parameter("weight", torch::ones({channels}));
  bias = register_parameter("bias", torch::zeros({channels}));
  running_mean = register_buffer("running_mean", torch::zeros({channels}));
  running_var = register_buffer("running_var", torch::ones({channels}));
}

Tensor NormImpl::forward(const Tensor& x_in) {
  const Tensor x = x_in.contiguous();
  const std::int64_t channels = weight.size(0);
  const bool many = peers_ != nullptr && peers_->size() > 1;
  if (x.is_cuda() && !(many && is_training())) {
    Tensor y = torch::batch_norm(x.view({-1, channels}), weight, bias, running_mean, running_var, is_training(),
                                 kNormMomentum, kNormEpsilon, /*cudnn_enabled=*/false);
    if (activation_ == Activation::kElu) torch::elu_(y);
    if (activation_ == Activation::kLeakyRelu) torch::leaky_relu_(y, kLeakySlope);
    return y.view(x.sizes());
  }
  Moments moments{running_mean, running_var, 1};
  if (on_kernels(x)) {
    if (is_training()) {
      torch::NoGradGuard no_gradient;
      moments = moments_of(x, x.numel() / channels, channels, peers_);
    } else if (torch::GradMode::is_enabled() && x.requires_grad()) {
      // Gradients through fixed statistics: the plain operations know how.
      return activated((x - running_mean) * (weight / (running_var + kNormEpsilon).sqrt()) + bias, activation_);
    }
  } else {
    if (!is_training()) {
      return activated((x - running_mean) * (weight / (running_var + kNormEpsilon).sqrt()) + bias, activation_);
    }
    const Tensor rows = x.to(torch::kFloat32).reshape({-1, channels});
    moments.count = static_cast<double>(rows.size(0));
    if (many) {
      const auto peers = reinterpret_cast<std::int64_t>(peers_);  // NOLINT
      const Tensor ones = torch::full({1}, moments.count, x.options());
      const Tensor sums = SumOverPeers::apply(torch::cat({rows.sum(0), rows.square().sum(0), ones}), peers);
      moments.count = sums[2 * channels].item<double>();
      moments.mean = sums.slice(0, 0, channels) / moments.count;
      moments.var = (sums.slice(0, channels, 2 * channels) / moments.count - moments.mean.square()).clamp_min(0);
    } else {
      moments.mean = rows.mean(0);
      moments.var = rows.var(0, false);
    }
  }
  if (is_training()) {
    torch::NoGradGuard no_gradient;
    const double unbiased = moments.count / std::max(1.0, moments.count - 1);
    running_mean.mul_(1 - kNormMomentum).add_(moments.mean, kNormMomentum);
    running_var.mul_(1 - kNormMomentum).add_(moments.var, kNormMomentum * unbiased);
  }
  if (!on_kernels(x))
    return activated((x - moments.mean) * (weight / (moments.var + kNormEpsilon).sqrt()) + bias, activation_);
  return NormActivation::apply(x, weight, bias, moments.mean, moments.var, moments.count,
                               static_cast<std::int64_t>(activation_),
                               reinterpret_cast<std::int64_t>(peers_));  // NOLINT
}

GroupLinearImpl::GroupLinearImpl(std::int64_t groups, std::int64_t in, std::int64_t out) {
  weight = register_parameter("weight", initial_weights({groups, in, out}, in));
  bias = register_parameter("bias", initial_weights({groups, 1, out}, in));
}

Tensor GroupLinearImpl::forward(const Tensor& x_GBI) { return torch::baddbmm(bias, x_GBI.to(torch::kFloat32), weight); }

}  // namespace stemloop
