#include "learn/learner.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "learn/booster.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr int kDeepest = 25;

void check_options(const LearnerOptions& o) {
  require(o.trees > 0, "{} trees are no forest", o.trees);
  require(o.depth > 0 && o.depth <= kDeepest, "depth {} is not in 1 to {}", o.depth, kDeepest);
  require(o.least_split >= 2, "a node of {} rows cannot be split", o.least_split);
  require(o.columns_tried >= 0, "{} columns cannot be tried", o.columns_tried);
  require(std::isfinite(o.c) && o.c > 0, "C {} is not above 0", o.c);
  require(std::isfinite(o.gamma) && o.gamma >= 0, "gamma {} is below 0", o.gamma);
}

class Forest : public Learner {
 public:
  Forest(const Matrix& rows, std::span<const std::uint8_t> labels, const LearnerOptions& options)
      : trees_(train_forest(rows, labels, forest_options(rows, options),
                            options.balanced ? balancing_weights(labels) : std::vector<float>())) {}

 private:
  static ForestOptions forest_options(const Matrix& rows, const LearnerOptions& options) {
    ForestOptions forest;
    forest.trees = options.trees;
    forest.depth = options.depth;
    forest.least_split = options.least_split;
    forest.columns =
        std::min(1.0, static_cast<double>(options.columns_tried) / std::max(1.0, static_cast<double>(rows.columns)));
    forest.seed = Random(options.seed, 0).next();
    return forest;
  }
  [[nodiscard]] std::vector<float> standardised_probabilities(const Matrix& rows) const override {
    std::vector<float> shares = trees_->logits(rows);
    for (float& share : shares) share = std::clamp(share, 0.0F, 1.0F);  // but for rounding it is there already
    return shares;
  }

  std::unique_ptr<Booster> trees_;
};

}  // namespace

std::vector<float> balancing_weights(std::span<const std::uint8_t> labels) {
  const auto ones = static_cast<float>(std::count(labels.begin(), labels.end(), 1));
  const float zeros = static_cast<float>(labels.size()) - ones, larger = std::max(ones, zeros);
  std::vector<float> weights;
  for (const std::uint8_t label : labels)
    weights.push_back(ones == 0 || zeros == 0 ? 1.0F : larger / (label == 1 ? ones : zeros));
  return weights;
}

const char* learner_name(LearnerKind kind) {
  constexpr const char* kNames[] = {"forest", "svm", "logistic"};
  return kNames[static_cast<int>(kind)];
}

ColumnScale column_scale(const Matrix& rows) {
  ColumnScale columns;
  for (std::int64_t k = 0; k < rows.columns; ++k) {
    // In double and in the order of the rows.
    const auto each = [&](auto&& action) {
      for (std::int64_t i = 0; i < rows.rows; ++i) {
        const double value = rows.row(i)[static_cast<std::size_t>(k)];
        if (!std::isnan(value)) action(value);
      }
    };
    double n = 0, sum = 0, squares = 0;
    each([&](double value) {
      ++n;
      sum += value;
    });
    const double mean = n > 0 ? sum / n : 0;
    each([&](double value) { squares += (value - mean) * (value - mean); });
    const double deviation = n > 0 ? std::sqrt(squares / n) : 0;
    columns.mean.push_back(static_cast<float>(mean));
    // A constant column's deviation may be a rounding error.
    columns.scale.push_back(deviation > 1e-7 * std::abs(mean) ? static_cast<float>(1 / deviation) : 0.0F);
  }
  return columns;
}

Matrix standardise(const Matrix& rows, const ColumnScale& columns) {
  const std::size_t width = columns.mean.size();
  require(static_cast<std::size_t>(rows.columns) == width, "{} columns, {} in training", rows.columns, width);
  Matrix result = rows;
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows.rows); ++i) {
    for (std::size_t k = 0; k < width; ++k) {
      float& value = result.values[i * width + k];
      require(!std::isinf(value), "row {}, column {}: an infinite value", i + 1, k + 1);
      value = std::isnan(value) ? 0 : (value - columns.mean[k]) * columns.scale[k];
    }
  }
  return result;
}

std::vector<float> Learner::probabilities(const Matrix& rows) const {
  const Matrix input = standardise(rows, columns_);
  return rows.rows == 0 ? std::vector<float>() : standardised_probabilities(input);
}

std::unique_ptr<Learner> Learner::train(LearnerKind kind, const Matrix& rows, std::span<const std::uint8_t> labels,
                                        const LearnerOptions& options) {
  require(rows.rows > 0 && rows.columns > 0, "there is nothing to learn from: {} rows of {} columns", rows.rows,
          rows.columns);
  require(labels.size() == static_cast<std::size_t>(rows.rows), "{} labels for {} rows", labels.size(), rows.rows);
  std::array<std::int64_t, 2> count{};
  for (const std::uint8_t label : labels) {
    require(label <= 1, "label {} is neither 0 nor 1", label);
    ++count[label];
  }
  require(count[0] > 0 && count[1] > 0, "all {} rows are of class {}; a classifier needs both", rows.rows, labels[0]);
  check_options(options);

  ColumnScale columns = column_scale(rows);
  const Matrix input = standardise(rows, columns);
  std::unique_ptr<Learner> learner;
  if (kind == LearnerKind::kForest) {
    learner = std::make_unique<Forest>(input, labels, options);
  } else {
    using Make = Learner* (*)(LearnerKind, const Matrix&, std::span<const std::uint8_t>, const LearnerOptions&);
    static const auto make =
        reinterpret_cast<Make>(open_library("libstemloop_learners.so", "STEMLOOP_LEARNERS", "stemloop_make_learner"));
    learner.reset(make(kind, input, labels, options));
  }
  learner->columns_ = std::move(columns);
  return learner;
}

}  // namespace stemloop
