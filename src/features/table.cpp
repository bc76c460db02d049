#include "features/table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "util/util.h"

namespace stemloop {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool is_boolean(const std::string& cell) {
  return cell == "True" || cell == "False" || cell == "true" || cell == "false" || cell == "TRUE" || cell == "FALSE";
}

std::optional<double> number(const std::string& cell) {
  try {
    return parse_number(cell, "");
  } catch (const Error&) {
    return std::nullopt;
  }
}

FeatureColumn make_column(std::string name, const std::vector<std::string>& cells) {
  FeatureColumn column{std::move(name), FeatureKind::kNumber, {}, {}};
  bool numbers = true, booleans = true;
  std::set<std::string> texts;
  for (const std::string& cell : cells) {
    if (cell.empty()) continue;
    booleans = booleans && is_boolean(cell);
    numbers = numbers && number(cell).has_value();
    texts.insert(cell);
  }
  column.kind = texts.empty() ? FeatureKind::kNumber
                : booleans    ? FeatureKind::kBoolean
                : numbers     ? FeatureKind::kNumber
                              : FeatureKind::kText;
  if (column.kind == FeatureKind::kText) column.texts.assign(texts.begin(), texts.end());
  for (const std::string& cell : cells) {
    if (cell.empty()) {
      column.values.push_back(kMissing);
    } else if (column.kind == FeatureKind::kBoolean) {
      column.values.push_back(cell[0] == 'T' || cell[0] == 't' ? 1 : 0);
    } else if (column.kind == FeatureKind::kNumber) {
      column.values.push_back(*number(cell));
    } else {
      column.values.push_back(static_cast<double>(std::distance(texts.begin(), texts.find(cell))));
    }
  }
  return column;
}

}  // namespace

FeatureTable FeatureTable::select(std::span<const std::int64_t> records) const {
  FeatureTable table;
  table.rows = static_cast<std::int64_t>(records.size());
  for (const FeatureColumn& column : columns) {
    FeatureColumn chosen{column.name, column.kind, {}, column.texts};
    for (const std::int64_t i : records) chosen.values.push_back(column.values[static_cast<std::size_t>(i)]);
    table.columns.push_back(std::move(chosen));
  }
  return table;
}

FeatureTable feature_table(std::vector<std::string> names, const std::vector<std::vector<std::string>>& cells) {
  FeatureTable table;
  table.rows = cells.empty() ? 0 : static_cast<std::int64_t>(cells.front().size());
  for (std::size_t k = 0; k < names.size(); ++k) table.columns.push_back(make_column(std::move(names[k]), cells[k]));
  return table;
}

const FeatureColumn& column_named(const std::string& name, const FeatureTable& table) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const FeatureColumn& column) { return column.name == name; });
  require(found != table.columns.end(), "there is no feature '{}'", printable(name));
  return *found;
}

std::string name_in_words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

const FeatureColumn* column_of_labels(const FeatureTable& table, std::span<const std::uint8_t> labels) {
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  const auto one = std::find(labels.begin(), labels.end(), std::uint8_t{1});
  const auto zero = std::find(labels.begin(), labels.end(), std::uint8_t{0});
  if (one == labels.end() || zero == labels.end()) return nullptr;
  for (const FeatureColumn& column : table.columns) {
    const double of_class[] = {column.values[static_cast<std::size_t>(zero - labels.begin())],
                               column.values[static_cast<std::size_t>(one - labels.begin())]};
    if (same(of_class[0], of_class[1])) continue;
    bool repeats = true;
    for (std::size_t i = 0; i < labels.size() && repeats; ++i) repeats = same(column.values[i], of_class[labels[i]]);
    if (repeats) return &column;
  }
  return nullptr;
}

std::string cell_of(const FeatureColumn& column, std::int64_t record) {
  const double value = column.values[static_cast<std::size_t>(record)];
  if (std::isnan(value)) return "";
  if (column.kind == FeatureKind::kBoolean) return value == 1 ? "True" : "False";
  if (column.kind == FeatureKind::kText) return column.texts[static_cast<std::size_t>(value)];
  return fmt::format("{:.4g}", value);
}

}  // namespace stemloop
