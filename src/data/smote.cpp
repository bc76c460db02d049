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
  nearest.reserve(best.size());
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

// Modes A, B, C.
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

}  // namespace stemloop
