// What the commands that use a model share.
#pragma once

#include "judge/judge.h"
#include "cli/dataset_input.h"

namespace stemloop {

struct ModelOptions {
  std::string directory;
  std::string device = "auto";
};

/// --device of the commands that use a network.
void add_device(CLI::App& app, std::string& device);

/// --model, --device
void add_model(CLI::App& app, ModelOptions& options);

/// Opens the model, a DIVA network or that of a classifier, by name or path; if the user named no --params, hairpins
/// are folded with those it was trained on.
std::unique_ptr<HairpinNetwork> open_model(const ModelOptions& options, const CommonOptions& common,
                                           FoldingOptions& folding, const CLI::App& app);

/// The same for a classifier; warns if hairpins are then folded otherwise than those it was trained on.
Classifier open_classifier(const ModelOptions& options, const CommonOptions& common, FoldingOptions& folding,
                           const CLI::App& app);

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

/// All pictures of a set.
std::vector<Picture> pictures_of(const PictureData& data);

/// What a classifier sees of them, on all threads.
LabelledEvidence labelled_evidence(const PictureData& data, const FoldingOptions& folding, int threads);

}  // namespace stemloop
