// What commands that open models share besides opening them.
#pragma once

#include <string>

#include "design/design.h"

namespace stemloop {

/// The parameter set that a model names. Error if it is none that is compiled in: what is a path there is not followed.
std::string named_parameters(const std::string& name);

}  // namespace stemloop
