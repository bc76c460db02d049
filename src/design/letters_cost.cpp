#include "design/letters_cost.h"

#include <algorithm>
#include <cmath>

#include "design/boosted.h"

namespace stemloop {

namespace {

constexpr double kGcCost = 4;     // of a letter beyond the range
constexpr double kMotifCost = 8;  // of a motif to avoid

bool stands_at(const std::vector<LetterMask>& motif, const Base* base, int at) {
  for (std::size_t k = 0; k < motif.size(); ++k) {
    if (!allows(motif[k], base[at + static_cast<int>(k)])) return false;
  }
  return true;
}

}  // namespace

LettersCost::LettersCost(const DesignTarget& target, const NaturalModel& natural, const StartLetters* start)
    : target_(target),
      natural_(natural),
      start_(start),
      boosted_(boosted_places(target)),
      sites_(natural_sites(target)) {
  sites_at_.resize(static_cast<std::size_t>(target.length()));
  for (std::size_t s = 0; s < sites_.size(); ++s) {
    for (int k = 0; k < sites_[s].count; ++k)
      sites_at_[static_cast<std::size_t>(sites_[s].position[static_cast<std::size_t>(k)])].push_back(
          static_cast<int>(s));
  }
  stamp_.assign(sites_.size(), 0);
}

double LettersCost::around(const Base* base, int first, int second, double letters_weight) {
  ++turn_;
  double logs = 0;
  double cost = 0;
  if (plain_weight_ > 0)
    cost += plain_weight_ * plain_cost(base, first, second, boosted_[static_cast<std::size_t>(first)] != 0);
  for (const int position : {first, second}) {
    if (position < 0) continue;
    for (const int s : sites_at_[static_cast<std::size_t>(position)]) {
      if (stamp_[static_cast<std::size_t>(s)] == turn_) continue;
      stamp_[static_cast<std::size_t>(s)] = turn_;
      logs += log_of(sites_[static_cast<std::size_t>(s)], base);
    }
    if (start_ != nullptr && start_->letters[static_cast<std::size_t>(position)] != kBaseN &&
        start_->letters[static_cast<std::size_t>(position)] != base[position])
      cost += start_->change_cost;
  }
  if (!target_.avoid.empty()) cost += kMotifCost * motifs_around(base, first, second);
  return cost - letters_weight * logs;
}

double LettersCost::gc_cost(int gc) const {
  if (target_.gc_low <= 0 && target_.gc_high >= 1) return 0;
  const double n = target_.length();
  const double beyond = std::max({0.0, target_.gc_low * n - gc, gc - target_.gc_high * n});
  return kGcCost * std::ceil(beyond - 1e-9);
}

bool LettersCost::as_asked(const Base* base, int gc) const {
  if (gc_cost(gc) > 0) return false;
  for (const auto& motif : target_.avoid) {
    for (int at = 0; at + static_cast<int>(motif.size()) <= target_.length(); ++at) {
      if (stands_at(motif, base, at)) return false;
    }
  }
  return true;
}

double LettersCost::log_of(const NaturalSite& site, const Base* base) const {
  std::size_t entry = 0;
  for (int k = 0; k < site.count; ++k) entry = entry << 2U | (base[site.position[static_cast<std::size_t>(k)]] - 1U);
  return natural_.table(chain_, site)[entry];
}

int LettersCost::motifs_around(const Base* base, int first, int second) const {
  int count = 0;
  for (const auto& motif : target_.avoid) {
    const int size = static_cast<int>(motif.size());
    for (int at = 0; at + size <= target_.length(); ++at) {
      const auto covers = [&](int position) { return position >= at && position < at + size; };
      if ((covers(first) || covers(second)) && stands_at(motif, base, at)) ++count;
    }
  }
  return count;
}

}  // namespace stemloop
