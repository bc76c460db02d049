// Probabilities that mean what they say.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/data.h"

namespace stemloop {

/// One bin of a calibration curve: of the records whose probability falls into it.
struct CalibrationBin {
  double low = 0, high = 0;
  std::int64_t count = 0;
  double probability = 0;  // mean predicted
  double share = 0;        // of class 1 observed
};

/// Equally wide bins of [0, 1]; empty ones are kept with count 0.
std::vector<CalibrationBin> calibration_curve(std::span<const float> probability, std::span<const std::uint8_t> labels,
                                              int bins = 15);

/// Expected calibration error: mean over records of |share - probability| of their bin (Guo et al. 2017).
double expected_calibration_error(std::span<const CalibrationBin> curve);

/// p = 1 / (1 + exp(-(w.x + b))): one logit gives Platt's scaling, several blend them.
struct LogisticBlend {
  std::vector<double> weights;
  double bias = 0;
  [[nodiscard]] float probability(std::span<const double> logits) const;
};

/// Logistic regression by Newton's method: log-likelihood less half of `pull` times the square of every weight. Rows
/// N x K. Error with one class.
LogisticBlend fit_logistic(const Matrix& rows, std::span<const std::uint8_t> labels, double pull);

/// The same with a weak pull, of logits. Error with fewer than 10 records or one class.
LogisticBlend fit_blend(const Matrix& logits, std::span<const std::uint8_t> labels);

/// log(p / (1 - p)), kept within +-15.
double logit(double probability);

}  // namespace stemloop
