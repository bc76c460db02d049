#include "design/explain.h"

#include <algorithm>

namespace stemloop {

namespace {

struct RivalTerms {
  std::string structure;
  std::vector<EnergyTerm> own, missing;  // of the rival alone, of the target alone
  Energy constant = 0;
};

// Tries all letters at the positions that the motif's loops depend on.
class Motif {
 public:
  Motif(const EnergyModel& model, const DesignTarget& target, std::size_t first, std::size_t last)
      : energies_(model), target_(target), base_(target.structure.size() + 2, kBaseA) {
    base_.front() = base_.back() = kBaseN;
    const StructureTerms whole = structure_terms(model, target.structure);
    const std::size_t count = last - first + 1;
    for (unsigned removed = 1; removed < 1U << count; ++removed) {
      std::string structure = target.structure;
      for (std::size_t k = 0; k < count; ++k) {
        if ((removed >> k & 1U) == 0) continue;
        structure[static_cast<std::size_t>(target.chain[first + k].first)] = '.';
        structure[static_cast<std::size_t>(target.chain[first + k].second)] = '.';
      }
      add_rival(model, whole, structure);
    }
    list_positions();
  }

  [[nodiscard]] double assignments() const {
    double product = 1;
    for (const auto& options : options_) product *= static_cast<double>(options.size());
    return product;
  }

  // The least by which the target loses; at or below 0 there are letters with which it does not.
  Energy least_deficit() {
    deficit_ = TermEnergies::kImpossible;
    assign(0);
    return deficit_;
  }
  [[nodiscard]] const std::string& rival() const { return rivals_.front().structure; }

 private:
  void add_rival(const EnergyModel& model, const StructureTerms& whole, const std::string& structure) {
    if (structure.find('(') == std::string::npos) {
      rivals_.push_back({structure, {}, whole.terms, -whole.constant});
      return;
    }
    const StructureTerms other = structure_terms(model, structure);
    // A loop larger than folding forms is no rival.
    for (const EnergyTerm& term : other.terms) {
      if (term.kind == EnergyTerm::Kind::kInterior && term.p - term.i - 1 + term.j - term.q - 1 > kMaxInteriorLoop)
        return;
    }
    RivalTerms rival{structure, {}, {}, other.constant - whole.constant};
    std::set_difference(other.terms.begin(), other.terms.end(), whole.terms.begin(), whole.terms.end(),
                        std::back_inserter(rival.own));
    std::set_difference(whole.terms.begin(), whole.terms.end(), other.terms.begin(), other.terms.end(),
                        std::back_inserter(rival.missing));
    rivals_.push_back(std::move(rival));
  }

  // Pairs of the target are assigned together; other positions one by one.
  void list_positions() {
    std::vector<int> all;
    for (const RivalTerms& rival : rivals_) {
      for (const auto* terms : {&rival.own, &rival.missing}) {
        for (const EnergyTerm& term : *terms) {
          const auto positions = positions_of(term, target_.length());
          all.insert(all.end(), positions.begin(), positions.end());
        }
      }
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    for (const int position : all) {
      const int partner = target_.pairs[static_cast<std::size_t>(position)];
      if (partner >= 0 && partner < position && std::binary_search(all.begin(), all.end(), partner)) continue;
      const bool both = partner > position && std::binary_search(all.begin(), all.end(), partner);
      positions_.push_back({position, both ? partner : -1});
      std::vector<BasePair> options;
      if (both) {
        for (const BasePair& pair : kBasePairs) {
          if (allows(target_.allowed[static_cast<std::size_t>(position)], pair.five) &&
              allows(target_.allowed[static_cast<std::size_t>(partner)], pair.three))
            options.push_back(pair);
        }
      } else {
        for (const Base base : {kBaseG, kBaseA, kBaseC, kBaseU}) {
          if (allows(target_.allowed[static_cast<std::size_t>(position)], base)) options.push_back({base, kBaseN});
        }
      }
      options_.push_back(std::move(options));
    }
  }

  void assign(std::size_t at) {
    if (deficit_ <= 0) return;
    if (at == positions_.size()) {
      Energy worst = -TermEnergies::kImpossible;
      for (const RivalTerms& rival : rivals_) {
        Energy gap = rival.constant;  // E(rival) - E(target)
        for (const EnergyTerm& term : rival.own) gap += energies_(term, base_.data() + 1, target_.length());
        for (const EnergyTerm& term : rival.missing) gap -= energies_(term, base_.data() + 1, target_.length());
        worst = std::max(worst, -gap);
      }
      deficit_ = std::min(deficit_, worst);
      return;
    }
    for (const BasePair& option : options_[at]) {
      base_[static_cast<std::size_t>(positions_[at].first) + 1] = option.five;
      if (positions_[at].second >= 0) base_[static_cast<std::size_t>(positions_[at].second) + 1] = option.three;
      assign(at + 1);
    }
  }

  TermEnergies energies_;
  const DesignTarget& target_;
  std::vector<Base> base_;
  std::vector<RivalTerms> rivals_;
  std::vector<std::pair<int, int>> positions_;
  std::vector<std::vector<BasePair>> options_;
  Energy deficit_ = 0;
};

}  // namespace

std::string UndesignableMotif::text(const DesignTarget& target) const {
  const auto [i, j] = target.chain[static_cast<std::size_t>(first)];
  const auto [p, q] = target.chain[static_cast<std::size_t>(last)];
  const std::string what = first == last ? fmt::format("the base pair {}-{}", i + 1, j + 1)
                                         : fmt::format("the base pairs {}-{} and {}-{}", i + 1, j + 1, p + 1, q + 1);
  return fmt::format(
      "{} between the loops beside {}: for all letters the structure without {} is better, by {:.2f} "
      "kcal/mol or more",
      what, first == last ? "it" : "them", first == last ? "it" : "one or both", least_deficit / 100.0);
}

std::optional<UndesignableMotif> find_undesignable(const EnergyModel& model, const DesignTarget& target,
                                                   double budget) {
  for (std::size_t count = 1; count <= 2; ++count) {
    for (std::size_t first = 0; first + count <= target.chain.size(); ++first) {
      Motif motif(model, target, first, first + count - 1);
      if (motif.assignments() > budget) continue;
      const Energy deficit = motif.least_deficit();
      if (deficit <= 0 || deficit >= TermEnergies::kImpossible) continue;
      return UndesignableMotif{static_cast<int>(first), static_cast<int>(first + count - 1), deficit, motif.rival()};
    }
  }
  return std::nullopt;
}

}  // namespace stemloop
