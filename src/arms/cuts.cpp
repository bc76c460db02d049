#include "arms/cuts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "seq/seq.h"

namespace stemloop {

namespace {

constexpr double kLeastPaired = 0.4;  // of an arm's letters

// Walks outwards from the closing pair while both strands lead to each other without a branch.
StemLoop grow(const std::vector<int>& partner, int open, int close) {
  const int n = static_cast<int>(partner.size());
  StemLoop stem{open, close, open, close + 1, 1};
  int i = open, j = close;
  while (true) {
    int p = i - 1, q = j + 1;
    while (p >= 0 && partner[p] < 0) --p;
    while (q < n && partner[q] < 0) ++q;
    if (p < 0 || q >= n || partner[p] != q) break;
    i = p;
    j = q;
    ++stem.pairs;
  }
  stem.begin = i;
  stem.end = j + 1;
  return stem;
}

}  // namespace

std::vector<StemLoop> stem_loops(std::string_view structure) {
  const std::vector<int> partner = pair_table(structure);
  std::vector<StemLoop> stems;
  int open = -1;
  for (int k = 0; k < static_cast<int>(structure.size()); ++k) {
    if (structure[k] == '(') open = k;
    if (structure[k] != ')') continue;
    if (open >= 0) stems.push_back(grow(partner, open, k));
    open = -1;  // the next loop needs its own opening bracket
  }
  std::stable_sort(stems.begin(), stems.end(), [](const StemLoop& a, const StemLoop& b) { return a.pairs > b.pairs; });
  return stems;
}

bool may_belong(const StemLoop& stem, const KnownCuts& known) {
  constexpr int kOverlap = 4;  // letters of an arm that may lie beyond the loop's middle
  const auto [d5, c5, c3, d3] = known;
  const int middle = (stem.open + stem.close) / 2;
  if (c5 >= 0 ? middle < c5 - kOverlap : d5 >= 0 && middle < d5 + kMinArm) return false;
  return c3 >= 0 ? middle <= c3 + kOverlap : d3 < 0 || middle <= d3 - kMinArm;
}

std::vector<int> opposite_positions(std::string_view structure, const StemLoop& stem) {
  const int n = static_cast<int>(structure.size());
  const std::vector<int> partner = pair_table(structure);
  std::vector<int> opposite(n, -1);
  // Pairs of this stem only; beyond it both strands are counted on from its outermost pair.
  for (int i = stem.begin; i < stem.end; ++i) {
    opposite[i] = i <= stem.open || i >= stem.close ? partner[i] : stem.open + stem.close - i;
  }
  const auto place = [&](int q) { return std::clamp(q, 0, n - 1); };
  for (int i = stem.open - 1; i >= 0; --i) {
    if (opposite[i] < 0) opposite[i] = place(std::max(opposite[i + 1] + 1, stem.close));
  }
  for (int j = stem.close + 1; j < n; ++j) {
    if (opposite[j] < 0) opposite[j] = place(std::min(opposite[j - 1] - 1, stem.open));
  }
  // An unpaired letter of a bulge stands at most beside the next pair outwards, not beyond it.
  int limit = 0;
  for (int i = 0; i < stem.open; ++i) {
    if (i >= stem.begin && partner[i] >= 0) limit = partner[i];
    if (limit > 0 && partner[i] < 0) opposite[i] = std::min(opposite[i], limit);
  }
  limit = n;
  for (int j = n - 1; j > stem.close; --j) {
    if (j < stem.end && partner[j] >= 0) limit = partner[j];
    if (limit < n && partner[j] < 0) opposite[j] = std::max(opposite[j], limit);
  }
  return opposite;
}

Overhangs overhangs(const std::vector<int>& opposite, const Cuts& cuts) {
  const int n = static_cast<int>(opposite.size());
  const auto facing = [&](int position) { return opposite[std::clamp(position, 0, n - 1)]; };
  return {cuts.drosha3 - 1 - facing(cuts.drosha5), cuts.dicer5 - 1 - facing(cuts.dicer3)};
}

std::string arm_fault(std::string_view structure, const StemLoop& stem, const Cuts& cuts) {
  const int n = static_cast<int>(structure.size());
  if (cuts.drosha5 < 0 || cuts.drosha3 > n || cuts.drosha5 >= cuts.dicer5 || cuts.dicer5 > cuts.dicer3 ||
      cuts.dicer3 >= cuts.drosha3)
    return "the cuts are not in order";
  const struct {
    const char* name;
    int begin, end;
  } arms[] = {{"5p", cuts.drosha5, cuts.dicer5}, {"3p", cuts.dicer3, cuts.drosha3}};
  for (const auto& arm : arms) {
    const int length = arm.end - arm.begin;
    if (length < kMinArm) return fmt::format("the {} arm has {} letters", arm.name, length);
    if (length > kMaxArm) return fmt::format("the {} arm has {} letters", arm.name, length);
  }
  // An arm may reach into the loop, but not across its middle.
  const int middle = stem.open + stem.close;  // twice
  if (2 * (cuts.dicer5 - 1) > middle) return "the 5p arm runs over the terminal loop";
  if (2 * cuts.dicer3 < middle) return "the 3p arm runs over the terminal loop";
  for (const auto& arm : arms) {
    const auto letters =
        structure.substr(static_cast<std::size_t>(arm.begin), static_cast<std::size_t>(arm.end - arm.begin));
    const auto paired = std::count_if(letters.begin(), letters.end(), [](char c) { return c != '.'; });
    if (static_cast<double>(paired) < kLeastPaired * static_cast<double>(letters.size())) {
      return fmt::format("{} of the {} arm's {} letters are paired", paired, arm.name, letters.size());
    }
  }
  return "";
}

}  // namespace stemloop
