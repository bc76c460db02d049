// Yes/no questions about features of hairpins. Source: Petkovic and Menkovski,
// Algorithm 1 and the thresholds of the published tree.
//
// A missing value (no terminal loop, no large bulge) answers every threshold "no"; whether there is a value is a
// question of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "features/features.h"

namespace stemloop {

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
