#include "judge/mirtron_figures.h"

#include <array>
#include <cmath>
#include <numeric>

#include "learn/learn.h"
#include "net/model_files.h"
#include "util/util.h"

namespace stemloop {

namespace {

using FigureRow = std::array<double, std::size(kFigureNames)>;

FigureRow figures_once(std::span<const float> p, std::span<const std::uint8_t> labels) {
  const ClassificationScore s = score_classification(p, labels);
  return {s.accuracy,
          s.sensitivity,
          s.specificity,
          s.mcc,
          s.auroc,
          s.auprc,
          expected_calibration_error(calibration_curve(p, labels))};
}

}  // namespace

Figures mirtron_figures(const std::vector<std::vector<float>>& repeats, const std::vector<std::uint8_t>& labels) {
  constexpr std::size_t kResamples = 500;
  constexpr double kTail = 0.025;
  const auto means = [&](const std::vector<std::size_t>& records) {
    FigureRow sum{};
    for (const std::vector<float>& p : repeats) {
      std::vector<float> some;
      std::vector<std::uint8_t> of_some;
      for (const std::size_t i : records) some.push_back(p[i]), of_some.push_back(labels[i]);
      const FigureRow one = figures_once(some, of_some);
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += one[k] / static_cast<double>(repeats.size());
    }
    return sum;
  };
  std::vector<std::size_t> records(labels.size());
  std::iota(records.begin(), records.end(), std::size_t{0});
  const FigureRow mean = means(records);
  std::array<std::vector<double>, std::size(kFigureNames)> drawn;
  for (std::size_t draw = 0; draw < kResamples; ++draw) {
    Random random(1, draw);
    for (std::size_t& i : records) i = random.below(labels.size());
    const FigureRow one = means(records);
    for (std::size_t k = 0; k < one.size(); ++k) {
      if (!std::isnan(one[k])) drawn[k].push_back(one[k]);
    }
  }
  Figures figures;
  for (std::size_t k = 0; k < mean.size(); ++k)
    figures[kFigureNames[k]] = {mean[k], quantile(drawn[k], kTail), quantile(drawn[k], 1 - kTail)};
  return figures;
}

}  // namespace stemloop
