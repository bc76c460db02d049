#include "learn/paired.h"

#include <cmath>
#include <limits>
#include <vector>

namespace stemloop {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The continued fraction of I_x(a, b) (Abramowitz and Stegun 26.5.8) by Lentz's method; fast for x < (a+1)/(a+b+2).
double beta_fraction(double a, double b, double x) {
  constexpr int kMostTerms = 10'000;
  constexpr double kTiny = 1e-300, kPrecision = 1e-16;
  const auto not_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= kMostTerms; ++m) {
    double step = 1;
    for (const double term : {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                              -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))}) {
      d = 1 / not_zero(1 + term * d);
      c = not_zero(1 + term / c);
      step = c * d;
      fraction *= step;
    }
    if (std::abs(step - 1) < kPrecision) break;
  }
  return fraction;
}

// What Student's t needs of a sample: its mean and the deviation of that mean.
struct Spread {
  std::int64_t count = 0;
  double mean = kNone, error = kNone;
};

Spread spread_of(std::span<const double> values, double test_ratio) {
  Spread spread;
  double sum = 0, squares = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    ++spread.count;
    sum += value;
  }
  if (spread.count == 0) return spread;
  const auto n = static_cast<double>(spread.count);
  spread.mean = sum / n;
  if (spread.count == 1) return spread;
  for (const double value : values) {
    if (!std::isnan(value)) squares += (value - spread.mean) * (value - spread.mean);
  }
  spread.error = std::sqrt((1 / n + test_ratio) * squares / (n - 1));
  return spread;
}

MeanInterval interval_of(const Spread& spread, double level) {
  MeanInterval interval{spread.count, spread.mean, kNone, kNone};
  if (spread.count < 2) return interval;
  const double half = student_quantile((1 + level) / 2, static_cast<double>(spread.count - 1)) * spread.error;
  interval.low = spread.mean - half;
  interval.high = spread.mean + half;
  return interval;
}

}  // namespace

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_cdf(double t, double freedom) {
  // P(T < -|t|); as a beta of 1 - x where t is small, so that nothing cancels.
  const double square = t * t;
  const double tail = square < freedom ? 0.5 - 0.5 * incomplete_beta(0.5, freedom / 2, square / (freedom + square))
                                       : 0.5 * incomplete_beta(freedom / 2, 0.5, freedom / (freedom + square));
  return t < 0 ? tail : 1 - tail;
}

double student_quantile(double p, double freedom) {
  if (p == 0.5) return 0;
  if (p > 0.5) return -student_quantile(1 - p, freedom);
  // Bisection between 0 and the first power of two beyond it.
  double low = -1;
  while (student_cdf(low, freedom) > p) low *= 2;
  double high = low == -1 ? 0 : low / 2;
  for (double middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2)
    (student_cdf(middle, freedom) > p ? high : low) = middle;
  return low;
}

MeanInterval mean_interval(std::span<const double> values, double test_ratio, double level) {
  return interval_of(spread_of(values, test_ratio), level);
}

PairedDifference paired_difference(std::span<const double> first, std::span<const double> second, double test_ratio,
                                   double level) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < first.size(); ++i) differences.push_back(first[i] - second[i]);
  const Spread spread = spread_of(differences, test_ratio);
  PairedDifference result{interval_of(spread, level), kNone};
  if (spread.count < 2) return result;
  if (spread.error > 0) {
    result.p = 2 * student_cdf(-std::abs(spread.mean / spread.error), static_cast<double>(spread.count - 1));
  } else {
    result.p = spread.mean == 0 ? 1 : 0;
  }
  return result;
}

}  // namespace stemloop
