#include "learn/calibration.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "util/util.h"

namespace stemloop {

std::vector<CalibrationBin> calibration_curve(std::span<const float> probability, std::span<const std::uint8_t> labels,
                                              int bins) {
  std::vector<CalibrationBin> curve(static_cast<std::size_t>(bins));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto& bin = curve[static_cast<std::size_t>(
        std::clamp(static_cast<int>(probability[i] * static_cast<float>(bins)), 0, bins - 1))];
    ++bin.count;
    bin.probability += probability[i];
    bin.share += labels[i];
  }
  for (int k = 0; k < bins; ++k) {
    CalibrationBin& bin = curve[static_cast<std::size_t>(k)];
    bin.low = static_cast<double>(k) / bins;
    bin.high = static_cast<double>(k + 1) / bins;
    if (bin.count == 0) continue;
    bin.probability /= static_cast<double>(bin.count);
    bin.share /= static_cast<double>(bin.count);
  }
  return curve;
}

double expected_calibration_error(std::span<const CalibrationBin> curve) {
  double sum = 0, count = 0;
  for (const CalibrationBin& bin : curve) {
    sum += static_cast<double>(bin.count) * std::abs(bin.share - bin.probability);
    count += static_cast<double>(bin.count);
  }
  return count > 0 ? sum / count : 0;
}

float LogisticBlend::probability(std::span<const double> logits) const {
  double sum = bias;
  for (std::size_t k = 0; k < weights.size(); ++k) sum += weights[k] * logits[k];
  return static_cast<float>(1 / (1 + std::exp(-sum)));
}

LogisticBlend fit_logistic(const Matrix& rows, std::span<const std::uint8_t> labels, double pull) {
  const auto positives = std::count(labels.begin(), labels.end(), std::uint8_t{1});
  require(positives > 0 && positives < rows.rows, "all {} records are of one class", rows.rows);
  const std::int64_t k = rows.columns;
  Eigen::MatrixXd x(rows.rows, k + 1);
  Eigen::VectorXd y(rows.rows);
  for (std::int64_t i = 0; i < rows.rows; ++i) {
    for (std::int64_t j = 0; j < k; ++j) x(i, j) = rows.row(i)[static_cast<std::size_t>(j)];
    x(i, k) = 1;
    y[i] = labels[static_cast<std::size_t>(i)];
  }
  const auto loss = [&](const Eigen::VectorXd& w) {
    const Eigen::ArrayXd logits = (x * w).array();
    // log(1 + exp(l)) - y l, without overflow
    return (logits.max(0) + (-logits.abs()).exp().log1p() - y.array() * logits).sum() + pull / 2 * w.squaredNorm();
  };
  Eigen::VectorXd w = Eigen::VectorXd::Zero(k + 1);
  double now = loss(w);
  constexpr int kSteps = 100;
  for (int step = 0; step < kSteps; ++step) {
    const Eigen::ArrayXd p = 1 / (1 + (-(x * w).array()).exp());
    const Eigen::VectorXd gradient = x.transpose() * (p.matrix() - y) + pull * w;
    const Eigen::VectorXd curvature = (p * (1 - p)).max(1e-9).matrix();
    Eigen::MatrixXd hessian = x.transpose() * curvature.asDiagonal() * x;
    hessian.diagonal().array() += pull;
    const Eigen::VectorXd move = hessian.ldlt().solve(gradient);
    // A full step may overshoot where the classes can be told apart: it is halved until the loss falls.
    double size = 1;
    double next = loss(w - move);
    while (!(next <= now) && size > 1e-9) next = loss(w - (size /= 2) * move);
    if (!(next <= now)) break;
    w -= size * move;
    now = next;
    if (size * move.norm() < 1e-10) break;
  }
  return {{w.data(), w.data() + k}, w[k]};
}

LogisticBlend fit_blend(const Matrix& logits, std::span<const std::uint8_t> labels) {
  constexpr std::int64_t kFewest = 10;
  constexpr double kPull = 1e-3;  // against separable data
  require(logits.rows >= kFewest, "{} records are too few to calibrate on; {} are wanted", logits.rows, kFewest);
  return fit_logistic(logits, labels, kPull);
}

double logit(double probability) {
  constexpr double kMost = 15;
  if (probability <= 0) return -kMost;
  if (probability >= 1) return kMost;
  return std::clamp(std::log(probability / (1 - probability)), -kMost, kMost);
}

}  // namespace stemloop
