#include "fold/stacking.h"

#include <algorithm>

namespace stemloop {

namespace {

// By pair types: none, CG, GC, GU, UG, AU, UA.
constexpr int kWeights[] = {-kStackMismatch, kStackGc, kStackGc, kStackGu, kStackGu, kStackAu, kStackAu};

int weight(Base a, Base b) { return kWeights[kPairTypes[a][b]]; }

}  // namespace

void StackingFilter::prepare(const Base* base, int length) {
  // Columns begin `span` before the first row and letters are read as far behind the last.
  const auto size = static_cast<std::size_t>(length + kStackingBlock + 4 * span_ + 128);
  letter_.assign(size, 0);
  for (auto& partner : partner_) partner.assign(size, 0);
  for (int i = 0; i < length; ++i) {
    const auto at = static_cast<std::size_t>(i + span_ + 1);
    if (base[i] == kBaseN) continue;
    letter_[at] = static_cast<std::uint8_t>(1U << static_cast<unsigned>(base[i] - 1));
    for (int b = 1; b < kBaseCount; ++b) {
      const int w = weight(base[i], static_cast<Base>(b));
      if (w > 0) partner_[kStackGc - w][at] |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(b - 1));
    }
  }
}

void StackingFilter::fill(int from, int to, LocalFill& local) {
  StackingFill f;
  f.span = span_;
  f.least = least_;
  f.columns = (to - from + 2 * span_ + 63) / 64 * 64;
  f.stride = f.columns + 64;
  const int at = from + 1;  // of column 0 among the letters
  f.letter = letter_.data() + at;
  f.gc = partner_[0].data() + at;
  f.au = partner_[1].data() + at;
  f.gu = partner_[2].data() + at;
  table_.resize(static_cast<std::size_t>(span_) * static_cast<std::size_t>(f.stride));
  f.table = table_.data();
  for (int k = 0; k < 3; ++k) {
    outside_[k].assign(static_cast<std::size_t>(f.stride) + 64, 0);
    f.outside[k] = outside_[k].data() + 64;
  }
  kernels().fill_stacking(f);
  local.worth = f.table;
  local.worth_stride = f.stride;
  local.worth_origin = from - span_;
}

std::vector<std::uint8_t> stacking_plain(const Base* base, int length, int span, int least) {
  const auto size = static_cast<std::size_t>(length) * static_cast<std::size_t>(span);
  std::vector<int> inside(size, 0), outside(size, 0);
  const auto at = [&](const std::vector<int>& table, int i, int j) {
    const bool is_cell = i >= 0 && j < length && j - i > kMinHairpinLoop && j - i < span;
    return is_cell
               ? table[static_cast<std::size_t>(i) * static_cast<std::size_t>(span) + static_cast<std::size_t>(j - i)]
               : 0;
  };
  const auto cell = [&](std::vector<int>& table, int i, int j) -> int& {
    return table[static_cast<std::size_t>(i) * static_cast<std::size_t>(span) + static_cast<std::size_t>(j - i)];
  };
  std::vector<std::uint8_t> worth(size, 0);
  for (int d = kMinHairpinLoop + 1; d < span; ++d) {
    for (int i = 0; i + d < length; ++i) {
      const int j = i + d;
      cell(inside, i, j) =
          std::min(kMostStacking, std::max({0, at(inside, i + 1, j - 1) + weight(base[i], base[j]),
                                            at(inside, i + 1, j) - kStackGap, at(inside, i, j - 1) - kStackGap}));
    }
  }
  for (int d = span - 1; d > kMinHairpinLoop; --d) {
    for (int i = 0; i + d < length; ++i) {
      const int j = i + d;
      const bool enclosed = i > 0 && j + 1 < length && d + 2 < span;
      const int pair = enclosed ? at(outside, i - 1, j + 1) + weight(base[i - 1], base[j + 1]) : 0;
      cell(outside, i, j) = std::min(
          kMostStacking, std::max({0, pair, at(outside, i - 1, j) - kStackGap, at(outside, i, j + 1) - kStackGap}));
      worth[static_cast<std::size_t>(i) * static_cast<std::size_t>(span) + static_cast<std::size_t>(d)] =
          at(inside, i, j) + at(outside, i, j) >= least ? 1 : 0;
    }
  }
  return worth;
}

}  // namespace stemloop
