// Student's t against printed tables and closed forms; the corrected test against sums done by hand; arithmetic of
// experiments.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <vector>

#include "learn/learn.h"
#include "study/experiment.h"

namespace stemloop {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

TEST(IncompleteBeta, ClosedForms) {
  for (const double x : {0.0, 1e-6, 0.1, 0.35, 0.5, 0.8, 0.999, 1.0}) {
    EXPECT_NEAR(incomplete_beta(1, 1, x), x, 1e-14);
    EXPECT_NEAR(incomplete_beta(3, 1, x), x * x * x, 1e-14);
    EXPECT_NEAR(incomplete_beta(1, 4, x), 1 - std::pow(1 - x, 4), 1e-14);
    EXPECT_NEAR(incomplete_beta(2, 3, x), x * x * (6 - 8 * x + 3 * x * x), 1e-14);
    EXPECT_NEAR(incomplete_beta(0.5, 0.5, x), 2 / M_PI * std::asin(std::sqrt(x)), 1e-13);
    EXPECT_NEAR(incomplete_beta(20, 7.5, x), 1 - incomplete_beta(7.5, 20, 1 - x), 1e-13);
  }
}

TEST(Student, CdfClosedForms) {
  for (const double t : {-50.0, -3.0, -1.0, -0.2, 0.0, 1e-9, 0.7, 2.0, 12.0}) {
    EXPECT_NEAR(student_cdf(t, 1), 0.5 + std::atan(t) / M_PI, 1e-14) << t;
    EXPECT_NEAR(student_cdf(t, 2), 0.5 + t / (2 * std::sqrt(2 + t * t)), 1e-14) << t;
    EXPECT_NEAR(student_cdf(t, 7) + student_cdf(-t, 7), 1, 1e-14) << t;
  }
}

// The two-sided 5 % and 1 % columns of the printed table.
TEST(Student, QuantilesOfTheTable) {
  struct Line {
    double freedom, at_975, at_995;
  };
  for (const Line& line :
       {Line{1, 12.7062, 63.6567}, Line{2, 4.3027, 9.9248}, Line{5, 2.5706, 4.0321}, Line{9, 2.2622, 3.2498},
        Line{19, 2.0930, 2.8609}, Line{30, 2.0423, 2.7500}, Line{99, 1.9842, 2.6264}, Line{1e7, 1.9600, 2.5758}}) {
    EXPECT_NEAR(student_quantile(0.975, line.freedom), line.at_975, 1e-4) << line.freedom;
    EXPECT_NEAR(student_quantile(0.995, line.freedom), line.at_995, 1e-4) << line.freedom;
  }
}

TEST(Student, QuantileIsTheInverse) {
  for (const double freedom : {1.0, 3.0, 9.0, 99.0}) {
    for (const double p : {1e-6, 0.01, 0.3, 0.5, 0.9, 0.999})
      EXPECT_NEAR(student_cdf(student_quantile(p, freedom), freedom), p, 1e-12) << p << " " << freedom;
  }
}

// 1, 2, 3, 4, 5: s^2 = 2.5, error sqrt(0.5), t = 2.7764.
TEST(MeanInterval, ByHand) {
  const std::vector<double> values = {1, 2, 3, 4, 5};
  const MeanInterval plain = mean_interval(values);
  EXPECT_EQ(plain.count, 5);
  EXPECT_DOUBLE_EQ(plain.mean, 3);
  EXPECT_NEAR(plain.low, 3 - 1.96324, 1e-4);
  EXPECT_NEAR(plain.high, 3 + 1.96324, 1e-4);
  // Five folds: (1/5 + 1/4) 2.5 = 1.125.
  EXPECT_NEAR(mean_interval(values, 0.25).high, 3 + 2.77645 * std::sqrt(1.125), 1e-4);
}

TEST(MeanInterval, LeavesOutWhatIsNoNumber) {
  const std::vector<double> values = {kNone, 1, 3, kNone};
  EXPECT_EQ(mean_interval(values).count, 2);
  EXPECT_DOUBLE_EQ(mean_interval(values).mean, 2);
  const std::vector<double> one = {4}, none = {kNone};
  EXPECT_DOUBLE_EQ(mean_interval(one).mean, 4);
  EXPECT_TRUE(std::isnan(mean_interval(one).low));
  EXPECT_TRUE(std::isnan(mean_interval(none).mean));
}

// Differences 0.02 0.01 0.03 0 0.04: mean 0.02, s^2 = 2.5e-4; ratio 1/4: error sqrt(0.45 * 2.5e-4) = 0.0106066,
// t = 1.885618 of 4 degrees; uncorrected t = 2.828427.
TEST(PairedDifference, ByHand) {
  const std::vector<double> a = {0.92, 0.91, 0.95, 0.90, 0.96}, b = {0.90, 0.90, 0.92, 0.90, 0.92};
  const PairedDifference corrected = paired_difference(a, b, 0.25);
  EXPECT_EQ(corrected.difference.count, 5);
  EXPECT_NEAR(corrected.difference.mean, 0.02, 1e-12);
  EXPECT_NEAR(corrected.difference.low, 0.02 - 2.776445 * 0.010606602, 1e-7);
  EXPECT_NEAR(corrected.difference.high, 0.02 + 2.776445 * 0.010606602, 1e-7);
  // Closed form for 4 degrees.
  const auto cdf4 = [](double t) {
    const double s = t / std::sqrt(4 + t * t);
    return 0.5 + 0.75 * s - 0.25 * s * s * s;
  };
  EXPECT_NEAR(corrected.p, 2 * (1 - cdf4(1.8856180831641267)), 1e-9);
  EXPECT_NEAR(paired_difference(a, b, 0).p, 2 * (1 - cdf4(2.8284271247461903)), 1e-9);
  EXPECT_NEAR(paired_difference(b, a, 0.25).p, corrected.p, 1e-12);
}

// Of 40 positives and 200 negatives, counted and by shares.
TEST(MccAtOdds, IsThatOfTheCounts) {
  const double tp = 30, fn = 10, tn = 190, fp = 10;
  const double counted = (tp * tn - fp * fn) / std::sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  EXPECT_NEAR(mcc_at(tp / 40, tn / 200, 5), counted, 1e-12);
  EXPECT_DOUBLE_EQ(mcc_at(1, 1, 20), 1);
  EXPECT_DOUBLE_EQ(mcc_at(0, 1, 20), 0);  // nothing called
  EXPECT_LT(mcc_at(0.9, 0.9, 20), mcc_at(0.9, 0.9, 1));
}

// Bayes' rule: what was as likely as the class is frequent becomes even odds.
TEST(AsIfEqual, MovesTheShareToOneHalfAndKeepsTheOrder) {
  std::vector<float> p = {0, 0.05F, 0.1F, 0.5F, 1};
  as_if_equal(p, 0.1);
  EXPECT_FLOAT_EQ(p[0], 0);
  EXPECT_FLOAT_EQ(p[2], 0.5F);
  EXPECT_FLOAT_EQ(p[3], 0.9F);
  EXPECT_FLOAT_EQ(p[4], 1);
  EXPECT_LT(p[0], p[1]);
  EXPECT_LT(p[1], p[2]);
}

TEST(Arms, ThoseThatAddNothingHaveNoSource) {
  EXPECT_EQ(source_of("weighted@25"), "");
  EXPECT_EQ(source_of("threshold"), "");
  EXPECT_EQ(source_of("wgan-selected@25"), "wgan-selected");
  EXPECT_EQ(generator_of("wgan-selected"), "wgan");
  EXPECT_TRUE(is_generator("fbgan-selected"));
  EXPECT_FALSE(is_generator("smote-a"));
  for (const std::string& arm : arm_names())
    EXPECT_NE(colour_of_arm(is_only(arm) ? source_of(arm) : arm), nullptr) << arm;
}

// Ten rows of class 0, two of class 1: their weights make both sides weigh ten.
TEST(BalancedLearners, BothClassesWeighAlike) {
  std::vector<std::uint8_t> labels(12, 0);
  labels[3] = labels[7] = 1;
  const std::vector<float> weights = balancing_weights(labels);
  EXPECT_FLOAT_EQ(weights[0], 1);
  EXPECT_FLOAT_EQ(weights[3], 5);
  Matrix rows{120, 2, {}};
  std::vector<std::uint8_t> few, even;
  Random random(5, 0);
  for (int i = 0; i < 120; ++i) {
    few.push_back(i % 12 == 0 ? 1 : 0);
    even.push_back(i % 2 == 0 ? 1 : 0);
    for (int k = 0; k < 2; ++k) rows.values.push_back(static_cast<float>(random.uniform() + (i % 12 == 0 ? 0.5 : 0)));
  }
  LearnerOptions plain, balanced;
  balanced.balanced = true;
  for (const LearnerKind kind : kLearnerKinds) {
    const auto called = [&](const LearnerOptions& how) {
      const auto p = Learner::train(kind, rows, few, how)->probabilities(rows);
      return std::count_if(p.begin(), p.end(), [](float one) { return one >= 0.5F; });
    };
    if (kind != LearnerKind::kForest) {  // trees fit all
      EXPECT_GT(called(balanced), called(plain)) << learner_name(kind);
    }
    EXPECT_EQ(Learner::train(kind, rows, even, balanced)->probabilities(rows),
              Learner::train(kind, rows, even, plain)->probabilities(rows))
        << learner_name(kind);
  }
}

TEST(PairedDifference, NoSpread) {
  const std::vector<double> a = {0.5, 0.75, 1}, lower = {0.25, 0.5, 0.75}, one = {1};
  EXPECT_DOUBLE_EQ(paired_difference(a, a, 0.1).p, 1);
  EXPECT_DOUBLE_EQ(paired_difference(a, lower, 0.1).p, 0);
  EXPECT_TRUE(std::isnan(paired_difference(one, one, 0.1).p));
}

}  // namespace
}  // namespace stemloop
