// What a classifier sees of a hairpin; calibrated probabilities.
#include "judge/judge.h"

#include <gmock/gmock.h>

#include <cmath>

#include "standard_model.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::HasSubstr;

TEST(Evidence, VisibleSequenceIsTheWholeOfASingleHairpin) {
  const auto model = testing::standard_model();
  Folder folder(model);
  int whole = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::string sequence = testing::random_sequence(60, 0.5, 21, i);
    const std::string structure = folder.fold(sequence).structure;
    const HairpinLayout layout = lay_out(sequence, structure);
    if (layout.columns.empty()) continue;
    const std::string visible = visible_sequence(draw_picture(layout.columns));
    EXPECT_LE(visible.size(), sequence.size());
    if (!layout.in_step) continue;
    EXPECT_EQ(visible, sequence) << structure;
    ++whole;
  }
  EXPECT_GT(whole, 50);
}

TEST(Evidence, TableAndMatrix) {
  const auto model = testing::standard_model();
  std::vector<Picture> pictures;
  const std::string sequence = "GGGGGAAAACCCCC", structure = "(((((....)))))";
  pictures.push_back(draw_picture(lay_out(sequence, structure).columns));
  const auto evidence = gather_evidence(pictures, model, 2);
  EXPECT_EQ(evidence[0].visible, sequence);
  EXPECT_DOUBLE_EQ(evidence[0].mfe_kcal, Folder(model).fold(sequence).energy / 100.0);
  const FeatureTable table = measured_table(evidence);
  ASSERT_EQ(table.columns.size(), 24U);
  EXPECT_EQ(table.columns[20].name, "nucleotides");
  EXPECT_EQ(table.columns[20].values[0], 14);
  EXPECT_DOUBLE_EQ(table.columns[21].values[0], 10 / 14.0);
  const Matrix matrix = evidence_matrix(evidence, table);
  ASSERT_EQ(matrix.columns, 24 + 4 + 16 + 64);
  EXPECT_FLOAT_EQ(matrix.row(0)[24], 4 / 14.0F);      // A
  EXPECT_FLOAT_EQ(matrix.row(0)[24 + 1], 5 / 14.0F);  // C
  EXPECT_FLOAT_EQ(matrix.row(0)[28], 3 / 13.0F);      // AA
  float words = 0;
  for (std::size_t k = 44; k < 108; ++k) words += matrix.row(0)[k];
  EXPECT_NEAR(words, 1, 1e-6);
}

TEST(Calibration, RecoversTheOddsAndCountsTheError) {
  // Labels drawn with p = 1 / (1 + exp(-(2 x - 1))): the blend finds 2 and -1, however loud the logit given.
  Matrix logits{20000, 1, {}};
  std::vector<std::uint8_t> labels;
  std::vector<float> truth;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    Random random(3, i);
    const double x = 4 * random.uniform() - 2;
    const double p = 1 / (1 + std::exp(-(2 * x - 1)));
    logits.values.push_back(static_cast<float>(x));
    labels.push_back(random.uniform() < p ? 1 : 0);
    truth.push_back(static_cast<float>(p));
  }
  const LogisticBlend blend = fit_blend(logits, labels);
  EXPECT_NEAR(blend.weights[0], 2, 0.1);
  EXPECT_NEAR(blend.bias, -1, 0.1);
  EXPECT_LT(expected_calibration_error(calibration_curve(truth, labels)), 0.01);
  const std::vector<float> sure(labels.size(), 0.99F);
  EXPECT_GT(expected_calibration_error(calibration_curve(sure, labels)), 0.5);
  const std::vector<std::uint8_t> one_class(20000, 1);
  EXPECT_THAT(testing::error_of([&] { fit_blend(logits, one_class); }), HasSubstr("one class"));
}

TEST(Calibration, CurveByHand) {
  const std::vector<float> p = {0.05F, 0.15F, 0.95F, 0.95F, 1.0F};
  const std::vector<std::uint8_t> labels = {0, 1, 1, 0, 1};
  const auto curve = calibration_curve(p, labels, 10);
  EXPECT_EQ(curve[0].count, 1);
  EXPECT_EQ(curve[9].count, 3);
  EXPECT_NEAR(curve[9].share, 2 / 3.0, 1e-12);
  EXPECT_NEAR(expected_calibration_error(curve), (0.05 + 0.85 + 3 * std::abs(2 / 3.0 - 2.9 / 3)) / 5, 1e-6);
}

}  // namespace
}  // namespace stemloop
