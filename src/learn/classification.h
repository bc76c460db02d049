// How good a two-class prediction is.
#pragma once

#include <cstdint>
#include <span>

namespace stemloop {

/// Class 1 is the positive one. Values are not numbers (NaN) where they are not defined: a class without records.
struct ClassificationScore {
  std::int64_t positives = 0;
  std::int64_t negatives = 0;
  double accuracy = 0;
  double sensitivity = 0;  // share of the positives called positive
  double specificity = 0;  // share of the negatives called negative
  double mcc = 0;          // Matthews' correlation coefficient
  double auroc = 0;        // area under the receiver operating characteristic; ties count half
  double auprc = 0;        // average precision
};

/// Score of probabilities of class 1 against labels 0 and 1; positive from `threshold` on. REQUIRES: equal lengths.
ClassificationScore score_classification(std::span<const float> probability, std::span<const std::uint8_t> labels,
                                         double threshold = 0.5);

/// 95 % intervals of a score.
struct ScoreInterval {
  ClassificationScore low;
  ClassificationScore high;
};

/// Percentile bootstrap: scores of `resamples` draws of the records with replacement; draw i is drawn from (seed, i).
ScoreInterval bootstrap_score(std::span<const float> probability, std::span<const std::uint8_t> labels,
                              int resamples = 1000, std::uint64_t seed = 1, double threshold = 0.5);

}  // namespace stemloop
