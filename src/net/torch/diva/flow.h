// Inverse autoregressive flow (Kingma et al. 2016) over G latent spaces at once. A block has two MADE networks s and t
// (Germain et al. 2015) of z and a linear map of the context added to their outputs:
//   g = sigmoid(s + 1.5)    z' = g z + (1 - g) t    log|det| = sum log g    then the order of z is reversed
// Output i of a MADE does not see inputs >= i. Weights outside the masks are zero from the start and get no gradient,
// so no mask is applied while the network runs.
#pragma once

#include "net/torch/layers.h"

namespace stemloop {

struct Flowed {
  Tensor z_GBD;
  Tensor log_det_GB;
};

class FlowImpl : public torch::nn::Module {
 public:
  FlowImpl(std::int64_t groups, std::int64_t latent, std::int64_t context, std::int64_t blocks, std::int64_t hidden);

  /// z (G, B, D), context (G, B, C).
  Flowed forward(const Tensor& z_GBD, const Tensor& context_GBC);
  /// The z that forward maps to `z_GBD`; one dimension after the other.
  Tensor inverse(const Tensor& z_GBD, const Tensor& context_GBC);
  /// Masks of the masked parameters, 1 where a weight may be other than zero.
  [[nodiscard]] const std::vector<std::pair<Tensor, Tensor>>& masks() const { return masks_; }
  /// s and t of block `block`, (G, 2, B, D).
  Tensor networks(std::size_t block, const Tensor& z_GBD, const Tensor& from_context);
  /// What the context adds in every block: `blocks` tensors (G, 2, B, D).
  std::vector<Tensor> context_terms(const Tensor& context_GBC);

 private:
  struct Block {
    Tensor w1, b1, w2, b2, w3, b3;  // (2G, in, out), (2G, 1, out); s before t in each group
  };
  std::int64_t groups_, latent_;
  std::vector<Block> blocks_;
  Tensor context_weight_, context_bias_;  // (G, C, blocks * 2 * D), (G, 1, blocks * 2 * D)
  std::vector<std::pair<Tensor, Tensor>> masks_;
};
TORCH_MODULE(Flow);

}  // namespace stemloop
