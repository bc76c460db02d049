#include "arms/local_window.h"

#include <algorithm>

#include "seq/seq.h"

namespace stemloop {

CutWindow local_window(std::string_view sequence, const LocalStemLoop& local) {
  const int n = static_cast<int>(sequence.size()), middle = (local.loop_open + local.loop_close) / 2;
  const int begin = std::max({0, local.begin - kBeyondStem, middle - kFarFromLoop});
  const int end = std::min({n, local.end + kBeyondStem, middle + kFarFromLoop});
  const std::vector<int> partner = pair_table(local.structure);
  std::string structure(static_cast<std::size_t>(end - begin), '.');
  StemLoop stem{local.loop_open - begin, local.loop_close - begin, local.loop_open - begin,
                local.loop_close - begin + 1, 0};
  // From the loop outwards: the last pair that is kept is the outermost.
  for (int i = local.loop_open; i >= std::max(begin, local.begin); --i) {
    const int opposite = partner[static_cast<std::size_t>(i - local.begin)];
    if (opposite < 0 || opposite + local.begin >= end) continue;
    stem.begin = i - begin;
    stem.end = opposite + local.begin - begin + 1;
    ++stem.pairs;
    structure[static_cast<std::size_t>(stem.begin)] = '(';
    structure[static_cast<std::size_t>(stem.end - 1)] = ')';
  }
  CutWindow window = cut_window(sequence.substr(static_cast<std::size_t>(begin), structure.size()), structure, stem);
  window.begin = begin;
  return window;
}

namespace {

std::vector<LocalStemLoop> best_first(std::string_view sequence, LocalFolder& folder) {
  std::vector<LocalStemLoop> stems = folder.stem_loops(sequence);
  std::stable_sort(stems.begin(), stems.end(),
                   [](const LocalStemLoop& a, const LocalStemLoop& b) { return a.score < b.score; });
  return stems;
}

bool may_belong(const LocalStemLoop& local, const KnownCuts& cuts) {
  return may_belong(StemLoop{local.loop_open, local.loop_close, local.begin, local.end, 0}, cuts);
}

}  // namespace

std::optional<CutTask> local_cut_task(const CutExample& example, LocalFolder& folder) {
  for (const LocalStemLoop& local : best_first(example.sequence, folder)) {
    if (!may_belong(local, example.cuts)) continue;
    CutTask task{local_window(example.sequence, local), example.cuts, example.is_precursor()};
    follow(example.convention, task.window);
    if (agrees(task)) return task;
  }
  return std::nullopt;
}

std::optional<CutTask> other_local_task(const CutExample& example, LocalFolder& folder) {
  if (std::count(example.cuts.begin(), example.cuts.end(), -1) > 0) return std::nullopt;
  for (const LocalStemLoop& local : best_first(example.sequence, folder)) {
    if (!may_belong(local, example.cuts)) return CutTask{local_window(example.sequence, local), kNothingKnown, false};
  }
  return std::nullopt;
}

}  // namespace stemloop
