// What the commands that use a model share.
#pragma once

#include "cli/dataset_options.h"
#include "judge/judge.h"

namespace stemloop {

struct ModelOptions {
  std::string directory;
  std::string device = "auto";
};

/// --device of the commands that use a network.
void add_device(CLI::App& app, std::string& device);

/// --model, --device
void add_model(CLI::App& app, ModelOptions& options);

/// The directory of a model, by name or path; of a classifier with a network that of the network.
std::string network_directory(const std::string& name);

/// Opens the model, a DIVA network or that of a classifier, by name or path; if the user named no --params, hairpins
/// are folded with those it was trained on.
std::unique_ptr<HairpinNetwork> open_model(const ModelOptions& options, const CommonOptions& common,
                                           FoldingOptions& folding, const CLI::App& app);

/// Hairpins are folded with `parameters` unless the user named others; warns if they are then folded otherwise than
/// those a model was trained on.
void fold_as_trained(const std::string& parameters, FoldingOptions& folding, const CLI::App& app);

}  // namespace stemloop
