// The energy parameters that are compiled in, by name.
#pragma once

#include <string>

namespace stemloop {

/// True for the sets compiled in; load_parameters() takes any other name for a file.
bool is_parameter_set(const std::string& name);

}  // namespace stemloop
