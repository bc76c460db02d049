#include "net/find_model.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "net/model_files.h"
#include "net/model_reading.h"
#include "util/util.h"

namespace stemloop {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string model_family(const std::string& directory) {
  const Json family = read_config(directory).value("family", Json());
  require(family.is_string(), "{}/config.json: 'family' is missing: this is no stemloop model", directory);
  return family.get<std::string>();
}

std::vector<std::string> model_folders() {
  std::vector<fs::path> places;
  if (const char* named = std::getenv("STEMLOOP_MODELS"); named != nullptr && *named != '\0')
    places.emplace_back(named);
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path();
  std::error_code ignored;
  if (fs::exists(program / "../CMakeCache.txt", ignored)) {
    places.push_back(program / "../../../models");  // build/release/bin
  } else {
    places.push_back(program / "../share/stemloop/models");  // an installation
  }
  std::vector<std::string> folders;
  for (const fs::path& place : places) {
    const auto same = [&](const std::string& folder) { return fs::equivalent(folder, place, ignored); };
    if (fs::is_directory(place, ignored) && std::none_of(folders.begin(), folders.end(), same))
      folders.push_back(place.lexically_normal().string());
  }
  return folders;
}

bool is_model_path(const std::string& name) { return name.find('/') != std::string::npos || name.starts_with('.'); }

std::string find_model(const std::string& name) {
  if (is_model_path(name)) {
    require(fs::is_directory(name), "{}: is no model directory", name);
    return name;
  }
  const auto folders = model_folders();
  for (const std::string& folder : folders) {
    const fs::path path = fs::path(folder) / name;
    if (!name.empty() && fs::is_directory(path)) return path.string();
  }
  std::error_code ignored;
  const bool packed = name == "premirna-modmirbase" || name == "mirtron-generator";  // apart: src/CMakeLists.txt
  fail("there is no model called '{}' in {}{}{}", printable(name),
       folders.empty() ? "models/ (set STEMLOOP_MODELS to its folder)" : fmt::format("{}", fmt::join(folders, ", ")),
       packed ? "; it comes with the package stemloop-models" : "",
       fs::is_directory(name, ignored) ? fmt::format("; the folder here is ./{}", name) : "");
}

std::string network_directory(const std::string& name) {
  const std::string directory = find_model(name);
  return std::filesystem::exists(directory + "/network") ? model_part(directory, "network") : directory;
}

}  // namespace stemloop
