// The plain twin of local folding, and what both share: the choice among intervals.
#include <algorithm>

#include "fold/local_select.h"
#include "fold/strand.h"
#include "util/util.h"

namespace stemloop {

void check_local(const Model& model, const LocalOptions& o) {
  require(o.span >= 20 && o.span <= kMaxLocalSpan, "span {} is outside 20 to {}", o.span, kMaxLocalSpan);
  require(o.min_length >= kMinHairpinLoop + 2 && o.min_length <= o.span, "shortest stem-loop {} is outside {} to {}",
          o.min_length, kMinHairpinLoop + 2, o.span);
  require(o.length_cost >= 0 && o.length_cost <= 1000, "cost of a base {} is outside 0 to 1000", o.length_cost);
  require(!model.energy.options.no_lonely_pairs, "local folding knows no lonely pairs to forbid");
}

std::vector<BestInterval> undominated(const std::vector<BestInterval>& best, const LocalOptions& options) {
  std::vector<BestInterval> told;
  const int places = static_cast<int>(best.size());
  for (int s = 0; s < places; ++s) {
    const BestInterval& a = best[s];
    if (a.end == 0 || a.score > options.bound) continue;
    bool dominated = false;
    // Loops of [begin, end) have sums of 2 begin to 2 end.
    for (int other = 2 * a.begin; other < std::min(places, 2 * a.end) && !dominated; ++other) {
      const BestInterval& b = best[other];
      if (other == s || b.end == 0 || b.score > options.bound || !b.better_than(a)) continue;
      const int overlap = std::min(a.end, b.end) - std::max(a.begin, b.begin);
      dominated = 2 * overlap > std::min(a.end - a.begin, b.end - b.begin);
    }
    if (!dominated) told.push_back(a);
  }
  return told;
}

namespace {

/// c of every interval, with the structure that explains it; packed as in local_select.h.
class PlainTable {
 public:
  PlainTable(const EnergyModel& m, const Strand<Energy>& s, int span)
      : m_(m), s_(s), span_(span), c_(static_cast<std::size_t>(s.length) * span, kNoStemLoop) {
    for (int i = s.length - 1; i >= 0; --i) {
      for (int j = i + kMinHairpinLoop + 1; j < std::min(s.length, i + span); ++j) fold(i, j);
    }
  }

  [[nodiscard]] Packed at(int i, int j) const { return c_[static_cast<std::size_t>(i) * span_ + (j - i)]; }

  /// Calls visit(p, q, packed value of (i, j) with (p, q) inside) for every interior loop.
  template <class Visit>
  void each_interior(int i, int j, Visit visit) const {
    for (int p = i + 1; p <= i + 1 + kMaxInteriorLoop && p < j; ++p) {
      for (int q = j - 1; q > p + kMinHairpinLoop && (p - i - 1) + (j - q - 1) <= kMaxInteriorLoop; --q) {
        if (at(p, q) >= kNoStemLoop) continue;
        if (!visit(p, q, at(p, q) + interior_loop(m_, s_.base, i, j, p, q) * kPlaces + 2 * (p - i))) return;
      }
    }
  }

  [[nodiscard]] Packed hairpin(int i, int j) const { return hairpin_loop(m_, s_, i, j) * kPlaces + (j - i); }

 private:
  void fold(int i, int j) {
    if (kPairTypes[s_.base[i]][s_.base[j]] == kNoPair) return;
    Packed best = hairpin(i, j);
    each_interior(i, j, [&best](int, int, Packed value) {
      best = std::min(best, value);
      return true;
    });
    c_[static_cast<std::size_t>(i) * span_ + (j - i)] = best;
  }

  const EnergyModel& m_;
  const Strand<Energy>& s_;
  int span_;
  std::vector<Packed> c_;
};

LocalStemLoop trace(const PlainTable& t, const BestInterval& best) {
  LocalStemLoop result{best.begin, best.end, best.begin, best.end - 1, 0, best.score, {}};
  result.structure.assign(static_cast<std::size_t>(best.end - best.begin), '.');
  int& i = result.loop_open;
  int& j = result.loop_close;
  result.energy = packed_energy(t.at(i, j));
  for (bool inside = true; inside;) {
    result.structure[i - best.begin] = '(';
    result.structure[j - best.begin] = ')';
    if (t.at(i, j) == t.hairpin(i, j)) break;
    inside = false;
    const Packed value = t.at(i, j);
    int p_inner = i;
    int q_inner = j;
    t.each_interior(i, j, [&](int p, int q, Packed with) {
      if (with != value) return true;
      p_inner = p;
      q_inner = q;
      inside = true;
      return false;
    });
    i = p_inner;
    j = q_inner;
  }
  return result;
}

}  // namespace

std::vector<LocalStemLoop> stem_loops_plain(const Model& model, const LocalOptions& options, std::string_view piece) {
  check_local(model, options);
  const EnergyModel& m = model.energy;
  StrandBuffer<EnergyModel> buffer;
  const Strand<Energy> s = buffer.prepare(m, piece);
  const PlainTable table(m, s, options.span);
  std::vector<BestInterval> best(2 * piece.size());
  for (int i = 0; i < s.length; ++i) {
    for (int j = i + options.min_length - 1; j < std::min(s.length, i + options.span); ++j) {
      const Packed value = table.at(i, j);
      if (value >= kNoStemLoop) continue;
      const Energy end = stem_end(m, kPairTypes[s.base[i]][s.base[j]]);
      const BestInterval interval{packed_energy(value) + end + options.length_cost * (j - i + 1), i, j + 1};
      BestInterval& kept = best[static_cast<std::size_t>(2 * i + packed_place(value))];
      if (interval.better_than(kept)) kept = interval;
    }
  }
  std::vector<LocalStemLoop> result;
  for (const BestInterval& interval : undominated(best, options)) result.push_back(trace(table, interval));
  return result;
}

}  // namespace stemloop
