#include "net/model_directory.h"

#include <Eigen/Core>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "net/model_files.h"
#include "net/model_reading.h"
#include "util/util.h"

namespace stemloop {

namespace {
using Json = nlohmann::ordered_json;

template <class From, class To>
void convert(StoredTensor& tensor, const char* dtype) {
  std::vector<std::byte> bytes(tensor.bytes.size() / sizeof(From) * sizeof(To));
  for (std::size_t i = 0; i * sizeof(From) < tensor.bytes.size(); ++i) {
    From from;
    std::memcpy(&from, tensor.bytes.data() + i * sizeof(From), sizeof(From));
    const To to = static_cast<To>(from);
    std::memcpy(bytes.data() + i * sizeof(To), &to, sizeof(To));
  }
  tensor.bytes = std::move(bytes);
  tensor.dtype = dtype;
}

}  // namespace

namespace {

StoredModel parse_stored(std::string_view config_text, std::span<const std::byte> weights, const std::string& directory,
                         const std::string& wanted) {
  const std::string name = directory + "/config.json";
  const Json json = parse_model_json(config_text, name);
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    require(found != json.end() && found->is_string(), "{}: '{}' is missing or no text", name, key);
    return found->get<std::string>();
  };
  const auto format = json.find("format");
  require(format != json.end() && format->is_number_integer(), "{}: 'format' is missing: this is no stemloop model",
          name);
  require(*format == kModelFormat, "{}: format {} is not known here (this is {}); was it written by a newer stemloop?",
          name, format->dump(), kModelFormat);
  const std::string family = text("family");
  require(family == wanted, "{}: this is a model of family '{}', not '{}'", name, printable(family), wanted);
  const auto network = json.find("network");
  require(network != json.end(), "{}: 'network' is missing", name);

  StoredModel model;
  model.network = network->dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto training = json.find("training");
  if (training != json.end()) model.training = training->dump(2, ' ', false, Json::error_handler_t::replace);
  const std::string weights_name = directory + "/model.safetensors";
  const std::string checksum = text("weights_md5");
  const std::string found = md5_hex(weights);
  require(checksum == found, "{}: its MD5 is {}, config.json says {}: the file is damaged or from another model",
          weights_name, found, printable(checksum));
  model.weights = decode_model_tensors(weights, weights_name);
  for (auto& [key, tensor] : model.weights.tensors) {
    if (tensor.dtype == "F16") convert<Eigen::half, float>(tensor, "F32");
  }
  return model;
}

}  // namespace

StoredModel read_stored_model(const std::string& directory, const std::string& family) {
  require(std::filesystem::is_directory(directory), "{}: is no model directory", directory);
  const auto config = read_model_file(directory, "config.json", kMostConfigBytes);
  const auto weights = read_model_file(directory, "model.safetensors");
  return parse_stored(text_of(config), weights, directory, family);
}

void write_stored_model(const std::string& directory, const std::string& family, const StoredModel& model) {
  std::filesystem::create_directories(directory);
  const std::string bytes = encode_safetensors(model.weights);
  Json json = {{"format", kModelFormat},
               {"family", family},
               {"network", Json::parse(model.network)},
               {"weights_md5", md5_hex(std::as_bytes(std::span(bytes)))},
               {"training", Json::parse(model.training)}};
  replace_file(directory + "/model.safetensors", bytes);
  replace_file(directory + "/config.json", json.dump(2) + "\n");
}

namespace {

ModelDirectory as_diva(StoredModel&& stored, const std::string& directory) {
  return {config_from_json(stored.network, directory + "/config.json"), std::move(stored.training),
          std::move(stored.weights)};
}

}  // namespace

ModelDirectory parse_model(std::string_view config_text, std::span<const std::byte> weights,
                           const std::string& directory) {
  return as_diva(parse_stored(config_text, weights, directory, kDivaFamily), directory);
}

ModelDirectory read_model_directory(const std::string& directory) {
  return as_diva(read_stored_model(directory, kDivaFamily), directory);
}

void write_model_directory(const std::string& directory, const DivaConfig& config, const std::string& training,
                           const TensorFile& weights) {
  write_stored_model(directory, kDivaFamily, {config_json(config), training, weights});
}

void pack_model(const std::string& from, const std::string& to) {
  ModelDirectory model = read_model_directory(from);
  for (auto& [key, tensor] : model.weights.tensors) {
    if (tensor.dtype == "F32" && tensor.shape.size() > 1) convert<float, Eigen::half>(tensor, "F16");
  }
  write_model_directory(to, model.config, model.training.empty() ? "{}" : model.training, model.weights);
}

}  // namespace stemloop
