// Records as compact training data: bars and bonds, and rows of symbols.
#include "net/training_pictures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stemloop {

namespace {

// Brackets of two helices may face each other in the picture of several hairpins: they are no pair.
bool is_pair(const Column& c) {
  return c.top_state == ColumnState::kPaired && c.bottom_state == ColumnState::kPaired &&
         kPairTypes[base_code(c.top)][base_code(c.bottom)] != kNoPair;
}

}  // namespace

std::array<std::uint8_t, kBondLength> columns_of_rows(const std::array<std::uint8_t, kBondLength>& rows) {
  // A loop of l columns shifts the rows by (l - 1) / 2 and l / 2: the first bond, in column l, stands at these places.
  const auto* const bottom_row = rows.data() + kPictureColumns;
  const auto top = static_cast<int>(std::find(rows.data(), bottom_row, 1) - rows.data());
  const auto bottom = static_cast<int>(std::find(bottom_row, rows.data() + kBondLength, 1) - bottom_row);
  std::array<std::uint8_t, kBondLength> columns{};
  if (top == kPictureColumns) return columns;
  const int loop = std::clamp(top > bottom ? 2 * (top - 1) : 2 * top - 1, 0, kPictureColumns);
  const int shift = loop > 0 ? (loop - 1) / 2 : 0;
  for (int k = 0; k + shift < kPictureColumns; ++k) columns[k + shift] = rows[k];
  std::fill_n(columns.begin() + kPictureColumns, loop, std::uint8_t{1});
  return columns;
}

void SymbolData::add(std::span<const std::uint8_t> unpadded, int label) {
  require(static_cast<std::int64_t>(unpadded.size()) <= length, "{} places are more than the {} of the network",
          unpadded.size(), length);
  symbols.insert(symbols.end(), unpadded.begin(), unpadded.end());
  labels.push_back(static_cast<std::uint8_t>(label));
  symbols.resize(labels.size() * static_cast<std::size_t>(length), kPadSymbol);
}

Picture substitute(const Picture& picture, double share, Random& random) {
  constexpr std::string_view kLetters = "ACGU";
  // As often as in real stems: mostly Watson-Crick pairs.
  constexpr std::string_view kPairs[] = {"CG", "GC", "AU", "UA", "CG", "GC", "AU", "UA", "GU", "UG"};
  const auto letter = [&] { return kLetters[random.below(kLetters.size())]; };
  std::vector<Column> columns = read_columns(picture);
  std::size_t loop = 0;
  while (loop < columns.size() && columns[loop].top_state == ColumnState::kUnpaired) ++loop;
  const auto mirrored = [&](std::size_t x) { return columns[x].top == columns[loop - 1 - x].bottom; };
  bool one_loop = loop > 0;
  for (std::size_t x = 0; x < loop && one_loop; ++x) one_loop = mirrored(x);
  if (!one_loop) loop = 0;
  for (std::size_t x = 0; x < columns.size(); ++x) {
    if (random.uniform() >= share) continue;
    Column& c = columns[x];
    if (x < loop) {  // stands on both strands
      c.top = columns[loop - 1 - x].bottom = letter();
    } else if (c.top_state == ColumnState::kPaired && c.bottom_state == ColumnState::kPaired) {
      if (kPairTypes[base_code(c.top)][base_code(c.bottom)] == kNoPair) continue;  // brackets of two different helices
      const std::string_view pair = kPairs[random.below(std::size(kPairs))];
      c.top = pair[0];
      c.bottom = pair[1];
    } else {
      if (c.top_state == ColumnState::kUnpaired) c.top = letter();
      if (c.bottom_state == ColumnState::kUnpaired) c.bottom = letter();
    }
  }
  return draw_picture(columns);
}

Picture graft(const Picture& picture, const Picture& inner) {
  const std::vector<Column> inside = read_columns(inner);
  std::vector<Column> columns = read_columns(picture);
  if (inside.size() >= columns.size()) return picture;
  const auto loop = [](const std::vector<Column>& of) {
    return static_cast<std::size_t>(std::find_if(of.begin(), of.end(), is_pair) - of.begin());
  };
  const std::size_t first = std::max(loop(inside), loop(columns));
  for (std::size_t x = inside.size(); x-- > first;) {
    if (!is_pair(inside[x]) || !is_pair(columns[x])) continue;
    std::copy_n(inside.begin(), x, columns.begin());
    return draw_picture(columns);
  }
  return picture;
}

Picture rebonded(const Picture& picture, bool scrambled, Random& random) {
  constexpr std::uint64_t kStretches = 3, kLongest = 7;
  constexpr std::string_view kLetters = "ACGU";
  std::vector<Column> columns = read_columns(picture);
  const auto stem = static_cast<std::size_t>(std::find_if(columns.begin(), columns.end(), is_pair) - columns.begin());
  if (stem == columns.size()) return picture;
  const auto letter_beside = [&](char top, bool paired) {
    std::string choice;
    for (const char bottom : kLetters) {
      const PairType type = kPairTypes[base_code(top)][base_code(bottom)];
      const bool wobble = type == 3 || type == 4;
      if (!wobble && paired == (type != kNoPair)) choice += bottom;
    }
    return choice[random.below(choice.size())];
  };
  const std::uint64_t stretches = random.below(kStretches + 1);
  for (std::uint64_t i = 0; i < stretches && stem + 1 < columns.size(); ++i) {
    const std::size_t begin = stem + 1 + random.below(columns.size() - stem - 1);
    const std::size_t end = std::min<std::size_t>(columns.size(), begin + 1 + random.below(kLongest));
    const bool open = is_pair(columns[(begin + end) / 2]);
    for (std::size_t x = begin; x < end; ++x) {
      Column& c = columns[x];
      const auto known = [](char letter) { return letter != kGapLetter && letter != 'N'; };
      if (!known(c.top)) c.top = known(c.bottom) ? letter_beside(c.bottom, !open) : kLetters[random.below(4)];
      c.bottom = letter_beside(c.top, !open);
      c.top_state = c.bottom_state = open ? ColumnState::kUnpaired : ColumnState::kPaired;
    }
  }
  for (std::size_t x = stem; scrambled && x < columns.size(); ++x) {
    Column& c = columns[x];
    if (c.bottom_state == ColumnState::kGap) continue;
    // G facing G counts as no bond.
    do c.bottom = kLetters[random.below(kLetters.size())];
    while (c.top == 'G' && c.bottom == 'G');
  }
  return draw_picture(columns);
}

std::vector<std::int64_t> epoch_records(const PictureData& data, double evenness, Random& random) {
  const auto n = static_cast<std::size_t>(data.size());
  std::vector<std::int64_t> order(n);
  std::iota(order.begin(), order.end(), std::int64_t{0});
  if (evenness > 0) {
    constexpr std::size_t kWidths = kPictureColumns + 1, kReach = 5;
    std::vector<std::size_t> width(n);
    std::array<double, kWidths> count{}, weight{};
    for (std::size_t i = 0; i < n; ++i) {
      width[i] = static_cast<std::size_t>(data.picture(static_cast<std::int64_t>(i)).width());
      ++count[width[i]];
    }
    double sum = 0;
    for (std::size_t w = 0; w < kWidths; ++w) {
      const std::size_t begin = w < kReach ? 0 : w - kReach, end = std::min(kWidths, w + kReach + 1);
      const double near = std::accumulate(count.begin() + begin, count.begin() + end, 0.0);
      if (near > 0) weight[w] = std::pow(near / static_cast<double>(end - begin), -evenness);
      sum += count[w] * weight[w];
    }
    // Systematic sampling: each record comes up as often as its weight says, give or take one.
    double reached = random.uniform();
    std::size_t filled = 0;
    for (std::size_t i = 0; i < n; ++i) {
      reached += static_cast<double>(n) * weight[width[i]] / sum;
      while (filled < n && static_cast<double>(filled) + 1 <= reached) order[filled++] = static_cast<std::int64_t>(i);
    }
    while (filled < n) order[filled++] = static_cast<std::int64_t>(n) - 1;  // the last one may be lost to rounding
  }
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

}  // namespace stemloop
