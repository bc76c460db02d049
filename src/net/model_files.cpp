#include "net/model_files.h"

#include <algorithm>
#include <filesystem>

#include "net/model_directory.h"
#include "util/util.h"

namespace stemloop {

using Json = nlohmann::ordered_json;

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Json read_config(const std::string& directory) {
  require(std::filesystem::is_directory(directory), "{}: is no model directory", directory);
  const std::string name = directory + "/config.json";
  constexpr int kMostDepth = 8;
  constexpr std::uint64_t kMostConfig = 1 << 20;
  Json json = Json::parse(
      text_of(read_bytes(name, kMostConfig)), [](int depth, Json::parse_event_t, Json&) { return depth <= kMostDepth; },
      false);
  require(json.is_object(), "{}: is no JSON object", name);
  return json;
}

std::vector<std::byte> checked_file(const Json& config, const std::string& directory, const char* file) {
  const std::string path = directory + "/" + file;
  auto bytes = read_bytes(path);
  const Json sums = config.value("md5", Json::object());
  require(sums.is_object() && sums.contains(file) && sums[file].is_string(), "{}/config.json: has no checksum of {}",
          directory, file);
  const std::string found = md5_hex(bytes);
  require(sums[file] == found, "{}: its MD5 is {}, config.json says {}: the file is damaged or from another model",
          path, found, printable(sums[file].get<std::string>()));
  return bytes;
}

double quantile(std::vector<double> values, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace stemloop
