// Letters that walk: Metropolis steps within the structure asked for, against the rivals known. Inside of
// design/search.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "design/letters_cost.h"
#include "design/rivals.h"
#include "design/search.h"

namespace stemloop {

class Walk {
 public:
  /// `start` may be nullptr. What is given must outlive it.
  Walk(const DesignTarget& target, const NaturalModel& natural, const EnergyModel& energy, double kt,
       const StartLetters* start);

  [[nodiscard]] const Base* letters() const { return rivals_.letters(); }
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::vector<Base> copy() const;
  [[nodiscard]] bool as_asked() const { return cost_.as_asked(letters(), gc_); }
  [[nodiscard]] const std::vector<NaturalSite>& sites() const { return cost_.sites(); }
  [[nodiscard]] Rivals& rivals() { return rivals_; }

  /// How steps are weighed from now on, by which chain of the natural model.
  void set(const AttemptOptions& how, int chain);
  [[nodiscard]] const AttemptOptions& how() const { return how_; }
  void set_letters(const std::vector<Base>& letters);
  /// So many steps; letters that differ from those before the first cost AttemptOptions::stay.
  void steps(int count, Random& random);

 private:
  void step(Random& random);
  [[nodiscard]] double structure_cost(double weight, Energy energy) const;

  const DesignTarget& target_;
  double kt_;
  LettersCost cost_;
  Rivals rivals_;
  AttemptOptions how_;
  std::vector<Base> anchor_;
  int gc_ = 0;
};

/// Letters in which each that is not allowed, or whose pair cannot be, is another: of pairs the 3' letter if possible.
void mend_pairs(const DesignTarget& target, std::vector<Base>& letters);

}  // namespace stemloop
