// Sequences that are too alike to stand on both sides of a split.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace stemloop {

struct SimilarityOptions {
  int k = 8;                 // length of the words that find candidates
  double containment = 0.3;  // least share of the shorter sequence's distinct words that the other holds too
  double identity = 0.9;     // least alignment identity
  int threads = 1;           // results do not depend on it
};

/// Two records, first < second.
struct SimilarPair {
  std::int64_t first = 0, second = 0;
  double containment = 1;  // share of the shorter one's distinct words in the other
  double identity = 1;     // 1 - edit distance / longer length (global alignment); 1 for the same sequence
  bool operator==(const SimilarPair&) const = default;
};

/// Sequences that differ, and the records that have each: those are in order, and so are their firsts.
struct DistinctSequences {
  std::vector<std::vector<std::int64_t>> records;
  std::vector<std::int64_t> of_record;  // the distinct sequence of each record
};
DistinctSequences distinct_sequences(std::span<const std::string> sequences);

/// Pairs of distinct sequences (first and second are their numbers) of at least the identity asked for, in order.
/// Memory grows with their words and with the pairs found, however many records have the same sequence.
std::vector<SimilarPair> similar_distinct(std::span<const std::string> sequences, const DistinctSequences& distinct,
                                          const SimilarityOptions& options,
                                          const std::function<void(double)>& progress = {});

/// Links that join the same records as similar_pairs() does, one at least for each record that has a partner, without
/// a pair for every two of many identical records.
std::vector<SimilarPair> similar_links(std::span<const std::string> sequences, const SimilarityOptions& options,
                                       const std::function<void(double)>& progress = {});

/// All pairs of at least the identity asked for, in order; identical sequences always, others where enough words are
/// shared. Sequences shorter than k have no words: of them only identical ones are found. `progress` gets the share
/// done, from any of the threads but from one at a time.
std::vector<SimilarPair> similar_pairs(std::span<const std::string> sequences, const SimilarityOptions& options,
                                       const std::function<void(double)>& progress = {});

/// The same by comparing every pair: the plain twin.
std::vector<SimilarPair> similar_pairs_plain(std::span<const std::string> sequences, const SimilarityOptions& options);

/// Groups of records linked by pairs (single linkage): the group's number of each record, in order of appearance.
std::vector<std::int64_t> linked_groups(std::int64_t records, std::span<const SimilarPair> pairs);

/// Gives every group to one part so that parts have about the shares asked for, of each label as well as of all.
/// Groups are taken by size, equal ones in an order drawn by the seed; each goes where most is missing.
/// Returns the part of each record.
std::vector<int> split_groups(std::span<const std::int64_t> groups, std::span<const std::uint8_t> labels,
                              std::span<const double> shares, std::uint64_t seed);

/// The family in a miRBase name: "hsa-mir-19b-1" -> "mir-19", "zma-MIR397b" -> "mir-397", "cel-let-7" -> "let-7";
/// empty if the name is none.
std::string family_of_name(const std::string& name);

}  // namespace stemloop
