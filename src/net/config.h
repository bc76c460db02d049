// What a DIVA network is, as data: one struct covers the five models of the paper's Table 1 and both backbones.
// Source: Petkovic and Menkovski, "Description Generation using Variational Auto-Encoders for precursor microRNA".
// Each field is named once, in the table behind config_json(); files, cards and checks derive from it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace stemloop {

inline constexpr int kClasses = 2;  // 0 no pre-miRNA, 1 pre-miRNA

/// Weight of the encoder's heads beside a letter code.
inline constexpr float kCodedHeads = 0.1F;

/// The order of the latent spaces wherever they are stacked or concatenated.
inline constexpr std::array<const char*, 3> kLatentNames = {"x", "y", "m"};

struct DivaConfig {
  std::string backbone = "columns";        // columns: 1-D over 100 columns of bars; picture: the paper's 2-D network
  std::string decoder = "deconvolution";   // deconvolution or dense (the paper's FC)
  std::string likelihood = "categorical";  // categorical: of colour and height per bar; gaussian: of the expected image
  bool disentangled = true;                // latents x, y, m with priors and predictors; else x alone
  std::int64_t latent = 64;                // dimensions of each latent
  std::int64_t context = 32;               // numbers the encoder hands to the flow
  std::int64_t flow_blocks = 4;            // 0: no flow
  std::int64_t flow_hidden = 256;          // width of the MADE networks
  std::int64_t width = 64;                 // columns: channels of the encoder's first stage (x 1, 1.5, 2 after)
  std::int64_t decoder_width = 128;        // columns: channels of the decoder
  // Columns: letters act on the latents' means directly too, at the start one letter on one dimension, as a pulse
  // amplitude code (net/torch/diva/diva.h).
  bool letter_code = false;
  // Columns: bonds are given to the networks of z_m column by column of the picture (column_bonds()), and what a linear
  // map makes of them is added to z_m and to its prior's mean (net/torch/diva/diva.h).
  bool bond_code = false;

  [[nodiscard]] int latents() const { return disentangled ? 3 : 1; }
  bool operator==(const DivaConfig&) const = default;
};

/// How it is trained: weights of the terms of the objective (equations 1 and 2 of the paper).
struct DivaObjective {
  double beta_x = 0.004;
  double beta_y = 0.004;
  double beta_m = 0.004;
  double alpha_y1 = 12;      // log q(y | z_y)
  double alpha_y2 = 12;      // log q(y | z_m)
  double alpha_m = 1;        // log q(m | z_m)
  double warmup_epochs = 2;  // the betas grow linearly from 0 over these
};

/// What training does beside the objective; see TrainOptions.
struct DivaRecipe {
  double rate = 5e-4;  // of Adam, as published
  double clip = 0;
  double mutate = 0, graft = 0, even_lengths = 0, counterfactual = 0;
};

struct DivaPreset {
  DivaConfig config;
  DivaObjective objective;
  DivaRecipe recipe;
};

/// model: vae, beta-vae, beta-iaf-vae, dc-beta-iaf-vae, diva. size: small (columns, categorical; trained as the shipped
/// network was), paper (picture, gaussian; trained as published). `likelihood` other than the size's, unless empty; the
/// betas are those that fit it. Error for other names.
DivaPreset diva_preset(const std::string& model, const std::string& size, const std::string& likelihood = "");

/// The networks of GENNUS (net/torch/sequences/gan.h): a generator, a critic, or the critic as a classifier. Source:
/// the project's specification of Chiquitto et al., NAR Genomics and Bioinformatics 2025, with the sizes of their
/// published code.
struct SequenceNetConfig {
  // residual: the critic's and, as a classifier, the CNN analyzer's; of classifiers also convolutions (128 of width 6,
  // after Zheng et al. 2019) and mixed (32 each of widths 3 to 7, a layer of 1024, after Aziz et al. 2019)
  std::string architecture = "residual";
  std::string layout = "strand";  // data/sequence_code.h: strand or columns
  std::int64_t length = 121;      // places of a row
  std::int64_t noise = 100;       // numbers a sequence is made from
  std::int64_t hidden = 512;      // channels
  std::int64_t blocks = 5;        // residual blocks
  double temperature = 0.5;       // of the Gumbel-softmax
  // Generators: the number of places of a sequence is drawn from the real ones, so that no pad stands inside, and every
  // place has a bias of its own, which begins at the real frequencies.
  bool fitted = false;

  [[nodiscard]] std::int64_t symbols() const { return layout == "strand" ? 5 : 25; }
  bool operator==(const SequenceNetConfig&) const = default;
};

/// How generators are trained.
struct GanObjective {
  double penalty = 10;            // weight of the gradient penalty
  std::int64_t critic_steps = 5;  // for one of the generator
  double beta1 = 0.5;             // Adam's decay of the moments
  double beta2 = 0.9;
  double average = 0;  // decay of the averaged generator, which is then the one that is kept; 0: none
  // Columns layout: share of the epochs, the last ones, in which the critic is shown drawn sequences as they fold, not
  // the rows as drawn. What was drawn as a mismatch may pair elsewhere; only thus the critic learns of it. A generator
  // that is still poor swings under it.
  double refold = 0;
  bool feedback = false;       // FBGAN: accepted sequences of the generator join the real ones
  double accept = 0.95;        // least score of the analyzer
  std::int64_t newest = 200;   // accepted sequences that stay
  std::int64_t shortest = 50;  // nt, of those offered to the analyzer
};

struct GanPreset {
  SequenceNetConfig network;
  GanObjective objective;
};

/// model: wgan, fbgan, cnn. size: paper (the published sizes), small (64 channels; generators in the columns layout,
/// with averaged weights, fitted). Error for other names.
GanPreset gan_preset(const std::string& model, const std::string& size);

std::string sequence_net_json(const SequenceNetConfig& config);
SequenceNetConfig sequence_net_from_json(const std::string& text, const std::string& name);
std::string gan_objective_json(const GanObjective& objective);
GanObjective gan_objective_from_json(const std::string& text, const std::string& name);

/// As JSON text with every field; the reverse refuses unknown and missing fields and values out of range, naming
/// `name`.
std::string config_json(const DivaConfig& config);
DivaConfig config_from_json(const std::string& text, const std::string& name);
std::string objective_json(const DivaObjective& objective);
DivaObjective objective_from_json(const std::string& text, const std::string& name);

}  // namespace stemloop
