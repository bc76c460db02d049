// A hairpin as a ladder, miRBase's five lines: unpaired bases outside, paired ones inside, bonds in the middle.
//
//     5' U                  U  -  CACACC
//         GGGAUGAGGUAGUAGGU  GU AU        ...
//         |:|||||||||||||||  || ||
//         UCUUUCUGUCAUCUAAC  CA UA
//     3' A                  -  A  GUCACA
//
// The pairs are those around the terminal loop of lay_out(); bases of other hairpins stand in the outer lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

struct LadderCell {
  int line = 0;  // 0 to 4 from the top
  int column = 0;
};

struct Ladder {
  std::vector<LadderCell> base;  // one a base; empty if there is no hairpin loop
  std::vector<LadderCell> gaps;  // places of an outer line with no base
  std::string bonds;             // the middle line without bases: '|', ':' for a GU pair, ' '
  int columns = 0;
};

/// REQUIRES: equal lengths, matching brackets.
Ladder ladder_of(std::string_view sequence, std::string_view structure);

/// The ladder as text, strands marked. Empty if there is no hairpin loop.
std::string text_hairpin(std::string_view sequence, std::string_view structure);

}  // namespace stemloop
