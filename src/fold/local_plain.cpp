// The plain twin of local folding, and what both share: the choice among intervals.
#include <algorithm>

#include "fold/local_trace.h"
#include "fold/stacking.h"
#include "fold/strand.h"
#include "util/util.h"

namespace stemloop {

void check_local(const Model& model, const LocalOptions& o) {
  require(o.span >= 20 && o.span <= kMaxLocalSpan, "span {} is outside 20 to {}", o.span, kMaxLocalSpan);
  require(o.min_length >= kMinHairpinLoop + 2 && o.min_length <= o.span, "shortest stem-loop {} is outside {} to {}",
          o.min_length, kMinHairpinLoop + 2, o.span);
  require(o.length_cost >= 0 && o.length_cost <= 1000, "cost of a base {} is outside 0 to 1000", o.length_cost);
  require(o.rival_overlap >= 0 && o.rival_overlap <= 100, "rival overlap {} is outside 0 to 100", o.rival_overlap);
  require(o.least_stacking >= 0 && o.least_stacking <= kMostStacking, "least stacking score {} is outside 0 to {}",
          o.least_stacking, kMostStacking);
  require(!model.energy.options.no_lonely_pairs, "local folding knows no lonely pairs to forbid");
}

void choose(const std::vector<BestInterval>& best, const LocalOptions& options, int from, int to,
            std::vector<BestInterval>& chosen) {
  // Loops of [begin, end) have sums of 2 begin to 2 end.
  const int places = static_cast<int>(best.size());
  for (int s = 2 * from; s < std::min(places, 2 * (to + options.span)); ++s) {
    const BestInterval& a = best[s];
    if (a.end == 0 || a.begin < from || a.begin >= to || a.score > options.bound) continue;
    bool dominated = false;
    for (int other = 2 * a.begin; other < std::min(places, 2 * a.end) && !dominated; ++other) {
      const BestInterval& b = best[other];
      if (other == s || b.end == 0 || b.score > options.bound || !b.better_than(a)) continue;
      const int overlap = std::min(a.end, b.end) - std::max(a.begin, b.begin);
      dominated = 100 * overlap > options.rival_overlap * (std::max(a.end, b.end) - std::min(a.begin, b.begin));
    }
    if (!dominated) chosen.push_back(a);
  }
}

std::vector<LocalStemLoop> stem_loops_plain(const Model& model, const LocalOptions& options, std::string_view piece) {
  check_local(model, options);
  const EnergyModel& m = model.energy;
  StrandBuffer<EnergyModel> buffer;
  const Strand<Energy> s = buffer.prepare(m, piece);
  const int n = s.length;
  std::vector<Packed> c(piece.size() * options.span, kNoStemLoop);
  const auto place = [&](int i, int j) { return static_cast<std::size_t>(i) * options.span + (j - i); };
  const auto at = [&](int i, int j) { return c[place(i, j)]; };
  const std::vector<std::uint8_t> worth = stacking_plain(s.base, n, options.span, options.least_stacking);
  std::vector<BestInterval> best(2 * piece.size());
  for (int i = n - 1; i >= 0; --i) {
    for (int j = i + kMinHairpinLoop + 1; j < std::min(n, i + options.span); ++j) {
      const PairType pair = kPairTypes[s.base[i]][s.base[j]];
      if (pair == kNoPair || worth[place(i, j)] == 0) continue;
      Packed value = pack(hairpin_loop(m, s, i, j), j - i);
      each_interior(m, s.base, at, i, j, [&value](int, int, Packed with) {
        value = std::min(value, with);
        return true;
      });
      if (value >= kHopeless) continue;
      c[place(i, j)] = value;
      const int length = j - i + 1;
      if (length < options.min_length) continue;
      const BestInterval interval{packed_energy(value) + stem_end(m, pair) + options.length_cost * length, i, j + 1};
      BestInterval& kept = best[2 * i + packed_place(value)];
      if (interval.better_than(kept)) kept = interval;
    }
  }
  std::vector<BestInterval> chosen;
  choose(best, options, 0, n, chosen);
  std::vector<LocalStemLoop> result;
  result.reserve(chosen.size());
  for (const BestInterval& interval : chosen) result.push_back(trace(m, s, at, interval));
  return result;
}

}  // namespace stemloop
