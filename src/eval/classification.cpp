#include "eval/classification.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

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
  return score;
}

}  // namespace stemloop
