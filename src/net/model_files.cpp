#include "net/model_files.h"
#include "net/model_reading.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "data/shallow_json.h"
#include "data/tensor_checks.h"
#include "net/model_directory.h"
#include "util/regular_file.h"
#include "util/util.h"

namespace stemloop {

using Json = nlohmann::ordered_json;

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> read_model_file(const std::string& directory, const std::string& file,
                                       std::uint64_t most_bytes) {
  return read_regular_file(directory + "/" + file, most_bytes);
}

std::string model_part(const std::string& directory, const std::string& part) {
  std::string path = directory + "/" + part;
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(path, ignored);
  require(!std::filesystem::is_symlink(status), "{}: is a link; parts of a model must stand there themselves", path);
  require(std::filesystem::is_directory(status), "{}: is no model directory", path);
  return path;
}

Json parse_model_json(std::string_view text, const std::string& name) {
  constexpr int kMostDepth = 8;
  auto [json, deep] = shallow_json(text, kMostDepth);
  require(!deep && json.is_object(), "{}: is no JSON object{}", name, deep ? " of a model: it lies too deep" : "");
  return std::move(json);
}

TensorFile decode_model_tensors(std::span<const std::byte> bytes, const std::string& name) {
  TensorFile file = decode_safetensors(bytes, name);
  for (const auto& [key, tensor] : file.tensors) {
    require(all_finite(tensor), "{}: tensor '{}' holds something that is no number", name, printable(key));
    const bool variance = key.ends_with("running_var");
    require(!variance || none_negative(tensor), "{}: tensor '{}' holds a negative variance", name, printable(key));
  }
  return file;
}

Json read_config(const std::string& directory) {
  require(std::filesystem::is_directory(directory), "{}: is no model directory", directory);
  return parse_model_json(text_of(read_model_file(directory, "config.json", kMostConfigBytes)),
                          directory + "/config.json");
}

std::vector<std::byte> checked_file(const Json& config, const std::string& directory, const char* file) {
  const std::string path = directory + "/" + file;
  auto bytes = read_model_file(directory, file);
  const Json sums = config.value("md5", Json::object());
  require(sums.is_object() && sums.contains(file) && sums[file].is_string(), "{}/config.json: has no checksum of {}",
          directory, file);
  const std::string found = md5_hex(bytes);
  require(sums[file] == found, "{}: its MD5 is {}, config.json says {}: the file is damaged or from another model",
          path, found, printable(sums[file].get<std::string>()));
  return bytes;
}

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto at = static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace stemloop
