// What a design is asked to be: one hairpin in dot-bracket, letters allowed at each position, and what the whole must
// hold. Everything that can be known to be impossible before a search is an Error with the reason.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "design/letters.h"

namespace stemloop {

/// The longest structure a design may be asked for.
inline constexpr int kLongestDesign = 1000;

struct DesignTarget {
  std::string structure;
  std::vector<int> pairs;                  // partner of every position, -1 where unpaired
  std::vector<std::pair<int, int>> chain;  // the base pairs, outermost first
  std::vector<LetterMask> allowed;         // by position; pairs are consistent: each letter has a partner
  double gc_low = 0;                       // share of G and C
  double gc_high = 1;
  std::vector<std::vector<LetterMask>> avoid;  // motifs that must not occur

  [[nodiscard]] int length() const { return static_cast<int>(structure.size()); }
};

/// A target for a dot-bracket structure; `letters` are IUPAC, as long as the structure, or empty for any.
/// Error (a sentence without a place) if brackets do not match, there is no or more than one hairpin, its loop has
/// under 3 bases, a loop is larger than folding forms, or two positions that pair have no letters that can.
DesignTarget make_target(std::string_view structure, std::string_view letters = {});

/// Narrows the letters allowed from position `at` on to `pattern`. Error if a position is left without a letter, or a
/// pair without letters that pair.
void fix_letters(DesignTarget& target, int at, const std::vector<LetterMask>& pattern, std::string_view what);

/// Positions at which `pattern` can stand in the target.
std::vector<int> places_for(const DesignTarget& target, const std::vector<LetterMask>& pattern);

/// Error if the share of G and C cannot be in its range, or the letters that are fixed hold a motif to avoid.
void check_possible(const DesignTarget& target);

/// Structure with `before` and `behind` unpaired bases at its ends.
std::string with_flanks(std::string_view structure, int before, int behind);

}  // namespace stemloop
