// What the tables that classifiers learn from have in common: columns id, kind, group, weight, flank5, flank3,
// sequence.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

struct LabelledRow {
  std::string id, kind, group, sequence;  // RNA, A C G U only
  float weight = 1;
  int flank5 = 0, flank3 = 0;  // letters added at either end
};

/// The columns of one table.
class LabelledColumns {
 public:
  /// Error naming `path` if a column is missing.
  LabelledColumns(const std::vector<std::string>& header, const std::string& path);
  /// Error naming `place` if a value is no number, the weight is not above 0, flanks leave nothing, or the sequence has
  /// other letters than A, C, G, U.
  [[nodiscard]] LabelledRow read(const std::vector<std::string_view>& fields, const std::string& place) const;

 private:
  std::size_t id_, kind_, group_, weight_, flank5_, flank3_, sequence_;
};

}  // namespace stemloop
