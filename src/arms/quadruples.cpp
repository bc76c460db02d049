#include "arms/quadruples.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "net/row_kernels.h"

namespace stemloop {

namespace {

constexpr int kD5 = 0, kC5 = 1, kC3 = 2, kD3 = 3;

// Boundaries a cut may lie at: Drosha's outside the terminal loop, Dicer's behind or before an arm.
struct Places {
  int first, last;
};
std::array<Places, kCuts> places_of(const CutWindow& window) {
  const int n = window.length, open = window.stem.open, close = window.stem.close;
  return {
      {{0, open}, {kMinArm, std::min(close, n - kMinArm)}, {std::max(open + 1, kMinArm), n - kMinArm}, {close + 1, n}}};
}

int dicer_term(const CutWindow& window, int c5, int c3) { return CutTerms::dicer(c5 - 1 - window.opposite[c3]); }
int drosha_term(const CutWindow& window, int d5, int d3) { return CutTerms::drosha(d3 - 1 - window.opposite[d5]); }

// exp(score - greatest) of one cut at its places, zeros behind them to a whole row block.
void exponentials(std::span<const float> scores, int cut, int first, int count, std::vector<double>& to,
                  double& greatest) {
  to.assign(static_cast<std::size_t>(whole_row_blocks(count)), 0.0);
  float most = kNoCut;
  for (int k = 0; k < count; ++k) most = std::max(most, scores[kCuts * (first + k) + cut]);
  greatest += most;
  if (most == kNoCut) return;
  for (int k = 0; k < count; ++k) to[k] = std::exp(static_cast<double>(scores[kCuts * (first + k) + cut] - most));
}

double dot(const double* a, const double* b, int count) {
  double sum = 0;
  for (int k = 0; k < count; ++k) sum += a[k] * b[k];
  return sum;
}

}  // namespace

double QuadrupleSum::run(const CutWindow& window, std::span<const float> scores, const CutTerms& terms) {
  window_ = &window;
  const std::array<Places, kCuts> places = places_of(window);
  const auto range = [&](int cut) {
    return Range{places[cut].first, std::max(0, places[cut].last - places[cut].first + 1)};
  };
  d5_ = range(kD5), c5_ = range(kC5), c3_ = range(kC3), d3_ = range(kD3);
  sum_ = 0;
  double scale = 0;
  std::vector<double> e2, e4;
  exponentials(scores, kD5, d5_.first, d5_.count, e1_, scale);
  exponentials(scores, kC5, c5_.first, c5_.count, e2, scale);
  exponentials(scores, kC3, c3_.first, c3_.count, e3_, scale);
  exponentials(scores, kD3, d3_.first, d3_.count, e4, scale);
  if (!std::isfinite(scale)) return -std::numeric_limits<double>::infinity();
  std::array<double, CutTerms::kSize> factor;
  for (int k = 0; k < CutTerms::kSize; ++k) factor[k] = std::exp(static_cast<double>(terms.values[k]));
  length5_.assign(factor.begin() + CutTerms::length5(kMinArm), factor.begin() + CutTerms::length5(kMaxArm) + 1);
  length3_.assign(factor.begin() + CutTerms::length3(kMinArm), factor.begin() + CutTerms::length3(kMaxArm) + 1);

  // H has room for a 3p arm of every length behind every dicer3: columns are counted from dicer3's first place. Behind
  // dicer3's last place M and N have zeros to a whole block.
  width_ = static_cast<int>(whole_row_blocks(c3_.count));
  stride_ = width_ + kMaxArm + 1;
  g_.assign(static_cast<std::size_t>(c5_.count) * stride_, 0.0);
  h_.assign(static_cast<std::size_t>(d5_.count) * stride_, 0.0);
  m_.assign(static_cast<std::size_t>(d5_.count) * stride_, 0.0);
  n_.assign(static_cast<std::size_t>(d5_.count) * stride_, 0.0);
  for (int a = 0; a < c5_.count; ++a) {
    if (e2[a] == 0) continue;
    const int c5 = c5_.first + a;
    for (int b = std::max(0, c5 - c3_.first); b < c3_.count; ++b) {
      const int c3 = c3_.first + b;
      g_[a * stride_ + b] = e2[a] * factor[CutTerms::loop(c3 - c5)] * factor[dicer_term(window, c5, c3)];
    }
  }
  const RowKernels& kernels = row_kernels();
  for (int a = 0; a < d5_.count; ++a) {
    if (e1_[a] == 0) continue;
    const int d5 = d5_.first + a;
    double* h = h_.data() + a * stride_;
    double* m = m_.data() + a * stride_;
    double* n = n_.data() + a * stride_;
    for (int b = 0; b < d3_.count; ++b) {
      const int d3 = d3_.first + b, column = d3 - c3_.first;
      if (column < 0 || column >= stride_) continue;
      h[column] = e4[b] * factor[drosha_term(window, d5, d3)];
    }
    const Arms arms = arms_from(d5);
    if (arms.count > 0)
      kernels.sum_rows(g_.data() + arms.row * stride_, stride_, weights_of(a, arms).data(), arms.count, width_, m);
    kernels.sum_rows(h + kMinArm, 1, length3_.data(), kArmLengths, width_, n);
    sum_ += kernels.scale_and_dot(m, e3_.data(), width_, n);
  }
  return std::log(sum_) + scale;
}

QuadrupleSum::Arms QuadrupleSum::arms_from(int d5) const {
  const int first = std::max(kMinArm, c5_.first - d5), last = std::min(kMaxArm, c5_.first + c5_.count - 1 - d5);
  return {first, d5 + first - c5_.first, std::max(0, last - first + 1)};
}

std::array<double, kArmLengths> QuadrupleSum::weights_of(int a, const Arms& arms) const {
  std::array<double, kArmLengths> weights{};
  for (int k = 0; k < arms.count; ++k) weights[k] = e1_[a] * length5_[arms.length - kMinArm + k];
  return weights;
}

void QuadrupleSum::marginals(std::span<float> to) const { gather(to, {}, 0); }
void QuadrupleSum::expectations(float weight, std::span<float> marginals, std::span<float> terms) const {
  gather(marginals, terms, weight);
}

// The derivative of the logarithm of the sum by every score, which is the probability of what the score stands for:
// the sum of run() read backwards.
void QuadrupleSum::gather(std::span<float> to, std::span<float> terms, float weight) const {
  std::fill(to.begin(), to.end(), 0.0F);
  if (!(sum_ > 0)) return;
  const CutWindow& window = *window_;
  // Columns of H from an arm of the least length behind dicer3's first place on; as many zeros on either side of what
  // is weighed as arms may reach.
  const auto columns = static_cast<int>(whole_row_blocks(c3_.count + kArmLengths - 1));
  std::vector<double> g_bar(g_.size(), 0.0), h_bar(static_cast<std::size_t>(std::max(stride_, kMinArm + columns)), 0.0);
  std::vector<double> c3_total(static_cast<std::size_t>(c3_.count), 0.0), d3_total(window.length + 1, 0.0);
  std::vector<double> around(static_cast<std::size_t>(2 * kArmLengths + columns), 0.0);
  double* weighed = around.data() + kArmLengths;
  const RowKernels& kernels = row_kernels();
  std::array<double, kArmLengths> l5{}, l3{};
  std::array<double, CutTerms::kSize> expected{};
  const bool with_terms = !terms.empty();
  for (int a = 0; a < d5_.count; ++a) {
    if (e1_[a] == 0) continue;
    const int d5 = d5_.first + a;
    const double* m = m_.data() + a * stride_;
    const double* n = n_.data() + a * stride_;
    const double* h = h_.data() + a * stride_;
    double total = 0;
    for (int b = 0; b < c3_.count; ++b) {
      const double p = m[b] * n[b];
      total += p;
      c3_total[b] += p;
    }
    to[kCuts * d5 + kD5] = static_cast<float>(total / sum_);
    for (int b = 0; b < c3_.count; ++b) weighed[b] = e3_[b] * m[b];
    const Arms arms = arms_from(d5);
    const std::array<double, kArmLengths> weights = weights_of(a, arms);
    if (arms.count > 0)
      kernels.add_rows(n, weights.data(), arms.count, width_, stride_, g_bar.data() + arms.row * stride_);
    kernels.sum_rows(weighed, -1, length3_.data(), kArmLengths, columns, h_bar.data() + kMinArm);
    for (int k = 0; with_terms && k < arms.count; ++k)
      l5[arms.length - kMinArm + k] += weights[k] * dot(g_.data() + (arms.row + k) * stride_, n, c3_.count);
    for (int t = kMinArm; with_terms && t <= kMaxArm; ++t)
      l3[t - kMinArm] += length3_[t - kMinArm] * dot(weighed, h + t, c3_.count);
    for (int b = 0; b < d3_.count; ++b) {
      const int d3 = d3_.first + b, column = d3 - c3_.first;
      if (column < 0 || column >= stride_) continue;
      const double p = h[column] * h_bar[column];
      d3_total[d3] += p;
      if (with_terms) expected[drosha_term(window, d5, d3)] += p;
    }
  }
  for (int b = 0; b < c3_.count; ++b) to[kCuts * (c3_.first + b) + kC3] = static_cast<float>(c3_total[b] / sum_);
  for (int k = 0; k <= window.length; ++k) to[kCuts * k + kD3] = static_cast<float>(d3_total[k] / sum_);
  for (int a = 0; a < c5_.count; ++a) {
    const int c5 = c5_.first + a;
    double total = 0;
    for (int b = std::max(0, c5 - c3_.first); b < c3_.count; ++b) {
      const double p = g_[a * stride_ + b] * g_bar[a * stride_ + b];
      total += p;
      if (with_terms && p > 0) {
        expected[CutTerms::loop(c3_.first + b - c5)] += p;
        expected[dicer_term(window, c5, c3_.first + b)] += p;
      }
    }
    to[kCuts * c5 + kC5] = static_cast<float>(total / sum_);
  }
  if (!with_terms) return;
  for (int t = kMinArm; t <= kMaxArm; ++t) {
    expected[CutTerms::length5(t)] += l5[t - kMinArm];
    expected[CutTerms::length3(t)] += l3[t - kMinArm];
  }
  for (int k = 0; k < CutTerms::kSize; ++k) terms[k] += weight * static_cast<float>(expected[k] / sum_);
}

float quadruple_score(const CutWindow& window, std::span<const float> scores, const CutTerms& terms, const Cuts& cuts) {
  const std::array<Places, kCuts> places = places_of(window);
  const std::array<int, kCuts> at = cuts.all();
  float score = 0;
  for (int cut = 0; cut < kCuts; ++cut) {
    if (at[cut] < places[cut].first || at[cut] > places[cut].last) return kNoCut;
    score += scores[kCuts * at[cut] + cut];
  }
  const int length5 = cuts.dicer5 - cuts.drosha5, length3 = cuts.drosha3 - cuts.dicer3;
  if (length5 < kMinArm || length5 > kMaxArm || length3 < kMinArm || length3 > kMaxArm || cuts.dicer3 < cuts.dicer5) {
    return kNoCut;
  }
  return score + terms.values[CutTerms::length5(length5)] + terms.values[CutTerms::length3(length3)] +
         terms.values[CutTerms::loop(cuts.dicer3 - cuts.dicer5)] +
         terms.values[dicer_term(window, cuts.dicer5, cuts.dicer3)] +
         terms.values[drosha_term(window, cuts.drosha5, cuts.drosha3)];
}

Cuts best_quadruple(const CutWindow& window, std::span<const float> scores, const CutTerms& terms) {
  const std::array<Places, kCuts> places = places_of(window);
  const auto greatest = [&](int first, int count) {
    return *std::max_element(terms.values.begin() + first, terms.values.begin() + first + count);
  };
  // What an arm is worth at most whose first boundary is held fast: its other end and its length.
  const auto best_arm = [&](int at, int cut, int length) {
    float most = kNoCut;
    for (int k = std::max(places[cut].first, at + kMinArm); k <= std::min(places[cut].last, at + kMaxArm); ++k) {
      most = std::max(most, scores[kCuts * k + cut] + terms.values[length + k - at - kMinArm]);
    }
    return most;
  };
  constexpr float kRounding = 1e-3F;  // sums in another order
  const float most_dicer =
      greatest(CutTerms::loop(0), kLoopLengths) + greatest(CutTerms::dicer(kMinOverhang), kOverhangs);
  const float most_drosha = greatest(CutTerms::drosha(kMinOverhang), kOverhangs);
  const int c3_count = std::max(0, places[kC3].last - places[kC3].first + 1);
  std::vector<float> three_bound(static_cast<std::size_t>(c3_count));  // of dicer3 and what follows
  for (int b = 0; b < c3_count; ++b) {
    const int c3 = places[kC3].first + b;
    three_bound[b] = scores[kCuts * c3 + kC3] + best_arm(c3, kD3, CutTerms::length3(kMinArm)) + most_drosha + kRounding;
  }
  const float most_three = three_bound.empty() ? kNoCut : *std::max_element(three_bound.begin(), three_bound.end());
  Cuts best;
  float most = kNoCut;
  for (int d5 = places[kD5].first; d5 <= places[kD5].last; ++d5) {
    const float first = scores[kCuts * d5 + kD5];
    if (first == kNoCut) continue;
    // Nothing that begins here can be better than its best parts together.
    const float five_bound = first + best_arm(d5, kC5, CutTerms::length5(kMinArm)) + most_dicer;
    if (five_bound + most_three <= most) continue;
    for (int c3 = std::max(places[kC3].first, d5 + kMinArm); c3 <= places[kC3].last; ++c3) {
      if (five_bound + three_bound[c3 - places[kC3].first] <= most) continue;
      // With these two held fast, the others are independent.
      float five = kNoCut, three = kNoCut;
      int c5_best = 0, d3_best = 0;
      for (int c5 = std::max(places[kC5].first, d5 + kMinArm); c5 <= std::min({places[kC5].last, d5 + kMaxArm, c3});
           ++c5) {
        const float value = scores[kCuts * c5 + kC5] + terms.values[CutTerms::length5(c5 - d5)] +
                            terms.values[CutTerms::loop(c3 - c5)] + terms.values[dicer_term(window, c5, c3)];
        if (value > five) five = value, c5_best = c5;
      }
      for (int d3 = std::max(places[kD3].first, c3 + kMinArm); d3 <= std::min(places[kD3].last, c3 + kMaxArm); ++d3) {
        const float value = scores[kCuts * d3 + kD3] + terms.values[CutTerms::length3(d3 - c3)] +
                            terms.values[drosha_term(window, d5, d3)];
        if (value > three) three = value, d3_best = d3;
      }
      const float value = first + scores[kCuts * c3 + kC3] + five + three;
      if (value > most) {
        most = value;
        best = {d5, c5_best, c3, d3_best};
      }
    }
  }
  return best;
}

double quadruples_plain(const CutWindow& window, std::span<const float> scores, const CutTerms& terms,
                        std::vector<double>& marginals) {
  const int n = window.length;
  double sum = 0;
  marginals.assign(static_cast<std::size_t>(kCuts) * (n + 1), 0.0);
  for (int d5 = 0; d5 <= n; ++d5) {
    for (int c5 = d5 + kMinArm; c5 <= std::min(n, d5 + kMaxArm); ++c5) {
      for (int c3 = c5; c3 <= n; ++c3) {
        for (int d3 = c3 + kMinArm; d3 <= std::min(n, c3 + kMaxArm); ++d3) {
          const Cuts cuts{d5, c5, c3, d3};
          const double p = std::exp(static_cast<double>(quadruple_score(window, scores, terms, cuts)));
          sum += p;
          const std::array<int, kCuts> at = cuts.all();
          for (int cut = 0; cut < kCuts; ++cut) marginals[kCuts * at[cut] + cut] += p;
        }
      }
    }
  }
  for (double& p : marginals) p /= sum;
  return std::log(sum);
}

}  // namespace stemloop
