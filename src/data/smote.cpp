#include "data/smote.h"

#include <edlib.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "hairpin/hairpin.h"

namespace stemloop {

namespace {

constexpr std::string_view kCodes = "NACGU";  // code of a letter: its place
constexpr double kLeastShare = 0.4;           // of either parent; see the header

int code_at(const std::string& sequence, std::size_t at) {
  return at < sequence.size() ? static_cast<int>(kCodes.find(sequence[at])) : 0;
}

double code_distance(const std::string& a, const std::string& b) {
  int squares = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const int difference = code_at(a, i) - code_at(b, i);
    squares += difference * difference;
  }
  return squares;  // orders like its root
}

// Edit distance / longer length; negative if the distance is above `most` (-1: no bound).
double edit_distance(const std::string& a, const std::string& b, int most) {
  const EdlibAlignResult result = edlibAlign(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()),
                                             edlibNewAlignConfig(most, EDLIB_MODE_NW, EDLIB_TASK_DISTANCE, nullptr, 0));
  const int distance = result.editDistance;
  edlibFreeAlignResult(result);
  return distance / static_cast<double>(std::max(a.size(), b.size()));
}

char letter_at(std::string_view sequence, int at) { return at < 0 ? '-' : sequence[static_cast<std::size_t>(at)]; }

int letters_on(const Rung& rung) { return (rung.top >= 0 ? 1 : 0) + (rung.bottom >= 0 ? 1 : 0); }

}  // namespace

Smote::Smote(std::span<const std::string> sequences, std::span<const std::string> structures,
             const SmoteOptions& options)
    : options_(options),
      sequences_(sequences.begin(), sequences.end()),
      structures_(structures.begin(), structures.end()),
      neighbours_(sequences.size()),
      found_(std::make_unique<std::once_flag[]>(sequences.size())) {
  require(sequences.size() >= 2, "SMOTE needs two sequences or more, not {}", sequences.size());
  require(options.k >= 1, "k = {}: SMOTE needs at least one neighbour", options.k);
  require(static_cast<std::size_t>(options.k) < sequences.size(),
          "k = {} neighbours: {} sequences have at most {} each", options.k, sequences.size(), sequences.size() - 1);
  const bool aligned = options.mode == SmoteMode::kAligned;
  require(!aligned || structures.size() == sequences.size(), "{} structures for {} sequences", structures.size(),
          sequences.size());
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    require(!sequences[i].empty(), "record {}: there is no sequence", i + 1);
    const std::size_t odd = sequences[i].find_first_not_of("ACGU");
    require(odd == std::string::npos, "record {}: '{}' in the sequence; only A C G U can be interpolated", i + 1,
            odd == std::string::npos ? "" : printable(sequences[i].substr(odd, 1)));
    if (!aligned) continue;
    require(structures[i].size() == sequences[i].size(), "record {}: structure of {} for a sequence of {}", i + 1,
            structures[i].size(), sequences[i].size());
    try {
      pair_table(structures[i]);
    } catch (const Error& error) {
      fail("record {}: {}", i + 1, error.what());
    }
  }
  std::unordered_map<std::string_view, std::size_t> same;
  for (const std::string& sequence : sequences_) {
    if (aligned) ++same[sequence];
    std::array<int, 4>& count = letters_.emplace_back();
    for (const char letter : sequence) ++count[kCodes.find(letter) - 1];
  }
  for (std::size_t i = 0; aligned && i < sequences_.size(); ++i) {
    const std::size_t others = sequences_.size() - same[sequences_[i]];
    require(others >= static_cast<std::size_t>(options.k), "k = {} neighbours: only {} sequences differ from record {}",
            options.k, others, i + 1);
  }
}

const std::vector<std::size_t>& Smote::neighbours(std::size_t record) const {
  std::call_once(found_[record], [&] { neighbours_[record] = find_neighbours(record); });
  return neighbours_[record];
}

std::vector<std::size_t> Smote::neighbours_plain(std::size_t i) const {
  const bool aligned = options_.mode == SmoteMode::kAligned;
  std::vector<std::pair<double, std::size_t>> others;
  for (std::size_t j = 0; j < sequences_.size(); ++j) {
    if (j == i || (aligned && sequences_[j] == sequences_[i])) continue;
    const std::string &from = sequences_[i], &to = sequences_[j];
    others.emplace_back(aligned ? edit_distance(from, to, -1) : code_distance(from, to), j);
  }
  std::sort(others.begin(), others.end());
  std::vector<std::size_t> nearest;
  for (std::size_t n = 0; n < static_cast<std::size_t>(options_.k); ++n) nearest.push_back(others[n].second);
  return nearest;
}

// In the aligned mode records are asked in the order of what their lengths and letters alone say their distance is at
// least; as soon as that is above the k-th best, so is the distance of all that follow.
std::vector<std::size_t> Smote::find_neighbours(std::size_t i) const {
  if (options_.mode != SmoteMode::kAligned) return neighbours_plain(i);
  const auto k = static_cast<std::size_t>(options_.k);
  const std::string& from = sequences_[i];
  std::vector<std::pair<double, std::size_t>> least;  // distance at least, record
  least.reserve(sequences_.size());
  for (std::size_t j = 0; j < sequences_.size(); ++j) {
    if (j == i) continue;
    int more = 0, fewer = 0;
    for (std::size_t letter = 0; letter < 4; ++letter) {
      const int difference = letters_[j][letter] - letters_[i][letter];
      (difference > 0 ? more : fewer) += std::abs(difference);
    }
    least.emplace_back(std::max(more, fewer) / static_cast<double>(std::max(from.size(), sequences_[j].size())), j);
  }
  std::sort(least.begin(), least.end());
  std::vector<std::pair<double, std::size_t>> best;  // the k nearest so far, in order
  for (const auto& [bound, j] : least) {
    if (best.size() == k && bound > best.back().first) break;
    const std::string& to = sequences_[j];
    if (to == from) continue;
    const auto longer = static_cast<double>(std::max(from.size(), to.size()));
    // Farther than the k-th best is as good as infinitely far.
    constexpr double kRounding = 1e-6;
    const int most = best.size() == k ? static_cast<int>(best.back().first * longer + kRounding) : -1;
    const double distance = edit_distance(from, to, most);
    if (distance < 0) continue;
    const std::pair<double, std::size_t> item(distance, j);
    if (best.size() == k && item > best.back()) continue;
    best.insert(std::upper_bound(best.begin(), best.end(), item), item);
    if (best.size() > k) best.pop_back();
  }
  std::vector<std::size_t> nearest;
  for (const auto& [distance, j] : best) nearest.push_back(j);
  return nearest;
}

SyntheticSequence Smote::draw(std::int64_t item) const {
  Random random(options_.seed, static_cast<std::uint64_t>(item));
  SyntheticSequence child;
  do {
    const std::size_t base = random.below(sequences_.size());
    const std::vector<std::size_t>& nearest = neighbours(base);
    const std::size_t neighbour = nearest[random.below(nearest.size())];
    child.base = static_cast<std::int64_t>(base);
    child.neighbour = static_cast<std::int64_t>(neighbour);
    if (options_.mode == SmoteMode::kAligned) {
      cross(child, random);
    } else {
      child.sequence = between_codes(base, neighbour, random);  // empty: mode A wants another
    }
  } while (child.sequence.empty());
  return child;
}

std::vector<SyntheticSequence> Smote::draw(std::int64_t first, std::int64_t count) const {
  std::vector<SyntheticSequence> drawn(static_cast<std::size_t>(count));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options_.threads));
  tbb::parallel_for(std::int64_t{0}, count,
                    [&](std::int64_t i) { drawn[static_cast<std::size_t>(i)] = draw(first + i); });
  return drawn;
}

std::vector<SyntheticSequence> smote(std::span<const std::string> sequences, std::span<const std::string> structures,
                                     std::int64_t count, const SmoteOptions& options) {
  return Smote(sequences, structures, options).draw(0, count);
}

// --- modes A, B, C ---------------------------------------------------------------------------------------------------

std::string Smote::between_codes(std::size_t base, std::size_t neighbour, Random& random) const {
  const std::string& from = sequences_[base];
  const std::string& to = sequences_[neighbour];
  const double u = random.uniform();
  // 1. The point, without the pads at its end.
  std::string point;
  for (std::size_t i = 0; i < std::max(from.size(), to.size()); ++i) {
    const int code = code_at(from, i);
    point += kCodes[static_cast<std::size_t>(code + u * (code_at(to, i) - code))];
  }
  point.erase(point.find_last_not_of(kCodes[0]) + 1);
  // 2. The pads within.
  if (options_.mode == SmoteMode::kDelete) std::erase(point, kCodes[0]);
  if (options_.mode == SmoteMode::kReject && point.find(kCodes[0]) != std::string::npos) return "";
  for (char& letter : point)
    if (letter == kCodes[0]) letter = kCodes[1 + random.below(4)];
  return point;
}

// --- aligned mode ----------------------------------------------------------------------------------------------------

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
