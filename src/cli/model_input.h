// What the commands that use a model share.
#pragma once

#include "judge/judge.h"
#include "cli/dataset_options.h"

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

}  // namespace stemloop
