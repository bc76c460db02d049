#include <ATen/Parallel.h>

#include <cmath>

#include "net/torch/layers.h"
#include "net/torch/loop/training.h"

namespace stemloop {

Adam::Adam(const Learned& learned) : beta1_(learned.beta1), beta2_(learned.beta2) {
  torch::NoGradGuard no_gradient;
  const auto parameters = learned.network->parameters();
  std::int64_t size = 0;
  for (const Tensor& p : parameters) size += p.numel();
  const auto options = parameters.front().options().requires_grad(false);
  values_ = torch::empty({size}, options);
  gradients_ = torch::zeros({size + 1}, options);
  m_ = torch::zeros_like(values_);
  v_ = torch::zeros_like(values_);
  std::int64_t at = 0;
  for (const Tensor& p : parameters) {
    const Tensor place = values_.narrow(0, at, p.numel()).view(p.sizes());
    place.copy_(p);
    for (const auto& [masked, mask] : learned.masks) {
      if (masked.is_same(p))
        masks_.push_back({at, p.numel(), mask.to(p.device(), torch::kFloat32).expand(p.sizes()).contiguous()});
    }
    p.set_data(place);
    p.mutable_grad() = gradients_.narrow(0, at, p.numel()).view(p.sizes());
    at += p.numel();
  }
}

void Adam::clear_gradients() { gradients_.zero_(); }

double Adam::length() {
  torch::NoGradGuard no_gradient;
  for (const Mask& mask : masks_) gradients_.narrow(0, mask.at, mask.size).view(mask.mask.sizes()).mul_(mask.mask);
  return gradients_.norm().item<double>();
}

void Adam::step(double rate, double gradient_scale, std::int64_t count) {
  torch::NoGradGuard no_gradient;
  constexpr double kEpsilon = 1e-8;
  const double corrected = rate / (1 - std::pow(beta1_, static_cast<double>(count)));
  const double root_scale = 1 / std::sqrt(1 - std::pow(beta2_, static_cast<double>(count)));
  const std::int64_t n = values_.numel();
  if (values_.device().is_cpu()) {
    constexpr std::int64_t kGrain = 1 << 16;
    at::parallel_for(0, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      training_kernels().adam(values_.data_ptr<float>() + begin, gradients_.data_ptr<float>() + begin,
                              m_.data_ptr<float>() + begin, v_.data_ptr<float>() + begin, end - begin,
                              {static_cast<float>(gradient_scale), static_cast<float>(corrected),
                               static_cast<float>(root_scale), static_cast<float>(beta1_), static_cast<float>(beta2_)});
    });
    return;
  }
  Tensor g = gradients_.narrow(0, 0, n);
  if (gradient_scale != 1) g.mul_(gradient_scale);
  const Tensor steps = torch::full({}, static_cast<double>(count), values_.options());
  torch::_fused_adam_({values_}, {g}, {m_}, {v_}, {}, {steps}, rate, beta1_, beta2_, /*weight_decay=*/0, kEpsilon,
                      /*amsgrad=*/false, /*maximize=*/false);
}

}  // namespace stemloop
