// The aligned mode: two hairpins laid beside each other rung by rung, and crossed.
#include <algorithm>
#include <string_view>

#include "data/smote.h"
#include "hairpin/hairpin.h"

namespace stemloop {

namespace {

constexpr double kLeastShare = 0.4;  // of either parent; see the header

char letter_at(std::string_view sequence, int at) { return at < 0 ? '-' : sequence[static_cast<std::size_t>(at)]; }

int letters_on(const Rung& rung) { return (rung.top >= 0 ? 1 : 0) + (rung.bottom >= 0 ? 1 : 0); }

}  // namespace

// 5'  G  U  A  C  -  G  A     rung 0 is G and G, rung 1 U and A, both of the open end; then pairs, a bulge of U,
//              |     |     \   another pair, and the terminal loop folded over.
// 3'  G  A  -  G  U  C  A  /
std::vector<Rung> hairpin_ladder(std::string_view sequence, std::string_view structure) {
  const std::vector<int> partner = pair_table(structure);
  const HairpinLayout layout = lay_out(sequence, structure);
  std::vector<Rung> ladder;
  std::vector<std::size_t> rung_of(sequence.size());
  int top = 0, bottom = static_cast<int>(sequence.size()) - 1;
  const auto add = [&](Rung rung) {
    if (rung.top >= 0) rung_of[static_cast<std::size_t>(rung.top)] = ladder.size();
    if (rung.bottom >= 0) rung_of[static_cast<std::size_t>(rung.bottom)] = ladder.size();
    ladder.push_back(rung);
  };
  const auto add_unpaired = [&](int top_end, int bottom_end) {
    while (top < top_end || bottom > bottom_end)
      add({top < top_end ? top++ : -1, bottom > bottom_end ? bottom-- : -1, false, false});
  };
  for (int i = 0; i <= layout.loop_open; ++i) {
    const int j = partner[static_cast<std::size_t>(i)];
    if (j < layout.loop_close) continue;
    add_unpaired(i, j);
    add({top++, bottom--, true, false});
  }
  const int middle = (top + bottom + 2) / 2;  // the middle letter of an odd loop is a top
  add_unpaired(middle, middle - 1);

  // Side hairpins.
  for (std::size_t i = 0; i < partner.size(); ++i) {
    if (partner[i] < static_cast<int>(i)) continue;
    const std::size_t a = rung_of[i], b = rung_of[static_cast<std::size_t>(partner[i])];
    for (std::size_t rung = std::min(a, b) + 1; rung <= std::max(a, b); ++rung) ladder[rung].tied = true;
  }
  return ladder;
}

std::vector<RungMatch> align_ladders(std::string_view base, std::span<const Rung> base_ladder,
                                     std::string_view neighbour, std::span<const Rung> neighbour_ladder) {
  const std::size_t rows = base_ladder.size(), columns = neighbour_ladder.size();
  const auto match_cost = [&](std::size_t i, std::size_t j) {
    const Rung &a = base_ladder[i], &b = neighbour_ladder[j];
    return (letter_at(base, a.top) != letter_at(neighbour, b.top) ? 1 : 0) +
           (letter_at(base, a.bottom) != letter_at(neighbour, b.bottom) ? 1 : 0) + (a.paired != b.paired ? 1 : 0);
  };
  // cost[i][j]: of the first i rungs with the first j.
  std::vector<std::vector<int>> cost(rows + 1, std::vector<int>(columns + 1, 0));
  for (std::size_t i = 0; i <= rows; ++i) {
    for (std::size_t j = 0; j <= columns; ++j) {
      if (i == 0 && j == 0) continue;
      int best = INT32_MAX;
      if (i > 0 && j > 0) best = std::min(best, cost[i - 1][j - 1] + match_cost(i - 1, j - 1));
      if (i > 0) best = std::min(best, cost[i - 1][j] + letters_on(base_ladder[i - 1]));
      if (j > 0) best = std::min(best, cost[i][j - 1] + letters_on(neighbour_ladder[j - 1]));
      cost[i][j] = best;
    }
  }
  std::vector<RungMatch> matches;
  for (std::size_t i = rows, j = columns; i > 0 || j > 0;) {
    if (i > 0 && j > 0 && cost[i][j] == cost[i - 1][j - 1] + match_cost(i - 1, j - 1)) {
      matches.push_back({static_cast<int>(--i), static_cast<int>(--j)});
    } else if (i > 0 && cost[i][j] == cost[i - 1][j] + letters_on(base_ladder[i - 1])) {
      matches.push_back({static_cast<int>(--i), -1});
    } else {
      matches.push_back({-1, static_cast<int>(--j)});
    }
  }
  std::reverse(matches.begin(), matches.end());
  return matches;
}

void Smote::cross(SyntheticSequence& child, Random& random) const {
  const std::size_t parents[2] = {static_cast<std::size_t>(child.base), static_cast<std::size_t>(child.neighbour)};
  std::vector<Rung> ladders[2];
  for (int p = 0; p < 2; ++p) ladders[p] = hairpin_ladder(sequences_[parents[p]], structures_[parents[p]]);
  const auto matches = align_ladders(sequences_[parents[0]], ladders[0], sequences_[parents[1]], ladders[1]);
  const auto rung_of = [&](const RungMatch& match, int p) -> const Rung* {
    const int at = p == 0 ? match.base : match.neighbour;
    return at < 0 ? nullptr : &ladders[p][static_cast<std::size_t>(at)];
  };
  const auto all = [&](const RungMatch& match, bool Rung::*property) {
    const Rung *a = rung_of(match, 0), *b = rung_of(match, 1);
    return a != nullptr && b != nullptr && a->*property && b->*property;
  };
  const auto any = [&](const RungMatch& match, bool Rung::*property) {
    const Rung *a = rung_of(match, 0), *b = rung_of(match, 1);
    return (a != nullptr && a->*property) || (b != nullptr && b->*property);
  };

  // 1. A parent for each place. The open end is one choice, unless there is nothing else.
  const auto stem = std::find_if(matches.begin(), matches.end(), [&](const auto& m) { return all(m, &Rung::paired); });
  const double u = kLeastShare + (1 - 2 * kLeastShare) * random.uniform();
  struct Taken {
    int parent, position;
  };
  std::vector<Taken> top, bottom;
  int parent = 0;
  for (auto match = matches.begin(); match != matches.end(); ++match) {
    const bool in_open_end = stem != matches.end() && match < stem;
    const bool kept = match != matches.begin() && (in_open_end || any(*match, &Rung::tied));
    if (!kept) parent = random.uniform() < u ? 1 : 0;
    const Rung* rung = rung_of(*match, parent);
    if (rung == nullptr) continue;
    if (rung->top >= 0) top.push_back({parent, rung->top});
    if (rung->bottom >= 0) bottom.push_back({parent, rung->bottom});
  }

  // 2. Its letters, and the pairs that came with them.
  top.insert(top.end(), bottom.rbegin(), bottom.rend());
  std::vector<int> place[2];
  for (int p = 0; p < 2; ++p) place[p].assign(sequences_[parents[p]].size(), -1);
  for (std::size_t i = 0; i < top.size(); ++i) {
    child.sequence += sequences_[parents[top[i].parent]][static_cast<std::size_t>(top[i].position)];
    place[top[i].parent][static_cast<std::size_t>(top[i].position)] = static_cast<int>(i);
  }
  std::vector<int> pairs(top.size(), -1);
  for (int p = 0; p < 2; ++p) {
    const std::vector<int> partner = pair_table(structures_[parents[p]]);
    for (std::size_t i = 0; i < partner.size(); ++i) {
      if (partner[i] >= 0 && place[p][i] >= 0)
        pairs[static_cast<std::size_t>(place[p][i])] = place[p][static_cast<std::size_t>(partner[i])];
    }
  }
  // Where one parent's loop met the other's pairs, the innermost may enclose too little.
  constexpr int kLeastLoop = 3;
  for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
    const int j = pairs[static_cast<std::size_t>(i)];
    if (j > i && j - i <= kLeastLoop) pairs[static_cast<std::size_t>(i)] = pairs[static_cast<std::size_t>(j)] = -1;
  }
  child.structure = dot_bracket(pairs);
}

}  // namespace stemloop
