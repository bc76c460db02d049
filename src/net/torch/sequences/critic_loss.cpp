#include "net/torch/sequences/critic_loss.h"

namespace stemloop {

CriticImpl::Trace stacked(const CriticImpl::Trace& a, const CriticImpl::Trace& b) {
  CriticImpl::Trace all;
  const auto join = [](const Tensor& p, const Tensor& q) { return torch::cat({p, q}); };
  all.x_NLV = join(a.x_NLV, b.x_NLV);
  for (std::size_t k = 0; k < a.outer.size(); ++k) {
    all.outer.push_back(join(a.outer[k], b.outer[k]));
    all.inner.push_back(join(a.inner[k], b.inner[k]));
  }
  all.last_NLC = join(a.last_NLC, b.last_NLC);
  all.score_N = join(a.score_N, b.score_N);
  return all;
}

namespace {

Tensor mixed_rows(const Tensor& real_NLV, const Tensor& fake_NLV, const Tensor& share_N) {
  return torch::lerp(fake_NLV, real_NLV, share_N.view({-1, 1, 1}));
}

CriticImpl::Trace rows_of(const CriticImpl::Trace& trace, std::int64_t first, std::int64_t count) {
  CriticImpl::Trace part;
  part.x_NLV = trace.x_NLV.narrow(0, first, count);
  for (std::size_t k = 0; k < trace.outer.size(); ++k) {
    part.outer.push_back(trace.outer[k].narrow(0, first, count));
    part.inner.push_back(trace.inner[k].narrow(0, first, count));
  }
  part.last_NLC = trace.last_NLC.narrow(0, first, count);
  part.score_N = trace.score_N.narrow(0, first, count);
  return part;
}

}  // namespace

CriticLoss critic_gradient(CriticImpl& critic, const Tensor& real_NLV, const Tensor& fake_NLV, const Tensor& share_N,
                           double weight, std::int64_t batch) {
  torch::NoGradGuard no_gradient;
  const std::int64_t n = real_NLV.size(0);
  const double one = 1.0 / static_cast<double>(batch);
  const auto trace =
      critic.forward(torch::cat({real_NLV, fake_NLV, mixed_rows(real_NLV, fake_NLV, share_N)}).contiguous());
  const Tensor ones_N = torch::ones({n}, real_NLV.options());
  const auto adjoint = critic.backward(trace, torch::cat({ones_N * -one, ones_N * one, ones_N}));
  const Tensor g_NLV = adjoint.x_NLV.narrow(0, 2 * n, n);
  const Tensor length_N = g_NLV.reshape({n, -1}).norm(2, 1);
  const Tensor excess_N = length_N - 1;
  const Tensor u_NLV = g_NLV * (2 * weight * one * excess_N / length_N.clamp_min(1e-12)).view({-1, 1, 1});
  // Real and fake rows with the inputs they had, mixed rows with those along u.
  critic.add_gradients(stacked(rows_of(trace, 0, 2 * n), critic.along(rows_of(trace, 2 * n, n), u_NLV)), adjoint,
                       2 * n);
  CriticLoss loss;
  loss.distance = (trace.score_N.narrow(0, 0, n).sum() - trace.score_N.narrow(0, n, n).sum()).item<double>() * one;
  loss.penalty = excess_N.square().sum().item<double>() * weight * one;
  loss.total = loss.penalty - loss.distance;
  return loss;
}

Tensor plain_critic_loss(CriticImpl& critic, const Tensor& real_NLV, const Tensor& fake_NLV, const Tensor& share_N,
                         double weight) {
  const Tensor mixed = mixed_rows(real_NLV, fake_NLV, share_N).detach().requires_grad_();
  const Tensor g = torch::autograd::grad({critic.plain_score(mixed).sum()}, {mixed}, {}, true, true)[0];
  const Tensor penalty = weight * (g.reshape({g.size(0), -1}).norm(2, 1) - 1).square().mean();
  return critic.plain_score(fake_NLV).mean() - critic.plain_score(real_NLV).mean() + penalty;
}

}  // namespace stemloop
