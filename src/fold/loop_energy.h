// Every loop of the nearest-neighbour model, written once for energies (EnergyModel) and Boltzmann factors
// (BoltzmannModel). `m.times(a, b)` joins contributions: a sum of energies or a product of factors.
// Functions have internal linkage and are always inlined: fill kernels are compiled once per instruction set.
#pragma once

#include "fold/model.h"

#define STEMLOOP_INLINE [[gnu::always_inline, maybe_unused]] static inline

namespace stemloop {

/// A sequence as the loop functions see it. Bases have a readable N (0) before the first and behind the last.
template <class Value>
struct Strand {
  const Base* base = nullptr;  // base[-1] and base[length] are kBaseN
  int length = 0;
  const Value* hairpin_length = nullptr;  // by unpaired bases, 0..length
  const std::int16_t* special = nullptr;  // [3][length]: index of the special loop of 3, 4, 6 bases closed at i, or -1
  const Value* special_value = nullptr;   // by that index
};

template <class Model, class... Rest>
STEMLOOP_INLINE typename Model::Value product(const Model& m, typename Model::Value a, Rest... rest) {
  if constexpr (sizeof...(rest) == 0) {
    return a;
  } else {
    return m.times(a, product(m, rest...));
  }
}

/// End of a stem: nothing for CG and GC, the terminal AU/GU contribution otherwise.
template <class Model>
STEMLOOP_INLINE typename Model::Value stem_end(const Model& m, PairType pair) {
  return pair > 2 ? m.tables.terminal_au : m.one();
}

///        ( . . . )      hairpin loop closed by (i, j); three bases take no mismatch, special loops are measured whole
///        i       j
template <class Model>
STEMLOOP_INLINE typename Model::Value hairpin_loop(const Model& m, const Strand<typename Model::Value>& s, int i,
                                                   int j) {
  const int unpaired = j - i - 1;
  const PairType pair = kPairTypes[s.base[i]][s.base[j]];
  if (unpaired == 3 || unpaired == 4 || unpaired == 6) {
    const int row = unpaired == 3 ? 0 : unpaired == 4 ? 1 : 2;
    const int special = s.special[row * s.length + i];
    if (special >= 0) return s.special_value[special];
  }
  const auto length = s.hairpin_length[unpaired];
  if (unpaired == 3) return product(m, length, stem_end(m, pair));
  return product(m, length, m.tables.mismatch_hairpin[pair][s.base[i + 1]][s.base[j - 1]]);
}

/// Length term of a bulge or interior loop (by its table) of `unpaired` bases; beyond the table it grows with ln.
template <class Model>
STEMLOOP_INLINE typename Model::Value length_term(const Model& m, const typename Model::Value* table, int unpaired) {
  if (unpaired < kTabulatedLoops) return table[unpaired];
  return product(m, table[kTabulatedLoops - 1], m.beyond_table(unpaired));
}

/// Length and asymmetry of an interior loop with u5 and u3 unpaired bases, both at least 1.
template <class Model>
STEMLOOP_INLINE typename Model::Value interior_length(const Model& m, int u5, int u3) {
  return product(m, length_term(m, m.tables.interior, u5 + u3), m.asymmetry(u5 > u3 ? u5 - u3 : u3 - u5));
}

///        ( . . ( ... ) . )    stack, bulge or interior loop: (i, j) closes, (p, q) is inside,
///        i     p     q   j    u5 = p-i-1 and u3 = j-q-1 unpaired bases
template <class Model>
STEMLOOP_INLINE typename Model::Value interior_loop(const Model& m, const Base* base, int i, int j, int p, int q) {
  const auto& t = m.tables;
  const int u5 = p - i - 1;
  const int u3 = j - q - 1;
  const PairType outer = kPairTypes[base[i]][base[j]];
  const PairType inner = kPairTypes[base[q]][base[p]];  // read from inside the loop
  if (u5 == 0 && u3 == 0) return t.stack[outer][inner];
  if (u5 == 0 || u3 == 0) {
    const int u = u5 + u3;
    if (u == 1) return product(m, t.bulge[1], t.stack[outer][inner]);
    return product(m, length_term(m, t.bulge, u), stem_end(m, outer), stem_end(m, inner));
  }
  const Base outer5 = base[i + 1];
  const Base outer3 = base[j - 1];
  const Base inner5 = base[p - 1];
  const Base inner3 = base[q + 1];
  if (u5 == 1 && u3 == 1) return t.int11[outer][inner][outer5][outer3];
  if (u5 == 1 && u3 == 2) return t.int21[outer][inner][outer5][inner3][outer3];
  if (u5 == 2 && u3 == 1) return t.int21[inner][outer][inner3][outer5][inner5];
  if (u5 == 2 && u3 == 2) return t.int22[outer][inner][outer5][inner5][inner3][outer3];
  const auto length = interior_length(m, u5, u3);
  if (u5 == 1 || u3 == 1) {
    return product(m, length, t.mismatch_interior_1n[outer][outer5][outer3],
                   t.mismatch_interior_1n[inner][inner3][inner5]);
  }
  if (u5 + u3 == 5) {
    return product(m, length, t.mismatch_interior_23[outer][outer5][outer3],
                   t.mismatch_interior_23[inner][inner3][inner5]);
  }
  return product(m, length, t.mismatch_interior[outer][outer5][outer3], t.mismatch_interior[inner][inner3][inner5]);
}

/// A stem of a multiloop: `before` and `behind` are its neighbours along the strand (seen from inside the multiloop).
template <class Model>
STEMLOOP_INLINE typename Model::Value multi_stem(const Model& m, PairType pair, Base before, Base behind) {
  return product(m, m.tables.multi_stem, m.tables.mismatch_multi[pair][before][behind], stem_end(m, pair));
}

/// The pair (i, j) that closes a multiloop: the loop's opening cost and (i, j) as a stem seen from inside.
template <class Model>
STEMLOOP_INLINE typename Model::Value multi_closing(const Model& m, const Base* base, int i, int j) {
  const PairType inside = kPairTypes[base[j]][base[i]];
  return product(m, m.tables.multi_closing, multi_stem(m, inside, base[j - 1], base[i + 1]));
}

/// A stem (i, j) of the exterior loop of a sequence of `length` bases.
template <class Model>
STEMLOOP_INLINE typename Model::Value exterior_stem(const Model& m, const Base* base, int length, int i, int j) {
  const PairType pair = kPairTypes[base[i]][base[j]];
  const bool before = i > 0;
  const bool behind = j + 1 < length;
  auto neighbours = m.one();
  if (before && behind) {
    neighbours = m.tables.mismatch_exterior[pair][base[i - 1]][base[j + 1]];
  } else if (before) {
    neighbours = m.tables.dangle5[pair][base[i - 1]];
  } else if (behind) {
    neighbours = m.tables.dangle3[pair][base[j + 1]];
  }
  return product(m, neighbours, stem_end(m, pair));
}

}  // namespace stemloop
