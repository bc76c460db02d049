// The DIVA network: encoder, flows, priors, predictors, decoder, and the objective as named terms.
// Source: Petkovic and Menkovski (see net/config.h), figures 2 and 3, equations 1 and 2.
#pragma once

#include <memory>
#include <optional>

#include "net/config.h"
#include "net/neural.h"
#include "net/torch/diva/flow.h"

namespace stemloop {

/// A batch on the device, made from bars.
struct DivaBatch {
  Tensor x_NHWC;      // columns: (N, 1, 100, 39); picture: (N, 25, 100, 5)
  Tensor colour_NSL;  // (N, 2, 100) int64: 0 to 4, 5 for no bar
  Tensor height_NSL;  // (N, 2, 100) int64: pixels
  Tensor bonds_NSL;   // (N, 2, 100) float 0 or 1: rows mTop, mBot; with a bond code column_bonds()
  Tensor label_N;     // (N) int64
  // Counterfactual records: what is to be drawn is not what is encoded. Undefined if the batch has none.
  Tensor asked_NSL;         // (N, 2, 100) float: bonds of what is to be drawn
  Tensor counterfactual_N;  // (N) bool
};

/// A batch in which `drawn`, of the same records, is to be decoded from the latents of what `encoded` holds: colours
/// and heights are those of `drawn`. Where `counterfactual`, z_m is a draw from the prior for the bonds of `drawn`.
DivaBatch counterfactual_batch(const DivaConfig& config, const PictureData& encoded, const PictureData& drawn,
                               std::span<const std::uint8_t> counterfactual);

/// Bars as they lie in memory, 200 colours, 200 heights, 200 bonds a record, to a batch on the CPU.
DivaBatch expand_batch(const DivaConfig& config, const PictureData& data, std::span<const std::int64_t> records);
DivaBatch to_device(const DivaBatch& batch, torch::Device device);
/// A copy of a batch in memory that a GPU reads from while the CPU goes on.
DivaBatch pinned_batch(const DivaBatch& batch);
/// Copies a batch into the tensors of another of its shape; from pinned memory without waiting.
void copy_batch(const DivaBatch& from, DivaBatch& to);

/// Log-probabilities of the bars: colour (N, 100, 2, 5 or 6), heights of the top (N, 100, 14 or 13) and the bottom
/// (N, 100, 13). Height classes are pixels (columns) or pixels - 1 with 0 for none (picture).
struct BarLogits {
  Tensor colour, top, bottom;
};

/// The encoder's word on a batch: N(mu, sigma) and the flow's context, (G, N, 64), (G, N, 64), (G, N, 32); with a bond
/// code also what is added to z_m behind the flow, (N, 64).
struct Posterior {
  Tensor mu, sigma, context, bonds;
};

struct Normal {
  Tensor mu, sigma;  // (N, 64)
};

/// Terms of the objective per record, averaged over the whole batch; `total` is what is minimised.
struct DivaLoss {
  Tensor total;
  std::vector<std::pair<std::string, Tensor>> terms;
};

/// The letter that a dimension of the latents, counted through x, y and m, begins with: of z_x those of the top strand
/// in columns 0 to 63, of z_y those of the bottom; of z_m the columns behind, top and bottom by turns.
struct Letter {
  std::int64_t column, strand;
};
Letter letter_of(const DivaConfig& config, std::int64_t dimension);

/// Weights (G * 64, 100 * 12) of the letter code as it begins: a dimension reads its letter as one of four amplitudes,
/// complements with opposite signs.
///
/// Why: from a random start the decoder learns very slowly to tell superposed letters apart (docs/results.md, "Letter
/// code").
Tensor letter_code(const DivaConfig& config);

/// Weights (64, 200) of the bond code as it begins: a dimension of z_m tells whether its column is bonded (1), part of
/// the terminal loop (-0.5) or neither.
///
/// Why: z_m is to be heard where it contradicts the letters, and the prior is asked for bonds, so both should speak the
/// decoder's language from the first step. The divergence of the two is that without the code, which shifts both.
Tensor bond_code(const DivaConfig& config);

class DivaNetImpl : public torch::nn::Module {
 public:
  DivaNetImpl(const DivaConfig& config, Peers* peers);

  /// Of a batch's pictures and bonds.
  Posterior encode(const Tensor& x_NHWC, const Tensor& bonds_NSL);
  /// z0 (G, N, 64) through the flow, and to the latents that the decoder takes.
  Flowed flow(const Tensor& z0_GND, const Posterior& posterior);
  /// z (N, G * 64).
  BarLogits decode(const Tensor& z_NZ, Draws* draws);
  Normal class_prior(const Tensor& label_N);
  Normal bond_prior(const Tensor& bonds_NSL);
  Tensor class_logits_from_y(const Tensor& z_ND) { return class_from_y_->forward(z_ND); }
  Tensor class_logits_from_m(const Tensor& z_ND) { return class_from_m_->forward(z_ND); }
  /// Logits of bonds, (N, 2, 100).
  Tensor bond_logits(const Tensor& z_ND);

  /// Forward and objective. `beta_scale`, one number on the device, is the share of the divergences' weights that
  /// counts by now; `rows` the size of the whole batch over all processes: sums are divided by it.
  DivaLoss loss(const DivaBatch& batch, const DivaObjective& objective, const Tensor& beta_scale, std::int64_t rows,
                Draws& draws);

  [[nodiscard]] const DivaConfig& config() const { return config_; }
  /// Masked parameters, see net/torch/diva/flow.h.
  [[nodiscard]] std::vector<std::pair<Tensor, Tensor>> masks() const;

 private:
  Tensor columns_encoder(const Tensor& x_NHWC);
  Tensor picture_encoder(const Tensor& x_NHWC);
  Tensor residual(std::size_t block, const Tensor& x_NHWC);
  Tensor log_likelihood(const BarLogits& logits, const DivaBatch& batch);

  struct Residual {
    Conv first{nullptr}, second{nullptr}, skip{nullptr};
    Norm middle{nullptr}, last{nullptr};
  };
  // The constructor's work, in this order.
  void add_encoder();
  void add_residual(std::int64_t in, std::int64_t out, bool half);
  void add_priors();
  void add_decoder();
  void scale_by_place();

  DivaConfig config_;
  Peers* peers_;
  std::int64_t groups_;
  std::vector<Conv> stem_;
  std::vector<Norm> stem_norm_;
  std::vector<Residual> residuals_;
  GroupLinear heads_{nullptr};
  torch::nn::Linear letters_{nullptr}, bond_code_{nullptr};
  Flow flow_{nullptr};

  torch::nn::Sequential class_prior_{nullptr}, class_from_y_{nullptr}, class_from_m_{nullptr};
  torch::nn::Linear class_prior_head_{nullptr}, bond_prior_head_{nullptr}, bonds_in_{nullptr};
  torch::nn::Sequential bond_prior_{nullptr}, bonds_out_{nullptr};

  // Decoder: dense, or a ladder of upsampling and convolution, twice for pictures (heights and colours).
  torch::nn::Linear decoder_in_{nullptr}, dense_{nullptr}, dense_out_{nullptr};
  Norm decoder_norm_{nullptr}, dense_norm_{nullptr};
  torch::nn::Sequential ladder_{nullptr}, colour_ladder_{nullptr};
};
TORCH_MODULE(DivaNet);

/// Log-probabilities from logits, per bar.
BarLogits log_probabilities(const BarLogits& logits);

/// The pictures these logits mean: see net/read_out.h.
std::vector<Picture> read_out(const DivaConfig& config, const BarLogits& logits, const ReadOut& how);

/// The picture the model expects, (N, 5, 25, 100): P(colour) P(bar reaches this pixel).
Tensor expected_image(const DivaConfig& config, const BarLogits& logits);

/// log N(z; mu, sigma) summed over the last axis.
Tensor log_normal(const Tensor& z, const Tensor& mu, const Tensor& sigma);

}  // namespace stemloop
