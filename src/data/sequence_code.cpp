#include "data/sequence_code.h"

#include <algorithm>

#include "hairpin/hairpin.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::string_view kLetters = "-AUGC";  // of a strand: the gap, which is the pad of the strand layout, and four
constexpr int kStrandSymbols = static_cast<int>(kLetters.size());
constexpr int kEndColumns = 2;

int code_of(char letter, std::size_t position) {
  const std::size_t code = kLetters.find(letter);
  require(code != std::string_view::npos && code > 0, "'{}' at position {} is none of A, C, G, U",
          printable(std::string_view(&letter, 1)), position + 1);
  return static_cast<int>(code);
}

}  // namespace

SequenceLayout sequence_layout(std::string_view name) {
  require(name == "strand" || name == "columns", "'{}' is no layout; choose strand or columns", printable(name));
  return name == "strand" ? SequenceLayout::kStrand : SequenceLayout::kColumns;
}

int symbols_of(SequenceLayout layout) {
  return layout == SequenceLayout::kStrand ? kStrandSymbols : kStrandSymbols * kStrandSymbols;
}

std::vector<std::uint8_t> sequence_symbols(SequenceLayout layout, std::string_view sequence,
                                           std::string_view structure) {
  require(!sequence.empty(), "there is no sequence");
  std::vector<int> codes;
  for (std::size_t i = 0; i < sequence.size(); ++i) codes.push_back(code_of(sequence[i], i));
  std::vector<std::uint8_t> symbols;
  if (layout == SequenceLayout::kStrand) {
    for (const int code : codes) symbols.push_back(static_cast<std::uint8_t>(code));
    return symbols;
  }
  require(structure.size() == sequence.size(), "the structure has {} places, the sequence {}", structure.size(),
          sequence.size());
  const int hairpins = lay_out(sequence, structure).hairpins;
  require(hairpins == 1, "its structure holds {}", hairpins == 0 ? "no hairpin" : "more than one hairpin");
  const std::vector<int> partner = pair_table(structure);
  const auto code_at = [&](int place) { return codes[static_cast<std::size_t>(place)]; };
  const auto add = [&](int top, int bottom) {
    symbols.push_back(static_cast<std::uint8_t>(top * kStrandSymbols + bottom));
  };
  // The ends first, whatever they pair with; then inward, loop by loop.
  int i = 0, j = static_cast<int>(sequence.size()) - 1;
  for (; i < kEndColumns && i < j; ++i, --j) add(code_at(i), code_at(j));
  const auto unpaired = [&](int x) {
    const int y = partner[static_cast<std::size_t>(x)];
    return y < kEndColumns || y >= static_cast<int>(sequence.size()) - kEndColumns;  // no partner, or one of the ends
  };
  while (i <= j) {
    int p = i, q = j;
    while (p <= j && unpaired(p)) ++p;
    while (q >= p && unpaired(q)) --q;
    if (p > j) {  // the terminal loop, one half on either strand
      for (; i < j; ++i, --j) add(code_at(i), code_at(j));
      if (i == j) add(code_at(i), 0);
      break;
    }
    // Unpaired letters up to the pair (p, q), the longer strand's last ones facing gaps.
    for (int x = 0; x < std::max(p - i, j - q); ++x)
      add(i + x < p ? code_at(i + x) : 0, j - x > q ? code_at(j - x) : 0);
    add(code_at(p), code_at(q));
    i = p + 1;
    j = q - 1;
  }
  return symbols;
}

std::string widest_hairpin(std::string_view structure) {
  const std::vector<int> partner = pair_table(structure);
  std::string widest(structure.size(), '.');
  int begin = 0, end = static_cast<int>(structure.size());
  while (begin < end) {
    int open = -1, close = -1;
    for (int i = begin; i < end; ++i) {
      const int j = partner[static_cast<std::size_t>(i)];
      if (j < 0) continue;
      if (open < 0 || j - i > close - open) {
        open = i;
        close = j;
      }
      i = j;
    }
    if (open < 0) break;
    widest[static_cast<std::size_t>(open)] = '(';
    widest[static_cast<std::size_t>(close)] = ')';
    begin = open + 1;
    end = close;
  }
  return widest;
}

std::optional<std::string> symbols_sequence(SequenceLayout layout, std::span<const std::uint8_t> symbols) {
  std::size_t size = symbols.size();
  while (size > 0 && symbols[size - 1] == kPadSymbol) --size;
  if (size == 0) return std::nullopt;
  std::string top, bottom;
  for (std::size_t x = 0; x < size; ++x) {
    if (symbols[x] == kPadSymbol) return std::nullopt;
    if (layout == SequenceLayout::kStrand) {
      top += kLetters[symbols[x]];
      continue;
    }
    const char a = kLetters[symbols[x] / kStrandSymbols], b = kLetters[symbols[x] % kStrandSymbols];
    if (a != kLetters[0]) top += a;
    if (b != kLetters[0]) bottom += b;
  }
  return top + std::string(bottom.rbegin(), bottom.rend());
}

}  // namespace stemloop
