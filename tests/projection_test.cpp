// PCA and t-SNE on points whose shape is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "learn/learn.h"
#include "support.h"

namespace stemloop {
namespace {

// `groups` clouds far apart in `dimensions`; point i belongs to group i % groups.
Matrix clouds(int groups, int count, int dimensions) {
  Matrix rows{count, dimensions, {}};
  for (int i = 0; i < count; ++i) {
    Random random(5, static_cast<std::uint64_t>(i));
    for (int d = 0; d < dimensions; ++d)
      rows.values.push_back(static_cast<float>(random.uniform() + (d == i % groups ? 10 : 0)));
  }
  return rows;
}

double distance(const Matrix& m, std::int64_t i, std::int64_t j) {
  return std::hypot(m.row(i)[0] - m.row(j)[0], m.row(i)[1] - m.row(j)[1]);
}

TEST(Pca, FindsTheAxesOfAnEllipse) {
  Matrix rows{400, 3, {}};
  for (int i = 0; i < 400; ++i) {
    const double t = 2 * M_PI * i / 400;
    // Long axis along (1, 1, 0), short one along z.
    rows.values.push_back(static_cast<float>(5 * std::cos(t) + 7));
    rows.values.push_back(static_cast<float>(5 * std::cos(t)));
    rows.values.push_back(static_cast<float>(std::sin(t)));
  }
  const PcaResult result = pca(rows, 2);
  EXPECT_NEAR(result.explained[0], 50 / 51.0, 1e-4);
  EXPECT_NEAR(result.explained[1], 1 / 51.0, 1e-4);
  EXPECT_NEAR(result.points.row(0)[0], 5 * std::sqrt(2.0), 1e-3);
  EXPECT_NEAR(result.points.row(100)[1], 1, 1e-3);
}

TEST(Tsne, KeepsGroupsTogether) {
  const Matrix rows = clouds(4, 400, 10);
  TsneOptions options;
  options.iterations = 400;
  options.perplexity = 20;
  const Matrix points = tsne(rows, options);
  int own = 0;
  for (int i = 0; i < 400; ++i) {
    int nearest = i == 0 ? 1 : 0;
    for (int j = 0; j < 400; ++j) {
      if (j != i && distance(points, i, j) < distance(points, i, nearest)) nearest = j;
    }
    own += nearest % 4 == i % 4 ? 1 : 0;
  }
  EXPECT_EQ(own, 400);
}

TEST(Tsne, DistantPointsTogetherAreNearlyAllPairsAndThreadsChangeNothing) {
  const Matrix rows = clouds(3, 200, 8);
  TsneOptions options;
  options.iterations = 5;  // before small differences grow
  options.perplexity = 10;
  const Matrix fast = tsne(rows, options);
  options.threads = 2;
  EXPECT_EQ(tsne(rows, options).values, fast.values);
  options.theta = 0;  // every pair
  const Matrix exact = tsne(rows, options);
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < exact.values.size(); ++i) {
    largest = std::max<double>(largest, std::abs(exact.values[i]));
    error = std::max<double>(error, std::abs(exact.values[i] - fast.values[i]));
  }
  EXPECT_LT(error, 0.02 * largest);
}

TEST(Tsne, TooFewPointsAndNoNumbersAreErrors) {
  EXPECT_THAT(testing::error_of([] { tsne(clouds(2, 50, 3), {}); }),
              ::testing::HasSubstr("too few for a perplexity of 30"));
  Matrix rows = clouds(2, 50, 3);
  rows.values[7] = std::nanf("");
  EXPECT_THAT(testing::error_of([&] { pca(rows); }), ::testing::HasSubstr("not a finite number"));
}

}  // namespace
}  // namespace stemloop
