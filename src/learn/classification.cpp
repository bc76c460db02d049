#include "learn/classification.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "util/util.h"

namespace stemloop {

ClassificationScore score_classification(std::span<const float> probability, std::span<const std::uint8_t> labels,
                                         double threshold) {
  double counts[2][2] = {};  // [label][call]
  for (std::size_t i = 0; i < labels.size(); ++i) ++counts[labels[i] != 0][probability[i] >= threshold];
  const double positives = counts[1][0] + counts[1][1];
  const double negatives = counts[0][0] + counts[0][1];
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto ratio = [](double part, double whole) { return whole > 0 ? part / whole : kNone; };

  ClassificationScore score;
  score.positives = static_cast<std::int64_t>(positives);
  score.negatives = static_cast<std::int64_t>(negatives);
  score.accuracy = ratio(counts[0][0] + counts[1][1], positives + negatives);
  score.sensitivity = ratio(counts[1][1], positives);
  score.specificity = ratio(counts[0][0], negatives);
  const double product = positives * negatives * (counts[0][1] + counts[1][1]) * (counts[0][0] + counts[1][0]);
  score.mcc = ratio(counts[1][1] * counts[0][0] - counts[0][1] * counts[1][0], std::sqrt(product));

  // Mann and Whitney: mean ranks of the positives, ties sharing theirs.
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return probability[a] < probability[b]; });
  double rank_sum = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && probability[order[end]] == probability[order[begin]]) ++end;
    const double rank = (static_cast<double>(begin) + static_cast<double>(end) + 1) / 2;
    for (std::size_t i = begin; i < end; ++i) rank_sum += labels[order[i]] != 0 ? rank : 0;
    begin = end;
  }
  score.auroc = ratio(rank_sum - positives * (positives + 1) / 2, positives * negatives);

  // Average precision: precision where the records tied at a probability are all called, weighted by the positives won.
  double called = 0, right = 0, area = 0;
  for (std::size_t end = order.size(); end > 0;) {
    std::size_t begin = end;
    const double before = right;
    while (begin > 0 && probability[order[begin - 1]] == probability[order[end - 1]]) {
      --begin;
      ++called;
      right += labels[order[begin]] != 0 ? 1 : 0;
    }
    area += (right - before) * right / called;
    end = begin;
  }
  score.auprc = ratio(area, positives);
  return score;
}

ScoreInterval bootstrap_score(std::span<const float> probability, std::span<const std::uint8_t> labels, int resamples,
                              std::uint64_t seed, double threshold) {
  constexpr double ClassificationScore::*kValues[] = {
      &ClassificationScore::accuracy, &ClassificationScore::sensitivity, &ClassificationScore::specificity,
      &ClassificationScore::mcc,      &ClassificationScore::auroc,       &ClassificationScore::auprc};
  std::vector<ClassificationScore> scores;
  std::vector<float> p(labels.size());
  std::vector<std::uint8_t> y(labels.size());
  for (int r = 0; r < resamples; ++r) {
    Random random(seed, static_cast<std::uint64_t>(r));
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const std::uint64_t chosen = random.below(labels.size());
      p[i] = probability[chosen];
      y[i] = labels[chosen];
    }
    scores.push_back(score_classification(p, y, threshold));
  }
  ScoreInterval interval;
  constexpr double kTail = 0.025;
  for (const auto value : kValues) {
    std::vector<double> values;
    for (const ClassificationScore& score : scores) {
      if (!std::isnan(score.*value)) values.push_back(score.*value);
    }
    std::sort(values.begin(), values.end());
    const auto at = [&](double share) {
      if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
      return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
    };
    interval.low.*value = at(kTail);
    interval.high.*value = at(1 - kTail);
  }
  return interval;
}

}  // namespace stemloop
