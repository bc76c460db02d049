// Features of hairpins as columns of a table, and yes/no questions about them. Source: Petkovic and Menkovski,
// Algorithm 1 and the thresholds of the published tree.
//
// A missing value (no terminal loop, no large bulge) answers every threshold "no"; whether there is a value is a
// question of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hairpin/hairpin.h"

namespace stemloop {

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

/// From cells as text, one vector a column. A column is boolean if all its cells are True or False (any case), numeric
/// if all are numbers, else text; empty cells are missing.
FeatureTable feature_table(std::vector<std::string> names, const std::vector<std::vector<std::string>>& cells);

/// The 20 features of pictures.
FeatureTable feature_table(std::span<const Picture> pictures);

enum class QuestionKind : std::uint8_t { kGreater, kTrue, kIs, kPresent };

struct Question {
  std::string feature;
  QuestionKind kind = QuestionKind::kGreater;
  double threshold = 0;  // kGreater
  std::string value;     // kIs

  bool operator==(const Question&) const = default;
};

/// "base pairs in stem > 0.5", "UGU", "there is a gap start", "bulge strand is upper".
std::string in_words(const Question& question);

/// The answer for a record; `column` is the question's feature.
bool answer(const Question& question, const FeatureColumn& column, std::int64_t record);

/// The feature a question is about. Error if the table has no such column.
const FeatureColumn& column_of(const Question& question, const FeatureTable& table);

/// The first column whose values correspond one to one with the labels, the labels themselves under another name;
/// nullptr if there is none.
const FeatureColumn* column_of_labels(const FeatureTable& table, std::span<const std::uint8_t> labels);

/// Its value as a cell: "0.62", "True", "" where missing.
std::string cell_of(const FeatureColumn& column, std::int64_t record);

enum class Thresholds : std::uint8_t {
  kPublished,  // of the published tree; deciles for features it has no thresholds for
  kDeciles,    // the nine deciles of the values
  kAll,        // up to 255 values evenly spread over the ranks, as a plain decision tree tries
};

/// The questions a table allows. Booleans give one; numbers of up to 11 distinct values every value but the last;
/// others the thresholds. Questions that all records answer alike, or that repeat an earlier one on these records, are
/// left out.
std::vector<Question> make_questions(const FeatureTable& table, Thresholds thresholds);

}  // namespace stemloop
