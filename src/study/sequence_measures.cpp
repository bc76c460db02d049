#include "study/sequence_measures.h"

#include <edlib.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "seq/seq.h"

namespace stemloop {

double jensen_shannon(std::span<const double> p, std::span<const double> q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double middle = (p[i] + q[i]) / 2;
    if (p[i] > 0) sum += p[i] * std::log2(p[i] / middle) / 2;
    if (q[i] > 0) sum += q[i] * std::log2(q[i] / middle) / 2;
  }
  return std::clamp(sum, 0.0, 1.0);  // rounding
}

double kolmogorov_smirnov(std::vector<double> a, std::vector<double> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double largest = 0;
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const double value = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == value) ++i;
    while (j < b.size() && b[j] == value) ++j;
    largest = std::max(largest, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                         static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return largest;
}

std::vector<double> nearest_distances(std::span<const std::string> from, std::span<const std::string> to, int threads,
                                      std::span<const std::size_t> left_out) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  // From the sequences of equal length outwards: once the lengths alone differ too much, nothing nearer can follow.
  std::vector<std::size_t> by_length(to.size());
  std::iota(by_length.begin(), by_length.end(), std::size_t{0});
  std::stable_sort(by_length.begin(), by_length.end(),
                   [&](std::size_t a, std::size_t b) { return to[a].size() < to[b].size(); });
  std::vector<double> nearest(from.size(), 1.0);
  tbb::parallel_for(std::size_t{0}, from.size(), [&](std::size_t i) {
    const std::string& query = from[i];
    double& best = nearest[i];
    const auto bound = [&](std::size_t length) {
      const double a = static_cast<double>(length), b = static_cast<double>(query.size());
      return std::abs(a - b) / std::max(a, b);
    };
    const auto align = [&](std::size_t j) {
      if (!left_out.empty() && left_out[i] == j) return;
      const std::string& other = to[j];
      const auto longer = static_cast<double>(std::max(query.size(), other.size()));
      const int most = static_cast<int>(std::ceil(best * longer - 1e-9)) - 1;  // nearer than the best so far
      if (most < 0) return;
      const EdlibAlignResult result =
          edlibAlign(query.data(), static_cast<int>(query.size()), other.data(), static_cast<int>(other.size()),
                     edlibNewAlignConfig(most, EDLIB_MODE_NW, EDLIB_TASK_DISTANCE, nullptr, 0));
      if (result.editDistance >= 0) best = result.editDistance / longer;
      edlibFreeAlignResult(result);
    };
    auto above = static_cast<std::size_t>(
        std::lower_bound(by_length.begin(), by_length.end(), query.size(),
                         [&](std::size_t j, std::size_t length) { return to[j].size() < length; }) -
        by_length.begin());
    std::size_t below = above;
    for (;;) {
      const double up = above < by_length.size() ? bound(to[by_length[above]].size()) : 2;
      const double down = below > 0 ? bound(to[by_length[below - 1]].size()) : 2;
      if (std::min(up, down) >= best) break;
      align(up <= down ? by_length[above++] : by_length[--below]);
    }
  });
  return nearest;
}

std::vector<double> nearest_squares(std::span<const std::string> from, std::span<const std::string> to, int threads,
                                    std::span<const std::size_t> left_out) {
  constexpr std::size_t kPublishedWidth = 121;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  std::size_t width = kPublishedWidth;
  for (const auto& set : {from, to}) {
    for (const std::string& s : set) width = std::max(width, s.size());
  }
  const auto coded = [width](std::span<const std::string> set) {
    std::vector<std::int16_t> codes(set.size() * width);
    for (std::size_t i = 0; i < set.size(); ++i) {
      for (std::size_t k = 0; k < set[i].size(); ++k) codes[i * width + k] = base_code(set[i][k]);
    }
    return codes;
  };
  const auto queries = coded(from), others = coded(to);
  std::vector<double> nearest(from.size(), 1.0);
  tbb::parallel_for(std::size_t{0}, from.size(), [&](std::size_t i) {
    const std::int16_t* a = queries.data() + i * width;
    int best = std::numeric_limits<int>::max();
    for (std::size_t j = 0; j < to.size(); ++j) {
      if (!left_out.empty() && left_out[i] == j) continue;
      const std::int16_t* b = others.data() + j * width;
      int sum = 0;
      for (std::size_t k = 0; k < width; ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
      best = std::min(best, sum);
    }
    if (best != std::numeric_limits<int>::max()) nearest[i] = best / static_cast<double>(width);
  });
  return nearest;
}

}  // namespace stemloop
