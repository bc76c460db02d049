// Letters that are allowed at a position, as IUPAC writes them: a mask of four bits, A C G U from the lowest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "seq/seq.h"

namespace stemloop {

using LetterMask = std::uint8_t;
inline constexpr LetterMask kAnyLetter = 15;

/// The mask of an IUPAC letter of either case (T is U), 0 if it is none.
LetterMask letter_mask(char iupac);

/// The IUPAC letter of a mask; '-' for 0.
char iupac_letter(LetterMask mask);

/// Masks of a pattern of IUPAC letters. Error naming the first letter that is none.
std::vector<LetterMask> letter_masks(std::string_view pattern, std::string_view what);

constexpr LetterMask mask_of(Base base) { return base == kBaseN ? 0 : static_cast<LetterMask>(1U << (base - 1U)); }
constexpr bool allows(LetterMask mask, Base base) { return (mask & mask_of(base)) != 0; }

/// The six base pairs, 5' base first.
struct BasePair {
  Base five;
  Base three;
};
inline constexpr BasePair kBasePairs[6] = {{kBaseC, kBaseG}, {kBaseG, kBaseC}, {kBaseG, kBaseU},
                                           {kBaseU, kBaseG}, {kBaseA, kBaseU}, {kBaseU, kBaseA}};

}  // namespace stemloop
