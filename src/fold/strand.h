// Owns what a Strand points to: base codes with a readable neighbour on both sides, hairpin length terms, special loops.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fold/fill.h"

namespace stemloop {

template <class Model>
class StrandBuffer {
 public:
  using Value = typename Model::Value;

  /// The strand of `sequence`; valid until the next call.
  Strand<Value> prepare(const Model& model, std::string_view sequence) {
    const int n = static_cast<int>(sequence.size());
    bases_.assign(sequence.size() + 2, kBaseN);
    for (int i = 0; i < n; ++i) bases_[i + 1] = base_code(sequence[i]);
    for (int length = static_cast<int>(hairpin_length_.size()); length <= n; ++length) {
      hairpin_length_.push_back(length_term(model, model.tables.hairpin, length));
    }
    find_special_loops(model, sequence);
    return {bases_.data() + 1, n, hairpin_length_.data(), special_.data(), model.special.data()};
  }

 private:
  void find_special_loops(const Model& model, std::string_view sequence) {
    const std::size_t n = sequence.size();
    special_.assign(3 * n, -1);
    for (std::size_t k = 0; k < model.special_loops.size(); ++k) {
      const std::string& loop = model.special_loops[k];
      const std::size_t row = loop.size() == 5 ? 0 : loop.size() == 6 ? 1 : 2;
      for (std::size_t i = 0; i + loop.size() <= n; ++i) {
        bool same = true;
        for (std::size_t at = 0; same && at < loop.size(); ++at) {
          same = bases_[i + at + 1] == base_code(loop[at]);
        }
        // The first of two entries for one loop counts, as in the file format's reference.
        if (same && special_[row * n + i] < 0) special_[row * n + i] = static_cast<std::int16_t>(k);
      }
    }
  }

  std::vector<Base> bases_;
  std::vector<Value> hairpin_length_;
  std::vector<std::int16_t> special_;
};

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
