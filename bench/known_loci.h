// What the benches of the scan share: letters of a genome to plant precursors in, and whether a stem-loop is a planted
// one.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fold/local.h"
#include "seq/seq.h"

namespace stemloop {

/// The first `count` letters A, C, G, U of a genome, or fewer if it has no more.
inline std::string first_letters(const std::string& path, std::size_t count) {
  std::string letters;
  ContigReader reader(path, {static_cast<std::int64_t>(count), 0, false});
  for (ContigPiece piece; letters.size() < count && reader.next(piece);) {
    for (const char c : piece.letters) {
      if (std::string_view("ACGU").find(c) != std::string_view::npos) letters += c;
    }
  }
  letters.resize(std::min(letters.size(), count));
  return letters;
}

/// Whether the stem-loop, or `slack` letters around it, holds four fifths of every arm, each on its side of the loop.
inline bool holds(const LocalStemLoop& t, const std::vector<std::pair<int, int>>& arms, int slack) {
  for (const auto& [begin, end] : arms) {
    const int overlap = std::min(end, t.end + slack) - std::max(begin, t.begin - slack);
    const int middle = (begin + end) / 2;
    if (overlap < 0.8 * (end - begin) || (middle > t.loop_open && middle < t.loop_close)) return false;
  }
  const int loop = t.loop_open + t.loop_close;
  return arms.size() < 2 || (arms[0].first + arms[0].second < loop && arms[1].first + arms[1].second > loop);
}

}  // namespace stemloop
