// The networks of GENNUS: a generator of sequences and a critic, convolutional with residual blocks, and the critic as
// a classifier of sequences (the CNN analyzer). Rows of symbols (data/sequence_code.h) enter as x_NLV: N rows, L
// places, V symbols, each place a distribution. Source: the project's specification of Chiquitto et al.'s WGAN-GP.
//
//   block  h + 0.3 conv5(relu(conv5(relu(h))))
#pragma once

#include "net/config.h"
#include "net/torch/layers.h"
#include "net/torch/tensors.h"

namespace stemloop {

/// Residual blocks over C channels: the middle of both networks.
struct Blocks {
  std::vector<Conv> outer, inner;  // conv5(relu(h)), conv5(relu(that))
  std::vector<Tensor> outer_bias, inner_bias;
  Blocks(torch::nn::Module& owner, const SequenceNetConfig& config);
};

class GeneratorImpl : public torch::nn::Module {
 public:
  explicit GeneratorImpl(const SequenceNetConfig& config);
  /// What the networks are given to make sequences of: normal numbers, and numbers in [0, 1) that choose the lengths.
  struct Noise {
    Tensor normal_NZ, length_N;
  };
  /// (N, L, V). Fitted: pads have no chance inside the length drawn, other symbols none behind it.
  Tensor logits(const Noise& noise);
  /// Gumbel-softmax of the logits: a distribution at every place. `gumbel` is noise of that distribution, as the
  /// logits.
  Tensor forward(const Noise& noise, const Tensor& gumbel_NLV);
  /// Fitted: the real rows. The untrained generator draws lengths as they have them and every symbol about as often as
  /// they have it so far from the beginning and from the end of the row.
  void fit(const Tensor& real_NLV);
  [[nodiscard]] const SequenceNetConfig& config() const { return config_; }

 private:
  SequenceNetConfig config_;
  Tensor first_weight_, first_bias_;  // (Z, L C), (L C)
  Tensor inside_;                     // fitted: (C), added at places inside the length
  Blocks blocks_;
  Tensor last_weight_, last_bias_;  // (C, V), (V) or, fitted, (L, V) by place from the beginning
  Tensor end_bias_;                 // fitted: (L, V), by place from the end
  Tensor lengths_;                  // fitted: distribution function of the lengths (L + 1)
};
TORCH_MODULE(Generator);

/// A critic's passes are written out, forward, backward and along a direction, because the gradient of the penalty is
/// one more pass of each: see critic_gradient(). No tape is kept.
class CriticImpl : public torch::nn::Module {
 public:
  explicit CriticImpl(const SequenceNetConfig& config);

  /// What a pass saw: inputs of every linear map, and the score of each row.
  struct Trace {
    Tensor x_NLV;
    std::vector<Tensor> outer, inner;  // after their relu, (N, L, C)
    Tensor last_NLC;
    Tensor score_N;
  };
  /// Gradients at the outputs of every linear map, if those of the scores are cotangent_N; and at the input.
  struct Adjoint {
    Tensor cotangent_N;
    std::vector<Tensor> outer, inner;
    Tensor first_NLC;
    Tensor x_NLV;
  };

  Trace forward(const Tensor& x_NLV);
  /// The derivative of forward() along `direction` at the point of `at`: its relus let through what they let through
  /// there, and there are no biases.
  Trace along(const Trace& at, const Tensor& direction_NLV);
  Adjoint backward(const Trace& trace, const Tensor& cotangent_N);
  /// Adds the parameters' gradients to .grad(): inputs and adjoints meet row by row; only the first `biased` rows count
  /// for biases.
  void add_gradients(const Trace& inputs, const Adjoint& adjoint, std::int64_t biased);
  /// The same scores by torch's own operations, for comparison.
  Tensor plain_score(const Tensor& x_NLV);

 private:
  [[nodiscard]] Tensor residual(const Tensor& h, const Tensor& update) const;
  Tensor first_weight_, first_bias_;  // (V, C), (C)
  Blocks blocks_;
  Tensor last_weight_, last_bias_;  // (L C), (1)
};
TORCH_MODULE(Critic);

/// Other classifiers of sequences (SequenceNetConfig::architecture): convolutions of some widths side by side, relu,
/// the largest of every four places, a layer with relu, one score.
class SequenceCnnImpl : public torch::nn::Module {
 public:
  explicit SequenceCnnImpl(const SequenceNetConfig& config);
  /// keep (N, features()) multiplies what the layers are given (dropout); undefined: nothing is dropped.
  Tensor forward(const Tensor& x_NLV, const Tensor& keep_NF = {});
  [[nodiscard]] std::int64_t features() const { return features_; }

 private:
  std::vector<std::pair<Tensor, Tensor>> filters_;  // (out, V, width), (out)
  std::int64_t features_ = 0;
  Tensor layer_weight_, layer_bias_, last_weight_, last_bias_;
};
TORCH_MODULE(SequenceCnn);

}  // namespace stemloop
