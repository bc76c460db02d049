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
};

/// Score of probabilities of class 1 against labels 0 and 1; positive from `threshold` on. REQUIRES: equal lengths.
ClassificationScore score_classification(std::span<const float> probability, std::span<const std::uint8_t> labels,
                                         double threshold = 0.5);

}  // namespace stemloop
