// What the plain twin and the fast version of local folding share besides loop energies: the choice among intervals and
// the trace of a structure. Private to fold/.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "fold/local_fill.h"

namespace stemloop {

inline Packed pack(Energy energy, int place) { return std::min(energy, kHopeless >> kPlaceBits) * kPlaces + place; }

/// Error if an option is outside its range or the model forbids lonely pairs.
void check_local(const Model& model, const LocalOptions& options);

/// Appends the stem-loops that begin at [from, to): the best of their hairpins, and no better one beside them.
/// `best[s]` with `end` = 0 has none; entries of loops from `from` on are final.
void choose(const std::vector<BestInterval>& best, const LocalOptions& options, int from, int to,
            std::vector<BestInterval>& chosen);

/// Calls visit(p, q, value of (i, j) with (p, q) inside) for every interior loop until it answers false; `at(p, q)` is
/// a packed value.
template <class At, class Visit>
void each_interior(const EnergyModel& m, const Base* base, At at, int i, int j, Visit visit) {
  for (int p = i + 1; p <= i + 1 + kMaxInteriorLoop && p < j; ++p) {
    for (int q = j - 1; q > p + kMinHairpinLoop && (p - i - 1) + (j - q - 1) <= kMaxInteriorLoop; --q) {
      if (at(p, q) >= kNoStemLoop) continue;
      if (!visit(p, q, at(p, q) + pack(interior_loop(m, base, i, j, p, q), 2 * (p - i)))) return;
    }
  }
}

/// The structure of an interval: the loop that explains its value, outermost pair first; a hairpin loop before others.
template <class At>
LocalStemLoop trace(const EnergyModel& m, const Strand<Energy>& s, At at, const BestInterval& interval) {
  LocalStemLoop t{interval.begin, interval.end, interval.begin, interval.end - 1, 0, interval.score, {}};
  t.structure.assign(static_cast<std::size_t>(t.end - t.begin), '.');
  t.energy = packed_energy(at(t.begin, t.end - 1));
  for (;;) {
    const int i = t.loop_open;
    const int j = t.loop_close;
    t.structure[i - t.begin] = '(';
    t.structure[j - t.begin] = ')';
    if (at(i, j) == pack(hairpin_loop(m, s, i, j), j - i)) return t;
    each_interior(m, s.base, at, i, j, [&](int p, int q, Packed value) {
      if (value != at(i, j)) return true;
      t.loop_open = p;
      t.loop_close = q;
      return false;
    });
    if (t.loop_open == i) throw std::logic_error("local folding: the table does not explain its own energy");
  }
}

}  // namespace stemloop
