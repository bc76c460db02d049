#include "design/rivals.h"

#include <algorithm>
#include <cmath>

namespace stemloop {

Rivals::Rivals(const EnergyModel& model, const DesignTarget& target, double kt, std::size_t most)
    : model_(&model),
      energies_(model),
      length_(target.length()),
      kt_(kt),
      most_(most),
      base_(static_cast<std::size_t>(length_) + 2, kBaseN),
      target_(structure_terms(model, target.structure)),
      target_structure_(target.structure),
      at_position_(static_cast<std::size_t>(length_)) {
  for (const EnergyTerm& term : target_.terms) terms_[static_cast<std::size_t>(term_id(term))].in_target = 1;
}

double Rivals::factor(Energy gap) const { return std::exp(-gap / kt_); }

int Rivals::term_id(const EnergyTerm& term) {
  const auto [at, fresh] = ids_.try_emplace(term, static_cast<int>(terms_.size()));
  if (fresh) {
    terms_.push_back({term, energy_of(term), 0, {}});
    term_stamp_.push_back(0);
    for (const int position : positions_of(term, length_))
      at_position_[static_cast<std::size_t>(position)].push_back(at->second);
  }
  return at->second;
}

void Rivals::refresh(Rival& rival) const {
  rival.gap = rival.constant;
  for (const auto& [term, sign] : rival.terms) rival.gap += sign * terms_[static_cast<std::size_t>(term)].energy;
  rival.weight = factor(rival.gap);
}

void Rivals::set_letters(const std::vector<Base>& letters) {
  std::copy(letters.begin(), letters.end(), base_.begin() + 1);
  refresh_all();
}

void Rivals::set_broken(Energy broken) {
  broken_ = broken;
  refresh_all();
}

void Rivals::refresh_all() {
  target_energy_ = target_.constant;
  for (Term& term : terms_) {
    term.energy = energy_of(term.term);
    target_energy_ += term.in_target * term.energy;
  }
  weight_ = 0;
  for (Rival& rival : rivals_) {
    refresh(rival);
    weight_ += rival.weight;
  }
}

bool Rivals::add(const std::string& structure) {
  if (structure == target_structure_ || !known_.insert(structure).second) return false;
  if (rivals_.size() >= most_) prune();
  const StructureTerms other = structure_terms(*model_, structure);
  Rival rival;
  rival.structure = structure;
  rival.constant = other.constant - target_.constant;
  std::vector<EnergyTerm> own, missing;
  std::set_difference(other.terms.begin(), other.terms.end(), target_.terms.begin(), target_.terms.end(),
                      std::back_inserter(own));
  std::set_difference(target_.terms.begin(), target_.terms.end(), other.terms.begin(), other.terms.end(),
                      std::back_inserter(missing));
  for (const EnergyTerm& term : own) rival.terms.emplace_back(term_id(term), 1);
  for (const EnergyTerm& term : missing) rival.terms.emplace_back(term_id(term), -1);
  const int index = static_cast<int>(rivals_.size());
  for (const auto& [term, sign] : rival.terms) {
    Term& t = terms_[static_cast<std::size_t>(term)];
    t.rivals.push_back({index, sign});
    for (const int position : positions_of(t.term, length_)) rival.positions.push_back(position);
  }
  std::sort(rival.positions.begin(), rival.positions.end());
  rival.positions.erase(std::unique(rival.positions.begin(), rival.positions.end()), rival.positions.end());
  refresh(rival);
  weight_ += rival.weight;
  rivals_.push_back(std::move(rival));
  rival_stamp_.push_back(0);
  rival_delta_.push_back(0);
  return true;
}

// Keeps the half that comes nearest; what is dropped may come again.
void Rivals::prune() {
  std::vector<std::size_t> order(rivals_.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rivals_[a].gap < rivals_[b].gap; });
  order.resize(most_ / 2);
  std::sort(order.begin(), order.end());
  std::vector<std::string> kept;
  kept.reserve(order.size());
  for (const std::size_t k : order) kept.push_back(rivals_[k].structure);
  rivals_.clear();
  known_.clear();
  ids_.clear();
  terms_.clear();
  term_stamp_.clear();
  rival_stamp_.clear();
  rival_delta_.clear();
  for (auto& list : at_position_) list.clear();
  weight_ = 0;
  for (const EnergyTerm& term : target_.terms) terms_[static_cast<std::size_t>(term_id(term))].in_target = 1;
  for (const std::string& structure : kept) add(structure);
}

Energy Rivals::least_gap() const {
  Energy least = TermEnergies::kImpossible;
  for (const Rival& rival : rivals_) least = std::min(least, rival.gap);
  return least;
}

std::vector<std::string> Rivals::structures() const {
  std::vector<std::string> all;
  for (const Rival& rival : rivals_) all.push_back(rival.structure);
  return all;
}

double Rivals::change(int first, Base first_base, int second, Base second_base) {
  const int positions[2] = {first, second};
  const Base bases[2] = {first_base, second_base};
  trial_terms_.clear();
  trial_rivals_.clear();
  trial_target_ = target_energy_;
  ++stamp_;
  for (int k = 0; k < 2; ++k) {
    trial_position_[k] = positions[k];
    if (positions[k] < 0) continue;
    Base& base = base_[static_cast<std::size_t>(positions[k]) + 1];
    trial_base_[k] = base;
    base = bases[k];
  }
  for (const int position : positions) {
    if (position < 0) continue;
    for (const int id : at_position_[static_cast<std::size_t>(position)]) {
      if (term_stamp_[static_cast<std::size_t>(id)] == stamp_) continue;
      term_stamp_[static_cast<std::size_t>(id)] = stamp_;
      Term& term = terms_[static_cast<std::size_t>(id)];
      const Energy energy = energy_of(term.term);
      const Energy delta = energy - term.energy;
      if (delta == 0) continue;
      trial_terms_.push_back({id, energy});
      trial_target_ += term.in_target * delta;
      for (const Difference& d : term.rivals) {
        if (rival_stamp_[static_cast<std::size_t>(d.rival)] != stamp_) {
          rival_stamp_[static_cast<std::size_t>(d.rival)] = stamp_;
          rival_delta_[static_cast<std::size_t>(d.rival)] = 0;
          trial_rivals_.push_back({d.rival, 0});
        }
        rival_delta_[static_cast<std::size_t>(d.rival)] += d.sign * delta;
      }
    }
  }
  trial_weight_ = weight_;
  for (Changed& changed : trial_rivals_) {
    const Rival& rival = rivals_[static_cast<std::size_t>(changed.index)];
    changed.energy = rival.gap + rival_delta_[static_cast<std::size_t>(changed.index)];
    trial_weight_ += factor(changed.energy) - rival.weight;
  }
  if (trial_weight_ < 0) trial_weight_ = 0;
  return trial_weight_;
}

void Rivals::keep() {
  for (const Changed& changed : trial_terms_) terms_[static_cast<std::size_t>(changed.index)].energy = changed.energy;
  for (const Changed& changed : trial_rivals_) {
    Rival& rival = rivals_[static_cast<std::size_t>(changed.index)];
    rival.gap = changed.energy;
    rival.weight = factor(rival.gap);
  }
  target_energy_ = trial_target_;
  // A sum kept up to date by differences loses its small parts next to a large one: it is taken anew.
  weight_ = 0;
  for (const Rival& rival : rivals_) weight_ += rival.weight;
}

void Rivals::undo() {
  for (int k = 0; k < 2; ++k) {
    if (trial_position_[k] >= 0) base_[static_cast<std::size_t>(trial_position_[k]) + 1] = trial_base_[k];
  }
}

int Rivals::defect(Random& random) const {
  double rest = random.uniform() * weight_;
  const Rival* chosen = nullptr;
  for (const Rival& rival : rivals_) {
    if (rival.weight <= 0) continue;
    chosen = &rival;
    rest -= rival.weight;
    if (rest < 0) break;
  }
  if (chosen == nullptr || chosen->positions.empty()) return -1;
  return chosen->positions[random.below(chosen->positions.size())];
}

}  // namespace stemloop
