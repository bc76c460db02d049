#include "judge/cut_hairpin.h"

#include <algorithm>
#include <tuple>

namespace stemloop {

namespace {

// Begin and end of what lies between the Drosha cuts.
std::pair<int, int> between_cuts(const ArmCall& arms, std::string_view sequence) {
  return {std::max(0, arms.cuts.drosha5), std::min(static_cast<int>(sequence.size()), arms.cuts.drosha3)};
}

}  // namespace

bool can_be_judged(const ArmCall& arms, std::string_view sequence) {
  const auto [begin, end] = between_cuts(arms, sequence);
  return end - begin >= kLeastCore;
}

std::optional<CutHairpin> cut_hairpin(std::string_view sequence, const LocalStemLoop& local, ArmCall arms,
                                      Folder& folder) {
  CutHairpin h;
  h.local = local;
  h.arms = std::move(arms);
  std::tie(h.begin, h.end) = between_cuts(h.arms, sequence);
  const auto letters = [&](int begin, int end) {
    return std::string(sequence.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
  };
  h.before = letters(std::max(0, h.begin - kLettersBefore), h.begin);
  h.after = letters(h.end, std::min(static_cast<int>(sequence.size()), h.end + kLettersBehind));
  h.core.letters = letters(h.begin, h.end);
  h.core.ensemble = folder.ensemble(h.core.letters, h.core.fold);
  if (h.core.fold.structure.find('(') == std::string::npos) return std::nullopt;
  return h;
}

}  // namespace stemloop
