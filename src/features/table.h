// Features of hairpins as named, typed columns of a table; a missing value is NaN.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace stemloop {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();  // what a record does not have

enum class FeatureKind : std::uint8_t { kNumber, kBoolean, kText };

struct FeatureColumn {
  std::string name;
  FeatureKind kind = FeatureKind::kNumber;
  std::vector<double> values;      // a record each; NaN where missing; 0 or 1 of a boolean; an index into `texts`
  std::vector<std::string> texts;  // the distinct values of a text column, sorted
};

struct FeatureTable {
  std::vector<FeatureColumn> columns;
  std::int64_t rows = 0;

  /// The columns of some records.
  [[nodiscard]] FeatureTable select(std::span<const std::int64_t> records) const;
};

/// From cells as text, one vector a column; empty cells and NA are missing. A column is boolean if all its cells are
/// True or False (any case), numeric if more than half of them are numbers, else text. Error naming place (`places`:
/// "file:line" of each row), column and value where a numeric column holds something else.
FeatureTable feature_table(std::vector<std::string> names, const std::vector<std::vector<std::string>>& cells,
                           std::span<const std::string> places = {});

/// The column of that name. Error if the table has none.
const FeatureColumn& column_named(const std::string& name, const FeatureTable& table);

/// The name as it is spoken: "stem length".
std::string name_in_words(std::string name);

/// The first column whose values correspond one to one with the labels, the labels themselves under another name;
/// nullptr if there is none.
const FeatureColumn* column_of_labels(const FeatureTable& table, std::span<const std::uint8_t> labels);

/// Its value as a cell: "0.62", "True", "" where missing.
std::string cell_of(const FeatureColumn& column, std::int64_t record);

}  // namespace stemloop
