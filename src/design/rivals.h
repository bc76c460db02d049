// Structures that compete with the one asked for, and by how much they lose or win while letters change. A rival is
// told from the target by the terms (fold/structure_terms.h) that only one of the two has, so that a change of letters
// costs the few terms it touches: about a microsecond, where folding anew costs a hundred.
//
// W = sum over rivals of exp(-(E_rival - E_target) / RT). If every structure were a rival, 1 / (1 + W) would be the
// probability of the target; with those known it is an upper bound.
#pragma once

#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "design/target.h"
#include "fold/fold.h"

namespace stemloop {

class Rivals {
 public:
  /// `kt` in 0.01 kcal/mol; `most` rivals are kept, those that come nearest.
  Rivals(const EnergyModel& model, const DesignTarget& target, double kt, std::size_t most);

  /// Replaces all letters (codes 1 to 4).
  void set_letters(const std::vector<Base>& letters);
  /// Adds a rival; false if it is known or the target itself.
  bool add(const std::string& structure);
  /// What a loop of a rival costs whose pair the letters do not form: little keeps such rivals in mind.
  void set_broken(Energy broken);

  [[nodiscard]] Base letter(int position) const { return base_[static_cast<std::size_t>(position) + 1]; }
  [[nodiscard]] const Base* letters() const { return base_.data() + 1; }
  [[nodiscard]] double weight() const { return weight_; }  // W
  [[nodiscard]] Energy target_energy() const { return target_energy_; }
  [[nodiscard]] std::size_t size() const { return rivals_.size(); }
  /// The energy by which the nearest rival loses; negative if it wins.
  [[nodiscard]] Energy least_gap() const;
  [[nodiscard]] std::vector<std::string> structures() const;

  /// Changes one or two letters as a trial and returns the new W; keep() or undo() must follow.
  double change(int first, Base first_base, int second = -1, Base second_base = kBaseN);
  /// The target's energy with the trial's letters.
  [[nodiscard]] Energy trial_energy() const { return trial_target_; }
  void keep();
  void undo();

  /// A position that tells a rival from the target, rivals drawn by their share of W; -1 if there is none.
  [[nodiscard]] int defect(Random& random) const;

 private:
  struct Difference {
    int rival;
    int sign;
  };
  struct Term {
    EnergyTerm term;
    Energy energy = 0;
    int in_target = 0;
    std::vector<Difference> rivals;
  };
  struct Rival {
    std::string structure;
    Energy gap = 0;
    double weight = 0;
    std::vector<std::pair<int, int>> terms;  // (term, sign)
    Energy constant = 0;
    std::vector<int> positions;  // that its own and the target's terms depend on
  };

  [[nodiscard]] Energy energy_of(const EnergyTerm& term) const {
    const Energy energy = energies_(term, letters(), length_);
    return energy >= TermEnergies::kImpossible ? broken_ : energy;
  }
  int term_id(const EnergyTerm& term);
  void refresh(Rival& rival) const;
  void refresh_all();
  void prune();
  [[nodiscard]] double factor(Energy gap) const;

  const EnergyModel* model_;
  TermEnergies energies_;
  int length_;
  double kt_;
  Energy broken_ = 150;
  std::size_t most_;
  std::vector<Base> base_;
  StructureTerms target_;
  std::string target_structure_;
  Energy target_energy_ = 0;
  double weight_ = 0;
  std::map<EnergyTerm, int> ids_;
  std::vector<Term> terms_;
  std::vector<std::vector<int>> at_position_;  // terms that depend on a position
  std::vector<Rival> rivals_;
  std::unordered_set<std::string> known_;

  // The trial under way.
  struct Changed {
    int index;
    Energy energy;
  };
  int trial_position_[2] = {-1, -1};
  Base trial_base_[2] = {kBaseN, kBaseN};
  std::vector<Changed> trial_terms_;
  std::vector<Changed> trial_rivals_;
  double trial_weight_ = 0;
  Energy trial_target_ = 0;
  std::vector<unsigned> term_stamp_, rival_stamp_;
  unsigned stamp_ = 0;
  std::vector<Energy> rival_delta_;
};

}  // namespace stemloop
