// The directory of a classifier of hairpins, written and opened.
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "judge/classifier.h"
#include "net/model_files.h"
#include "net/model_reading.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr const char* kTree = "tree.json";
constexpr const char* kSpace = "space.safetensors";

double number_of(const Json& json, const char* key, const std::string& name) {
  require(json.is_object() && json.contains(key) && json[key].is_number() && std::isfinite(json[key].get<double>()),
          "{}: '{}' is missing or no number", name, key);
  return json[key].get<double>();
}

}  // namespace

void Classifier::write(const std::string& directory, const std::string& origin) const {
  TensorFile space;
  const auto store = [](const std::vector<float>& values, std::vector<std::int64_t> shape) {
    const auto bytes = std::as_bytes(std::span(values));
    return StoredTensor{"F32", std::move(shape), {bytes.begin(), bytes.end()}};
  };
  space.tensors["mean"] = store(mean_, {whitening_.rows});
  space.tensors["whitening"] = store(whitening_.values, {whitening_.rows, whitening_.columns});
  const std::string space_bytes = encode_safetensors(space);
  const std::string tree_bytes = tree_json(tree_);
  const std::string booster_bytes = text_of(booster_->bytes());
  replace_file(directory + "/" + kSpace, space_bytes);
  replace_file(directory + "/" + kTree, tree_bytes);
  replace_file(directory + "/" + kBoosterFile, booster_bytes);
  const auto md5 = [](const std::string& bytes) { return md5_hex(std::as_bytes(std::span(bytes))); };
  Json ranges = Json::object();
  for (const MeasureRange& range : ranges_) ranges[range.name] = {range.low, range.high};
  const Json config = {
      {"format", kFormat},
      {"family", kPremirnaFamily},
      {"parameters", parameters_},
      {"blend",
       {{"booster", blend_.weights[0]}, {"z_y", blend_.weights[1]}, {"z_m", blend_.weights[2]}, {"bias", blend_.bias}}},
      {"outside", {{"reconstruction_error", most_error_}, {"latent_distance", most_distance_}, {"ranges", ranges}}},
      {"md5", {{kTree, md5(tree_bytes)}, {kBoosterFile, md5(booster_bytes)}, {kSpace, md5(space_bytes)}}},
      {"training", Json::parse(origin)}};
  replace_file(directory + "/config.json", config.dump(2) + "\n");
}

Classifier Classifier::open(const std::string& directory, const std::string& device, int threads) {
  const Json config = read_config(directory);
  const std::string name = directory + "/config.json";
  require(config.contains("format") && config["format"].is_number_integer(),
          "{}: 'format' is missing: this is no stemloop model", name);
  require(config["format"] == kFormat,
          "{}: format {} is not known here (this is {}); was it written by a newer stemloop?", name,
          printable(config["format"].dump()), kFormat);
  const std::string family = model_family(directory);
  require(family == kPremirnaFamily, "{}: this is a model of family '{}', not '{}'", name, printable(family),
          kPremirnaFamily);
  Classifier c;
  const Json parameters = config.value("parameters", Json());
  require(parameters.is_string(), "{}: 'parameters' is missing or no text", name);
  c.parameters_ = parameters.get<std::string>();
  const Json blend = config.value("blend", Json());
  for (const char* key : {"booster", "z_y", "z_m"}) c.blend_.weights.push_back(number_of(blend, key, name));
  c.blend_.bias = number_of(blend, "bias", name);
  const Json outside = config.value("outside", Json());
  c.most_error_ = number_of(outside, "reconstruction_error", name);
  c.most_distance_ = number_of(outside, "latent_distance", name);

  const Json ranges = outside.value("ranges", Json());
  require(ranges.is_object(), "{}: 'ranges' is missing", name);
  for (const char* measure : kPremirnaRanged) {
    const Json pair = ranges.value(measure, Json());
    require(pair.is_array() && pair.size() == 2 && pair[0].is_number() && pair[1].is_number(),
            "{}: the range of '{}' is missing or no pair of numbers", name, measure);
    c.ranges_.push_back({measure, pair[0].get<double>(), pair[1].get<double>()});
  }

  const std::string space_name = directory + "/" + kSpace;
  const TensorFile space = decode_model_tensors(checked_file(config, directory, kSpace), space_name);
  c.tree_ = tree_from_json(text_of(checked_file(config, directory, kTree)), directory + "/" + kTree);
  // One thread: its rows come a few at a time, and a team of OpenMP's would spin beside those that fold.
  c.booster_ = load_xgboost(checked_file(config, directory, kBoosterFile), directory + "/" + kBoosterFile, 1);
  c.network_ = open_network(model_part(directory, "network"), device, threads);

  require(c.network_->config().disentangled, "{}/network: has no latent spaces of class and bonds", directory);
  const std::int64_t d = 2 * c.network_->config().latent;
  require(c.tree_.dimensions == c.network_->config().latent, "{}/{}: is for {} dimensions, the network has {}",
          directory, kTree, c.tree_.dimensions, c.network_->config().latent);
  const auto floats = [&](const char* tensor, const std::vector<std::int64_t>& shape) {
    const StoredTensor& stored = expect_tensor(space, tensor, "F32", shape, space_name);
    std::vector<float> values(stored.bytes.size() / sizeof(float));
    std::memcpy(values.data(), stored.bytes.data(), stored.bytes.size());
    return values;
  };
  c.mean_ = floats("mean", {d});
  c.whitening_ = {d, d, floats("whitening", {d, d})};
  const std::vector<Evidence> empty(1);
  const FeatureTable table = measured_table(empty);
  const std::int64_t columns = evidence_matrix(empty, table).columns;
  require(c.booster_->columns() == columns, "{}/{}: is for {} columns, not {}", directory, kBoosterFile,
          c.booster_->columns(), columns);
  for (const Question& question : c.tree_.questions) column_of(question, table);
  return c;
}

}  // namespace stemloop
