// Measures of reconstruction and classification, on cases counted by hand.
#include "learn/learn.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace stemloop {
namespace {

Picture two_bars() {
  Picture picture;
  picture.colour[0][0] = kRed;
  picture.height[0][0] = 4;
  picture.colour[1][0] = kBlue;
  picture.height[1][0] = 2;
  return picture;
}

TEST(Reconstruction, CountsWhatDiffers) {
  const Picture truth = two_bars();
  Picture other = truth;
  other.colour[0][0] = kGreen;  // 3 shared pixels of another colour, one missing
  other.height[0][0] = 3;
  other.colour[1][1] = kBlack;  // a bar too many, of 2 pixels
  other.height[1][1] = 2;
  ReconstructionError error;
  error.add(truth, other);
  error.add(truth, truth);
  const ReconstructionError means = error.means();
  EXPECT_DOUBLE_EQ(means.pixels, (3 + 1 + 2) / 2500.0 / 2);
  EXPECT_DOUBLE_EQ(means.nucleotides, 2 / 200.0 / 2);
  EXPECT_DOUBLE_EQ(means.length, (1 + 2) / 200.0 / 2);
  EXPECT_DOUBLE_EQ(means.values, (2 * 3 + 1 + 2) / 12500.0 / 2);
  EXPECT_DOUBLE_EQ(means.exact, 0.5);
}

TEST(Classification, KnownTable) {
  const std::vector<float> p = {0.9F, 0.8F, 0.4F, 0.7F, 0.2F, 0.1F};
  const std::vector<std::uint8_t> labels = {1, 1, 1, 0, 0, 0};
  const ClassificationScore score = score_classification(p, labels);
  EXPECT_DOUBLE_EQ(score.accuracy, 4 / 6.0);
  EXPECT_DOUBLE_EQ(score.sensitivity, 2 / 3.0);
  EXPECT_DOUBLE_EQ(score.specificity, 2 / 3.0);
  EXPECT_DOUBLE_EQ(score.mcc, 1 / 3.0);
  EXPECT_DOUBLE_EQ(score.auroc, 8 / 9.0);
}

TEST(Classification, TiesCountHalfAndMissingClassesAreNoNumber) {
  const std::vector<float> same(4, 0.5F);
  const std::vector<std::uint8_t> labels = {1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(score_classification(same, labels).auroc, 0.5);
  const std::vector<std::uint8_t> ones(4, 1);
  EXPECT_TRUE(std::isnan(score_classification(same, ones).specificity));
  EXPECT_TRUE(std::isnan(score_classification(same, ones).auroc));
}

}  // namespace
}  // namespace stemloop
