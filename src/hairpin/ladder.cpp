#include "hairpin/ladder.h"

#include "hairpin/columns.h"

namespace stemloop {

Ladder ladder_of(std::string_view sequence, std::string_view structure) {
  Ladder ladder;
  const HairpinLayout layout = lay_out(sequence, structure);
  if (layout.columns.empty()) return ladder;
  ladder.base.resize(sequence.size());
  const std::vector<int> pairs = pair_table(structure);
  int left = 0;
  int right = static_cast<int>(sequence.size()) - 1;
  const auto put = [&ladder](int base, int line) { ladder.base[base] = {line, ladder.columns}; };
  const auto outer = [&](bool top, bool bottom) {
    if (top) {
      put(left++, 0);
    } else {
      ladder.gaps.push_back({0, ladder.columns});
    }
    if (bottom) {
      put(right--, 4);
    } else {
      ladder.gaps.push_back({4, ladder.columns});
    }
    ladder.bonds += ' ';
    ++ladder.columns;
  };
  // The pairs around the terminal loop, from the outermost inwards.
  for (int i = 0; i <= layout.loop_open; ++i) {
    const int j = pairs[i];
    if (j < layout.loop_close) continue;
    while (left < i || right > j) outer(left<i, right> j);
    put(i, 1);
    put(j, 3);
    const PairType pair = kPairTypes[base_code(sequence[i])][base_code(sequence[j])];
    ladder.bonds += pair == 3 || pair == 4 ? ':' : '|';
    ++ladder.columns;
    left = i + 1;
    right = j - 1;
  }
  // The terminal loop closes over the last column.
  while (right - left > 2) outer(true, true);
  if (right >= left) {
    if (right == left) {
      put(left, 2);
    } else {
      put(left, 1);
      put(right, 3);
      if (right - left == 2) put(left + 1, 2);
    }
    ladder.bonds += ' ';
    ++ladder.columns;
  }
  return ladder;
}

std::string text_hairpin(std::string_view sequence, std::string_view structure) {
  constexpr int kLines = 5;
  const Ladder ladder = ladder_of(sequence, structure);
  if (ladder.base.empty()) return {};
  std::string line[kLines];
  for (std::string& text : line) text.assign(static_cast<std::size_t>(ladder.columns), ' ');
  line[2] = ladder.bonds;
  for (const LadderCell& gap : ladder.gaps) line[gap.line][gap.column] = kGapLetter;
  for (std::size_t i = 0; i < sequence.size(); ++i) line[ladder.base[i].line][ladder.base[i].column] = sequence[i];
  std::string text;
  for (int k = 0; k < kLines; ++k) {
    line[k].erase(line[k].find_last_not_of(' ') + 1);
    text += (k == 0 ? "5' " : k == kLines - 1 ? "3' " : "   ") + line[k] + '\n';
  }
  return text;
}

}  // namespace stemloop
