#include "arms/cut_examples.h"

#include <algorithm>
#include <cmath>

#include "arms/cut_training.h"
#include "data/data.h"
#include "seq/seq.h"

namespace stemloop {

namespace {

constexpr int kMostKept = 20;  // letters of a flank that a shortened one keeps at most

std::string random_letters(int count, const std::string& like, Random& random) {
  std::string letters;
  // Half of the letters as the hairpin has them, half of all alike.
  for (int i = 0; i < count; ++i) {
    letters += random.uniform() < 0.5 ? like[random.below(like.size())] : "ACGU"[random.below(4)];
  }
  return letters;
}

}  // namespace

std::vector<CutExample> read_cut_examples(const std::string& path) {
  std::vector<CutExample> examples;
  std::size_t sequence = 0;
  std::array<std::size_t, kCuts> cut{};
  std::optional<std::size_t> id, weight, guide, convention;
  const auto begin = [&](const std::vector<std::string>& header) {
    sequence = find_column(header, "sequence", path);
    for (int c = 0; c < kCuts; ++c) cut[c] = find_column(header, kCutNames[c], path);
    const auto maybe = [&](const char* name) -> std::optional<std::size_t> {
      if (std::find(header.begin(), header.end(), name) == header.end()) return std::nullopt;
      return find_column(header, name, path);
    };
    id = maybe("id"), weight = maybe("weight"), guide = maybe("guide"), convention = maybe("convention");
  };
  read_table(path, begin, [&](const std::vector<std::string_view>& fields, const std::string& place) {
    CutExample example;
    example.id = id ? std::string(fields[*id]) : place;
    example.sequence = as_rna(fields[sequence]);
    require(!example.sequence.empty(), "{}: the sequence is empty", place);
    const auto length = static_cast<std::int64_t>(example.sequence.size());
    std::int64_t before = 0;
    for (int c = 0; c < kCuts; ++c) {
      const std::string_view text = fields[cut[c]];
      if (text.empty()) continue;
      const std::int64_t at = parse_integer(text, place);
      require(at >= before && at <= length, "{}: {} = {}, not a boundary of {} letters behind the cut before", place,
              kCutNames[c], at, length);
      example.cuts[c] = static_cast<int>(at);
      before = at;
    }
    if (weight) example.weight = static_cast<float>(parse_number(fields[*weight], place));
    require(example.weight >= 0, "{}: weight {} is negative", place, example.weight);
    if (guide && !fields[*guide].empty()) {
      require(fields[*guide] == "5p" || fields[*guide] == "3p", "{}: guide '{}' is neither 5p nor 3p", place,
              printable(fields[*guide]));
      example.guide = fields[*guide] == "5p" ? Guide::k5p : Guide::k3p;
    }
    if (convention) {
      const std::string_view name = fields[*convention];
      require(name == "mirbase" || name == "mirgenedb", "{}: convention '{}' is neither mirbase nor mirgenedb", place,
              printable(name));
      example.convention = name == "mirbase" ? Convention::kMirbase : Convention::kMirgenedb;
    }
    examples.push_back(std::move(example));
  });
  return examples;
}

CutExample with_other_flanks(const CutExample& example, const CutTrainOptions& options, Random& random) {
  if (random.uniform() < options.as_given) return example;
  const int n = static_cast<int>(example.sequence.size());
  CutExample changed = example;
  // Shortened: only outside known Drosha cuts, for nobody knows where an unknown one lies.
  int begin = 0, end = n;
  if (example.cuts[0] >= 0 && random.uniform() < 0.8) {
    begin = std::max(0, example.cuts[0] - static_cast<int>(random.below(kMostKept + 1)));
  }
  if (example.cuts[3] >= 0 && random.uniform() < 0.8) {
    end = std::min(n, example.cuts[3] + static_cast<int>(random.below(kMostKept + 1)));
  }
  const auto flank = [&] {
    const int most = random.uniform() < 0.3 ? 0 : options.most_flank;
    return random_letters(static_cast<int>(random.below(static_cast<std::uint64_t>(most) + 1)), example.sequence,
                          random);
  };
  const std::string before = flank();
  changed.sequence = before + example.sequence.substr(begin, end - begin) + flank();
  for (int& cut : changed.cuts) {
    if (cut >= 0) cut += static_cast<int>(before.size()) - begin;
  }
  return changed;
}

std::optional<CutTask> other_stem_task(const CutExample& example, int reach, Folder& folder) {
  constexpr int kLeastPairs = 8;
  if (std::count(example.cuts.begin(), example.cuts.end(), -1) > 0) return std::nullopt;
  const std::string structure = folder.fold(example.sequence).structure;
  for (const StemLoop& stem : stem_loops(structure)) {
    if (stem.pairs < kLeastPairs) break;
    if (may_belong(stem, example.cuts)) continue;
    std::optional<CutWindow> window = cut_window(example.sequence, structure, stem.open, stem.close, reach, folder);
    if (!window) continue;
    KnownCuts cuts = example.cuts;
    for (int& cut : cuts) cut -= window->begin;
    if (!may_belong(window->stem, cuts)) return CutTask{std::move(*window), kNothingKnown, false};
  }
  return std::nullopt;
}

std::optional<CutTask> cut_task(const CutExample& example, int reach, Folder& folder) {
  const std::string structure = folder.fold(example.sequence).structure;
  const std::vector<StemLoop> stems = stem_loops(structure);
  // Of the stem-loops that may belong to the arms the one with most pairs.
  const auto stem = std::find_if(stems.begin(), stems.end(),
                                 [&](const StemLoop& candidate) { return may_belong(candidate, example.cuts); });
  if (stem == stems.end()) return std::nullopt;
  std::optional<CutWindow> window = cut_window(example.sequence, structure, stem->open, stem->close, reach, folder);
  if (!window) return std::nullopt;
  follow(example.convention, *window);
  CutTask task{std::move(*window), example.cuts, example.is_precursor()};
  if (!agrees(task)) return std::nullopt;
  return task;
}

bool agrees(CutTask& task) {
  for (int& cut : task.cuts) {
    if (cut < 0) continue;
    cut -= task.window.begin;
    if (cut < 0 || cut > task.window.length) return false;
  }
  if (!task.is_precursor) return true;
  std::vector<float> scores(static_cast<std::size_t>(task.window.length + 1) * kCuts, 0.0F);
  for (int i = 0; i <= task.window.length; ++i) {
    for (int cut = 0; cut < kCuts; ++cut) {
      if (task.cuts[cut] >= 0 && task.cuts[cut] != i) scores[i * kCuts + cut] = kNoCut;
    }
  }
  const std::vector<float> flat(CutTerms::kSize, 0.0F);
  QuadrupleSum sum;
  return std::isfinite(sum.run(task.window, scores, {flat}));
}

}  // namespace stemloop
