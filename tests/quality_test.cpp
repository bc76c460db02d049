// Classical learners, and synthetic sets against real ones: laws, and the table measured on the published examples.
#include <gmock/gmock.h>

#include <cmath>

#include "data/shuffle.h"
#include "features/features.h"
#include "learn/learn.h"
#include "seq/seq.h"
#include "study/study.h"
#include "support.h"
#include "util/util.h"

namespace stemloop {
namespace {

// --- learners --------------------------------------------------------------------------------------------------------

struct Problem {
  Matrix rows;
  std::vector<std::uint8_t> labels;
};

// Class 1 lies outside a circle if `ring`, else to the right of class 0; the third column is constant, the fourth
// noise.
Problem problem(int count, bool ring, std::uint64_t seed) {
  Problem p{{count, 4, {}}, {}};
  for (int i = 0; i < count; ++i) {
    Random random(seed, static_cast<std::uint64_t>(i));
    const bool one = i % 3 == 0;
    const double angle = 2 * M_PI * random.uniform(), radius = one ? 2 + random.uniform() : random.uniform();
    p.rows.values.push_back(static_cast<float>(ring ? radius * std::cos(angle) : random.uniform() + (one ? 1.5 : 0)));
    p.rows.values.push_back(static_cast<float>(100 * (ring ? radius * std::sin(angle) : random.uniform())));
    p.rows.values.push_back(7);
    p.rows.values.push_back(static_cast<float>(random.uniform()));
    p.labels.push_back(one ? 1 : 0);
  }
  return p;
}

double accuracy(const Learner& learner, const Problem& p) {
  return score_classification(learner.probabilities(p.rows), p.labels).accuracy;
}

TEST(Learners, SeparateWhatCanBeSeparated) {
  for (const LearnerKind kind : kLearnerKinds) {
    const auto learner = Learner::train(kind, problem(300, false, 1).rows, problem(300, false, 1).labels);
    EXPECT_GT(accuracy(*learner, problem(300, false, 2)), 0.97) << learner_name(kind);
    for (const float p : learner->probabilities(problem(50, false, 3).rows)) {
      EXPECT_GE(p, 0);
      EXPECT_LE(p, 1);
    }
  }
}

TEST(Learners, OnlyAStraightLineFailsOnARing) {
  const Problem train = problem(400, true, 1), test = problem(400, true, 2);
  EXPECT_GT(accuracy(*Learner::train(LearnerKind::kForest, train.rows, train.labels), test), 0.95);
  EXPECT_GT(accuracy(*Learner::train(LearnerKind::kSvm, train.rows, train.labels), test), 0.95);
  EXPECT_LT(accuracy(*Learner::train(LearnerKind::kLogistic, train.rows, train.labels), test), 0.8);
}

TEST(Learners, TheFirstLabelDoesNotMatter) {
  Problem train = problem(90, false, 1);  // begins with class 1
  Problem turned{{0, 4, {}}, {}};
  for (std::int64_t i = train.rows.rows - 1; i >= 0; --i) {
    const auto row = train.rows.row(i);
    turned.rows.values.insert(turned.rows.values.end(), row.begin(), row.end());
    turned.labels.push_back(train.labels[static_cast<std::size_t>(i)]);
    ++turned.rows.rows;
  }
  ASSERT_NE(train.labels.front(), turned.labels.front());
  for (const LearnerKind kind : kLearnerKinds)
    EXPECT_GT(accuracy(*Learner::train(kind, turned.rows, turned.labels), train), 0.97) << learner_name(kind);
}

TEST(Learners, EqualSeedsGiveEqualLearners) {
  const Problem train = problem(200, true, 1), test = problem(100, true, 2);
  LearnerOptions options;
  options.trees = 30;
  for (const LearnerKind kind : kLearnerKinds) {
    const auto first = Learner::train(kind, train.rows, train.labels, options)->probabilities(test.rows);
    EXPECT_EQ(Learner::train(kind, train.rows, train.labels, options)->probabilities(test.rows), first);
  }
  const auto first = Learner::train(LearnerKind::kForest, train.rows, train.labels, options)->probabilities(test.rows);
  options.seed = 2;
  EXPECT_NE(Learner::train(LearnerKind::kForest, train.rows, train.labels, options)->probabilities(test.rows), first);
}

TEST(Learners, WhatIsMissingIsTheMean) {
  const Problem train = problem(200, false, 1);
  Matrix rows{2, 4, {0.3F, 50, 7, std::nanf(""), 0.3F, 50, 9, column_scale(train.rows).mean[3]}};
  for (const LearnerKind kind : kLearnerKinds) {
    const auto p = Learner::train(kind, train.rows, train.labels)->probabilities(rows);
    EXPECT_EQ(p[0], p[1]) << learner_name(kind);  // and a constant column tells nothing
  }
}

TEST(Learners, ErrorsSayWhatIsWrong) {
  Problem p = problem(30, false, 1);
  const auto trained = [&](LearnerOptions options = {}) {
    return testing::error_of([&] { Learner::train(LearnerKind::kForest, p.rows, p.labels, options); });
  };
  LearnerOptions none;
  none.trees = 0;
  EXPECT_THAT(trained(none), ::testing::HasSubstr("0 trees"));
  const auto learner = Learner::train(LearnerKind::kLogistic, p.rows, p.labels);
  EXPECT_THAT(testing::error_of([&] {
                (void)learner->probabilities({1, 2, {1, 2}});
              }),
              ::testing::HasSubstr("2 columns, 4 in training"));
  p.labels[4] = 2;
  EXPECT_THAT(trained(), ::testing::HasSubstr("label 2 is neither 0 nor 1"));
  p.labels.assign(30, 1);
  EXPECT_THAT(trained(), ::testing::HasSubstr("all 30 rows are of class 1"));
  p.labels.pop_back();
  EXPECT_THAT(trained(), ::testing::HasSubstr("29 labels for 30 rows"));
  p = {{0, 4, {}}, {}};
  EXPECT_THAT(trained(), ::testing::HasSubstr("nothing to learn from"));
  p = problem(30, false, 1);
  p.rows.values[5] = HUGE_VALF;
  EXPECT_THAT(trained(), ::testing::HasSubstr("row 2, column 2: an infinite value"));
}

// --- measures --------------------------------------------------------------------------------------------------------

std::vector<std::string> random_set(int count, std::uint64_t seed, double gc = 0.5) {
  std::vector<std::string> sequences;
  for (int i = 0; i < count; ++i)
    sequences.push_back(testing::random_sequence(50 + i % 30, gc, seed, static_cast<std::uint64_t>(i)));
  return sequences;
}

std::shared_ptr<const Model> energies(const char* name = "turner2004") { return make_model(load_parameters(name)); }

TEST(Quality, DivergenceIsNoneOfEqualsAndOneBitOfStrangers) {
  const auto set = random_set(20, 1);
  for (const int k : {1, 3, 4}) EXPECT_EQ(jensen_shannon(kmer_shares(set, k), kmer_shares(set, k)), 0);
  const std::vector<std::string> a = {"AAAAAA"}, c = {"CCCCC", "CCCC"}, both = {"AAAA", "CCCC"};
  EXPECT_DOUBLE_EQ(jensen_shannon(kmer_shares(a, 3), kmer_shares(c, 3)), 1);
  // p = (1, 0), q = (1/2, 1/2): (log2(4/3) + log2(2/3)/2 + 1/2) / 2
  EXPECT_NEAR(jensen_shannon(kmer_shares(a, 3), kmer_shares(both, 3)),
              (std::log2(4 / 3.0) + std::log2(2 / 3.0) / 2 + 0.5) / 2, 1e-12);
  const std::vector<std::string> acgu = {"ACGUA"}, tiny = {"AC"};
  const auto shares = kmer_shares(acgu, 2);
  for (const std::size_t word : {1U, 6U, 11U, 12U}) EXPECT_EQ(shares[word], 0.25);  // AC CG GU UA
  EXPECT_THAT(kmer_shares(tiny, 3), ::testing::Each(0.0));
}

TEST(Quality, KolmogorovSmirnov) {
  EXPECT_EQ(kolmogorov_smirnov({1, 2, 2, 3}, {3, 2, 1, 2}), 0);
  EXPECT_EQ(kolmogorov_smirnov({1, 2}, {3, 4, 5}), 1);
  EXPECT_DOUBLE_EQ(kolmogorov_smirnov({1, 2, 3, 4}, {1, 2, 5, 6}), 0.5);
}

// The plain twin: every pair in full.
std::vector<double> nearest_plain(const std::vector<std::string>& from, const std::vector<std::string>& to,
                                  bool leave) {
  std::vector<double> nearest;
  for (std::size_t i = 0; i < from.size(); ++i) {
    double best = 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      if (leave && i == j) continue;
      const std::string &a = from[i], &b = to[j];
      std::vector<std::size_t> row(b.size() + 1);
      for (std::size_t y = 0; y <= b.size(); ++y) row[y] = y;
      for (std::size_t x = 1; x <= a.size(); ++x) {
        std::size_t corner = std::exchange(row[0], x);
        for (std::size_t y = 1; y <= b.size(); ++y) {
          const std::size_t change = corner + (a[x - 1] == b[y - 1] ? 0 : 1);
          corner = row[y];
          row[y] = std::min({change, row[y] + 1, row[y - 1] + 1});
        }
      }
      best = std::min(best, static_cast<double>(row.back()) / static_cast<double>(std::max(a.size(), b.size())));
    }
    nearest.push_back(best);
  }
  return nearest;
}

TEST(Quality, NearestEqualsThePlainTwin) {
  auto from = random_set(30, 1), to = random_set(40, 2);
  to.insert(to.end(), {"A", "GGGGCCCC", from[3], std::string(200, 'C')});
  from.insert(from.end(), {"U", std::string(150, 'A')});
  EXPECT_EQ(nearest_distances(from, to, 1), nearest_plain(from, to, false));
  EXPECT_EQ(nearest_distances(from, to, 2), nearest_plain(from, to, false));
  EXPECT_EQ(nearest_distances(from, to, 1)[3], 0);
  EXPECT_EQ(nearest_squares(from, to, 2)[3], 0);
  std::vector<std::size_t> self(to.size());
  for (std::size_t i = 0; i < self.size(); ++i) self[i] = i;
  EXPECT_EQ(nearest_distances(to, to, 2, self), nearest_plain(to, to, true));
}

TEST(Quality, NearestSquaresAreThePublishedOnes) {
  // A C G U = 1 2 3 4, padded with 0 to 121: (1 - 4)^2 + (0 - 2)^2 and (1 - 1)^2 + 0.
  const std::vector<std::string> one = {"A"}, others = {"UC"}, same = {"UC", "A"};
  EXPECT_DOUBLE_EQ(nearest_squares(one, others, 1)[0], 13 / 121.0);
  EXPECT_EQ(nearest_squares(one, same, 1)[0], 0);
  const std::vector<std::string> longer = {std::string(200, 'A')};
  EXPECT_DOUBLE_EQ(nearest_squares(longer, one, 1)[0], 199 / 200.0);
}

TEST(Quality, CopiesAreKnownAsCopies) {
  QualityOptions options;
  options.threads = 2;
  auto sequences = random_set(60, 1);
  const MeasuredSet real = measure_set(sequences, energies(), options);
  sequences.push_back(sequences[0]);
  const QualityReport copied = compare_sets(real, measure_set(sequences, energies(), options), options);
  EXPECT_EQ(copied.copies, 1);
  EXPECT_EQ(copied.near_copies, 1);
  EXPECT_EQ(copied.nearest_median, 0);
  EXPECT_EQ(copied.nearest_mse, 0);
  EXPECT_DOUBLE_EQ(copied.unique, 60 / 61.0);
  const QualityReport self = describe_set(real, options);
  EXPECT_EQ(self.copies, 0);
  EXPECT_GT(self.nearest_5, 0.3);
  EXPECT_TRUE(std::isnan(self.two_sample));
  EXPECT_EQ(self.jsd3, 0);
}

TEST(Quality, FoldsAndEndsAreCounted) {
  QualityOptions options;
  const MeasuredSet set = measure_set({"GUGGGGAAAACCCCAG", "AAAAAAAAAA"}, energies(), options);
  EXPECT_THAT(set.one_hairpin, ::testing::ElementsAre(1, 0));
  EXPECT_DOUBLE_EQ(set.mfe_per_nt[1], 0);
  EXPECT_LT(set.mfe_per_nt[0], -0.2);
  const QualityReport report = describe_set(set, options);
  EXPECT_EQ(report.starts_gu, 0.5);
  EXPECT_EQ(report.ends_ag, 0.5);
  EXPECT_EQ(report.length_mean, 13);
  EXPECT_DOUBLE_EQ(report.gc, 10 / 26.0);
}

TEST(Quality, TwoSampleIsEvenForOneSourceAndSureForTwo) {
  QualityOptions options;
  options.threads = 2;
  const MeasuredSet a = measure_set(random_set(200, 1), energies(), options);
  const MeasuredSet b = measure_set(random_set(150, 2), energies(), options);
  const MeasuredSet c = measure_set(random_set(150, 3, 0.9), energies(), options);
  const double even = two_sample_accuracy(a, b, options);
  EXPECT_NEAR(even, 0.5, 0.1);
  EXPECT_GT(two_sample_accuracy(a, c, options), 0.95);
  // A copy stands in one part with its original: nothing is learned by heart.
  EXPECT_NEAR(two_sample_accuracy(a, a, options), 0.5, 0.1);
  options.threads = 1;
  EXPECT_EQ(two_sample_accuracy(a, b, options), even);
  const MeasuredSet few = measure_set(random_set(9, 1), energies(), options);
  EXPECT_TRUE(std::isnan(two_sample_accuracy(few, a, options)));
  // One sequence many times: no part can be judged by what was learned from the others alone.
  const MeasuredSet one = measure_set(std::vector<std::string>(20, "GGGGAAAACCCC"), energies(), options);
  EXPECT_FALSE(two_sample_accuracy(one, one, options) > 0.75);
}

TEST(Quality, TheSampleIsDrawnOnceAndThreadsChangeNothing) {
  QualityOptions options;
  options.most = 25;
  const MeasuredSet first = measure_set(random_set(80, 1), energies(), options);
  EXPECT_EQ(first.sample.size(), 25U);
  EXPECT_TRUE(std::is_sorted(first.sample.begin(), first.sample.end()));
  options.threads = 2;
  const MeasuredSet second = measure_set(random_set(80, 1), energies(), options);
  EXPECT_EQ(second.sample, first.sample);
  EXPECT_EQ(second.mfe_per_nt, first.mfe_per_nt);
  EXPECT_EQ(compare_sets(first, second, options).count, 80);
  options.seed = 2;
  EXPECT_NE(measure_set(random_set(80, 1), energies(), options).sample, first.sample);
}

TEST(Quality, BaselinesKeepWhatTheySay) {
  const auto real = random_set(40, 1);
  for (const Baseline baseline : kBaselines) {
    const auto set = baseline_set(real, baseline, 1);
    ASSERT_EQ(set.size(), real.size());
    for (std::size_t i = 0; i < set.size(); ++i) EXPECT_EQ(set[i].size(), real[i].size());
    EXPECT_EQ(baseline_set(real, baseline, 1), set);
    EXPECT_NE(baseline_set(real, baseline, 2), set);
  }
  const auto same = [&](Baseline baseline, int k) {
    return jensen_shannon(kmer_shares(real, k), kmer_shares(baseline_set(real, baseline, 1), k));
  };
  EXPECT_NEAR(same(Baseline::kLetters, 1), 0, 1e-12);
  EXPECT_GT(same(Baseline::kLetters, 2), 1e-6);
  EXPECT_NEAR(same(Baseline::kDinucleotides, 2), 0, 1e-12);
}

TEST(Quality, ErrorsSayWhatIsWrong) {
  const auto measured = [](std::vector<std::string> set) {
    return testing::error_of([&] { measure_set(std::move(set), energies(), {}); });
  };
  EXPECT_THAT(measured({}), ::testing::HasSubstr("no sequence to measure"));
  EXPECT_THAT(measured({"ACGU", ""}), ::testing::HasSubstr("empty"));
  EXPECT_THAT(measured({"ACGT"}), ::testing::HasSubstr("'T'"));
  const MeasuredSet few = measure_set({"ACGU", "ACG", "AC"}, energies(), {});
  EXPECT_THAT(testing::error_of([&] { compare_halves(few, {}); }), ::testing::HasSubstr("too few"));
}

TEST(Selector, WhatIsKeptIsLikeTheRealSet) {
  // Real sequences have 60 % of G and C; of the drawn ones a third have, the others 35 %.
  std::vector<std::string> real, drawn;
  for (std::uint64_t i = 0; i < 150; ++i) real.push_back(testing::random_sequence(60, 0.6, 5, i));
  for (std::uint64_t i = 0; i < 900; ++i) drawn.push_back(testing::random_sequence(60, i % 3 == 0 ? 0.6 : 0.35, 6, i));
  const MeasuredSet measured_real = measure_set(real, energies(), {});
  const MeasuredSet measured = measure_set(drawn, energies(), {});
  const Selector selector = fit_selector(measured_real, measured, "turner2004");
  const std::vector<double> keep = keep_probabilities(selector, measured);
  ASSERT_EQ(keep.size(), drawn.size());
  double of_real = 0, of_others = 0, certain = 0;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    EXPECT_TRUE(keep[i] > 0 && keep[i] <= 1);
    (i % 3 == 0 ? of_real : of_others) += keep[i];
    certain += keep[i] == 1 ? 1 : 0;
  }
  EXPECT_GT(of_real, 5 * of_others);  // although there are half as many of them
  EXPECT_NEAR(certain / 900, 0.05, 0.01);
  const Selector again = selector_from_json(selector_json(selector), "it");
  EXPECT_EQ(keep_probabilities(again, measured), keep);
  EXPECT_EQ(again.parameters, "turner2004");
}

TEST(Selector, DamagedFilesAreNamed) {
  const auto message = [](const std::string& text) {
    return testing::error_of([&] { selector_from_json(text, "dir/selector.json"); });
  };
  EXPECT_THAT(message(""), ::testing::HasSubstr("dir/selector.json: is no selector"));
  EXPECT_THAT(message("{\"format\": \"stemloop selector 2\"}"), ::testing::HasSubstr("is no selector"));
  EXPECT_THAT(message("{\"format\": \"stemloop selector 1\"}"), ::testing::HasSubstr("a field is missing"));
  EXPECT_THAT(message("{\"format\": \"stemloop selector 1\", \"parameters\": \"x\", \"mean\": [1], \"scale\": [1], "
                      "\"weights\": [1], \"top\": 0}"),
              ::testing::HasSubstr("does not hold 125 columns"));
  const MeasuredSet few = measure_set({"ACGU", "ACGGU"}, energies(), {});
  EXPECT_THAT(testing::error_of([&] { fit_selector(few, few, "turner2004"); }), ::testing::HasSubstr("too few"));
}

// --- the published examples ------------------------------------------------------------------------------------------

std::vector<std::string> example(const std::string& path) {
  std::vector<std::string> sequences;
  RecordReader reader(path);
  while (auto item = reader.next()) sequences.push_back(std::get<Record>(*item).sequence);
  return sequences;
}

TEST(Quality, PublishedExamplesHaveTheMeasuredValues) {
  STEMLOOP_SHARED_FILE(mirtrons, "data/gennus/rna_sequences.tsv.gz");
  STEMLOOP_SHARED_FILE(gan, "data/gennus/gan_mirtrons_10000.tsv.gz");
  QualityOptions options;
  options.threads = 2;
  std::vector<std::string> sequences;
  for (const auto& row : testing::read_table(mirtrons).rows) {
    if (row[2] == "1") sequences.push_back(as_rna(row[1]));
  }
  ASSERT_EQ(sequences.size(), 417U);
  // The table's energies were computed with the parameters of ViennaRNA 2.1, on samples of the larger sets.
  const auto model = energies("turner2004-vienna2.1");
  const MeasuredSet real = measure_set(sequences, model, options);
  const QualityReport self = describe_set(real, options);
  EXPECT_NEAR(self.gc, 0.604, 0.0005);
  EXPECT_NEAR(self.ends_ag, 0.92, 0.005);
  EXPECT_NEAR(self.mfe_per_nt, -0.426, 0.0005);
  EXPECT_NEAR(self.one_hairpin, 0.97, 0.005);
  EXPECT_NEAR(self.nearest_median, 0.365, 0.005);
  EXPECT_NEAR(self.unique, 0.986, 0.0005);
  struct Row {
    const char* name;
    double jsd3, jsd4, gc, ends_ag, mfe_per_nt, one_hairpin, nearest, unique;
  };
  const Row rows[] = {{"wgan", 0.083, 0.123, 0.626, 0.07, -0.310, 0.38, 0.444, 1},
                      {"fbgan", 0.072, 0.110, 0.663, 0.04, -0.333, 0.39, 0.436, 1},
                      {"smote", 0.144, 0.195, 0.735, 0.56, -0.365, 0.53, 0.306, 0.87},
                      {"gan", 0.019, 0.036, 0.628, 0.92, -0.321, 0.65, 0.380, 1}};
  for (const Row& row : rows) {
    std::vector<std::string> set;
    if (std::string(row.name) == "gan") {
      for (const auto& cells : testing::read_table(gan).rows) set.push_back(as_rna(cells[1]));
    } else {
      set = example(testing::shared_file(std::string("data/gennus/example_") + row.name + ".fa.gz"));
    }
    const QualityReport report = compare_sets(real, measure_set(std::move(set), model, options), options);
    EXPECT_NEAR(report.jsd3, row.jsd3, 0.00051) << row.name;
    EXPECT_NEAR(report.jsd4, row.jsd4, 0.00051) << row.name;
    EXPECT_NEAR(report.gc, row.gc, 0.00051) << row.name;
    EXPECT_NEAR(report.ends_ag, row.ends_ag, 0.0051) << row.name;
    EXPECT_NEAR(report.mfe_per_nt, row.mfe_per_nt, 0.004) << row.name;
    EXPECT_NEAR(report.one_hairpin, row.one_hairpin, 0.03) << row.name;
    EXPECT_NEAR(report.nearest_median, row.nearest, 0.002) << row.name;
    EXPECT_NEAR(report.unique, row.unique, 0.005) << row.name;
    EXPECT_GT(report.two_sample, 0.88) << row.name;
  }
  const QualityReport halves = compare_halves(real, options);
  EXPECT_LT(halves.jsd3, 0.004);
  EXPECT_NEAR(halves.two_sample, 0.5, 0.05);
  EXPECT_NEAR(halves.nearest_median, 0.375, 0.005);
}

}  // namespace
}  // namespace stemloop
