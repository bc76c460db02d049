// What a DIVA network is, as data: one struct covers the five models of the paper's Table 1 and both backbones.
// Source: Petkovic and Menkovski, "Description Generation using Variational Auto-Encoders for precursor microRNA".
// Each field is named once, in the table behind config_json(); files, cards and checks derive from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stemloop {

inline constexpr int kClasses = 2;  // 0 no pre-miRNA, 1 pre-miRNA

/// The order of the latent spaces wherever they are stacked or concatenated.
inline constexpr const char* kLatentNames[] = {"x", "y", "m"};

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

  [[nodiscard]] int latents() const { return disentangled ? 3 : 1; }
  bool operator==(const DivaConfig&) const = default;
};

/// How it is trained: weights of the terms of the objective (equations 1 and 2 of the paper).
struct DivaObjective {
  double beta_x = 0.05;
  double beta_y = 0.05;
  double beta_m = 0.05;
  double alpha_y1 = 12;       // log q(y | z_y)
  double alpha_y2 = 12;       // log q(y | z_m)
  double alpha_m = 1;         // log q(m | z_m)
  double warmup_epochs = 10;  // the betas grow linearly from 0 over these
};

struct DivaPreset {
  DivaConfig config;
  DivaObjective objective;
};

/// model: vae, beta-vae, beta-iaf-vae, dc-beta-iaf-vae, diva. size: small (columns, categorical), paper (picture,
/// gaussian). Error for other names.
DivaPreset diva_preset(const std::string& model, const std::string& size);

/// As JSON text with every field; the reverse refuses unknown and missing fields and values out of range, naming
/// `name`.
std::string config_json(const DivaConfig& config);
DivaConfig config_from_json(const std::string& text, const std::string& name);
std::string objective_json(const DivaObjective& objective);
DivaObjective objective_from_json(const std::string& text, const std::string& name);

}  // namespace stemloop
