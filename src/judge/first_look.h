// A first look at a stem-loop whose cuts are known: measures that need no folding beyond that which found it. Trees on
// them say whether the dearer ones of hairpin_measures.h, which fold what lies between the cuts and its ensemble, are
// worth taking.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "arms/arms.h"
#include "fold/local.h"

namespace stemloop {

/// Names of the measures, in the order of look_first()'s values.
const std::vector<std::string>& first_measures();

/// The measures of one stem-loop of `sequence` (RNA in upper case), appended to `row`; NaN where a value is missing.
/// REQUIRES: can_be_judged(arms, sequence).
void look_first(std::string_view sequence, const LocalStemLoop& local, const ArmCall& arms, std::vector<float>& row);

}  // namespace stemloop
