// Work that grows with what is asked for: the same answers as the plain twins that compare every two records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>

#include "data/similarity.h"
#include "data/smote.h"
#include "shell.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::random_sequence;
using testing::shell;

// Some sequences, letters changed in copies of them, and copies of those.
std::vector<std::string> relatives(int families, std::uint64_t seed) {
  std::vector<std::string> all;
  for (int f = 0; f < families; ++f) {
    const std::string first = random_sequence(60 + f % 30, 0.5, seed, static_cast<std::uint64_t>(f));
    Random random(seed, 1000 + static_cast<std::uint64_t>(f));
    for (std::uint64_t copy = 0; copy < 1 + random.below(4); ++copy) {
      std::string changed = first;
      for (std::uint64_t k = 0; k < copy; ++k) changed[random.below(changed.size())] = "ACGU"[random.below(4)];
      all.push_back(changed);
      if (random.below(3) == 0) all.push_back(changed);
    }
  }
  return all;
}

TEST(UnderLoad, LinksJoinWhatPairsJoin) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const std::vector<std::string> sequences = relatives(40, seed);
    const auto n = std::ssize(sequences);
    for (const double identity : {0.9, 0.97, 1.0}) {
      SimilarityOptions options;
      options.identity = identity;
      options.threads = 2;
      EXPECT_EQ(similar_pairs(sequences, options), similar_pairs_plain(sequences, options));
      EXPECT_EQ(linked_groups(n, similar_links(sequences, options)),
                linked_groups(n, similar_pairs_plain(sequences, options)));
    }
  }
}

TEST(UnderLoad, ManyIdenticalRecordsCostNoMoreThanTheirNumber) {
  const std::vector<std::string> sequences(100000, random_sequence(80, 0.5, 1, 0));
  const auto links = similar_links(sequences, {});
  EXPECT_EQ(links.size(), sequences.size() - 1);  // all pairs were 5 * 10^9
}

TEST(UnderLoad, NeighboursAreThoseOfThePlainTwin) {
  const std::vector<std::string> sequences = relatives(60, 7);
  std::vector<std::string> structures;
  for (const std::string& sequence : sequences) structures.push_back(std::string(sequence.size(), '.'));
  for (const SmoteMode mode : {SmoteMode::kAligned, SmoteMode::kFill}) {
    for (const int k : {1, 3, 8}) {
      SmoteOptions options;
      options.mode = mode;
      options.k = k;
      const Smote smote(sequences, structures, options);
      for (std::size_t i = 0; i < sequences.size(); ++i) EXPECT_EQ(smote.neighbours(i), smote.neighbours_plain(i)) << i;
    }
  }
}

// Counts of `leakage` are those of its list of pairs, taken one by one.
TEST(UnderLoad, LeakageCountsWhatItLists) {
  std::string table = "id\tsequence\tlabel\tpart\tparents\n";
  const std::vector<std::string> sequences = relatives(50, 11);
  Random random(5, 0);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const std::string parents =
        random.below(8) == 0 ? fmt::format("r{},r{}", random.below(sequences.size()), random.below(sequences.size()))
                             : "";
    table += fmt::format("r{}\t{}\t{}\t{}\t{}\n", i, sequences[i], random.below(2), "abc"[random.below(3)], parents);
  }
  testing::TemporaryFolder folder;
  const std::string pairs = folder.path("pairs.tsv");
  const auto run = shell(fmt::format("stemloop leakage - --split part --pairs {} -q", pairs), table);
  ASSERT_EQ(run.code, 0) << run.err;
  struct Count {
    std::int64_t pairs = 0;
    std::set<std::string> first, second;
  };
  std::map<std::string, Count> counted;
  const testing::Table list = testing::read_table(pairs);
  ASSERT_GT(list.rows.size(), 30U);
  for (const auto& row : list.rows) {
    std::string p = row[2], q = row[5], a = row[1], b = row[4];
    if (q < p) std::swap(p, q), std::swap(a, b);
    Count& count = counted[row[0] + "\t" + p + "\t" + q];
    ++count.pairs;
    count.first.insert(a);
    (p == q ? count.first : count.second).insert(b);
  }
  std::string expected = "kind\tpart\tother_part\tpairs\trecords_of_part\trecords_of_other_part\n";
  for (const auto& [key, count] : counted) {
    const bool one = key[key.size() - 3] == key.back();
    expected += fmt::format("{}\t{}\t{}\t{}\n", key, count.pairs, count.first.size(),
                            one ? count.first.size() : count.second.size());
  }
  EXPECT_EQ(run.out, expected);
}

}  // namespace
}  // namespace stemloop
