// Boosted trees: learned, written, read back.
#include "learn/booster.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "support.h"

namespace stemloop {
namespace {

using ::testing::HasSubstr;

Matrix noisy(std::vector<std::uint8_t>& labels, std::int64_t n, std::uint64_t seed) {
  Matrix rows{n, 3, {}};
  for (std::int64_t i = 0; i < n; ++i) {
    Random random(seed, static_cast<std::uint64_t>(i));
    const double a = random.uniform(), b = random.uniform();
    labels.push_back(a + b > 1 ? 1 : 0);
    rows.values.insert(rows.values.end(), {static_cast<float>(a), static_cast<float>(b), std::nanf("")});
  }
  return rows;
}

TEST(Booster, LearnsAndReadsBack) {
  std::vector<std::uint8_t> labels, others;
  const Matrix rows = noisy(labels, 1000, 1), test = noisy(others, 300, 2);
  BoosterOptions options;
  options.rounds = 60;
  options.rate = 0.3;
  options.columns = 1;
  options.threads = 2;
  const auto booster = train_xgboost(rows, labels, options);
  const auto logits = booster->logits(test);
  int right = 0;
  for (std::size_t i = 0; i < others.size(); ++i) right += (logits[i] > 0) == (others[i] == 1) ? 1 : 0;
  EXPECT_GT(right, 280);
  // What the columns add, and what is said before them, is the logit; a column that is always missing adds nothing.
  const Matrix parts = booster->contributions(test);
  ASSERT_EQ(parts.rows, test.rows);
  ASSERT_EQ(parts.columns, 4);
  for (std::int64_t i = 0; i < parts.rows; ++i) {
    const auto row = parts.row(i);
    EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), logits[static_cast<std::size_t>(i)], 1e-4);
    EXPECT_EQ(row[2], 0);
  }
  EXPECT_EQ(booster->contributions({0, 3, {}}).values.size(), 0U);
  const auto bytes = booster->bytes();
  const auto back = load_xgboost(bytes, "b", 1);
  EXPECT_EQ(back->logits(test), logits);
  EXPECT_EQ(back->contributions(test).values, parts.values);
  EXPECT_EQ(back->columns(), 3);
  const std::vector<std::byte> rubbish(100, std::byte{7});
  EXPECT_THAT(testing::error_of([&] { load_xgboost(rubbish, "b.ubj", 1); }), HasSubstr("b.ubj: is no XGBoost model"));
}

}  // namespace
}  // namespace stemloop
