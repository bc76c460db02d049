// Models of natural precursors where they lie: a directory as of any other family, the name of an installed one, or the
// file of the tables alone.
#pragma once

#include <memory>
#include <string>

#include "design/natural_model.h"

namespace stemloop {

/// The model that scores the letters of designs and mended draws, by name.
inline constexpr const char* kNaturalPrecursors = "natural-precursors";

/// Error if the directory holds a model of another family, or its file is not the one config.json has the checksum of.
std::shared_ptr<const NaturalModel> open_natural_directory(const std::string& directory);

/// A directory, a name or a file.
std::shared_ptr<const NaturalModel> open_natural_model(const std::string& name);

}  // namespace stemloop
