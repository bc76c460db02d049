#include "net/torch/diva/flow.h"

#include <cmath>

namespace stemloop {

namespace {

constexpr double kGateBias = 1.5;

// Degrees of the units of a hidden layer, 0 to latent - 2 in even steps: a unit of degree d sees inputs 0 to d.
Tensor degrees(std::int64_t hidden, std::int64_t latent) {
  return torch::div(torch::arange(hidden, torch::kInt64) * (latent - 1), hidden, "floor");
}

}  // namespace

FlowImpl::FlowImpl(std::int64_t groups, std::int64_t latent, std::int64_t context, std::int64_t blocks,
                   std::int64_t hidden)
    : groups_(groups), latent_(latent) {
  const Tensor in = torch::arange(latent, torch::kInt64).unsqueeze(1);
  const Tensor unit = degrees(hidden, latent);
  const Tensor mask1 = in <= unit.unsqueeze(0);                         // input i -> unit
  const Tensor mask2 = unit.unsqueeze(1) <= unit.unsqueeze(0);          // unit -> unit
  const Tensor mask3 = unit.unsqueeze(1) < in.squeeze(1).unsqueeze(0);  // unit -> output i
  const auto masked = [&](const std::string& name, std::int64_t from, std::int64_t to, const Tensor& mask) {
    Tensor weight = register_parameter(name, initial_weights({2 * groups, from, to}, from) * mask);
    masks_.emplace_back(weight, mask);
    return weight;
  };
  for (std::int64_t b = 0; b < blocks; ++b) {
    const std::string at = "block" + std::to_string(b) + "_";
    Block block;
    block.w1 = masked(at + "weight1", latent, hidden, mask1);
    block.b1 = register_parameter(at + "bias1", initial_weights({2 * groups, 1, hidden}, latent));
    block.w2 = masked(at + "weight2", hidden, hidden, mask2);
    block.b2 = register_parameter(at + "bias2", initial_weights({2 * groups, 1, hidden}, hidden));
    block.w3 = masked(at + "weight3", hidden, latent, mask3);
    block.b3 = register_parameter(at + "bias3", initial_weights({2 * groups, 1, latent}, hidden));
    blocks_.push_back(block);
  }
  context_weight_ =
      register_parameter("context_weight", initial_weights({groups, context, blocks * 2 * latent}, context));
  context_bias_ = register_parameter("context_bias", initial_weights({groups, 1, blocks * 2 * latent}, context));
}

std::vector<Tensor> FlowImpl::context_terms(const Tensor& context_GBC) {
  const Tensor all = torch::baddbmm(context_bias_, context_GBC, context_weight_);
  const auto blocks = static_cast<std::int64_t>(blocks_.size());
  // (G, B, blocks, 2, D) -> blocks of (G, 2, B, D)
  return all.view({groups_, context_GBC.size(1), blocks, 2, latent_}).permute({2, 0, 3, 1, 4}).contiguous().unbind(0);
}

Tensor FlowImpl::networks(std::size_t block, const Tensor& z_GBD, const Tensor& from_context) {
  const Block& w = blocks_[block];
  const std::int64_t rows = z_GBD.size(1);
  const Tensor z_2GBD = z_GBD.unsqueeze(1).expand({groups_, 2, rows, latent_}).reshape({2 * groups_, rows, latent_});
  const Tensor h1 = torch::elu(torch::baddbmm(w.b1, z_2GBD, w.w1));
  const Tensor h2 = torch::elu(torch::baddbmm(w.b2, h1, w.w2));
  return torch::baddbmm(w.b3, h2, w.w3).view({groups_, 2, rows, latent_}) + from_context;
}

Flowed FlowImpl::forward(const Tensor& z_GBD, const Tensor& context_GBC) {
  const std::vector<Tensor> contexts = context_terms(context_GBC);
  Tensor z = z_GBD;
  Tensor log_det = torch::zeros({groups_, z.size(1)}, z.options());
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Tensor st = networks(b, z, contexts[b]);
    const Tensor s = st.select(1, 0) + kGateBias;
    const Tensor t = st.select(1, 1);
    z = torch::lerp(t, z, torch::sigmoid(s)).flip(-1);
    log_det = log_det + torch::log_sigmoid(s).sum(-1);
  }
  return {z, log_det};
}

Tensor FlowImpl::inverse(const Tensor& z_GBD, const Tensor& context_GBC) {
  torch::NoGradGuard no_gradient;
  const std::vector<Tensor> contexts = context_terms(context_GBC);
  Tensor z = z_GBD;
  for (std::size_t b = blocks_.size(); b-- > 0;) {
    const Tensor out = z.flip(-1);
    Tensor in = torch::zeros_like(out);
    // Dimension i of s and t needs inputs below i alone: after step i the first i + 1 are right.
    for (std::int64_t i = 0; i < latent_; ++i) {
      const Tensor st = networks(b, in, contexts[b]);
      const Tensor gate = torch::sigmoid(st.select(1, 0).select(-1, i) + kGateBias);
      const Tensor t = st.select(1, 1).select(-1, i);
      in.select(-1, i).copy_((out.select(-1, i) - (1 - gate) * t) / gate);
    }
    z = in;
  }
  return z;
}

}  // namespace stemloop
