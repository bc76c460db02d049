#include "seq/structure.h"

#include <algorithm>
#include <array>

#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::string_view kOpen = "([{<ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kClose = ")]}>abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUnpaired = ".,-_:~";
constexpr int kLevels = static_cast<int>(kOpen.size());
constexpr int kMostLevels = 27;                // round brackets and the letters, which is all that WUSS has
constexpr std::size_t kMostCrossing = 20'000;  // helices are compared with each other: more would take minutes

// Kind of every byte: -1 not known, 0 unpaired, k + 1 opens bracket k, -(k + 2) closes it.
std::array<signed char, 256> symbol_kinds() {
  std::array<signed char, 256> kinds{};
  kinds.fill(-1);
  for (const char c : kUnpaired) kinds[static_cast<unsigned char>(c)] = 0;
  for (int k = 0; k < kLevels; ++k) {
    kinds[static_cast<unsigned char>(kOpen[k])] = static_cast<signed char>(k + 1);
    kinds[static_cast<unsigned char>(kClose[k])] = static_cast<signed char>(-(k + 2));
  }
  return kinds;
}

int kind_of(char c) {
  static const auto kKinds = symbol_kinds();
  return kKinds[static_cast<unsigned char>(c)];
}

// Pairs stacked on each other, (i, j), (i + 1, j - 1), ...
struct Helix {
  int i = 0, j = 0, length = 0;
  bool preferred = false;  // written with round brackets
};

std::vector<Helix> helices_of(const std::vector<int>& pairs, std::string_view written) {
  std::vector<Helix> helices;
  for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
    if (pairs[i] <= i) continue;
    const bool round = !written.empty() && written[i] == '(';
    if (!helices.empty()) {
      Helix& last = helices.back();
      if (last.i + last.length == i && last.j - last.length == pairs[i] && last.preferred == round) {
        ++last.length;
        continue;
      }
    }
    helices.push_back({i, pairs[i], 1, round});
  }
  return helices;
}

bool nested(const std::vector<int>& pairs) {
  std::vector<int> open;
  for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
    if (pairs[i] > i) open.push_back(i);
    if (pairs[i] < 0 || pairs[i] > i) continue;
    if (open.back() != pairs[i]) return false;
    open.pop_back();
  }
  return true;
}

bool cross(const Helix& a, const Helix& b) {
  const auto& first = a.i < b.i ? a : b;
  const auto& second = a.i < b.i ? b : a;
  return second.i < first.j && first.j < second.j;
}

// Takes from `rest` all helices that fit onto one level.
std::vector<Helix> take_level(std::vector<Helix>& rest) {
  std::vector<Helix> level, left;
  for (const Helix& helix : rest) {
    const bool fits = std::none_of(level.begin(), level.end(), [&](const Helix& other) { return cross(helix, other); });
    (fits ? level : left).push_back(helix);
  }
  rest = std::move(left);
  return level;
}

void write_level(const std::vector<Helix>& level, int number, std::string& text) {
  for (const Helix& helix : level) {
    for (int k = 0; k < helix.length; ++k) {
      text[helix.i + k] = kOpen[number];
      text[helix.j - k] = kClose[number];
    }
  }
}

ReadStructure in_levels(const std::vector<int>& pairs, std::string_view written) {
  ReadStructure read;
  read.nested.assign(pairs.size(), '.');
  std::vector<Helix> rest = helices_of(pairs, written);
  if (nested(pairs)) {
    write_level(rest, 0, read.nested);
    return read;
  }
  require(rest.size() <= kMostCrossing,
          "the structure has {} helices, some of which cross; at most {} can be sorted out", rest.size(),
          kMostCrossing);
  std::stable_sort(rest.begin(), rest.end(), [](const Helix& a, const Helix& b) {
    return a.preferred != b.preferred ? a.preferred : a.length > b.length;
  });
  for (int number = 0; !rest.empty(); ++number) {
    require(number < kMostLevels, "the pairs of the structure cross on more than {} levels", kMostLevels);
    const auto level = take_level(rest);
    if (number == 0) {
      write_level(level, 0, read.nested);
      read.knotted = read.nested;
      continue;
    }
    write_level(level, number, read.knotted);
    for (const Helix& helix : level) read.dropped += helix.length;
  }
  return read;
}

}  // namespace

std::vector<int> all_pairs(std::string_view text) {
  std::vector<int> pairs(text.size(), -1);
  std::array<std::vector<int>, kLevels> open;
  for (int i = 0; i < static_cast<int>(text.size()); ++i) {
    const int kind = kind_of(text[i]);
    if (kind == 0) continue;
    if (kind > 0) {
      open[kind - 1].push_back(i);
      continue;
    }
    require(kind != -1, "the structure has '{}' at position {}; pairs are written ( ) [ ] {{ }} < > or Aa, the rest .",
            printable(text.substr(i, 1)), i + 1);
    auto& stack = open[-kind - 2];
    if (stack.empty()) {
      const bool letter = text[i] >= 'a' && text[i] <= 'z';
      fail("the structure closes {} at position {} that was never opened",
           text[i] == ')' ? "a bracket" : fmt::format("{} '{}'", letter ? "a pair" : "a bracket", text[i]), i + 1);
    }
    pairs[i] = stack.back();
    pairs[stack.back()] = i;
    stack.pop_back();
  }
  int first = -1;  // the last one opened of the first kind that is left, as pair_table() names it
  for (const auto& stack : open) {
    if (first < 0 && !stack.empty()) first = stack.back();
  }
  if (first >= 0) {
    fail("the structure opens {} at position {} that is never closed",
         text[first] == '(' ? "a bracket" : fmt::format("'{}'", text[first]), first + 1);
  }
  return pairs;
}

ReadStructure read_structure(std::string_view text) { return in_levels(all_pairs(text), text); }

ReadStructure structure_of_pairs(const std::vector<int>& pairs, std::string_view written) {
  return in_levels(pairs, written);
}

bool looks_like_structure(std::string_view text) {
  bool only = false;
  for (const char c : text) {
    const int kind = kind_of(c);
    if (kind == -1) return false;
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    only = only || (!letter && c != '-' && c != '_' && c != '~' && c != ':' && c != ',');
  }
  return only;
}

std::string as_wuss(std::string_view knotted) {
  std::string text(knotted);
  for (char& c : text) {
    const int kind = kind_of(c);
    // Level k is bracket k; the letters begin at level 4 in our notation and at level 1 in WUSS.
    if (kind > 1) c = static_cast<char>('A' + kind - 2);
    if (kind < -2) c = static_cast<char>('a' - kind - 3);
  }
  return text;
}

}  // namespace stemloop
