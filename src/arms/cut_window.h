// What the cut model sees of a sequence: the letters around one terminal loop, their fold, and for every letter a few
// numbers of small ranges (its partner, how far the loop is, ...) that pick rows of the network's tables.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arms/cuts.h"
#include "fold/fold.h"

namespace stemloop {

/// The questions asked of every letter; each has a table of as many rows as answers.
enum CutField : std::uint8_t {
  kLetterAndPartner,  // its letter and its partner's (or none)
  kPlace,             // before the stem, 5' strand, loop, 3' strand, behind; whether it pairs outside the stem
  kLoopDistance,      // letters to the terminal loop on either strand, or the place in the loop
  kLoopPairs,         // base pairs between it and the terminal loop, on either strand
  kBaseDistance,      // letters to the stem's outermost pair on either strand
  kShift,             // letters that the strands between it and the loop differ by
  kLoopSize,          // letters of the terminal loop
  kConvention,        // whose habit the ends follow
  kCutFields
};
inline constexpr std::array<int, kCutFields> kFieldRows = {25, 10, 162, 96, 98, 25, 41, 2};

struct CutWindow {
  int begin = 0;  // of the window in the sequence
  int length = 0;
  std::string letters;    // as RNA
  std::string structure;  // the window's own fold
  StemLoop stem;          // positions in the window
  std::vector<int> opposite;
  std::vector<std::array<std::uint16_t, kCutFields>> answers;  // rows of all tables one behind the other
};

/// Number of rows of all tables.
constexpr int field_row_count() {
  int rows = 0;
  for (const int count : kFieldRows) rows += count;
  return rows;
}

/// The window of `reach` letters on either side of the middle of the loop between `open` and `close`, folded anew. Its
/// stem is the one with most pairs whose loop overlaps that loop; nothing if there is none. `structure`, the folder's
/// own fold of the sequence, saves the second fold where the window is the whole sequence; it may be empty.
std::optional<CutWindow> cut_window(std::string_view sequence, std::string_view structure, int open, int close,
                                    int reach, Folder& folder);

/// Asks for the ends of another convention than miRBase's, which windows are made with.
void follow(Convention convention, CutWindow& window);

/// The same of a window whose fold and stem are known already.
CutWindow cut_window(std::string_view letters, std::string structure, const StemLoop& stem);

}  // namespace stemloop
