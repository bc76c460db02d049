// Laws of folding: the fast algorithms equal their plain twins, energies add up, every instruction set and every order
// of work gives the same bits.
#include "fold/fold.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "standard_model.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::random_sequence;
using testing::standard_model;

std::vector<FoldOptions> all_options() {
  return {{},
          {.no_lonely_pairs = true},
          {.dangles = 0},
          {.temperature_celsius = 25},
          {.temperature_celsius = 60, .no_lonely_pairs = true},
          {.temperature_celsius = 5, .dangles = 0, .no_lonely_pairs = true}};
}

std::string sequence_for_test(int item) {
  Random random(11, static_cast<std::uint64_t>(item));
  const int length = 1 + static_cast<int>(random.below(90));
  std::string sequence = random_sequence(length, 0.3 + 0.5 * random.uniform(), 12, static_cast<std::uint64_t>(item));
  if (item % 5 == 0) sequence[random.below(sequence.size())] = 'N';
  return sequence;
}

TEST(Fold, FastEqualsPlain) {
  for (const FoldOptions& options : all_options()) {
    const auto model = make_model(turner2004_parameters(), options);
    Folder folder(model);
    for (int item = 0; item < 150; ++item) {
      const std::string sequence = sequence_for_test(item);
      const Fold fast = folder.fold(sequence);
      const Fold plain = fold_plain(model->energy, sequence);
      ASSERT_EQ(fast.energy, plain.energy) << sequence;
      ASSERT_EQ(fast.structure, plain.structure) << sequence;
    }
  }
}

TEST(Fold, EnergyOfTheStructureIsTheEnergyReported) {
  for (const FoldOptions& options : all_options()) {
    const auto model = make_model(turner2004_parameters(), options);
    Folder folder(model);
    for (int item = 0; item < 300; ++item) {
      const std::string sequence = random_sequence(20 + item, 0.5, 13, static_cast<std::uint64_t>(item));
      const Fold fold = folder.fold(sequence);
      ASSERT_EQ(evaluate(model->energy, sequence, fold.structure).energy, fold.energy) << sequence;
    }
  }
}

TEST(Fold, NoLonelyPairsMeansNone) {
  Folder folder(make_model(turner2004_parameters(), {.no_lonely_pairs = true}));
  for (int item = 0; item < 200; ++item) {
    const std::string sequence = random_sequence(100, 0.5, 14, static_cast<std::uint64_t>(item));
    const std::vector<int> pairs = pair_table(folder.fold(sequence).structure);
    for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
      const int j = pairs[i];
      if (j < i) continue;
      const bool inner = pairs[i + 1] == j - 1;
      const bool outer = i > 0 && j + 1 < static_cast<int>(pairs.size()) && pairs[i - 1] == j + 1;
      ASSERT_TRUE(inner || outer) << sequence << " pair " << i << "-" << j;
    }
  }
}

TEST(Fold, NothingDependsOnWhatWasFoldedBefore) {
  Folder used(standard_model());
  used.fold(random_sequence(400, 0.6, 15, 0));
  Fold ignored;
  used.ensemble(random_sequence(200, 0.6, 15, 1), ignored);
  for (int item = 0; item < 30; ++item) {
    const std::string sequence = sequence_for_test(item);
    Folder fresh(standard_model());
    Fold a;
    Fold b;
    const Ensemble x = used.ensemble(sequence, a);
    const Ensemble y = fresh.ensemble(sequence, b);
    ASSERT_EQ(a.structure, b.structure);
    ASSERT_EQ(x.energy_kcal, y.energy_kcal) << sequence;
    ASSERT_EQ(x.diversity, y.diversity) << sequence;
  }
}

TEST(Fold, EdgesOfInput) {
  Folder folder(standard_model());
  EXPECT_EQ(folder.fold("").structure, "");
  EXPECT_EQ(folder.fold("G").structure, ".");
  EXPECT_EQ(folder.fold("NNNNNNNNNNNN").structure, "............");
  EXPECT_EQ(folder.fold("ggggaaaacccc").structure, "((((....))))");
  EXPECT_EQ(folder.fold("GGGGAAAACCCC").energy, -540);
  EXPECT_EQ(folder.fold("GGGGTTTTCCCC").structure, folder.fold("GGGGUUUUCCCC").structure);
}

TEST(Ensemble, FastEqualsPlain) {
  for (const FoldOptions& options : all_options()) {
    const auto model = make_model(turner2004_parameters(), options);
    Folder folder(model);
    for (int item = 0; item < 40; ++item) {
      const std::string sequence = random_sequence(12 + item, 0.6, 16, static_cast<std::uint64_t>(item));
      const auto n = sequence.size();
      Fold mfe;
      const Ensemble fast = folder.ensemble(sequence, mfe);
      std::vector<double> probability;
      ASSERT_NEAR(fast.energy_kcal, ensemble_plain(model->boltzmann, sequence, probability), 1e-9) << sequence;
      std::map<std::pair<int, int>, double> found;
      for (const PairProbability& p : fast.pairs) found[{p.i, p.j}] = p.probability;
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i + 1; j < n; ++j) {
          const double plain = probability[i * n + j];
          const auto it = found.find({static_cast<int>(i), static_cast<int>(j)});
          ASSERT_NEAR(it == found.end() ? 0.0 : it->second, plain, Ensemble::kMinProbability + 1e-9) << sequence;
        }
      }
    }
  }
}

// Every structure of a short sequence, built pair by pair.
void each_structure(const std::string& sequence, std::string& structure, std::size_t at, std::vector<std::size_t>& open,
                    const std::function<void(const std::string&)>& visit) {
  if (at == sequence.size()) {
    if (open.empty()) visit(structure);
    return;
  }
  structure[at] = '.';
  each_structure(sequence, structure, at + 1, open, visit);
  structure[at] = '(';
  open.push_back(at);
  each_structure(sequence, structure, at + 1, open, visit);
  open.pop_back();
  if (!open.empty() && at - open.back() > kMinHairpinLoop &&
      kPairTypes[base_code(sequence[open.back()])][base_code(sequence[at])] != kNoPair) {
    const std::size_t partner = open.back();
    open.pop_back();
    structure[at] = ')';
    each_structure(sequence, structure, at + 1, open, visit);
    open.push_back(partner);
  }
  structure[at] = '.';
}

TEST(Fold, NoStructureOfAShortSequenceIsBetter) {
  Folder folder(standard_model());
  for (int item = 0; item < 12; ++item) {
    const std::string sequence = random_sequence(16, 0.7, 17, static_cast<std::uint64_t>(item));
    Energy best = 0;
    std::string structure(sequence.size(), '.');
    std::vector<std::size_t> open;
    each_structure(sequence, structure, 0, open, [&](const std::string& s) {
      best = std::min(best, evaluate(standard_model()->energy, sequence, s).energy);
    });
    EXPECT_EQ(folder.fold(sequence).energy, best) << sequence;
  }
}

TEST(Ensemble, ProbabilitiesAreProbabilities) {
  Folder folder(standard_model());
  for (int item = 0; item < 20; ++item) {
    const std::string sequence = random_sequence(150, 0.5, 18, static_cast<std::uint64_t>(item));
    Fold mfe;
    const Ensemble e = folder.ensemble(sequence, mfe);
    std::vector<double> paired(sequence.size(), 0.0);
    for (const PairProbability& p : e.pairs) {
      ASSERT_GE(p.probability, Ensemble::kMinProbability);
      paired[p.i] += p.probability;
      paired[p.j] += p.probability;
    }
    for (const double sum : paired) ASSERT_LE(sum, 1 + 1e-9);
    EXPECT_LE(e.energy_kcal, mfe.energy / 100.0 + 1e-9);
    EXPECT_GT(e.mfe_frequency, 0);
    EXPECT_LE(e.mfe_frequency, 1 + 1e-9);
    EXPECT_NO_THROW(pair_table(e.centroid));
  }
}

TEST(Ensemble, SampledStructuresFollowTheProbabilities) {
  const auto model = standard_model();
  Folder folder(model);
  const std::string sequence = random_sequence(60, 0.5, 19, 3);
  Fold mfe;
  const Ensemble e = folder.ensemble(sequence, mfe);
  constexpr int kDraws = 4000;
  const std::vector<std::string> drawn = folder.sample(kDraws, 5);
  std::map<std::pair<int, int>, int> seen;
  for (const std::string& structure : drawn) {
    const std::vector<int> pairs = pair_table(structure);
    ASSERT_NO_THROW(evaluate(model->energy, sequence, structure));
    for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
      if (pairs[i] > i) ++seen[{i, pairs[i]}];
    }
  }
  for (const PairProbability& p : e.pairs) {
    const double error = 5 * std::sqrt(p.probability * (1 - p.probability) / kDraws) + 5.0 / kDraws;
    EXPECT_NEAR(static_cast<double>(seen[{p.i, p.j}]) / kDraws, p.probability, error) << p.i << "-" << p.j;
  }
  EXPECT_EQ(folder.sample(10, 5), std::vector<std::string>(drawn.begin(), drawn.begin() + 10));
  EXPECT_NE(folder.sample(50, 6), std::vector<std::string>(drawn.begin(), drawn.begin() + 50));
}

TEST(Ensemble, LongSequencesStayInRange) {
  Folder folder(standard_model());
  Fold mfe;
  const Ensemble e = folder.ensemble(random_sequence(2500, 0.6, 20, 0), mfe);
  EXPECT_LT(e.energy_kcal, mfe.energy / 100.0);
  EXPECT_GT(e.energy_kcal, 1.2 * mfe.energy / 100.0);
}

TEST(Evaluate, LoopsAreNamedAndAddUp) {
  const std::string sequence = "GGGGAAGGGCAAAAGCCCAAGGGCAAAAGCCCAAGGGCAAAAGCCCAACCCC";
  const std::string structure = "((((..((((....))))..((((....))))..((((....))))..))))";
  const Evaluation e = evaluate(standard_model()->energy, sequence, structure);
  EXPECT_EQ(e.energy, -2750);  // RNAeval 2.7.1
  int hairpins = 0;
  int multi = 0;
  Energy sum = 0;
  for (const Loop& loop : e.loops) {
    hairpins += loop.kind == Loop::Kind::kHairpin ? 1 : 0;
    multi += loop.kind == Loop::Kind::kMulti ? 1 : 0;
    sum += loop.energy;
  }
  EXPECT_EQ(hairpins, 3);
  EXPECT_EQ(multi, 1);
  EXPECT_EQ(sum, e.energy);
}

TEST(Evaluate, LoopsBeyondTheTableGrowWithTheLogarithm) {
  const std::string gap(40, 'A');
  const std::string dots(40, '.');
  const EnergyModel& m = standard_model()->energy;
  const Evaluation e = evaluate(m, "GG" + gap + "GGAAAACC" + "CC", "((" + dots + "((....))" + "))");
  EXPECT_EQ(e.loops[2].energy, m.tables.bulge[30] + static_cast<int>(107.856 * std::log(40 / 30.0)));
}

TEST(Evaluate, ImpossibleStructuresAreRefused) {
  const EnergyModel& m = standard_model()->energy;
  EXPECT_THAT(error_of([&] { evaluate(m, "GAAAAG", "(....)"); }),
              HasSubstr("positions 1 and 6 are paired but G and G cannot pair"));
  EXPECT_THAT(error_of([&] { evaluate(m, "GAAC", "(..)"); }), HasSubstr("fewer than 3 bases"));
  EXPECT_THAT(error_of([&] { evaluate(m, "GGCC", "(())"); }),
              HasSubstr("closed by positions 2 and 3 has fewer than 3 bases"));
  EXPECT_THAT(error_of([&] { evaluate(m, "GAAAC", "(...)."); }), HasSubstr("6 characters but the sequence has 5"));
}

}  // namespace
}  // namespace stemloop
