#include "design/target.h"

#include <algorithm>

#include "fold/fold.h"

namespace stemloop {

namespace {

// Letters without a partner at the other end of their pair are taken out; false if none is left.
bool narrow_pair(LetterMask& five, LetterMask& three) {
  LetterMask five_left = 0;
  LetterMask three_left = 0;
  for (const BasePair& pair : kBasePairs) {
    if (!allows(five, pair.five) || !allows(three, pair.three)) continue;
    five_left |= mask_of(pair.five);
    three_left |= mask_of(pair.three);
  }
  five = five_left;
  three = three_left;
  return five != 0;
}

void narrow_pairs(DesignTarget& target) {
  for (const auto& [i, j] : target.chain) {
    const char five = iupac_letter(target.allowed[i]);
    const char three = iupac_letter(target.allowed[j]);
    require(narrow_pair(target.allowed[i], target.allowed[j]),
            "positions {} and {} are to pair, but the letters asked for there, {} and {}, cannot", i + 1, j + 1, five,
            three);
  }
}

// The pairs of one hairpin, outermost first.
void follow_chain(DesignTarget& target) {
  const auto& pairs = target.pairs;
  const int n = target.length();
  std::vector<std::pair<int, int>> loops;  // the pairs that close hairpin loops
  int open = -1;
  for (int k = 0; k < n; ++k) {
    if (pairs[k] > k) {
      open = k;
      target.chain.emplace_back(k, pairs[k]);
    } else if (pairs[k] >= 0) {
      if (open == pairs[k]) loops.emplace_back(open, k);
    }
  }
  require(!loops.empty(), "there is no base pair in '{}'", printable(target.structure));
  require(loops.size() == 1, "it has {} hairpin loops (closed by positions {} and {}, {} and {}); a design has one",
          loops.size(), loops[0].first + 1, loops[0].second + 1, loops.size() > 1 ? loops[1].first + 1 : 0,
          loops.size() > 1 ? loops[1].second + 1 : 0);
  const auto [i, j] = loops[0];
  require(j - i - 1 >= kMinHairpinLoop,
          "the hairpin loop closed by positions {} and {} has {} bases; RNA forms none of fewer than {}", i + 1, j + 1,
          j - i - 1, kMinHairpinLoop);
  for (std::size_t k = 1; k < target.chain.size(); ++k) {
    const auto [a, b] = target.chain[k - 1];
    const auto [c, d] = target.chain[k];
    const int unpaired = c - a - 1 + b - d - 1;
    require(unpaired <= kMaxInteriorLoop,
            "the loop between the pairs {}-{} and {}-{} has {} unpaired bases; folding forms none of more than {}",
            a + 1, b + 1, c + 1, d + 1, unpaired, kMaxInteriorLoop);
  }
}

bool holds(const std::vector<LetterMask>& letters, const std::vector<LetterMask>& motif, std::size_t at) {
  for (std::size_t k = 0; k < motif.size(); ++k) {
    if ((letters[at + k] & ~motif[k]) != 0) return false;
  }
  return true;
}

}  // namespace

DesignTarget make_target(std::string_view structure, std::string_view letters) {
  DesignTarget target;
  target.structure = structure;
  require(!structure.empty(), "there is no structure");
  require(structure.size() <= kLongestDesign, "it has {} positions; designs have at most {}", structure.size(),
          kLongestDesign);
  target.pairs = pair_table(structure);
  follow_chain(target);
  target.allowed.assign(structure.size(), kAnyLetter);
  if (!letters.empty()) {
    require(letters.size() == structure.size(), "there are {} letters asked for, but the structure has {} positions",
            letters.size(), structure.size());
    target.allowed = letter_masks(letters, "letters asked for");
  }
  narrow_pairs(target);
  return target;
}

void fix_letters(DesignTarget& target, int at, const std::vector<LetterMask>& pattern, std::string_view what) {
  require(at >= 0 && at + static_cast<int>(pattern.size()) <= target.length(),
          "{}: its {} letters from position {} on do not fit into {} positions", what, pattern.size(), at + 1,
          target.length());
  for (std::size_t k = 0; k < pattern.size(); ++k) {
    LetterMask& allowed = target.allowed[static_cast<std::size_t>(at) + k];
    const char before = iupac_letter(allowed);
    allowed &= pattern[k];
    require(allowed != 0, "{}: {} is asked for at position {}, where only {} is allowed", what,
            iupac_letter(pattern[k]), static_cast<std::size_t>(at) + k + 1, before);
  }
  narrow_pairs(target);
}

std::vector<int> places_for(const DesignTarget& target, const std::vector<LetterMask>& pattern) {
  std::vector<int> places;
  for (int at = 0; at + static_cast<int>(pattern.size()) <= target.length(); ++at) {
    DesignTarget narrowed = target;
    bool fits = true;
    for (std::size_t k = 0; k < pattern.size() && fits; ++k) {
      narrowed.allowed[static_cast<std::size_t>(at) + k] &= pattern[k];
      fits = narrowed.allowed[static_cast<std::size_t>(at) + k] != 0;
    }
    for (const auto& [i, j] : narrowed.chain) fits = fits && narrow_pair(narrowed.allowed[i], narrowed.allowed[j]);
    if (fits) places.push_back(at);
  }
  return places;
}

void check_possible(const DesignTarget& target) {
  constexpr LetterMask kGc = 6;
  int least = 0;
  int most = 0;
  const auto count = [&](LetterMask mask) {
    least += (mask & ~kGc) == 0 ? 1 : 0;
    most += (mask & kGc) != 0 ? 1 : 0;
  };
  for (int k = 0; k < target.length(); ++k) {
    if (target.pairs[k] < 0) count(target.allowed[k]);
  }
  for (const auto& [i, j] : target.chain) {
    int pair_least = 2;
    int pair_most = 0;
    for (const BasePair& pair : kBasePairs) {
      if (!allows(target.allowed[i], pair.five) || !allows(target.allowed[j], pair.three)) continue;
      const int gc = (allows(kGc, pair.five) ? 1 : 0) + (allows(kGc, pair.three) ? 1 : 0);
      pair_least = std::min(pair_least, gc);
      pair_most = std::max(pair_most, gc);
    }
    least += pair_least;
    most += pair_most;
  }
  const double n = target.length();
  require(target.gc_low <= target.gc_high, "the range of GC is empty: {} to {}", target.gc_low, target.gc_high);
  require(most / n >= target.gc_low && least / n <= target.gc_high,
          "GC from {} to {} cannot be: the letters asked for allow {:.3f} to {:.3f}", target.gc_low, target.gc_high,
          least / n, most / n);
  // Some number of G and C must lie in the range: 0.501 to 0.502 of 10 letters holds none.
  int within = 0;
  for (int gc = least; gc <= most; ++gc) within += gc / n >= target.gc_low && gc / n <= target.gc_high ? 1 : 0;
  require(within > 0, "no number of G and C among {} letters is a share from {} to {}", target.length(), target.gc_low,
          target.gc_high);
  for (const auto& motif : target.avoid) {
    std::string text;
    for (const LetterMask mask : motif) text += iupac_letter(mask);
    for (std::size_t at = 0; at + motif.size() <= target.allowed.size(); ++at) {
      require(!holds(target.allowed, motif, at),
              "the motif {} is to be avoided, but the letters asked for spell it at {}", text, at + 1);
    }
  }
}

std::string with_flanks(std::string_view structure, int before, int behind) {
  return std::string(static_cast<std::size_t>(before), '.') + std::string(structure) +
         std::string(static_cast<std::size_t>(behind), '.');
}

}  // namespace stemloop
