// Letters that fold strongly, whatever they look like: base pairs of G and C in either direction, A where nothing
// pairs, and mismatches beside the pairs of a loop that Turner's parameters favour. What players of Eterna found by
// hand; for structures that natural letters do not fold into.
#pragma once

#include <cstdint>
#include <vector>

#include "design/target.h"
#include "util/util.h"

namespace stemloop {

/// Letters to begin a search with, within what the target allows.
std::vector<Base> boosted_letters(const DesignTarget& target, Random& random);

/// 1 for unpaired positions beside a pair that face another across the loop: mismatches like GA there add stability.
std::vector<std::uint8_t> boosted_places(const DesignTarget& target);

/// How far letters at `first` and its partner `second` (-1: unpaired) are from plain ones: 0 for A and
/// for G with C, little for G and U where `boosted`, more for others. What a search is charged, so that letters drift
/// back where nothing speaks for them: at temperature 1 one unpaired letter in twenty is another.
double plain_cost(const Base* base, int first, int second, bool boosted);

}  // namespace stemloop
