// Trees of a model of mirtrons, grown on shown records, and what they say of the records left out: cross-validation by
// group, in which a synthetic record is learned from only if all its parents are.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "judge/mirtron_shown.h"
#include "learn/learn.h"

namespace stemloop {

/// Trees on records of `learned`, `other`: mirtrons against others instead of canonical ones.
std::unique_ptr<Booster> grow_trees(const ShownRecords& data, const MirtronTraining& how,
                                    const std::vector<char>& learned, bool other, std::uint64_t seed);

/// Log odds of the likeliest hairpin, of each repeat and of everything shown.
struct OutOfFold {
  std::vector<std::vector<float>> against_canonical, against_others;
};

/// `augmented`: learned from with what `how.augment` makes; `others`: also asked of trees against others.
OutOfFold out_of_fold(ShownRecords& data, const MirtronTraining& how, bool augmented, bool others);

}  // namespace stemloop
