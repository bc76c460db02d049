// Shuffles and chains that keep what they promise; SMOTE whose children lie between their parents.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "data/shuffle.h"
#include "data/smote.h"
#include "hairpin/hairpin.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::HasSubstr;

std::map<std::string, int> words(const std::string& sequence, std::size_t length) {
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i + length <= sequence.size(); ++i) ++counts[sequence.substr(i, length)];
  return counts;
}

TEST(Shuffle, KeepsTheLetters) {
  for (std::uint64_t i = 0; i < 50; ++i) {
    const std::string sequence = testing::random_sequence(80, 0.6, 1, i);
    Random random(2, i);
    EXPECT_EQ(words(shuffle_letters(sequence, random), 1), words(sequence, 1));
  }
}

TEST(Shuffle, KeepsDinucleotidesAndEnds) {
  int changed = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::string sequence = testing::random_sequence(static_cast<int>(3 + i), 0.5, 3, i) + (i % 2 == 0 ? "N" : "");
    Random random(4, i);
    const std::string shuffled = shuffle_dinucleotides(sequence, random);
    ASSERT_EQ(words(shuffled, 2), words(sequence, 2)) << sequence;
    EXPECT_EQ(shuffled.front(), sequence.front());
    EXPECT_EQ(shuffled.back(), sequence.back());
    changed += shuffled != sequence ? 1 : 0;
  }
  EXPECT_GT(changed, 180);
}

TEST(Shuffle, EveryDinucleotideShuffleIsEquallyLikely) {
  const std::string sequence = "ACAGATACGA";
  std::set<std::string> possible;
  std::string letters = sequence;
  std::sort(letters.begin(), letters.end());
  do {
    if (words(letters, 2) == words(sequence, 2)) possible.insert(letters);
  } while (std::next_permutation(letters.begin(), letters.end()));
  constexpr int kDraws = 20000;
  std::map<std::string, int> counts;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    Random random(5, i);
    ++counts[shuffle_dinucleotides(sequence, random)];
  }
  EXPECT_EQ(counts.size(), possible.size());
  const double expected = static_cast<double>(kDraws) / static_cast<double>(possible.size());
  for (const auto& [shuffled, count] : counts) EXPECT_NEAR(count, expected, 5 * std::sqrt(expected)) << shuffled;
}

TEST(Shuffle, ShortSequencesAndSeeds) {
  for (const std::string sequence : {"", "A", "AC"}) {
    Random random(1, 1);
    EXPECT_EQ(shuffle_dinucleotides(sequence, random), sequence);
    EXPECT_EQ(words(shuffle_letters(sequence, random), 1), words(sequence, 1));
  }
  const std::string sequence = testing::random_sequence(60, 0.5, 6, 0);
  Random a(9, 9), b(9, 9);
  EXPECT_EQ(shuffle_letters(sequence, a), shuffle_letters(sequence, b));
  EXPECT_EQ(shuffle_dinucleotides(sequence, a), shuffle_dinucleotides(sequence, b));
}

TEST(Markov, KeepsContentAndStarts) {
  std::vector<std::string> sequences;
  for (std::uint64_t i = 0; i < 100; ++i) sequences.push_back("GU" + testing::random_sequence(70, 0.7, 7, i));
  for (const int order : {0, 1, 3}) {
    const MarkovChain chain(sequences, order);
    double gc = 0;
    for (std::uint64_t i = 0; i < 200; ++i) {
      Random random(8, i), again(8, i);
      const std::string drawn = chain.draw(70, random);
      EXPECT_EQ(drawn, chain.draw(70, again));
      ASSERT_EQ(drawn.size(), 70U);
      if (order == 3) {
        EXPECT_EQ(drawn.substr(0, 2), "GU");
      }
      gc += static_cast<double>(std::count_if(drawn.begin(), drawn.end(), [](char c) { return c == 'G' || c == 'C'; }));
    }
    EXPECT_NEAR(gc / (200 * 70), 0.7, 0.02) << order;
  }
}

TEST(Markov, DeadEndsFallBackToShorterWords) {
  const std::vector<std::string> sequences = {"ACGU", "", "AC"};
  const MarkovChain chain(sequences);
  Random random(1, 0);
  const std::string drawn = chain.draw(30, random);  // nothing follows U
  EXPECT_EQ(drawn.size(), 30U);
  EXPECT_EQ(drawn.find_first_not_of("ACGU"), std::string::npos);
  EXPECT_EQ(chain.draw(1, random), "A");
  EXPECT_EQ(chain.draw(0, random), "");
  EXPECT_THAT(testing::error_of([] { MarkovChain(std::vector<std::string>{"", ""}); }), HasSubstr("at least one"));
}

// --- SMOTE -----------------------------------------------------------------------------------------------------------

SmoteOptions options_of(SmoteMode mode, int k, std::uint64_t seed = 1, int threads = 1) {
  return {mode, k, seed, threads};
}

int code(const std::string& sequence, std::size_t i) {
  return i < sequence.size() ? static_cast<int>(std::string("NACGU").find(sequence[i])) : 0;
}

// Hairpins with bulges, loops, overhangs; one without a pair; one with a side hairpin.
const std::vector<std::string> kSequences = {"GUGAGCCCAUGGAAACCAUGGGCUUAG",   "GUAAGGCGAUCGUUUUCGAUAGCCUCAG",
                                             "GUCCGAGCAUAGCGAAAGCUAUGCCGGAG", "GUGGGCUUCAGGCAACCUGAACCUAG",
                                             "AGUCGAUGGCCAUAAGGCCAUCGAC",     "ACACACACAAAACACAACA",
                                             "GGCAGGCGAAAGCCUCGGAUUUUCCGAGCC"};
const std::vector<std::string> kStructures = {"...(((((((((...)))))))))...",   "....(((.((((....)))).)))....",
                                              "..(((.(((((((....))))))))))..", "...((..(((((...))))).))...",
                                              ".((((((((((....))))))))))",     "...................",
                                              "(((.(((....))).(((.....))).)))"};

TEST(Smote, CodesLieBetweenTheParents) {
  const std::vector<std::string> two = {"GUAACCGUUAGCUCGGCGU", "UACGAUUCGG"};
  for (const SmoteMode mode : {SmoteMode::kReject, SmoteMode::kFill, SmoteMode::kDelete}) {
    std::set<std::size_t> lengths;
    for (const SyntheticSequence& child : smote(two, {}, 500, options_of(mode, 1))) {
      const std::string &base = two[static_cast<std::size_t>(child.base)],
                        &other = two[static_cast<std::size_t>(child.neighbour)];
      EXPECT_NE(child.base, child.neighbour);
      EXPECT_EQ(child.sequence.find_first_not_of("ACGU"), std::string::npos);
      EXPECT_TRUE(child.structure.empty());
      EXPECT_GE(child.sequence.size(), 10U);
      EXPECT_LE(child.sequence.size(), 19U);
      lengths.insert(child.sequence.size());
      // Behind the shorter parent's end a letter of B may be a filled hole, and C has closed holes.
      const std::size_t end = mode == SmoteMode::kReject ? child.sequence.size() : 10;
      for (std::size_t i = 0; i < end; ++i) {
        EXPECT_GE(code(child.sequence, i), std::min(code(base, i), code(other, i)));
        EXPECT_LE(code(child.sequence, i), std::max(code(base, i), code(other, i)));
      }
    }
    EXPECT_GT(lengths.size(), 1U);
  }
}

TEST(Smote, HolesAreRejectedFilledOrClosed) {
  // Behind the short parent's end A becomes a hole wherever U does not: the point is U.U.U or ends.
  const std::vector<std::string> two = {"CCCAUAUAU", "CCC"};
  bool filled = false;
  for (const SyntheticSequence& child : smote(two, {}, 300, options_of(SmoteMode::kFill, 1))) {
    EXPECT_TRUE(child.sequence.size() == 3 || child.sequence.size() == 9) << child.sequence;
    filled |= child.sequence.size() == 9;
  }
  EXPECT_TRUE(filled);
  for (const SyntheticSequence& child : smote(two, {}, 300, options_of(SmoteMode::kDelete, 1)))
    EXPECT_TRUE(child.sequence.size() == 3 || child.sequence.size() == 6) << child.sequence;
  for (const SyntheticSequence& child : smote(two, {}, 300, options_of(SmoteMode::kReject, 1)))
    EXPECT_TRUE(child.sequence.size() == 3) << child.sequence;
}

TEST(Smote, LaddersHoldEveryLetterOnceAndInOrder) {
  for (std::size_t s = 0; s < kSequences.size(); ++s) {
    ASSERT_EQ(kSequences[s].size(), kStructures[s].size()) << s;
    std::vector<int> top, bottom;
    for (const Rung& rung : hairpin_ladder(kSequences[s], kStructures[s])) {
      EXPECT_TRUE(rung.top >= 0 || rung.bottom >= 0);
      if (rung.top >= 0) top.push_back(rung.top);
      if (rung.bottom >= 0) bottom.push_back(rung.bottom);
      if (rung.paired) {
        EXPECT_EQ(pair_table(kStructures[s])[static_cast<std::size_t>(rung.top)], rung.bottom);
      }
    }
    top.insert(top.end(), bottom.rbegin(), bottom.rend());
    ASSERT_EQ(top.size(), kSequences[s].size()) << s;
    for (std::size_t i = 0; i < top.size(); ++i) EXPECT_EQ(top[i], static_cast<int>(i)) << s;
  }
}

TEST(Smote, AlignmentsHoldEveryRungOfBothLadders) {
  for (std::size_t a = 0; a < kSequences.size(); ++a) {
    for (std::size_t b = 0; b < kSequences.size(); ++b) {
      const auto x = hairpin_ladder(kSequences[a], kStructures[a]), y = hairpin_ladder(kSequences[b], kStructures[b]);
      int i = 0, j = 0;
      for (const RungMatch& match : align_ladders(kSequences[a], x, kSequences[b], y)) {
        EXPECT_TRUE(match.base >= 0 || match.neighbour >= 0);
        if (match.base >= 0) {
          EXPECT_EQ(match.base, i++);
        }
        if (match.neighbour >= 0) {
          EXPECT_EQ(match.neighbour, j++);
        }
        if (a == b) {
          EXPECT_EQ(match.base, match.neighbour);
        }
      }
      EXPECT_EQ(i, static_cast<int>(x.size()));
      EXPECT_EQ(j, static_cast<int>(y.size()));
    }
  }
}

// Parents of one structure that differ in every letter: each place of a child is one parent's, both letters of a pair
// are the same parent's.
TEST(Smote, EveryPairComesFromOneParent) {
  const std::vector<std::string> two = {"AGGGCGAAAAGCCCA", "UCCCGCUUUUCGGGU"};
  const std::string structure = ".((((.....)))).";
  const std::vector<int> partner = pair_table(structure);
  std::set<std::string> children;
  for (const SyntheticSequence& child :
       smote(two, std::vector(2, structure), 300, options_of(SmoteMode::kAligned, 1))) {
    ASSERT_EQ(child.sequence.size(), structure.size());
    EXPECT_EQ(child.structure, structure);
    for (std::size_t i = 0; i < partner.size(); ++i) {
      const bool first = child.sequence[i] == two[0][i];
      EXPECT_TRUE(first || child.sequence[i] == two[1][i]);
      if (partner[i] >= 0) {
        const auto j = static_cast<std::size_t>(partner[i]);
        EXPECT_EQ(child.sequence[j], two[first ? 0 : 1][j]);
      }
    }
    children.insert(child.sequence);
  }
  EXPECT_GT(children.size(), 50U);
}

TEST(Smote, InheritedPairsCanPair) {
  std::set<std::string> children;
  for (const SyntheticSequence& child : smote(kSequences, kStructures, 2000, options_of(SmoteMode::kAligned, 6))) {
    ASSERT_FALSE(child.sequence.empty());
    ASSERT_EQ(child.structure.size(), child.sequence.size());
    const std::vector<int> partner = pair_table(child.structure);
    for (std::size_t i = 0; i < partner.size(); ++i) {
      const int j = partner[i];
      if (j <= static_cast<int>(i)) continue;
      EXPECT_GT(j - static_cast<int>(i), 3);
      EXPECT_NE(kPairTypes[base_code(child.sequence[i])][base_code(child.sequence[static_cast<std::size_t>(j)])],
                kNoPair)
          << child.sequence << "\n"
          << child.structure;
    }
    children.insert(child.sequence);
  }
  EXPECT_GT(children.size(), 1000U);
}

TEST(Smote, ThreadsAndBatchesChangeNothing) {
  for (const SmoteMode mode : {SmoteMode::kReject, SmoteMode::kFill, SmoteMode::kDelete, SmoteMode::kAligned}) {
    const auto one = smote(kSequences, kStructures, 100, options_of(mode, 3, 7));
    EXPECT_EQ(one, smote(kSequences, kStructures, 100, options_of(mode, 3, 7, 4)));
    EXPECT_NE(one, smote(kSequences, kStructures, 100, options_of(mode, 3, 8)));
    const Smote maker(kSequences, kStructures, options_of(mode, 3, 7));
    EXPECT_EQ(maker.draw(40, 60), std::vector(one.begin() + 40, one.end()));
    EXPECT_EQ(maker.draw(99), one.back());
  }
}

TEST(Smote, ErrorsNameTheRecord) {
  const auto error = [](std::vector<std::string> sequences, std::vector<std::string> structures, SmoteMode mode,
                        int k) {
    return testing::error_of([&] { smote(sequences, structures, 1, options_of(mode, k)); });
  };
  EXPECT_THAT(error({}, {}, SmoteMode::kFill, 1), HasSubstr("two sequences or more, not 0"));
  EXPECT_THAT(error({"ACGU"}, {}, SmoteMode::kFill, 1), HasSubstr("two sequences or more, not 1"));
  EXPECT_THAT(error({"ACGU", "AC"}, {}, SmoteMode::kFill, 2),
              HasSubstr("k = 2 neighbours: 2 sequences have at most 1"));
  EXPECT_THAT(error({"ACGU", "AC"}, {}, SmoteMode::kFill, 0), HasSubstr("at least one neighbour"));
  EXPECT_THAT(error({"ACGU", "ANC"}, {}, SmoteMode::kFill, 1), HasSubstr("record 2: 'N'"));
  EXPECT_THAT(error({"ACGU", ""}, {}, SmoteMode::kFill, 1), HasSubstr("record 2: there is no sequence"));
  EXPECT_THAT(error({"ACGU", "AC"}, {}, SmoteMode::kAligned, 1), HasSubstr("0 structures for 2 sequences"));
  EXPECT_THAT(error({"ACGU", "AC"}, {"....", "..."}, SmoteMode::kAligned, 1), HasSubstr("record 2: structure of 3"));
  EXPECT_THAT(error({"ACGU", "AC"}, {"....", "(."}, SmoteMode::kAligned, 1), HasSubstr("record 2: "));
  EXPECT_THAT(error({"AC", "AC"}, {"..", ".."}, SmoteMode::kAligned, 1), HasSubstr("differ from record 1"));
}

}  // namespace
}  // namespace stemloop
