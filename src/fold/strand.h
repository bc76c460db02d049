// Owns what a Strand points to: base codes with a readable neighbour on both sides, hairpin length terms, special
// loops.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "fold/fill.h"

namespace stemloop {

/// base_code() as a table.
inline constexpr auto kCodes = [] {
  std::array<Base, 256> codes{};
  for (int c = 0; c < 256; ++c) codes[c] = base_code(static_cast<char>(c));
  return codes;
}();

template <class Model>
class StrandBuffer {
 public:
  using Value = typename Model::Value;

  /// The strand of `sequence`; valid until the next call.
  Strand<Value> prepare(const Model& model, std::string_view sequence) {
    const int n = static_cast<int>(sequence.size());
    bases_.assign(sequence.size() + 2, kBaseN);
    for (int i = 0; i < n; ++i) bases_[i + 1] = kCodes[static_cast<unsigned char>(sequence[i])];
    for (int length = static_cast<int>(hairpin_length_.size()); length <= n; ++length) {
      hairpin_length_.push_back(length_term(model, model.tables.hairpin, length));
    }
    find_special_loops(model);
    return {bases_.data() + 1, n, hairpin_length_.data(), special_.data(), model.special.data()};
  }

 private:
  // The first of two entries for one loop counts, as in the file format's reference.
  void find_special_loops(const Model& model) {
    if (loops_.empty()) {
      for (const std::string& loop : model.special_loops) {
        std::vector<Base>& codes = loops_.emplace_back();
        for (const char letter : loop) codes.push_back(base_code(letter));
      }
    }
    const std::size_t n = bases_.size() - 2;
    const Base* base = bases_.data() + 1;
    special_.assign(3 * n, -1);
    for (std::size_t k = loops_.size(); k-- > 0;) {
      const std::vector<Base>& loop = loops_[k];
      std::int16_t* found = special_.data() + n * (loop.size() == 5 ? 0 : loop.size() == 6 ? 1 : 2);
      for (std::size_t i = 0; i + loop.size() <= n; ++i) {
        if (base[i] == loop[0] && std::equal(loop.begin() + 1, loop.end(), base + i + 1))
          found[i] = static_cast<std::int16_t>(k);
      }
    }
  }

  std::vector<std::vector<Base>> loops_;
  std::vector<Base> bases_;
  std::vector<Value> hairpin_length_;
  std::vector<std::int16_t> special_;
};

/// The positions of `s` that can pair with each base; `positions` keeps them.
inline Partners list_partners(const Strand<Energy>& s, std::vector<int>& positions) {
  const std::size_t n = s.length;
  positions.resize(kBaseCount * n);
  Partners partners;
  for (int b = 0; b < kBaseCount; ++b) {
    int* list = positions.data() + b * n;
    int count = 0;
    for (int j = 0; j < s.length; ++j) {
      if (kPairTypes[b][s.base[j]] != kNoPair) list[count++] = j;
    }
    partners.position[b] = list;
    partners.count[b] = count;
  }
  return partners;
}

/// The interior rows (fill.h) of a model; `scale(k)` multiplies a Boltzmann factor for k nucleotides.
template <class Model, class Scale>
InteriorRows<typename Model::Value> interior_rows(const Model& m, typename Model::Value impossible, Scale scale) {
  InteriorRows<typename Model::Value> rows;
  for (int u5 = 0; u5 < kSideRows; ++u5) {
    for (auto& value : rows.row[u5]) value = impossible;
    for (int u3 = 0; u5 + u3 <= kMaxInteriorLoop; ++u3) {
      auto& value = rows.row[u5][kMaxInteriorLoop - u5 - u3];
      if (u5 == 0) {
        if (u3 >= 2) value = scale(length_term(m, m.tables.bulge, u3), u3 + 2);
      } else if (u5 == 1) {
        if (u3 >= 3) value = scale(interior_length(m, 1, u3), u3 + 3);
      } else if (u3 >= 2 && u5 + u3 >= 6) {
        value = scale(interior_length(m, u5, u3), u5 + u3 + 2);
      }
    }
  }
  for (int u5 = 0; u5 < kRingRows; ++u5) {
    rows.bulge_column[u5] = u5 >= 2 && u5 <= kMaxInteriorLoop ? rows.row[0][kMaxInteriorLoop - u5] : impossible;
    rows.one_n_column[u5] = u5 >= 3 && u5 < kMaxInteriorLoop ? rows.row[1][kMaxInteriorLoop - 1 - u5] : impossible;
  }
  return rows;
}

/// row[i] + j is the place of (i, j), i <= j, in a triangular table of n rows; row[n] + n is its size.
inline void triangular_rows(std::int64_t n, std::vector<std::int64_t>& row) {
  row.resize(static_cast<std::size_t>(n) + 1);
  std::int64_t begin = 0;
  for (std::int64_t i = 0; i <= n; ++i) {
    row[i] = begin - i;
    begin += n - i;
  }
}

/// Size of a triangular table for n nucleotides, with the readable tail.
inline std::size_t triangular_size(std::int64_t n) { return static_cast<std::size_t>(n * (n + 1) / 2 + kRowTail); }

}  // namespace stemloop
