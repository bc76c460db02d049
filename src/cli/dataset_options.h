// Where labelled records come from, as options.
#pragma once

#include "cli/command.h"
#include "data/dataset.h"

namespace stemloop {

/// --bars, --tsv, --positives, --negatives, --splits, --split
void add_dataset(CLI::App& app, DatasetOptions& options);

}  // namespace stemloop
