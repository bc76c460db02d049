#include "arms/cut_window.h"

#include <algorithm>

#include "seq/seq.h"

namespace stemloop {

namespace {

// Distances beyond these are one answer.
constexpr int kFarthest = 63, kLoopEdge = 17, kMostPairs = 47, kOutside = 16, kInside = 32, kMostShift = 12;
constexpr int kLargestLoop = 40;

// Answers of all letters of one strand, walked outwards from the loop: `at` and `step` say where and which way.
struct Walk {
  int first, step, past;  // letters first, first + step, ... before past
  int base;               // the strand's letter in the outermost pair
  int strand;             // 0: 5', 1: 3'
};

void answer_strand(const CutWindow& window, const Walk& walk, std::vector<std::array<std::uint16_t, kCutFields>>& to) {
  int pairs = 0;
  for (int i = walk.first; i != walk.past; i += walk.step) {
    const int distance = (i - walk.first) * walk.step;
    const int outwards = (i - walk.base) * walk.step;  // letters beyond the outermost pair, negative inside
    auto& answer = to[i];
    answer[kLoopDistance] = static_cast<std::uint16_t>(walk.strand * (kFarthest + 1) + std::min(distance, kFarthest));
    answer[kLoopPairs] = static_cast<std::uint16_t>(walk.strand * (kMostPairs + 1) + std::min(pairs, kMostPairs));
    answer[kBaseDistance] = static_cast<std::uint16_t>(walk.strand * (kOutside + kInside + 1) +
                                                       std::clamp(outwards, -kInside, kOutside) + kInside);
    const int shift = window.stem.open + window.stem.close - i - window.opposite[i];
    answer[kShift] = static_cast<std::uint16_t>(std::clamp(shift, -kMostShift, kMostShift) + kMostShift);
    if (outwards <= 0 && window.structure[i] != '.') ++pairs;
  }
}

void answer_loop(const CutWindow& window, std::vector<std::array<std::uint16_t, kCutFields>>& to) {
  const StemLoop& stem = window.stem;
  for (int i = stem.open + 1; i < stem.close; ++i) {
    const int from_open = i - stem.open - 1, from_close = stem.close - 1 - i;
    const bool near_open = from_open <= from_close;
    to[i][kLoopDistance] = static_cast<std::uint16_t>(2 * (kFarthest + 1) + (near_open ? 0 : kLoopEdge) +
                                                      std::min(near_open ? from_open : from_close, kLoopEdge - 1));
    to[i][kLoopPairs] = static_cast<std::uint16_t>(near_open ? 0 : kMostPairs + 1);
    const int inside = near_open ? i - stem.begin : stem.end - 1 - i;
    to[i][kBaseDistance] =
        static_cast<std::uint16_t>((near_open ? 0 : kOutside + kInside + 1) + kInside - std::min(inside, kInside));
    to[i][kShift] = kMostShift;
  }
}

}  // namespace

CutWindow cut_window(std::string_view letters, std::string structure, const StemLoop& stem) {
  CutWindow window;
  window.length = static_cast<int>(letters.size());
  window.letters = as_rna(letters);
  window.structure = std::move(structure);
  window.stem = stem;
  window.opposite = opposite_positions(window.structure, stem);
  window.answers.resize(letters.size());
  answer_strand(window, {stem.open, -1, -1, stem.begin, 0}, window.answers);
  answer_strand(window, {stem.close, 1, window.length, stem.end - 1, 1}, window.answers);
  answer_loop(window, window.answers);

  const std::vector<int> partner = pair_table(window.structure);
  const int loop_size = std::min(stem.close - stem.open - 1, kLargestLoop);
  for (int i = 0; i < window.length; ++i) {
    auto& answer = window.answers[i];
    const int facing = partner[i] < 0 ? kBaseN : base_code(window.letters[partner[i]]);
    answer[kLetterAndPartner] = static_cast<std::uint16_t>(base_code(window.letters[i]) * kBaseCount + facing);
    const int place = i < stem.begin ? 0 : i <= stem.open ? 1 : i < stem.close ? 2 : i < stem.end ? 3 : 4;
    answer[kPlace] = static_cast<std::uint16_t>(2 * place + (partner[i] >= 0 && (place == 0 || place == 4)));
    answer[kLoopSize] = static_cast<std::uint16_t>(loop_size);
    int first = 0;
    for (int field = 0; field < kCutFields; ++field) {
      answer[field] = static_cast<std::uint16_t>(answer[field] + first);
      first += kFieldRows[field];
    }
  }
  return window;
}

void follow(Convention convention, CutWindow& window) {
  constexpr int kFirst = field_row_count() - kFieldRows[kConvention];
  for (auto& answer : window.answers)
    answer[kConvention] = static_cast<std::uint16_t>(kFirst + static_cast<int>(convention));
}

std::optional<CutWindow> cut_window(std::string_view sequence, std::string_view structure, int open, int close,
                                    int reach, Folder& folder) {
  const int n = static_cast<int>(sequence.size());
  const int middle = (open + close) / 2;
  const int begin = std::max(0, middle - reach), end = std::min(n, middle + reach);
  const std::string_view letters = sequence.substr(begin, end - begin);
  const bool whole = begin == 0 && end == n && !structure.empty();
  std::string fold = whole ? std::string(structure) : folder.fold(letters).structure;
  for (const StemLoop& stem : stem_loops(fold)) {
    if (stem.open + begin >= close || open >= stem.close + begin) continue;
    CutWindow window = cut_window(letters, std::move(fold), stem);
    window.begin = begin;
    return window;
  }
  return std::nullopt;
}

}  // namespace stemloop
