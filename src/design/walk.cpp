#include "design/walk.h"

#include <algorithm>
#include <cmath>

namespace stemloop {

namespace {

constexpr std::size_t kMostRivals = 256;
constexpr double kDefectsFirst = 0.7;  // share of steps at a defect

int is_gc(Base base) { return base == kBaseC || base == kBaseG ? 1 : 0; }

}  // namespace

Walk::Walk(const DesignTarget& target, const NaturalModel& natural, const EnergyModel& energy, double kt,
           const StartLetters* start)
    : target_(target), kt_(kt), cost_(target, natural, start), rivals_(energy, target, kt, kMostRivals) {}

std::string Walk::text() const {
  std::string text;
  for (int k = 0; k < target_.length(); ++k) text += "NACGU"[letters()[k]];
  return text;
}

std::vector<Base> Walk::copy() const { return {letters(), letters() + target_.length()}; }

void Walk::set(const AttemptOptions& how, int chain) {
  how_ = how;
  cost_.set_chain(chain);
  cost_.set_plain(how.plain_weight);
  rivals_.set_broken(how.broken);
}

void Walk::set_letters(const std::vector<Base>& letters) {
  rivals_.set_letters(letters);
  gc_ = 0;
  for (const Base base : letters) gc_ += is_gc(base);
}

void Walk::steps(int count, Random& random) {
  anchor_ = copy();
  for (int k = 0; k < count; ++k) step(random);
}

void Walk::step(Random& random) {
  int position = random.uniform() < kDefectsFirst ? rivals_.defect(random) : -1;
  if (position < 0) position = static_cast<int>(random.below(static_cast<std::uint64_t>(target_.length())));
  const int partner = target_.pairs[static_cast<std::size_t>(position)];
  const int first = partner < 0 ? position : std::min(position, partner);
  const int second = partner < 0 ? -1 : std::max(position, partner);
  const Base old_first = rivals_.letter(first);
  const Base old_second = second < 0 ? kBaseN : rivals_.letter(second);
  BasePair choice[6];
  std::uint64_t choices = 0;
  if (second < 0) {
    for (Base base = kBaseA; base <= kBaseU; ++base) {
      if (base != old_first && allows(target_.allowed[static_cast<std::size_t>(first)], base))
        choice[choices++] = {base, kBaseN};
    }
  } else {
    for (const BasePair& pair : kBasePairs) {
      if ((pair.five != old_first || pair.three != old_second) &&
          allows(target_.allowed[static_cast<std::size_t>(first)], pair.five) &&
          allows(target_.allowed[static_cast<std::size_t>(second)], pair.three))
        choice[choices++] = pair;
    }
  }
  if (choices == 0) return;
  const BasePair pick = choice[random.below(choices)];
  const int gc = gc_ + is_gc(pick.five) + is_gc(pick.three) - is_gc(old_first) - is_gc(old_second);
  const auto moved = [&](int at, Base base) {
    return at >= 0 && anchor_[static_cast<std::size_t>(at)] != base ? how_.stay : 0.0;
  };
  const double leaving =
      moved(first, pick.five) + moved(second, pick.three) - moved(first, old_first) - moved(second, old_second);
  const double before = cost_.around(letters(), first, second, how_.letters_weight) + cost_.gc_cost(gc_) +
                        structure_cost(rivals_.weight(), rivals_.target_energy());
  const double weight = rivals_.change(first, pick.five, second, pick.three);
  const double after = cost_.around(letters(), first, second, how_.letters_weight) + cost_.gc_cost(gc) +
                       structure_cost(weight, rivals_.trial_energy()) + leaving;
  if (after <= before || random.uniform() < std::exp(before - after)) {
    rivals_.keep();
    gc_ = gc;
  } else {
    rivals_.undo();
  }
}

double Walk::structure_cost(double weight, Energy energy) const {
  return how_.structure_weight * std::log1p(weight) + how_.energy_weight * energy / kt_;
}

void mend_pairs(const DesignTarget& target, std::vector<Base>& letters) {
  for (std::size_t k = 0; k < letters.size(); ++k) {
    if (allows(target.allowed[k], letters[k])) continue;
    for (Base base = kBaseA; base <= kBaseU; ++base) {
      if (allows(target.allowed[k], base)) letters[k] = base;
    }
  }
  for (const auto& [i, j] : target.chain) {
    if (kPairTypes[letters[i]][letters[j]] != kNoPair) continue;
    bool mended = false;
    for (const BasePair& pair : kBasePairs) {
      if (pair.five != letters[i] || !allows(target.allowed[j], pair.three)) continue;
      letters[j] = pair.three;
      mended = true;
      break;
    }
    for (const BasePair& pair : kBasePairs) {
      if (mended || !allows(target.allowed[i], pair.five) || !allows(target.allowed[j], pair.three)) continue;
      letters[i] = pair.five;
      letters[j] = pair.three;
      mended = true;
    }
  }
}

}  // namespace stemloop
