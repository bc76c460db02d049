// Where synthetic records come from. A header (or the column `parents` of a table) that says "parents=a,b" names the
// records a sequence was made of; to test on such a sequence, or on a parent of one that was learned from, is to test
// on what was learned.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/similarity.h"

namespace stemloop {

/// The ids behind "parents=" in a header; none if it has no such word.
std::vector<std::string> parents_in(std::string_view header);

struct Lineage {
  std::vector<std::vector<std::int64_t>> parents;  // of each record, those that are in the set
  std::vector<std::uint8_t> synthetic;             // 1 if it names parents
  std::int64_t count = 0;                          // synthetic records
  std::int64_t orphans = 0;                        // of them, those with a parent that is not in the set

  [[nodiscard]] bool is_synthetic(std::int64_t record) const {
    return synthetic[static_cast<std::size_t>(record)] != 0;
  }
  /// True if all its parents are in the set.
  [[nodiscard]] bool is_known(std::int64_t record) const { return known[static_cast<std::size_t>(record)] != 0; }
  std::vector<std::uint8_t> known;
};

/// `names` are the parents that each record names, empty for real ones; or no entry at all.
Lineage lineage_of(std::span<const std::string> ids, std::span<const std::vector<std::string>> names);

/// 1 for each of `asked` that is one of `known` or nearly alike one (identity 0.9, end to end).
std::vector<std::uint8_t> alike(std::span<const std::string> asked, std::span<const std::string> known, int threads);

/// Groups of records that must not be torn apart: identical sequences and near-duplicates (single linkage).
std::vector<std::int64_t> near_groups(std::span<const std::string> sequences, int threads);

}  // namespace stemloop
