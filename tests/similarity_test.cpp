// Near-duplicates against the plain twin, groups, splits that do not leak.
#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <set>

#include "data/data.h"
#include "data/similarity.h"
#include "support.h"
#include "util/util.h"

namespace stemloop {
namespace {

// Random sequences with copies that carry a few substitutions and losses.
std::vector<std::string> with_relatives(int families, int members) {
  std::vector<std::string> sequences;
  for (int f = 0; f < families; ++f) {
    const std::string ancestor = testing::random_sequence(70, 0.5, 11, static_cast<std::uint64_t>(f));
    for (int m = 0; m < members; ++m) {
      std::string one = ancestor;
      Random random(12, static_cast<std::uint64_t>(f * members + m));
      for (int change = 0; change < 3 * m; ++change) {
        const std::size_t at = random.below(one.size());
        if (random.below(4) == 0) {
          one.erase(at, 1);
        } else {
          one[at] = "ACGU"[random.below(4)];
        }
      }
      sequences.push_back(one);
    }
  }
  sequences.push_back(sequences[0]);
  sequences.emplace_back("ACG");
  sequences.emplace_back("ACG");
  return sequences;
}

TEST(Similarity, EqualsThePlainTwin) {
  const auto sequences = with_relatives(12, 6);
  for (const double identity : {0.8, 0.9, 1.0}) {
    SimilarityOptions options;
    options.identity = identity;
    options.threads = 2;
    const auto pairs = similar_pairs(sequences, options);
    EXPECT_EQ(pairs, similar_pairs_plain(sequences, options)) << identity;
    EXPECT_FALSE(pairs.empty());
    for (const SimilarPair& pair : pairs) EXPECT_GE(pair.identity, identity);
  }
}

TEST(Similarity, ProgressIsToldByOneThreadAtATime) {
  const auto sequences = with_relatives(300, 4);
  SimilarityOptions options;
  options.threads = 4;
  std::atomic<int> inside = 0;
  int told = 0, together = 0;
  similar_pairs(sequences, options, [&](double done) {
    together += ++inside > 1 ? 1 : 0;
    EXPECT_LE(done, 1);
    ++told;
    --inside;
  });
  EXPECT_EQ(told, static_cast<int>(sequences.size() / 256));
  EXPECT_EQ(together, 0);
}

TEST(Similarity, IdenticalShortSequencesAreFound) {
  const std::vector<std::string> sequences = {"ACG", "GGGG", "ACG"};
  const auto pairs = similar_pairs(sequences, {});
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs[0], (SimilarPair{0, 2, 1, 1}));
}

TEST(Splits, GroupsStayTogetherAndSharesAreMet) {
  std::vector<std::int64_t> groups;
  std::vector<std::uint8_t> labels;
  for (std::int64_t g = 0; g < 400; ++g) {
    for (std::int64_t k = 0; k < 1 + g % 7; ++k) {
      groups.push_back(g);
      labels.push_back(static_cast<std::uint8_t>(g % 2));
    }
  }
  const std::vector<double> shares = {0.6, 0.1, 0.3};
  const auto parts = split_groups(groups, labels, shares, 1);
  std::map<std::int64_t, std::set<int>> of_group;
  double count[3][2] = {}, total[2] = {};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    of_group[groups[i]].insert(parts[i]);
    ++count[parts[i]][labels[i]];
    ++total[labels[i]];
  }
  for (const auto& group : of_group) EXPECT_EQ(group.second.size(), 1U);
  for (int p = 0; p < 3; ++p) {
    for (int label = 0; label < 2; ++label)
      EXPECT_NEAR(count[p][label] / total[label], shares[static_cast<std::size_t>(p)], 0.01);
  }
  EXPECT_EQ(parts, split_groups(groups, labels, shares, 1));
  EXPECT_NE(parts, split_groups(groups, labels, shares, 2));
}

TEST(Splits, SingleLinkage) {
  const std::vector<SimilarPair> pairs = {{0, 3, 1, 1}, {3, 5, 1, 1}, {1, 2, 1, 1}};
  EXPECT_THAT(linked_groups(6, pairs), ::testing::ElementsAre(0, 1, 1, 0, 2, 0));
}

TEST(Splits, FamiliesOfMirbaseNames) {
  EXPECT_EQ(family_of_name("hsa-mir-19b-1"), "mir-19");
  EXPECT_EQ(family_of_name("zma-MIR397b"), "mir-397");
  EXPECT_EQ(family_of_name("cel-let-7"), "let-7");
  EXPECT_EQ(family_of_name("dme-bantam"), "bantam");
  EXPECT_EQ(family_of_name("random_seq_from_cds__NO_55772"), "");
  EXPECT_EQ(family_of_name("x-contig-12"), "");
}

}  // namespace
}  // namespace stemloop
