// Means over the folds of a cross-validation and differences between two methods judged on the same folds.
//
// Folds share most of their training records, so their results are not independent and the plain t-test calls too much
// significant. Nadeau and Bengio (Machine Learning 52, 239-281, 2003) widen the variance of the mean from s^2 / n to
// (1 / n + records tested / records trained on) s^2; for k folds, once or repeated, that ratio is 1 / (k - 1).
//
// A value that is no number (NaN: a measure not defined on a fold) is left out, of a pair with its partner.
#pragma once

#include <cstdint>
#include <span>

namespace stemloop {

/// I_x(a, b), the regularised incomplete beta function. REQUIRES: a, b > 0, x in [0, 1].
double incomplete_beta(double a, double b, double x);

/// P(T <= t) of Student's t with `freedom` > 0 degrees.
double student_cdf(double t, double freedom);

/// The t with P(T <= t) = p. REQUIRES: 0 < p < 1.
double student_quantile(double p, double freedom);

struct MeanInterval {
  std::int64_t count = 0;  // values that are numbers
  double mean = 0;         // NaN without one
  double low = 0;          // NaN with fewer than two
  double high = 0;
};

/// Mean and t-interval with count - 1 degrees of freedom. `test_ratio` is records tested / records trained on, 0 for
/// independent values.
MeanInterval mean_interval(std::span<const double> values, double test_ratio = 0, double level = 0.95);

struct PairedDifference {
  MeanInterval difference;  // first - second
  double p = 1;             // two-sided, of no difference; NaN with fewer than two pairs
};

/// The corrected resampled t-test. REQUIRES: equal lengths, entry i of both from the same fold. Equal differences that
/// are not 0 have p = 0, those that are all 0 have p = 1.
PairedDifference paired_difference(std::span<const double> first, std::span<const double> second, double test_ratio,
                                   double level = 0.95);

}  // namespace stemloop
