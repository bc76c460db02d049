// What the commands that use a model share.
#pragma once

#include "cli/dataset_input.h"

namespace stemloop {

struct ModelOptions {
  std::string directory;
  std::string device = "auto";
};

/// --model, --device
void add_model(CLI::App& app, ModelOptions& options);

/// Opens the model; if the user named no --params, hairpins are folded with those it was trained on.
std::unique_ptr<HairpinNetwork> open_model(const ModelOptions& options, const CommonOptions& common,
                                           FoldingOptions& folding, const CLI::App& app);

/// The latents of each record side by side, as the decoder takes them: N x (latents * 64).
Matrix joined(const Encoded& encoded);

/// All pictures of a set.
std::vector<Picture> pictures_of(const PictureData& data);

}  // namespace stemloop
