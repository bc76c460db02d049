// What the commands that use a model share.
#pragma once

#include "classify/classify.h"
#include "cli/dataset_input.h"

namespace stemloop {

struct ModelOptions {
  std::string directory;
  std::string device = "auto";
};

/// --model, --device
void add_model(CLI::App& app, ModelOptions& options);

/// Opens the model, a DIVA network or that of a classifier, by name or path; if the user named no --params, hairpins are folded with those it was trained on.
std::unique_ptr<HairpinNetwork> open_model(const ModelOptions& options, const CommonOptions& common,
                                           FoldingOptions& folding, const CLI::App& app);

/// The latents of each record side by side, as the decoder takes them: N x (latents * 64).
Matrix joined(const Encoded& encoded);

/// Latents as `embed` writes them.
struct Latents {
  Matrix z;
  std::vector<std::string> ids;
  std::vector<std::string> labels;  // "other", "pre-miRNA"; empty if there are none
};

/// The latent called x, y or m. Error if the file has none.
Latents read_latents(const std::string& path, const std::string& latent);

/// Rows (JSON objects) of `evaluate classifier`: the blend, the tree and every part; the calls and the calibration
/// curve go to files if named.
std::vector<std::string> evaluate_classifier(const Classifier& classifier, const PictureData& data,
                                             const std::vector<std::string>& ids, const FoldingOptions& folding,
                                             int threads, const std::string& calls_path, const std::string& curve_path);

/// All pictures of a set.
std::vector<Picture> pictures_of(const PictureData& data);

}  // namespace stemloop
