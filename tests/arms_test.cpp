// The cuts of Drosha and Dicer: geometry, sums over quadruples, the network and its gradient, known matures.
#include "arms/arms.h"

#include <gmock/gmock.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>

#include "arms/cut_network.h"
#include "arms/local_window.h"
#include "arms/quadruples.h"
#include "standard_model.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::HasSubstr;

// A network of random weights: laws must hold for any.
CutNetwork random_network(std::uint64_t seed, double size = 0.2) {
  CutNetwork network{{16, {1, 2}}, {}};
  network.parameters.resize(places_of(network.shape).size);
  Random random(seed, 0);
  for (float& p : network.parameters) p = static_cast<float>(size * (2 * random.uniform() - 1));
  return network;
}

std::optional<CutWindow> window_of(const std::string& sequence, Folder& folder, int reach = 64) {
  const std::string structure = folder.fold(sequence).structure;
  const auto stems = stem_loops(structure);
  if (stems.empty()) return std::nullopt;
  return cut_window(sequence, structure, stems[0].open, stems[0].close, reach, folder);
}

constexpr const char* kLet7 = "UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA";

TEST(StemLoops, AreAllFoundWithMostPairsFirst) {
  //                                     0123456789012345678901234567
  const std::vector<StemLoop> stems = stem_loops("..((...))..(((.((....)))))..");
  ASSERT_EQ(stems.size(), 2U);
  EXPECT_EQ(stems[0].pairs, 5);
  EXPECT_EQ(stems[0].open, 16);
  EXPECT_EQ(stems[0].close, 21);
  EXPECT_EQ(stems[0].begin, 11);
  EXPECT_EQ(stems[0].end, 26);
  EXPECT_EQ(stems[1].pairs, 2);
  // A branch ends both stems: the outer pair belongs to neither.
  const std::vector<StemLoop> branches = stem_loops("(((...)(...)))");
  ASSERT_EQ(branches.size(), 2U);
  EXPECT_EQ(branches[0].pairs, 1);
  EXPECT_TRUE(stem_loops("......").empty());
}

TEST(OppositePositions, GoThroughBulgesAndLoopsAndAreTheirOwnInverseAtPairs) {
  //                              0123456789012345678
  const std::string structure = ".(.((((....))))..).";
  const std::vector<int> opposite = opposite_positions(structure, stem_loops(structure)[0]);
  const std::vector<int> pairs = pair_table(structure);
  for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
    if (pairs[i] >= 0) {
      EXPECT_EQ(opposite[i], pairs[i]) << i;
    }
  }
  EXPECT_EQ(opposite[2], 15);  // an interior loop is counted from its inner pair
  EXPECT_EQ(opposite[15], 2);
  EXPECT_EQ(opposite[16], 1);  // but not beyond the outer one
  EXPECT_EQ(opposite[7], 10);  // letters of the loop face one another
  EXPECT_EQ(opposite[0], 18);
  EXPECT_EQ(opposite[18], 0);
}

TEST(Overhangs, AreTwoWhereBothEnzymesLeaveTwo) {
  // A perfect stem of 30 pairs around a loop of 10: arms of 22, each 3' end 2 letters beyond the other's 5' end.
  const std::string structure = std::string(30, '(') + std::string(10, '.') + std::string(30, ')');
  const std::vector<int> opposite = opposite_positions(structure, stem_loops(structure)[0]);
  const Cuts cuts{6, 28, 44, 66};
  const Overhangs over = overhangs(opposite, cuts);
  EXPECT_EQ(over.drosha, 66 - 1 - (69 - 6));
  EXPECT_EQ(over.drosha, 2);
  EXPECT_EQ(over.dicer, 28 - 1 - (69 - 44));
  EXPECT_EQ(over.dicer, 2);
  EXPECT_EQ(arm_fault(structure, stem_loops(structure)[0], cuts), "");
  EXPECT_THAT(arm_fault(structure, stem_loops(structure)[0], {15, 28, 44, 66}), HasSubstr("5p arm has 13 letters"));
  EXPECT_THAT(arm_fault(structure, stem_loops(structure)[0], {18, 40, 44, 66}), HasSubstr("5p arm runs over"));
  EXPECT_THAT(arm_fault(structure, stem_loops(structure)[0], {6, 28, 30, 52}), HasSubstr("3p arm runs over"));
  EXPECT_THAT(arm_fault(structure, stem_loops(structure)[0], {28, 6, 44, 66}), HasSubstr("not in order"));
}

TEST(Quadruples, SumsAndMarginalsAreThoseOfCountingOneByOne) {
  Folder folder(testing::standard_model());
  const CutNetwork network = random_network(3, 1.0);
  QuadrupleSum sum;
  int compared = 0;
  for (std::uint64_t item = 0; item < 12; ++item) {
    const auto window = window_of(testing::random_sequence(64, 0.5, 4, item), folder);
    if (!window) continue;
    std::vector<float> scores(static_cast<std::size_t>(kCuts * (window->length + 1)));
    Random random(5, item);
    for (float& s : scores) s = static_cast<float>(4 * random.uniform());
    std::vector<double> plain;
    const double expected = quadruples_plain(*window, scores, network.terms(), plain);
    const double found = sum.run(*window, scores, network.terms());
    if (!std::isfinite(expected)) {
      EXPECT_FALSE(std::isfinite(found));
      continue;
    }
    ++compared;
    EXPECT_NEAR(found, expected, 1e-5);
    std::vector<float> marginals(scores.size());
    sum.marginals(marginals);
    std::array<double, kCuts> total{};
    for (std::size_t k = 0; k < scores.size(); ++k) {
      EXPECT_NEAR(marginals[k], plain[k], 1e-5);
      total[k % kCuts] += marginals[k];
    }
    for (const double one : total) EXPECT_NEAR(one, 1, 1e-5);
    // The best of all is at least as good as any drawn at random, and is in order.
    const Cuts best = best_quadruple(*window, scores, network.terms());
    const float most = quadruple_score(*window, scores, network.terms(), best);
    EXPECT_LE(most, found + 1e-4);
    for (int draw = 0; draw < 2000; ++draw) {
      const auto at = [&](std::uint64_t bound) { return static_cast<int>(random.below(bound)); };
      const Cuts other{at(30), 16 + at(40), 16 + at(40), 32 + at(33)};
      EXPECT_LE(quadruple_score(*window, scores, network.terms(), other), most + 1e-4F);
    }
    EXPECT_LT(best.drosha5, best.dicer5);
    EXPECT_LE(best.dicer5, best.dicer3);
    EXPECT_LT(best.dicer3, best.drosha3);
  }
  EXPECT_GE(compared, 5);
}

TEST(CutNetwork, FastIsPlain) {
  Folder folder(testing::standard_model());
  const CutNetwork network = random_network(7);
  CutForward forward;
  for (std::uint64_t item = 0; item < 5; ++item) {
    const auto window = window_of(testing::random_sequence(60 + 20 * static_cast<int>(item), 0.5, 8, item), folder);
    if (!window) continue;
    const std::vector<float> plain = cut_scores_plain(network, *window);
    const std::span<const float> fast = forward.run(network, *window);
    ASSERT_EQ(fast.size(), plain.size());
    for (std::size_t k = 0; k < plain.size(); ++k) EXPECT_NEAR(fast[k], plain[k], 1e-3 * (1 + std::abs(plain[k])));
  }
}

// The gradient written by hand is that of differences, in every slice of the parameters.
TEST(CutGradient, IsTheDerivativeOfTheLoss) {
  Folder folder(testing::standard_model());
  const CutNetwork network = random_network(9, 0.15);
  for (const KnownCuts& known : {KnownCuts{5, 27, 50, 71}, KnownCuts{5, 27, -1, -1}, kNothingKnown}) {
    const auto task = cut_task({"let-7", kLet7, known}, 64, folder);
    ASSERT_TRUE(task);
    CutGradient learner;
    std::vector<float> gradient(network.parameters.size()), unused(network.parameters.size());
    learner.prepare(network);
    Random random(1, 1);
    learner.add(network, *task, 0, random, gradient);
    for (const CutSlice& slice : network.slices()) {
      // The parameter of the slice with the largest derivative, and one in its middle.
      std::size_t largest = slice.first;
      for (std::size_t k = slice.first; k < slice.first + slice.size; ++k) {
        if (std::abs(gradient[k]) > std::abs(gradient[largest])) largest = k;
      }
      for (const std::size_t k : {largest, slice.first + slice.size / 2}) {
        CutNetwork moved = network;
        constexpr float kStep = 3e-3F;
        moved.parameters[k] = network.parameters[k] + kStep;
        const double up = learner.add(moved, *task, 0, random, unused);
        moved.parameters[k] = network.parameters[k] - kStep;
        const double down = learner.add(moved, *task, 0, random, unused);
        const double slope = (up - down) / (2 * kStep);
        EXPECT_NEAR(gradient[k], slope, 0.05 * (0.1 + std::abs(slope))) << slice.name << " " << k - slice.first;
      }
    }
  }
}

TEST(LocalWindow, LettersFarBeyondTheStemLoopChangeNothing) {
  LocalFolder folder(testing::standard_model());
  const auto best = [&](const std::string& sequence) {
    std::vector<LocalStemLoop> stems = folder.stem_loops(sequence);
    return *std::min_element(stems.begin(), stems.end(), [](auto& a, auto& b) { return a.score < b.score; });
  };
  constexpr int kFlank = 70;
  const std::string letters = std::string(kBeyondStem, 'A') + kLet7 + std::string(kBeyondStem, 'A');
  const std::string longer = std::string(kFlank, 'C') + letters + std::string(kFlank, 'C');
  const LocalStemLoop stem = best(letters), there = best(longer);
  ASSERT_EQ(there.begin, stem.begin + kFlank);
  const CutWindow window = local_window(letters, stem), far = local_window(longer, there);
  EXPECT_EQ(far.begin, window.begin + kFlank);
  EXPECT_EQ(far.letters, window.letters);
  EXPECT_EQ(far.structure, window.structure);
  EXPECT_EQ(far.answers, window.answers);
}

TEST(LocalWindow, KeepsThePairsWhoseLettersAreInSight) {
  // A stem of 100 pairs: only those within reach of the loop are shown, and all brackets match.
  const std::string arm = testing::random_sequence(100, 0.5, 31, 0);
  std::string other;
  for (auto c = arm.rbegin(); c != arm.rend(); ++c) other += *c == 'A' ? 'U' : *c == 'C' ? 'G' : *c == 'G' ? 'C' : 'A';
  const LocalStemLoop stem{0, 208, 99, 108, 0, 0, std::string(100, '(') + "........" + std::string(100, ')')};
  const CutWindow window = local_window(arm + "GAAACAAA" + other, stem);
  EXPECT_EQ(window.length, 2 * kFarFromLoop);
  const std::vector<int> partner = pair_table(window.structure);
  EXPECT_EQ(partner[static_cast<std::size_t>(window.stem.begin)], window.stem.end - 1);
  EXPECT_EQ(std::count(window.structure.begin(), window.structure.end(), '('), window.stem.pairs);
  EXPECT_EQ(window.stem.pairs, 75);  // of letters 25 to 99 with 182 to 108: the window is [23, 183)
}

class CutTraining : public ::testing::TestWithParam<bool> {};

TEST_P(CutTraining, LearnsAndIsTheSameTwiceAndOnOneThread) {
  // Sixteen hairpins of one kind: what is learnt is where they are cut.
  std::vector<CutExample> examples;
  for (std::uint64_t item = 0; item < 16; ++item) {
    const std::string arm = testing::random_sequence(28, 0.6, 30, item);
    std::string other;
    for (auto c = arm.rbegin(); c != arm.rend(); ++c)
      other += *c == 'A' ? 'U' : *c == 'C' ? 'G' : *c == 'G' ? 'C' : 'A';
    examples.push_back({"", arm + "GAAACAAA" + other, {4, 26, 38, 60}});
  }
  CutTrainOptions options;
  options.shape = {16, {1, 2}};
  options.epochs = 30;
  options.dropout = 0.1;
  options.weight_decay = 0.01;
  options.batch = 4;
  options.local = GetParam();
  std::vector<double> losses;
  const auto watch = [&](const CutProgress& progress, const CutNetwork&) { losses.push_back(progress.loss); };
  CutSights sights;
  const CutNetwork once = train_cuts(examples, options, sights, watch);
  EXPECT_LT(losses.back(), 0.5 * losses.front());
  const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
  const CutNetwork again = train_cuts(examples, options, sights, watch);  // with sights at hand
  EXPECT_EQ(once.parameters, again.parameters);

  CutSettings settings;
  settings.local = GetParam();
  const CutModel model = CutModel::of({once}, settings);
  CutModel::Scratch scratch = model.scratch();
  int right = 0;
  for (const CutExample& example : examples) {
    const auto call = model.predict(example.sequence, scratch);
    ASSERT_TRUE(call);
    right += call->cuts == Cuts{4, 26, 38, 60};
  }
  EXPECT_GE(right, 12);

  // As a directory and back.
  testing::TemporaryFolder folder;
  model.write(folder.path("model"), "{}");
  const CutModel read = CutModel::open(folder.path("model"));
  CutModel::Scratch other = read.scratch();
  for (const CutExample& example : examples) {
    const auto a = model.predict(example.sequence, scratch), b = read.predict(example.sequence, other);
    EXPECT_EQ(a->cuts, b->cuts);
    EXPECT_EQ(a->log_odds, b->log_odds);
  }
}

INSTANTIATE_TEST_SUITE_P(Windows, CutTraining, ::testing::Values(false, true),
                         [](const auto& kind) { return kind.param ? "Local" : "Folds"; });

TEST(CutExamples, BadTablesAreRefusedWithTheirPlace) {
  const auto refusal = [](const std::string& rows) {
    const testing::TemporaryFile file("sequence\tdrosha5\tdicer5\tdicer3\tdrosha3\n" + rows, "cuts.tsv");
    return testing::error_of([&] { read_cut_examples(file.path()); });
  };
  EXPECT_THAT(refusal("ACGU\t1\t9\t\t\n"), HasSubstr("cuts.tsv:2: dicer5 = 9"));
  EXPECT_THAT(refusal("ACGUACGU\t3\t2\t\t\n"), HasSubstr("dicer5 = 2"));
  EXPECT_THAT(refusal("ACGUACGU\tx\t2\t\t\n"), HasSubstr("'x'"));
  EXPECT_THAT(refusal("\t1\t2\t\t\n"), HasSubstr("the sequence is empty"));
  EXPECT_EQ(refusal("ACGUACGU\t3\t5\t\t\n"), "(no error)");
}

TEST(KnownMatures, AreFoundByNameByLettersAndByPosition) {
  const testing::TemporaryFile fasta(
      ">hsa-let-7a-5p x\nTGAGGTAGTAGGTTGTATAGTT\n>hsa-let-7a-3p\nCUAUACAAUCUACUGUCUUUC\n", "m.fa");
  const KnownMatures by_name = KnownMatures::read(fasta.path());
  PlacedMatures placed = by_name.place("hsa-let-7a-1", kLet7);
  ASSERT_EQ(placed.matures.size(), 2U);
  EXPECT_EQ(placed.matures[0].begin, 5);
  EXPECT_EQ(placed.matures[0].end, 27);
  EXPECT_EQ(by_name.place("anything", kLet7).matures.size(), 2U);  // by letters
  Folder folder(testing::standard_model());
  std::array<std::string, 2> names;
  const StemLoop stem = stem_loops(folder.fold(kLet7).structure)[0];
  EXPECT_EQ(known_cuts(placed, stem, names), (KnownCuts{5, 27, 56, 77}));
  EXPECT_EQ(names[1], "hsa-let-7a-3p");

  const testing::TemporaryFile gff(
      "##gff-version 3\nchr9\t.\tmiRNA_primary_transcript\t1001\t1080\t.\t-\t.\tID=MI1;Name=hsa-let-7a-1\n"
      "chr9\t.\tmiRNA\t1054\t1075\t.\t-\t.\tID=M1;Name=hsa-let-7a-5p;Derives_from=MI1\n",
      "m.gff3");
  const PlacedMatures by_place = KnownMatures::read(gff.path()).place("hsa-let-7a-1", kLet7);
  ASSERT_EQ(by_place.matures.size(), 1U);
  EXPECT_EQ(by_place.matures[0].begin, 5);
  EXPECT_EQ(by_place.matures[0].end, 27);
}

TEST(KnownMatures, WhatCannotBePlacedIsOneSentence) {
  const testing::TemporaryFile fasta(
      ">x-1-5p\nGGGGGGGGGGGGGGGGGGGG\n>y-1-5p\nGAUGAGGUAGUAGGUUGUAU\n>z-1-5p\nGGGUCACACCCACCACUGGGAG\n", "m.fa");
  const KnownMatures known = KnownMatures::read(fasta.path());
  EXPECT_THAT(known.place("x-1", kLet7).faults, ::testing::ElementsAre("mature x-1-5p is not in the hairpin"));
  const std::string twice = std::string(kLet7) + kLet7;
  EXPECT_THAT(known.place("y-1", twice).faults,
              ::testing::ElementsAre("mature y-1-5p is in the hairpin twice, at 4 and 84"));
  PlacedMatures on_loop = known.place("z-1", kLet7);
  Folder folder(testing::standard_model());
  std::array<std::string, 2> names;
  EXPECT_EQ(known_cuts(on_loop, stem_loops(folder.fold(kLet7).structure)[0], names), kNothingKnown);
  EXPECT_THAT(on_loop.faults, ::testing::ElementsAre("mature z-1-5p at 31 to 52 lies on the terminal loop"));

  const testing::TemporaryFile empty("", "m.fa"), text("hello\n", "m.txt"), none("##gff-version 3\n", "m.gff3");
  EXPECT_THAT(testing::error_of([&] { KnownMatures::read(empty.path()); }), HasSubstr("is empty"));
  EXPECT_THAT(testing::error_of([&] { KnownMatures::read(text.path()); }), HasSubstr("neither FASTA nor GFF3"));
  EXPECT_THAT(testing::error_of([&] { KnownMatures::read(none.path()); }), HasSubstr("holds no mature"));
}

}  // namespace
}  // namespace stemloop
