#include "fold/structure_terms.h"

#include <algorithm>

#include "fold/loop_energy.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr int kLongestSpecial = 8;  // six unpaired bases and their pair

std::uint32_t loop_key(const Base* first, int count) {
  std::uint32_t key = 1;
  for (int k = 0; k < count; ++k) key = key << 3U | first[k];
  return key;
}

void add_loop(const EnergyModel& model, const std::vector<int>& pairs, int i, StructureTerms& result) {
  using Kind = EnergyTerm::Kind;
  const int j = pairs[static_cast<std::size_t>(i)];
  std::vector<int> stems;  // first bases of the stems inside
  int unpaired = 0;
  for (int k = i + 1; k < j; ++k) {
    const int partner = pairs[static_cast<std::size_t>(k)];
    if (partner < 0) {
      ++unpaired;
      continue;
    }
    stems.push_back(k);
    k = partner;
  }
  if (stems.empty()) {
    require(unpaired >= kMinHairpinLoop, "the hairpin loop closed by positions {} and {} has fewer than {} bases",
            i + 1, j + 1, kMinHairpinLoop);
    result.terms.push_back({Kind::kHairpin, i, j});
  } else if (stems.size() == 1) {
    result.terms.push_back({Kind::kInterior, i, j, stems[0], pairs[static_cast<std::size_t>(stems[0])]});
  } else {
    result.terms.push_back({Kind::kMultiClosing, i, j});
    for (const int k : stems) result.terms.push_back({Kind::kMultiStem, k, pairs[static_cast<std::size_t>(k)]});
    result.constant += unpaired * model.tables.multi_unpaired;
  }
}

}  // namespace

StructureTerms structure_terms(const EnergyModel& model, std::string_view structure) {
  StructureTerms result;
  const std::vector<int> pairs = pair_table(structure);
  int outside = 0;  // positions before it lie in a stem that has been listed
  for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
    const int j = pairs[static_cast<std::size_t>(i)];
    if (j <= i) continue;
    if (i >= outside) {
      result.terms.push_back({EnergyTerm::Kind::kExteriorStem, i, j});
      outside = j + 1;
    }
    add_loop(model, pairs, i, result);
  }
  std::sort(result.terms.begin(), result.terms.end());
  return result;
}

std::vector<int> positions_of(const EnergyTerm& term, int length) {
  const auto [kind, i, j, p, q] = term;
  std::vector<int> positions;
  switch (kind) {
    case EnergyTerm::Kind::kHairpin: {
      const int unpaired = j - i - 1;
      positions = {i, i + 1, j - 1, j};
      if (unpaired == 3 || unpaired == 4 || unpaired == 6) {
        for (int k = i + 2; k < j - 1; ++k) positions.push_back(k);
      }
      break;
    }
    case EnergyTerm::Kind::kInterior:
      positions = {i, j, p, q};
      if (p > i + 1) positions.insert(positions.end(), {i + 1, p - 1});
      if (j > q + 1) positions.insert(positions.end(), {j - 1, q + 1});
      break;
    case EnergyTerm::Kind::kMultiClosing:
      positions = {i, j, i + 1, j - 1};
      break;
    case EnergyTerm::Kind::kMultiStem:
    case EnergyTerm::Kind::kExteriorStem:
      positions = {i, j};
      if (i > 0) positions.push_back(i - 1);
      if (j + 1 < length) positions.push_back(j + 1);
      break;
  }
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

TermEnergies::TermEnergies(const EnergyModel& model) : model_(&model) {
  for (std::size_t k = 0; k < model.special_loops.size(); ++k) {
    const std::string& loop = model.special_loops[k];
    if (loop.size() > kLongestSpecial) continue;
    Base codes[kLongestSpecial];
    for (std::size_t c = 0; c < loop.size(); ++c) codes[c] = base_code(loop[c]);
    special_.try_emplace(loop_key(codes, static_cast<int>(loop.size())), model.special[k]);  // the first one counts
  }
}

Energy TermEnergies::hairpin(const EnergyTerm& term, const Base* base) const {
  const auto& t = model_->tables;
  const int i = term.i;
  const int j = term.j;
  const int unpaired = j - i - 1;
  if (unpaired == 3 || unpaired == 4 || unpaired == 6) {
    const auto found = special_.find(loop_key(base + i, unpaired + 2));
    if (found != special_.end()) return found->second;
  }
  const PairType pair = kPairTypes[base[i]][base[j]];
  const Energy length = length_term(*model_, t.hairpin, unpaired);
  if (unpaired == 3) return length + stem_end(*model_, pair);
  return length + t.mismatch_hairpin[pair][base[i + 1]][base[j - 1]];
}

Energy TermEnergies::operator()(const EnergyTerm& term, const Base* base, int length) const {
  const auto [kind, i, j, p, q] = term;
  const PairType pair = kPairTypes[base[i]][base[j]];
  if (pair == kNoPair) return kImpossible;
  switch (kind) {
    case EnergyTerm::Kind::kHairpin:
      return hairpin(term, base);
    case EnergyTerm::Kind::kInterior:
      if (kPairTypes[base[p]][base[q]] == kNoPair) return kImpossible;
      return interior_loop(*model_, base, i, j, p, q);
    case EnergyTerm::Kind::kMultiClosing:
      return multi_closing(*model_, base, i, j);
    case EnergyTerm::Kind::kMultiStem:
      return multi_stem(*model_, pair, base[i - 1], base[j + 1]);
    case EnergyTerm::Kind::kExteriorStem:
      return exterior_stem(*model_, base, length, i, j);
  }
  return kImpossible;
}

}  // namespace stemloop
