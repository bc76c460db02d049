#include "hairpin/columns.h"

#include <algorithm>
#include <cstdlib>

namespace stemloop {

namespace {

char letter_of(char c) {
  constexpr char kLetters[] = {'N', 'A', 'C', 'G', 'U'};
  return kLetters[base_code(c)];
}

// The terminal loop nearest the middle: score min(|middle - i|, |middle - (j + 1)|), first of equals.
void pick_loop(std::string_view structure, HairpinLayout& layout) {
  const int n = static_cast<int>(structure.size());
  const int middle = n / 2;
  int best_score = n;
  int open = -1;
  for (int k = 0; k < n; ++k) {
    if (structure[k] == '(') open = k;
    if (structure[k] != ')' || open < 0) continue;
    if (k - open > 1) {
      ++layout.hairpins;
      const int score = std::min(std::abs(middle - open), std::abs(middle - (k + 1)));
      if (score < best_score) {
        best_score = score;
        layout.loop_open = open;
        layout.loop_close = k;
      }
    }
    open = -1;  // the next loop needs its own opening bracket
  }
}

}  // namespace

HairpinLayout lay_out(std::string_view sequence, std::string_view structure) {
  HairpinLayout layout;
  pick_loop(structure, layout);
  if (layout.loop_open < 0) return layout;
  // Both strands run from their end inwards and take in the whole loop.
  const int n = static_cast<int>(sequence.size());
  int p = 0;      // top: 0 .. loop_close - 1
  int q = n - 1;  // bottom: n - 1 .. loop_open + 1
  while (p < layout.loop_close && q > layout.loop_open) {
    const bool top_dot = structure[p] == '.';
    const bool bottom_dot = structure[q] == '.';
    Column column;
    if (top_dot || !bottom_dot) {
      column.top = letter_of(sequence[p]);
      column.top_state = top_dot ? ColumnState::kUnpaired : ColumnState::kPaired;
      ++p;
    }
    if (bottom_dot || !top_dot) {
      column.bottom = letter_of(sequence[q]);
      column.bottom_state = bottom_dot ? ColumnState::kUnpaired : ColumnState::kPaired;
      --q;
    }
    layout.columns.push_back(column);
  }
  layout.in_step = layout.hairpins == 1 && p == layout.loop_close && q == layout.loop_open;
  std::reverse(layout.columns.begin(), layout.columns.end());
  return layout;
}

}  // namespace stemloop
