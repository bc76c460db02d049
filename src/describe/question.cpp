#include "describe/question.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::size_t kFewValues = 11;

const std::map<std::string, std::vector<double>>& published_thresholds() {
  static const std::map<std::string, std::vector<double>> kThresholds = {
      {"start_loop_upperhalf_col", {3, 7, 15, 30, 45}},
      {"highest_point_loop_upperhalf_col", {3, 7, 9, 15, 30, 45}},
      {"gap_start", {2, 8, 20, 40}},
      {"palindrome_score", {.25, .5, .6, .7, .8, .9}},
      {"large_asymmetric_bulge", {2, 4, 8, 10, 20, 40, 60}},
      {"largest_asym_bulge_sequence_location", {5, 20, 40, 60, 80}},
      {"stem_begin", {15, 35, 45, 55, 60, 75}},
      {"stem_end", {3, 5, 8, 12, 20, 30, 40}},
      {"stem_length", {10, 20, 30, 35, 40, 45, 50, 55, 60, 70, 80, 90}},
      {"total_length", {20, 30, 40, 50, 60, 70, 80, 90}},
      {"base_pairs_in_stem", {.1, .3, .5, .7, .9}},
      {"base_pairs_wobbles_in_stem", {.1, .3, .5, .7, .9}},
      {"loop_width", {2, 8, 20, 45}},
  };
  return kThresholds;
}

std::vector<double> thresholds_of(const FeatureColumn& column, Thresholds how) {
  std::vector<double> sorted;
  for (const double v : column.values) {
    if (!std::isnan(v)) sorted.push_back(v);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> distinct = sorted;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.empty()) return {};
  const auto published = published_thresholds().find(column.name);
  if (distinct.size() <= kFewValues) {
    distinct.pop_back();
    return distinct;
  }
  if (how == Thresholds::kPublished && published != published_thresholds().end()) return published->second;
  const std::size_t parts = how == Thresholds::kAll ? 256 : 10;
  std::vector<double> chosen;
  for (std::size_t k = 1; k < parts; ++k) {
    // Three digits, as the question is printed.
    const double value = parse_number(fmt::format("{:.3g}", sorted[k * sorted.size() / parts]), "");
    if (value >= distinct.front() && value < distinct.back() && (chosen.empty() || value > chosen.back()))
      chosen.push_back(value);
  }
  return chosen;
}

}  // namespace

std::string in_words(const Question& question) {
  std::string name = name_in_words(question.feature);
  switch (question.kind) {
    case QuestionKind::kGreater:
      return fmt::format("{} > {:g}", name, question.threshold);
    case QuestionKind::kIs:
      return fmt::format("{} is {}", name, question.value);
    case QuestionKind::kPresent:
      return "has a " + name;
    case QuestionKind::kTrue:
      break;
  }
  return name;
}

const FeatureColumn& column_of(const Question& question, const FeatureTable& table) {
  return column_named(question.feature, table);
}

bool answer(const Question& question, const FeatureColumn& column, std::int64_t record) {
  const double value = column.values[static_cast<std::size_t>(record)];
  switch (question.kind) {
    case QuestionKind::kGreater:
      return value > question.threshold;  // false for NaN
    case QuestionKind::kTrue:
      return value == 1;
    case QuestionKind::kPresent:
      return !std::isnan(value);
    case QuestionKind::kIs:
      break;
  }
  return !std::isnan(value) && column.texts[static_cast<std::size_t>(value)] == question.value;
}

std::vector<Question> make_questions(const FeatureTable& table, Thresholds thresholds) {
  std::vector<Question> questions;
  std::set<std::vector<bool>> known;
  const auto consider = [&](Question question, const FeatureColumn& column) {
    std::vector<bool> answers;
    for (std::int64_t i = 0; i < table.rows; ++i) answers.push_back(answer(question, column, i));
    const auto yes = std::count(answers.begin(), answers.end(), true);
    if (yes == 0 || yes == table.rows || !known.insert(std::move(answers)).second) return;
    questions.push_back(std::move(question));
  };
  for (const FeatureColumn& column : table.columns) {
    if (column.kind == FeatureKind::kBoolean) consider({column.name, QuestionKind::kTrue, 0, ""}, column);
    if (column.kind == FeatureKind::kText) {
      for (std::size_t k = 0; k + 1 < column.texts.size() && k < kFewValues; ++k)
        consider({column.name, QuestionKind::kIs, 0, column.texts[k]}, column);
    }
    if (column.kind == FeatureKind::kNumber) {
      for (const double t : thresholds_of(column, thresholds))
        consider({column.name, QuestionKind::kGreater, t, ""}, column);
    }
  }
  for (const FeatureColumn& column : table.columns) consider({column.name, QuestionKind::kPresent, 0, ""}, column);
  return questions;
}

}  // namespace stemloop
