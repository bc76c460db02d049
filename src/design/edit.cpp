#include "design/edit.h"

#include <algorithm>

namespace stemloop {

namespace {

constexpr int kNever = -1'000'000;

int score_of(char own, char wanted) {
  if (own == wanted) return own == '.' ? 2 : 4;
  return own == '.' || wanted == '.' ? 1 : kNever;
}
constexpr int kGap = -2;

}  // namespace

std::vector<int> align_structures(std::string_view own, std::string_view wanted) {
  const std::size_t n = own.size();
  const std::size_t m = wanted.size();
  std::vector<int> score((n + 1) * (m + 1));
  const auto at = [&](std::size_t i, std::size_t j) -> int& { return score[i * (m + 1) + j]; };
  for (std::size_t i = 0; i <= n; ++i) {
    for (std::size_t j = 0; j <= m; ++j) {
      if (i == 0 || j == 0) {
        at(i, j) = kGap * static_cast<int>(i + j);
        continue;
      }
      at(i, j) =
          std::max({at(i - 1, j - 1) + score_of(own[i - 1], wanted[j - 1]), at(i - 1, j) + kGap, at(i, j - 1) + kGap});
    }
  }
  std::vector<int> from(m, -1);
  std::size_t i = n;
  std::size_t j = m;
  while (i > 0 && j > 0) {
    if (at(i, j) == at(i - 1, j - 1) + score_of(own[i - 1], wanted[j - 1])) {
      from[--j] = static_cast<int>(--i);
    } else if (at(i, j) == at(i - 1, j) + kGap) {
      --i;
    } else {
      --j;
    }
  }
  return from;
}

StartLetters letters_for_edit(std::string_view sequence, std::string_view own, std::string_view wanted) {
  StartLetters start;
  for (const int from : align_structures(own, wanted))
    start.letters.push_back(from < 0 ? kBaseN : base_code(sequence[static_cast<std::size_t>(from)]));
  return start;
}

}  // namespace stemloop
