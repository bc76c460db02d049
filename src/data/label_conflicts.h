// Records that stand in both classes: nothing can be learned from them, and a class that has no other records is none.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/picture_data.h"

namespace stemloop {

struct LabelConflicts {
  std::int64_t distinct[2] = {};  // different records of each class
  std::int64_t own[2] = {};       // those that the other class has not
  std::int64_t records = 0;       // records, of either class, that the other one has too
};

/// Counts them; `keys` says which records are the same. REQUIRES: labels are 0 or 1, one a key.
LabelConflicts label_conflicts(std::span<const std::string> keys, std::span<const std::uint8_t> labels);

/// Says how many there are. Error if a class has no record, or none that is not in the other class too; `what` names
/// the records ("sequences", "hairpin pictures").
void check_labels(std::span<const std::string> keys, std::span<const std::uint8_t> labels, const std::string& what);
void check_labels(const PictureData& data);

}  // namespace stemloop
