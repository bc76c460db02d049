#include "arms/cut_guide.h"

#include <algorithm>
#include <cmath>

#include "seq/seq.h"

namespace stemloop {

namespace {

constexpr int kEnd = 4;            // base pairs of a 5' end that are compared
constexpr double kTold = 2.0 / 3;  // probability from which an arm is named
constexpr double kSpeaks = 0.15;   // share of the log odds from which a sign is named

// Hydrogen bonds of the first letters of an arm.
double firmness(std::string_view sequence, const std::vector<int>& partner, int begin) {
  constexpr std::array<double, kPairTypeCount> kBonds = {0, 3, 3, 1, 1, 2, 2};  // GU counts as one
  double bonds = 0;
  for (int i = begin; i < begin + kEnd; ++i) {
    if (partner[i] >= 0) bonds += kBonds[kPairTypes[base_code(sequence[i])][base_code(sequence[partner[i]])]];
  }
  return bonds;
}

}  // namespace

std::vector<double> guide_signs(std::string_view sequence, const ArmCall& call) {
  const std::vector<int> partner = pair_table(call.structure);
  const Cuts& cuts = call.cuts;
  const auto first = [&](Base base) {
    return static_cast<double>(base_code(sequence[cuts.drosha5]) == base) -
           static_cast<double>(base_code(sequence[cuts.dicer3]) == base);
  };
  const double length5 = cuts.dicer5 - cuts.drosha5, length3 = cuts.drosha3 - cuts.dicer3;
  // The last letters of an arm may hang over; its first are compared with what faces them.
  return {first(kBaseU),
          first(kBaseA),
          first(kBaseG),
          (firmness(sequence, partner, cuts.dicer3) - firmness(sequence, partner, cuts.drosha5)) / kEnd,
          std::clamp(length5 - length3, -3.0, 3.0),
          static_cast<double>(call.entropy[2] - call.entropy[0])};
}

void judge_guide(std::string_view sequence, const std::vector<float>& weights, ArmCall& call) {
  if (weights.size() != kGuideSigns.size() + 1 || !call.plausible()) return;
  const std::vector<double> signs = guide_signs(sequence, call);
  double odds = weights.back(), all = 0;
  for (std::size_t k = 0; k < signs.size(); ++k) {
    odds += weights[k] * signs[k];
    all += std::abs(weights[k] * signs[k]);
  }
  const double p = 1 / (1 + std::exp(-odds));
  call.guide_5p = static_cast<float>(p);
  if (p < kTold && 1 - p < kTold) return;
  call.guide = p > 0.5 ? Guide::k5p : Guide::k3p;
  const double side = p > 0.5 ? 1 : -1;
  for (std::size_t k = 0; k < signs.size(); ++k) {
    const double says = side * weights[k] * signs[k];
    if (says <= kSpeaks * all) continue;
    // A sign that speaks against the other arm is the other arm's.
    const bool own = side * signs[k] > 0;
    call.guide_why += (call.guide_why.empty() ? "" : ", ");
    call.guide_why += own ? kGuideSigns[k] : std::string("the other's ") + kGuideSigns[k];
  }
}

}  // namespace stemloop
