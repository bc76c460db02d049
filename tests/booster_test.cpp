// Boosted trees: learned, written, read back.
#include "nn/booster.h"

#include <gmock/gmock.h>

#include <cmath>

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
  const auto bytes = booster->bytes();
  const auto back = load_xgboost(bytes, "b", 1);
  EXPECT_EQ(back->logits(test), logits);
  EXPECT_EQ(back->columns(), 3);
  const std::vector<std::byte> rubbish(100, std::byte{7});
  EXPECT_THAT(testing::error_of([&] { load_xgboost(rubbish, "b.ubj", 1); }), HasSubstr("b.ubj: is no XGBoost model"));
}

}  // namespace
}  // namespace stemloop
