// Model directories as a user asks after them: which there are, what one is, whether it is whole. Text of lines,
// columns apart by tabs.
#pragma once

#include <string>

namespace stemloop {

/// A header and a line a model of model_folders(), by folder and name. One that is damaged is said and hides no other.
std::string model_table();

/// What the model of that name or path is. `plot` names a drawing of its tree to write, "" for none. Error if the
/// family has no tree, or the model is damaged.
std::string model_told(const std::string& name, const std::string& plot, const std::string& device, int threads);

/// Opens the model as those who use it do; the line that says so. Error naming what is missing or damaged.
std::string model_verified(const std::string& name, const std::string& device, int threads);

}  // namespace stemloop
