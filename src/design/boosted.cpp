#include "design/boosted.h"

namespace stemloop {

namespace {

// The two unpaired letters that face each other beside a pair of a loop, 5' one first.
struct Mismatch {
  int five, three;
};

// Of every loop with unpaired letters on both sides, and of the terminal loop; two a loop of two sides.
std::vector<Mismatch> mismatches(const DesignTarget& target) {
  std::vector<Mismatch> all;
  for (std::size_t k = 0; k < target.chain.size(); ++k) {
    const auto [i, j] = target.chain[k];
    const bool last = k + 1 == target.chain.size();
    const auto [p, q] = last ? std::pair(j, i) : target.chain[k + 1];
    if (p - i < 2 || j - q < 2) continue;  // a stack or a bulge
    all.push_back({i + 1, j - 1});
    if (!last) all.push_back({q + 1, p - 1});
  }
  return all;
}

}  // namespace

std::vector<Base> boosted_letters(const DesignTarget& target, Random& random) {
  constexpr double kAu = 0.08;  // share of pairs of A and U: all G and C would pair out of step
  std::vector<Base> letters(target.pairs.size(), kBaseA);
  for (const auto& [i, j] : target.chain) {
    Base five = random.uniform() < kAu ? kBaseA : kBaseG, three = five == kBaseA ? kBaseU : kBaseC;
    if (random.uniform() < 0.5) std::swap(five, three);
    letters[static_cast<std::size_t>(i)] = five;
    letters[static_cast<std::size_t>(j)] = three;
  }
  // Those that Turner 2004 favours, GA most often: a G in front of an A-filled loop pairs with nothing else.
  constexpr std::pair<Base, Base> kFavoured[] = {{kBaseG, kBaseA}, {kBaseG, kBaseA}, {kBaseG, kBaseA},
                                                 {kBaseG, kBaseA}, {kBaseA, kBaseG}, {kBaseG, kBaseG},
                                                 {kBaseU, kBaseU}, {kBaseA, kBaseA}};
  for (const Mismatch& m : mismatches(target)) {
    const auto& [five, three] = kFavoured[random.below(std::size(kFavoured))];
    letters[static_cast<std::size_t>(m.five)] = five;
    letters[static_cast<std::size_t>(m.three)] = three;
  }
  return letters;
}

std::vector<std::uint8_t> boosted_places(const DesignTarget& target) {
  std::vector<std::uint8_t> places(target.pairs.size());
  for (const Mismatch& m : mismatches(target))
    places[static_cast<std::size_t>(m.five)] = places[static_cast<std::size_t>(m.three)] = 1;
  return places;
}

double plain_cost(const Base* base, int first, int second, bool boosted) {
  constexpr double kLetter = 4, kBoosted = 1, kWeakPair = 2.5, kWobble = 5;
  if (second < 0) return base[first] == kBaseA ? 0 : boosted && base[first] != kBaseC ? kBoosted : kLetter;
  const Base five = base[first], three = base[second];
  const bool strong = (five == kBaseG && three == kBaseC) || (five == kBaseC && three == kBaseG);
  const bool weak = (five == kBaseA && three == kBaseU) || (five == kBaseU && three == kBaseA);
  return strong ? 0 : weak ? kWeakPair : kWobble;
}

}  // namespace stemloop
