// A model of mirtrons as a directory.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "judge/mirtron.h"
#include "net/model_files.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr const char* kBooster = "booster.ubj";
constexpr const char* kIndex = "index.safetensors";

double finite(const Json& json, const std::string& what, const std::string& name) {
  require(json.is_number() && std::isfinite(json.get<double>()), "{}: {} is missing or no number", name, what);
  return json.get<double>();
}

// A member of an object; null if there is none.
Json member(const Json& json, const std::string& key) { return json.is_object() ? json.value(key, Json()) : Json(); }

}  // namespace

void MirtronModel::write(const std::string& directory, const MirtronTraining& how, const BoosterOptions& trees) const {
  fs::create_directories(directory);
  Json sums = Json::object(), ranges = Json::object(), weights = Json::object(), figures = Json::object();
  const auto put = [&](const char* file, const std::string& bytes) {
    replace_file(directory + "/" + file, bytes);
    sums[file] = md5_hex(std::as_bytes(std::span(bytes)));
  };
  put(kBooster, text_of(booster_->bytes()));
  put(kIndex, encode_known(known_));
  for (const MeasureRange& range : ranges_) ranges[range.name] = {range.low, range.high};
  for (const auto& [property, weight] : importance_) weights[property] = weight;
  for (const auto& [which, all] : figures_) {
    for (const char* name : kFigureNames)
      figures[which][name] = {all.at(name).mean, all.at(name).low, all.at(name).high};
  }
  const Json config = {{"format", kFormat},
                       {"family", kMirtronFamily},
                       {"parameters", parameters_},
                       {"calibration", {{"slope", calibration_.weights[0]}, {"bias", calibration_.bias}}},
                       {"ranges", ranges},
                       {"figures", figures},
                       {"importance", weights},
                       {"trees",
                        {{"rounds", trees.rounds},
                         {"depth", trees.depth},
                         {"depths", how.depths},
                         {"rate", trees.rate},
                         {"rows", trees.rows},
                         {"columns", trees.columns},
                         {"leaf", trees.leaf},
                         {"seed", trees.seed}}},
                       {"cross_validation", {{"folds", how.folds}, {"repeats", how.repeats}, {"masked", how.masked}}},
                       {"md5", sums},
                       {"training", Json::parse(how.origin)}};
  replace_file(directory + "/config.json", config.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

MirtronModel MirtronModel::open(const std::string& directory) {
  const Json config = read_config(directory);
  const std::string name = directory + "/config.json";
  const Json format = member(config, "format"), family = member(config, "family");
  require(format.is_number_integer(), "{}: 'format' is missing: this is no stemloop model", name);
  require(format == kFormat, "{}: format {} is not known here (this is {}); was it written by a newer stemloop?", name,
          printable(format.dump()), kFormat);
  require(family == kMirtronFamily, "{}: this is a model of family '{}', not '{}'", name,
          family.is_string() ? printable(family.get<std::string>()) : "", kMirtronFamily);
  MirtronModel m;
  const Json parameters = member(config, "parameters");
  require(parameters.is_string(), "{}: 'parameters' is missing or no text", name);
  m.parameters_ = parameters.get<std::string>();
  const Json calibration = member(config, "calibration");
  m.calibration_.weights = {finite(member(calibration, "slope"), "'slope' of 'calibration'", name)};
  m.calibration_.bias = finite(member(calibration, "bias"), "'bias' of 'calibration'", name);
  for (const char* measured : kRanged) {
    const Json range = member(member(config, "ranges"), measured);
    require(range.is_array() && range.size() == 2, "{}: the range of '{}' is missing", name, measured);
    m.ranges_.push_back({measured, finite(range[0], "a range", name), finite(range[1], "a range", name)});
  }
  const Json weights = member(config, "importance");
  require(weights.is_object(), "{}: 'importance' is missing", name);
  for (const auto& [property, value] : weights.items())
    m.importance_.emplace_back(property, finite(value, "an importance", name));
  for (const char* which : {"whole", "masked", "whole, not augmented", "masked, not augmented"}) {
    const bool augmented = member(config, "figures").contains("whole, not augmented");
    if (std::string_view(which).find("not") != std::string_view::npos && !augmented) continue;
    for (const char* figure : kFigureNames) {
      const Json three = member(member(member(config, "figures"), which), figure);
      require(three.is_array() && three.size() == 3, "{}: the figure '{}' ({}) is missing", name, figure, which);
      m.figures_[which][figure] = {finite(three[0], "a figure", name), finite(three[1], "a figure", name),
                                   finite(three[2], "a figure", name)};
    }
  }

  m.known_ = decode_known(checked_file(config, directory, kIndex), directory + "/" + kIndex);
  const std::string booster = directory + "/" + kBooster;
  m.booster_ = load_xgboost(checked_file(config, directory, kBooster), booster, 1);
  const auto columns = static_cast<std::int64_t>(mirtron_columns().size());
  require(m.booster_->columns() == columns, "{}: is for {} columns, not {}", booster, m.booster_->columns(), columns);
  return m;
}

}  // namespace stemloop
