// A folded hairpin as two strands side by side: the columns from which the 100 x 25 picture is drawn.
//
//            terminal loop                          5' and 3' ends
//   x        0  1  2  3  4  5  6  7  8  9 10 ...
//   top      C  A  U  A  A  A  C  A  -  A  C        5' strand, read 3' -> 5'
//   bottom   A  A  U  A  C  U  G  U  C  C  G        3' strand, read 5' -> 3'
//
// The terminal loop stands on both strands. Source: deepmir's ImageCalc as measured in the project's image
// specification (Cordero, Menkovski & Allmer, bioRxiv 840579, 2019), quirks included.
#pragma once

#include <string_view>
#include <vector>

#include "seq/seq.h"

namespace stemloop {

inline constexpr int kPictureColumns = 100;
inline constexpr char kGapLetter = '-';

/// How a nucleotide stands in its column.
enum class ColumnState : char { kPaired = '|', kUnpaired = '.', kGap = '-' };

/// Letters are upper case A C G U, '-' for a gap, 'N' for any other letter.
struct Column {
  char top = kGapLetter;
  char bottom = kGapLetter;
  ColumnState top_state = ColumnState::kGap;
  ColumnState bottom_state = ColumnState::kGap;

  bool operator==(const Column&) const = default;
};

/// A structure laid out around its terminal loop.
struct HairpinLayout {
  std::vector<Column> columns;  // all of them; pictures show the first 100
  int loop_open = -1;           // position of the bracket before the terminal loop, from 0
  int loop_close = -1;          // position of the bracket behind it
  int hairpins = 0;             // terminal loops in the structure; the one nearest the middle is laid out
  bool in_step = false;         // one hairpin: columns hold the whole sequence and `|` columns are its base pairs
};

/// Lays out a dot-bracket structure. An empty `columns` means there is no hairpin loop in it.
/// REQUIRES: equal lengths, matching brackets.
HairpinLayout lay_out(std::string_view sequence, std::string_view structure);

}  // namespace stemloop
