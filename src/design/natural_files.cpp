#include "design/natural_files.h"

#include <filesystem>

#include "net/model_files.h"
#include "net/net.h"

namespace stemloop {

std::shared_ptr<const NaturalModel> open_natural_directory(const std::string& directory) {
  const std::string family = model_family(directory);
  require(family == kNaturalFamily, "{}: this is a model of family '{}', not '{}'", directory, printable(family),
          kNaturalFamily);
  return parse_natural_model(checked_file(read_config(directory), directory, kNaturalFile),
                             directory + "/" + kNaturalFile);
}

std::shared_ptr<const NaturalModel> open_natural_model(const std::string& name) {
  std::error_code ignored;
  const bool file = is_model_path(name) || name.ends_with(".json");
  if (file && std::filesystem::is_regular_file(name, ignored)) return read_natural_model(name);
  return open_natural_directory(find_model(name));
}

}  // namespace stemloop
