// A cut model as a directory: config.json with the shapes of its networks and its settings, model.safetensors with
// their weights, "0.embedding" and so on.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "arms/cut_guide.h"
#include "arms/cut_parts.h"
#include "net/net.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFamily = "arms";
constexpr int kMostNetworks = 16, kMostLayers = 16, kMostChannels = 256, kMostDilation = 32, kMostReach = 200,
              kMostReaches = 4;

std::int64_t whole(const Json& json, const std::string& what, std::int64_t low, std::int64_t high,
                   const std::string& name) {
  require(json.is_number_integer(), "{}: {} is missing or no whole number", name, what);
  const auto value = json.get<std::int64_t>();
  require(value >= low && value <= high, "{}: {} is {}, not {} to {}", name, what, value, low, high);
  return value;
}

Json member(const Json& json, const char* key) { return json.is_object() ? json.value(key, Json()) : Json(); }

std::vector<float> numbers(const Json& json, const std::string& what, const std::string& name) {
  require(json.is_array(), "{}: {} is missing or no list", name, what);
  std::vector<float> values;
  for (const Json& value : json) {
    require(value.is_number() && std::isfinite(value.get<double>()), "{}: {} holds something that is no number", name,
            what);
    values.push_back(value.get<float>());
  }
  return values;
}

CutNetworkShape shape_of(const Json& json, const std::string& name) {
  CutNetworkShape shape;
  constexpr int kLanes = 16;
  shape.channels = static_cast<int>(whole(member(json, "channels"), "channels", kLanes, kMostChannels, name));
  require(shape.channels % kLanes == 0, "{}: channels is {}, no multiple of 16", name, shape.channels);
  const Json dilations = member(json, "dilations");
  require(dilations.is_array() && !dilations.empty() && dilations.size() <= kMostLayers,
          "{}: dilations is no list of 1 to {} numbers", name, kMostLayers);
  shape.dilations.clear();
  for (const Json& dilation : dilations) {
    shape.dilations.push_back(static_cast<int>(whole(dilation, "a dilation", 1, kMostDilation, name)));
  }
  return shape;
}

std::string tensor_name(std::size_t network, const CutSlice& slice) {
  return fmt::format("{}.{}", network, slice.name);
}

}  // namespace

CutModel CutModel::open(const std::string& directory) {
  const StoredModel stored = read_stored_model(directory, kFamily);
  const std::string name = directory + "/config.json";
  const Json config = Json::parse(stored.network, nullptr, false);
  CutSettings settings;
  const Json local = member(config, "local");
  require(local.is_null() || local.is_boolean(), "{}: local is neither true nor false", name);
  settings.local = local.is_boolean() && local.get<bool>();
  const Json reaches = member(config, "reaches");
  require(reaches.is_array() && !reaches.empty() && reaches.size() <= kMostReaches,
          "{}: reaches is no list of 1 to {} numbers", name, kMostReaches);
  settings.reaches.clear();
  for (const Json& reach : reaches)
    settings.reaches.push_back(static_cast<int>(whole(reach, "a reach", kMinArm, kMostReach, name)));
  require(std::is_sorted(settings.reaches.rbegin(), settings.reaches.rend()), "{}: reaches do not fall", name);
  const Json calibration = member(config, "calibration");
  require(calibration.is_array() && calibration.size() == settings.calibration.size(),
          "{}: calibration is no list of {} lists", name, settings.calibration.size());
  for (std::size_t k = 0; k < settings.calibration.size(); ++k) {
    const std::vector<float> values = numbers(calibration[k], "calibration", name);
    require(values.size() == settings.calibration[k].size(), "{}: a calibration has {} numbers, not {}", name,
            values.size(), settings.calibration[k].size());
    std::copy(values.begin(), values.end(), settings.calibration[k].begin());
  }
  settings.guide = numbers(member(config, "guide"), "guide", name);
  require(settings.guide.empty() || settings.guide.size() == kGuideSigns.size() + 1, "{}: guide has {} numbers, not {}",
          name, settings.guide.size(), kGuideSigns.size() + 1);
  const Json shapes = member(config, "networks");
  require(shapes.is_array() && !shapes.empty() && shapes.size() <= kMostNetworks,
          "{}: networks is no list of 1 to {} shapes", name, kMostNetworks);
  std::vector<CutNetwork> networks;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    CutNetwork network{shape_of(shapes[i], name), {}};
    network.parameters.resize(places_of(network.shape).size);
    for (const CutSlice& slice : network.slices()) {
      std::vector<std::int64_t> shape = slice.shape;
      const auto found = stored.weights.tensors.find(tensor_name(i, slice));
      // Models from before kConvention, the last of the tables, lack its rows: they follow no convention.
      constexpr int kOlderRows = field_row_count() - kFieldRows[kConvention];
      if (slice.name == "embedding" && found != stored.weights.tensors.end() &&
          found->second.shape == std::vector<std::int64_t>{kOlderRows, shape[1]})
        shape[0] = kOlderRows;
      const StoredTensor& tensor =
          expect_tensor(stored.weights, tensor_name(i, slice), "F32", shape, directory + "/model.safetensors");
      std::memcpy(network.parameters.data() + slice.first, tensor.bytes.data(), tensor.bytes.size());
    }
    const bool finite = std::all_of(network.parameters.begin(), network.parameters.end(),
                                    [](float value) { return std::isfinite(value); });
    require(finite, "{}/model.safetensors: network {} has weights that are no numbers", directory, i);
    networks.push_back(std::move(network));
  }
  return of(std::move(networks), settings);
}

void CutModel::write(const std::string& directory, const std::string& training) const {
  StoredModel stored;
  stored.training = training;
  Json shapes = Json::array();
  for (std::size_t i = 0; i < parts_->networks.size(); ++i) {
    const CutNetwork& network = parts_->networks[i];
    shapes.push_back({{"channels", network.shape.channels}, {"dilations", network.shape.dilations}});
    for (const CutSlice& slice : network.slices()) {
      StoredTensor tensor{"F32", slice.shape, std::vector<std::byte>(slice.size * sizeof(float))};
      std::memcpy(tensor.bytes.data(), network.parameters.data() + slice.first, tensor.bytes.size());
      stored.weights.tensors.emplace(tensor_name(i, slice), std::move(tensor));
    }
  }
  const CutSettings& settings = parts_->settings;
  stored.network = Json{
      {"local", settings.local},
      {"reaches", settings.reaches},
      {"networks", shapes},
      {"calibration", settings.calibration},
      {"guide",
       settings.guide}}.dump();
  write_stored_model(directory, kFamily, stored);
}

}  // namespace stemloop
