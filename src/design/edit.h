// A hairpin with other bonds: which of its letters stand where in the structure asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "design/search.h"

namespace stemloop {

/// For each position of `wanted` the position of `own` it comes from, -1 where it is new: the alignment of the two
/// dot-brackets that keeps most brackets and dots in place, opens or closes pairs before it inserts or leaves out
/// bases, and lays no opening on a closing bracket.
std::vector<int> align_structures(std::string_view own, std::string_view wanted);

/// Letters of `sequence` laid into `wanted`; new positions are 0.
StartLetters letters_for_edit(std::string_view sequence, std::string_view own, std::string_view wanted);

}  // namespace stemloop
