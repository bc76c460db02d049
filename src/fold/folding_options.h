// How a run folds: energy parameters, temperature, dangles, and the longest sequence it takes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "fold/model.h"

namespace stemloop {

struct FoldingOptions {
  std::string parameters = "turner2004";
  FoldOptions fold;
  std::size_t max_length = 10'000;
};

std::shared_ptr<const Model> load_model(const FoldingOptions& options);

}  // namespace stemloop
