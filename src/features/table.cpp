#include "features/table.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "util/table_joins.h"
#include "util/util.h"

namespace stemloop {

namespace {

bool is_boolean(const std::string& cell) {
  return cell == "True" || cell == "False" || cell == "true" || cell == "false" || cell == "TRUE" || cell == "FALSE";
}

FeatureColumn make_column(std::string name, const std::vector<std::string>& cells,
                          std::span<const std::string> places) {
  FeatureColumn column{std::move(name), FeatureKind::kNumber, {}, {}};
  std::int64_t there = 0, numbers = 0, booleans = 0;
  std::set<std::string> texts;
  for (const std::string& cell : cells) {
    if (is_missing(cell)) continue;
    ++there;
    booleans += is_boolean(cell) ? 1 : 0;
    numbers += meant_as_number(cell) ? 1 : 0;
    texts.insert(cell);
  }
  column.kind = there == 0             ? FeatureKind::kNumber
                : 2 * booleans > there ? FeatureKind::kBoolean
                : 2 * numbers > there  ? FeatureKind::kNumber
                                       : FeatureKind::kText;
  if (column.kind == FeatureKind::kText) column.texts.assign(texts.begin(), texts.end());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string& cell = cells[i];
    const std::string place = i < places.size() ? places[i] : fmt::format("row {}", i + 1);
    if (is_missing(cell)) {
      column.values.push_back(kMissing);
    } else if (column.kind == FeatureKind::kBoolean) {
      require(is_boolean(cell), "{}: '{}' in column '{}' is neither True nor False; missing values are empty or NA",
              place, printable(cell), printable(column.name));
      column.values.push_back(cell[0] == 'T' || cell[0] == 't' ? 1 : 0);
    } else if (column.kind == FeatureKind::kNumber) {
      column.values.push_back(number_or_missing(cell, column.name, place));
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

FeatureTable feature_table(std::vector<std::string> names, const std::vector<std::vector<std::string>>& cells,
                           std::span<const std::string> places) {
  FeatureTable table;
  table.rows = cells.empty() ? 0 : static_cast<std::int64_t>(cells.front().size());
  for (std::size_t k = 0; k < names.size(); ++k)
    table.columns.push_back(make_column(std::move(names[k]), cells[k], places));
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
