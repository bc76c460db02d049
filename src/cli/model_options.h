// Options of commands that learn from labelled records or use a model, and what follows from them.
#pragma once

#include "cli/command.h"
#include "data/dataset.h"
#include "hairpin/hairpin.h"
#include "judge/judge.h"

namespace stemloop {

/// --bars, --tsv, --positives, --negatives, --splits, --split
void add_dataset(CLI::App& app, DatasetOptions& options);

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

/// Hairpins are folded with `parameters` unless the user named others; warns if they are then folded otherwise than
/// those a model was trained on. Error if a model names a set that is not compiled in: what is a path there is not
/// followed.
void fold_as_trained(const std::string& parameters, FoldingOptions& folding, const CLI::App& app);

}  // namespace stemloop
