// What commands that open models share besides opening them.
#pragma once

#include <memory>
#include <string>

#include "design/design.h"

namespace stemloop {

/// The parameter set that a model names. Error if it is none that is compiled in: what is a path there is not followed.
std::string named_parameters(const std::string& name);

/// The model of natural precursors in a directory. Error if its file is not the one config.json has the checksum of.
std::shared_ptr<const NaturalModel> open_natural_directory(const std::string& directory);

}  // namespace stemloop
