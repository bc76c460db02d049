// A model of mirtrons as a directory.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "judge/mirtron_parts.h"
#include "net/model_files.h"
#include "net/model_reading.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* kOthers = "others.ubj";
constexpr const char* kIndex = "index.safetensors";
constexpr const char* kCutsFolder = "cuts";

double finite(const Json& json, const std::string& what, const std::string& name) {
  require(json.is_number() && std::isfinite(json.get<double>()), "{}: {} is missing or no number", name, what);
  return json.get<double>();
}

// A member of an object; null if there is none.
Json member(const Json& json, const std::string& key) { return json.is_object() ? json.value(key, Json()) : Json(); }

Json json_of(const LogisticBlend& curve) { return {{"slope", curve.weights[0]}, {"bias", curve.bias}}; }

LogisticBlend curve_of(const Json& config, const std::string& key, const std::string& name) {
  const Json curve = member(config, key);
  LogisticBlend blend;
  blend.weights = {finite(member(curve, "slope"), "'slope' of '" + key + "'", name)};
  blend.bias = finite(member(curve, "bias"), "'bias' of '" + key + "'", name);
  return blend;
}

// The measures the trees were grown on, found by their names: others may have come since.
std::vector<std::size_t> known_measures(const Json& config, const std::string& name) {
  const Json names = member(config, "measures");
  require(names.is_array() && !names.empty(), "{}: 'measures' is missing", name);
  const std::vector<Measure>& measures = mirtron_measures();
  std::vector<std::size_t> columns;
  for (const Json& one : names) {
    const auto found = std::find_if(measures.begin(), measures.end(), [&](const Measure& m) { return one == m.name; });
    require(found != measures.end(), "{}: was trained on a measure {} that is not known here; train it again", name,
            printable(one.dump()));
    columns.push_back(static_cast<std::size_t>(found - measures.begin()));
  }
  return columns;
}

std::unique_ptr<Booster> trees_of(const Json& config, const std::string& directory, const char* file,
                                  std::int64_t columns) {
  const std::string path = directory + "/" + file;
  auto trees = load_xgboost(checked_file(config, directory, file), path, 1);
  require(trees->columns() == columns, "{}: is for {} columns, not {}", path, trees->columns(), columns);
  return trees;
}

}  // namespace

void MirtronModel::write(const std::string& directory, const MirtronTraining& how) const {
  fs::create_directories(directory + "/" + kCutsFolder);
  Json sums = Json::object(), ranges = Json::object(), weights = Json::object(), figures = Json::object();
  Json called = Json::object(), measures = Json::array();
  const auto put = [&](const char* file, const std::string& bytes) {
    replace_file(directory + "/" + file, bytes);
    sums[file] = md5_hex(std::as_bytes(std::span(bytes)));
  };
  cuts_->write(directory + "/" + kCutsFolder, R"({"see": "../config.json"})");
  put(kBoosterFile, text_of(booster_->bytes()));
  if (others_) put(kOthers, text_of(others_->bytes()));
  put(kIndex, encode_known(known_));
  for (const MeasureRange& range : ranges_) ranges[range.name] = {range.low, range.high};
  for (const auto& [measure, weight] : importance_) weights[measure] = weight;
  for (const auto& [which, all] : figures_) {
    for (const char* name : kFigureNames)
      figures[which][name] = {all.at(name).mean, all.at(name).low, all.at(name).high};
  }
  for (const auto& [kind, share] : called_) called[kind] = {{"records", share.first}, {"called", share.second}};
  for (const Measure& measure : mirtron_measures()) measures.push_back(measure.name);
  const BoosterOptions& trees = how.booster;
  Json config = {{"format", kMirtronFormat},
                 {"family", kMirtronFamily},
                 {"calibration", json_of(calibration_)},
                 {"ranges", ranges},
                 {"mirtrons", {{"gc_low", mirtron_gc_low_}, {"gc_high", mirtron_gc_high_}, {"sites", mirtron_sites_}}},
                 {"figures", figures},
                 {"called_mirtron", called},
                 {"importance", weights},
                 {"trees",
                  {{"rounds", trees.rounds},
                   {"depth", trees.depth},
                   {"rate", trees.rate},
                   {"rows", trees.rows},
                   {"columns", trees.columns},
                   {"leaf", trees.leaf},
                   {"seed", how.seed}}},
                 {"cross_validation", {{"folds", how.folds}, {"repeats", how.repeats}, {"shown", how.shown}}},
                 {"md5", sums},
                 {"training", Json::parse(how.origin)},
                 {"measures", measures}};
  if (others_) config["calibration_of_others"] = json_of(others_calibration_);
  replace_file(directory + "/config.json", config.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

MirtronModel MirtronModel::open(const std::string& directory) {
  const Json config = read_config(directory);
  const std::string name = directory + "/config.json";
  const Json format = member(config, "format"), family = member(config, "family");
  require(format.is_number_integer(), "{}: 'format' is missing: this is no stemloop model", name);
  require(family == kMirtronFamily, "{}: this is a model of family '{}', not '{}'", name,
          family.is_string() ? printable(family.get<std::string>()) : "", kMirtronFamily);
  require(format != 1,
          "{}: format 1 judged sequences by their ends and is not read any more (this is {}): train it again", name,
          kMirtronFormat);
  require(format == kMirtronFormat, "{}: format {} is not known here (this is {}); was it written by a newer stemloop?",
          name, printable(format.dump()), kMirtronFormat);
  MirtronModel m;
  m.columns_ = known_measures(config, name);
  m.calibration_ = curve_of(config, "calibration", name);
  for (const char* measured : kMirtronRanged) {
    const Json range = member(member(config, "ranges"), measured);
    require(range.is_array() && range.size() == 2, "{}: the range of '{}' is missing", name, measured);
    m.ranges_.push_back({measured, finite(range[0], "a range", name), finite(range[1], "a range", name)});
  }
  const Json mirtrons = member(config, "mirtrons");
  m.mirtron_gc_low_ = finite(member(mirtrons, "gc_low"), "'gc_low' of 'mirtrons'", name);
  m.mirtron_gc_high_ = finite(member(mirtrons, "gc_high"), "'gc_high' of 'mirtrons'", name);
  m.mirtron_sites_ = finite(member(mirtrons, "sites"), "'sites' of 'mirtrons'", name);
  const Json weights = member(config, "importance");
  require(weights.is_object(), "{}: 'importance' is missing", name);
  for (const auto& [measure, value] : weights.items())
    m.importance_.emplace_back(measure, finite(value, "an importance", name));
  const Json figures = member(config, "figures"), called = member(config, "called_mirtron");
  require(figures.is_object() && !figures.empty(), "{}: 'figures' is missing", name);
  for (const auto& [which, all] : figures.items()) {
    for (const char* figure : kFigureNames) {
      const Json three = member(all, figure);
      require(three.is_array() && three.size() == 3, "{}: the figure '{}' ({}) is missing", name, figure,
              printable(which));
      // Of few records a figure may not be defined: null.
      const auto number = [&](const Json& one) { return one.is_null() ? std::nan("") : finite(one, "a figure", name); };
      m.figures_[which][figure] = {number(three[0]), number(three[1]), number(three[2])};
    }
  }
  require(called.is_object(), "{}: 'called_mirtron' is missing", name);
  for (const auto& [kind, share] : called.items())
    m.called_[kind] = {static_cast<std::int64_t>(finite(member(share, "records"), "a number of records", name)),
                       finite(member(share, "called"), "a share", name)};
  m.known_ = decode_known(checked_file(config, directory, kIndex), directory + "/" + kIndex);
  m.booster_ = trees_of(config, directory, kBoosterFile, std::ssize(m.columns_));
  if (member(config, "md5").contains(kOthers)) {
    m.others_calibration_ = curve_of(config, "calibration_of_others", name);
    m.others_ = trees_of(config, directory, kOthers, std::ssize(m.columns_));
  }
  m.cuts_ = std::make_unique<CutModel>(CutModel::open(model_part(directory, kCutsFolder)));
  return m;
}

}  // namespace stemloop
