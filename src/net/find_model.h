// Models at hand, by name or path.
#pragma once

#include <string>
#include <vector>

namespace stemloop {

/// Family of a model directory ("diva", "premirna"), its config.json read as JSON text; Error if there is none.
std::string model_family(const std::string& directory);

/// A model by name or path: the path itself if there is such a directory, else `name` in $STEMLOOP_MODELS, beside the
/// source (a build) or in share/stemloop/models (an installation). Error naming the places looked at.
std::string find_model(const std::string& name);

/// All folders find_model() looks into that exist.
std::vector<std::string> model_folders();

}  // namespace stemloop
