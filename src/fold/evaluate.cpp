#include "fold/fold.h"
#include "fold/strand.h"
#include "util/util.h"

namespace stemloop {

namespace {

// First pair at or behind `from` and before `end`, -1 if none.
int next_pair(const std::vector<int>& pairs, int from, int end) {
  while (from < end && pairs[from] < from) ++from;
  return from < end ? from : -1;
}

void check_pairs(std::string_view sequence, const Strand<Energy>& s, const std::vector<int>& pairs) {
  for (int i = 0; i < s.length; ++i) {
    const int j = pairs[i];
    if (j <= i) continue;
    require(kPairTypes[s.base[i]][s.base[j]] != kNoPair, "positions {} and {} are paired but {} and {} cannot pair",
            i + 1, j + 1, sequence[i], sequence[j]);
    require(j - i - 1 >= kMinHairpinLoop || next_pair(pairs, i + 1, j) >= 0,
            "the hairpin loop closed by positions {} and {} has fewer than {} bases", i + 1, j + 1, kMinHairpinLoop);
  }
}

Loop loop_closed_by(const EnergyModel& m, const Strand<Energy>& s, const std::vector<int>& pairs, int i, int j) {
  Loop loop{Loop::Kind::kHairpin, i, j, -1, -1, 0};
  const int p = next_pair(pairs, i + 1, j);
  if (p < 0) {
    loop.energy = hairpin_loop(m, s, i, j);
    return loop;
  }
  const int q = pairs[p];
  if (next_pair(pairs, q + 1, j) < 0) {
    loop.kind = Loop::Kind::kInterior;
    loop.p = p;
    loop.q = q;
    loop.energy = interior_loop(m, s.base, i, j, p, q);
    return loop;
  }
  loop.kind = Loop::Kind::kMulti;
  loop.energy = multi_closing(m, s.base, i, j);
  int unpaired = j - i - 1;
  for (int k = p; k >= 0; k = next_pair(pairs, pairs[k] + 1, j)) {
    const int l = pairs[k];
    loop.energy += multi_stem(m, kPairTypes[s.base[k]][s.base[l]], s.base[k - 1], s.base[l + 1]);
    unpaired -= l - k + 1;
  }
  loop.energy += unpaired * m.tables.multi_unpaired;
  return loop;
}

}  // namespace

Evaluation evaluate(const EnergyModel& model, std::string_view sequence, std::string_view structure) {
  require(structure.size() == sequence.size(), "the structure has {} characters but the sequence has {} letters",
          structure.size(), sequence.size());
  StrandBuffer<EnergyModel> buffer;
  const Strand<Energy> s = buffer.prepare(model, sequence);
  const std::vector<int> pairs = pair_table(structure);
  check_pairs(sequence, s, pairs);
  Evaluation result;
  Loop exterior;
  for (int i = next_pair(pairs, 0, s.length); i >= 0; i = next_pair(pairs, pairs[i] + 1, s.length)) {
    exterior.energy += exterior_stem(model, s.base, s.length, i, pairs[i]);
  }
  result.loops.push_back(exterior);
  for (int i = 0; i < s.length; ++i) {
    if (pairs[i] > i) result.loops.push_back(loop_closed_by(model, s, pairs, i, pairs[i]));
  }
  for (const Loop& loop : result.loops) result.energy += loop.energy;
  return result;
}

}  // namespace stemloop
