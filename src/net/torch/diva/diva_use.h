// DIVA behind the door of net/neural.h: training it, and using what was trained.
#pragma once

#include "net/neural.h"
#include "net/torch/diva/diva.h"

namespace stemloop {

/// See Neural::train().
TrainOutcome run_diva_training(const DivaConfig& config, const DivaObjective& objective, const PictureData& train,
                               const PictureData& valid, const TrainOptions& options, bool resume,
                               TrainWatcher& watcher);
std::unique_ptr<HairpinNetwork> open_diva_network(const std::string& directory, torch::Device device);

/// What a model needs for drawing hairpins, besides its weights; learned from the training records when they are saved:
///   bond_patterns (K, 201) U8    label and bond_rows() of whole hairpins, for HairpinNetwork::bond_patterns()
///   latent_mean   (2, D)   F32   by class, of all latents but z_m side by side
///   latent_factor (2, D, D) F32  lower triangle L, L L^T their covariance
/// The latter is the density fitted afterwards of Ghosh et al. (From Variational to Deterministic Autoencoders, ICLR
/// 2020): the encoder fills its latents otherwise than the priors say.
void add_generation(DivaNetImpl& network, const PictureData& train, std::uint64_t seed, torch::Device device,
                    TensorFile& to);
const std::vector<std::string>& generation_tensors();

inline constexpr std::int64_t kEvaluationBatch = 256;

/// (N, G * 64), the latents side by side.
Tensor joined(const Tensor& z_GND);

/// Appends the probabilities of class 1.
void append_probabilities(const Tensor& logits, std::vector<float>& to);

}  // namespace stemloop
