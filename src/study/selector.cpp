#include "study/selector.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/shallow_json.h"
#include "learn/learn.h"
#include "util/regular_file.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSelectorFormat = "stemloop selector 1";
// Columns of sequence_rows(): the shares of 1-, 2- and 3-mers (4 + 16 + 64), GC, length, energy per nucleotide, ...
constexpr std::size_t kMultiplied[] = {0, 1, 2, 3, 85, 86};

std::vector<double> log_odds(const Selector& selector, const MeasuredSet& set) {
  const Matrix rows = standardise(selector_rows(set), selector.columns);
  std::vector<double> odds;
  for (std::int64_t i = 0; i < rows.rows; ++i) {
    const auto row = rows.row(i);
    double sum = 0;
    for (std::size_t k = 0; k < row.size(); ++k) sum += selector.weights[k] * row[k];
    odds.push_back(sum);
  }
  return odds;
}

}  // namespace

Matrix selector_rows(const MeasuredSet& set) {
  const Matrix plain = sequence_rows(set);
  Matrix rows{plain.rows, 0, {}};
  for (std::int64_t i = 0; i < plain.rows; ++i) {
    const auto row = plain.row(i);
    rows.values.insert(rows.values.end(), row.begin(), row.end());
    for (const std::size_t a : kMultiplied) {
      for (const std::size_t b : kMultiplied) {
        if (a <= b) rows.values.push_back(row[a] * row[b]);
      }
    }
  }
  rows.columns = rows.rows > 0 ? std::ssize(rows.values) / rows.rows : 0;
  return rows;
}

Selector fit_selector(const MeasuredSet& real, const MeasuredSet& drawn, const std::string& parameters, double pull,
                      double certain) {
  constexpr std::size_t kFewest = 20;
  require(real.sample.size() >= kFewest, "{} real sequences are too few to tell drawn ones from; {} are wanted",
          real.sample.size(), kFewest);
  require(drawn.sample.size() >= kFewest, "{} drawn sequences are too few to tell real ones from; {} are wanted",
          drawn.sample.size(), kFewest);
  Matrix rows = selector_rows(real);
  const Matrix more = selector_rows(drawn);
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(rows.rows), 1);
  labels.insert(labels.end(), static_cast<std::size_t>(more.rows), 0);
  rows.rows += more.rows;
  rows.values.insert(rows.values.end(), more.values.begin(), more.values.end());
  Selector selector;
  selector.parameters = parameters;
  selector.columns = column_scale(rows);
  selector.weights = fit_logistic(standardise(rows, selector.columns), labels, pull).weights;
  std::vector<double> odds = log_odds(selector, drawn);
  std::sort(odds.begin(), odds.end());
  selector.top = odds[static_cast<std::size_t>((1 - certain) * static_cast<double>(odds.size() - 1))];
  return selector;
}

std::vector<double> keep_probabilities(const Selector& selector, const MeasuredSet& drawn) {
  std::vector<double> keep = log_odds(selector, drawn);
  for (double& value : keep) value = std::exp(std::min(0.0, value - selector.top));
  return keep;
}

std::string selector_json(const Selector& selector) {
  const Json json = {{"format", kSelectorFormat},     {"parameters", selector.parameters},
                     {"mean", selector.columns.mean}, {"scale", selector.columns.scale},
                     {"weights", selector.weights},   {"top", selector.top}};
  return json.dump() + "\n";
}

Selector selector_from_json(const std::string& text, const std::string& name) {
  constexpr int kMostDepth = 3;
  const auto [json, deep] = shallow_json(text, kMostDepth);
  require(!deep && json.is_object() && json.value("format", Json()) == kSelectorFormat,
          "{}: is no selector of this program", name);
  constexpr std::size_t kFields = 6;
  require(json.size() <= kFields, "{}: holds more than a selector's {} fields; was it written by a newer stemloop?",
          name, kFields);
  Selector selector;
  try {
    json.at("parameters").get_to(selector.parameters);
    json.at("mean").get_to(selector.columns.mean);
    json.at("scale").get_to(selector.columns.scale);
    json.at("weights").get_to(selector.weights);
    json.at("top").get_to(selector.top);
  } catch (const Json::exception&) {
    fail("{}: a field is missing or of another type", name);
  }
  constexpr std::size_t kColumns = 104 + 21;  // of selector_rows()
  require(selector.columns.mean.size() == kColumns && selector.columns.scale.size() == kColumns &&
              selector.weights.size() == kColumns,
          "{}: does not hold {} columns", name, kColumns);
  const auto finite = [](const auto& values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  };
  require(finite(selector.columns.mean) && finite(selector.columns.scale) && finite(selector.weights) &&
              std::isfinite(selector.top),
          "{}: a number is out of range", name);
  return selector;
}

std::optional<Selector> read_selector(const std::string& directory) {
  const std::string path = directory + "/" + kSelectorFile;
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) return std::nullopt;
  const auto bytes = read_regular_file(path, 1 << 20);
  return selector_from_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

}  // namespace stemloop
