// All that is alike in a table: identical sequences, near-duplicates, synthetic records and what they were made of;
// counted by the parts of a split, without a pair for every two of many identical records.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "data/sequence_table.h"
#include "data/similarity.h"

namespace stemloop {

class Likeness {
 public:
  /// `table` must outlive it; `progress` is told the share that is done.
  Likeness(const SequenceTable& table, const SimilarityOptions& options, const std::function<void(double)>& progress);

  // For each kind and pair of parts: pairs, and the records of either part that are in one.
  struct Count {
    std::int64_t pairs = 0;
    std::set<std::int64_t> first, second;  // cells, of children records
    bool of_records = false;
  };
  using Counts = std::map<std::tuple<std::string, std::string, std::string>, Count>;

  Counts counts();
  /// How many records `some` of a count are.
  [[nodiscard]] std::int64_t records(const Count& count, const std::set<std::int64_t>& some) const;

  /// Every pair, by its first and then its second record.
  void each_pair(const std::function<void(const SimilarPair&)>& give) const;

  /// duplicate or near; conflict or near_conflict with two labels; child.
  [[nodiscard]] const char* kind_of(const SimilarPair& pair) const;
  /// The part a record is in, "all" without a split.
  [[nodiscard]] std::string part(std::int64_t i) const;

 private:
  // Records of one sequence, part and label: what is said of one is said of all.
  struct Cell {
    std::int64_t example = 0, records = 0;
  };

  void make_cells();
  static Count& add(Counts& counts, const char* kind, std::string p, std::string q, std::int64_t a, std::int64_t b,
                    std::int64_t pairs);
  void count_cells(Counts& counts, std::int64_t a, std::int64_t b, bool same) const;
  [[nodiscard]] const char* kind_of(std::int64_t a, std::int64_t b, bool same) const;
  void find_children();
  [[nodiscard]] bool alike(std::int64_t a, std::int64_t b) const;

  const SequenceTable& table_;
  DistinctSequences distinct_;
  std::vector<SimilarPair> near_;                    // of distinct sequences
  std::vector<std::vector<std::size_t>> near_of_;    // which of them each is in
  std::vector<std::vector<std::int64_t>> children_;  // by the first record of each pair
  std::vector<Cell> cells_;
  std::vector<std::vector<std::int64_t>> cells_of_;  // by distinct sequence
};

}  // namespace stemloop
