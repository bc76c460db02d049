// Structures as files write them, and what of them can be folded, drawn and measured: nested pairs.
//
//   dot-bracket    ( ) [ ] { } < > and Aa ... Zz are pairs; . , - _ : ~ are unpaired (WUSS notation included)
//   pairs          partner of every position, -1 where unpaired; may cross (pseudoknots)
//
// Pairs that cross are brought to levels: no two of a level cross, and the first level, which is what the rest of
// stemloop sees, takes helices as they were written "(", then the longest, the 5' ones first. Positions count from 0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

struct ReadStructure {
  std::string nested;   // ( ) . of the first level
  std::string knotted;  // all pairs, levels as () [] {} <> Aa Bb ...; empty if there is one level
  int dropped = 0;      // pairs that `nested` lacks
};

/// Reads dot-bracket of any notation. Error (a sentence without a place) if a bracket has no partner, a symbol is not
/// known, or more levels are needed than there are brackets.
ReadStructure read_structure(std::string_view text);

/// The same of pairs. Helices whose 5' symbols in `written`, if it is given, are "(" go to the first level.
/// REQUIRES: pairs[pairs[i]] == i where pairs[i] >= 0; `written` empty or as long.
ReadStructure structure_of_pairs(const std::vector<int>& pairs, std::string_view written = {});

/// Partners of all symbols of dot-bracket of any notation. Error as read_structure().
std::vector<int> all_pairs(std::string_view text);

/// True if every character may stand in a structure and one of them in a structure only: brackets, dots, ...
bool looks_like_structure(std::string_view text);

/// The same pairs with levels behind the first written as WUSS wants it: () and letters only.
std::string as_wuss(std::string_view knotted);

}  // namespace stemloop
