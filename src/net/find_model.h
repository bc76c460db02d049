// Models at hand, by name or path.
#pragma once

#include <string>
#include <vector>

namespace stemloop {

/// Family of a model directory ("diva", "premirna"), its config.json read as JSON text; Error if there is none.
std::string model_family(const std::string& directory);

/// True of a path: it has a slash or begins with a point. Anything else is a name.
bool is_model_path(const std::string& name);

/// A model by name or path. A name is looked for in $STEMLOOP_MODELS and in models/ of the source (a build) or
/// share/stemloop/models (an installation), never in the current directory. Error naming the places looked at.
std::string find_model(const std::string& name);

/// The directory of the network of a model, by name or path: of a classifier that brings one, else the model's own.
std::string network_directory(const std::string& name);

/// All folders find_model() looks into that exist.
std::vector<std::string> model_folders();

}  // namespace stemloop
