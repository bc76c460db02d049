#include "judge/mirtron_measures.h"

#include <algorithm>
#include <cmath>

namespace stemloop {

namespace {

int middle_of(const CutHairpin& cut) { return (cut.local.loop_open + cut.local.loop_close) / 2; }

// The hairpin's places counted from the start of a sequence that has `by` letters before it.
void move_places(CutHairpin& cut, int by) {
  Cuts& c = cut.arms.cuts;
  LocalStemLoop& local = cut.local;
  for (int* place :
       {&c.drosha5, &c.dicer5, &c.dicer3, &c.drosha3, &cut.begin, &cut.end, &local.begin, &local.end, &local.loop_open,
        &local.loop_close, &cut.arms.stem.open, &cut.arms.stem.close, &cut.arms.stem.begin, &cut.arms.stem.end})
    *place += by;
}

std::vector<float> measured(std::string_view sequence, const FoundHairpin& found, const CutHairpin& placed) {
  std::vector<float> row = found.measures;
  measure_splice(sequence, placed, row);
  return row;
}

}  // namespace

const std::vector<Measure>& mirtron_measures() {
  static const std::vector<Measure> measures = [] {
    std::vector<Measure> all = hairpin_measures();
    all.insert(all.end(), splice_measures().begin(), splice_measures().end());
    return all;
  }();
  return measures;
}

std::vector<SplicedHairpin> SplicedFinder::find(std::string_view sequence, int most) {
  constexpr int kSameLoop = 10;  // letters that the middle of a loop may move from look to look
  const int n = static_cast<int>(sequence.size());
  std::vector<SplicedHairpin> hairpins;
  for (FoundHairpin& found : finder_.find(sequence, most)) {
    SplicedHairpin hairpin;
    hairpin.looks.push_back(measured(sequence, found, found.cut));
    hairpin.cut = std::move(found.cut);
    const int middle = middle_of(hairpin.cut);
    for (const int reach : kLookReach) {
      const int begin = std::max(0, middle - reach), end = std::min(n, middle + reach);
      if (begin == 0 && end == n) continue;  // it was looked at
      const std::string_view window =
          sequence.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
      for (FoundHairpin& again : finder_.find(window, 2)) {
        CutHairpin placed = std::move(again.cut);
        move_places(placed, begin);
        if (std::abs(middle_of(placed) - middle) > kSameLoop) continue;
        hairpin.looks.push_back(measured(sequence, again, placed));
        break;
      }
    }
    hairpins.push_back(std::move(hairpin));
  }
  return hairpins;
}

}  // namespace stemloop
