// The letters' side of what a step of the search costs: how unlike a natural precursor's they are, what breaks the
// range of GC or holds a motif to avoid, and what an edit changes.
#pragma once

#include <vector>

#include "design/natural_model.h"

namespace stemloop {

/// Letters to begin with, for edits: 0 where they are to be drawn; and what a change of one costs.
struct StartLetters {
  std::vector<Base> letters;
  double change_cost = 3;
};

class LettersCost {
 public:
  /// `start` may be nullptr. What is given must outlive it.
  LettersCost(const DesignTarget& target, const NaturalModel& natural, const StartLetters* start);

  [[nodiscard]] const std::vector<NaturalSite>& sites() const { return sites_; }
  void set_chain(int chain) { chain_ = chain; }
  /// What leaving the boosted letters costs (design/boosted.h).
  void set_plain(double weight) { plain_weight_ = weight; }

  /// The part of the cost that letters at these positions (second: -1 if there is one) take part in; differences of it
  /// are what a step changes.
  double around(const Base* base, int first, int second, double letters_weight);
  /// Of letters with so many G and C.
  [[nodiscard]] double gc_cost(int gc) const;
  /// Whether the range of GC is kept and no motif to avoid stands anywhere.
  [[nodiscard]] bool as_asked(const Base* base, int gc) const;

 private:
  [[nodiscard]] double log_of(const NaturalSite& site, const Base* base) const;
  [[nodiscard]] int motifs_around(const Base* base, int first, int second) const;

  const DesignTarget& target_;
  const NaturalModel& natural_;
  const StartLetters* start_;
  int chain_ = 0;
  double plain_weight_ = 0;
  std::vector<std::uint8_t> boosted_;
  std::vector<NaturalSite> sites_;
  std::vector<std::vector<int>> sites_at_;
  std::vector<unsigned> stamp_;
  unsigned turn_ = 0;
};

}  // namespace stemloop
