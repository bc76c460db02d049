// Which arm is likelier loaded into Argonaute. Known signs, each as the 5p arm's less the 3p arm's, so that exchanging
// the arms turns every sign round: Argonaute likes a first U (or A), and the arm whose 5' end is paired less firmly
// (Khvorova et al., Schwarz et al., Cell 2003); processing tends to be more exact on the guide.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "arms/cut_model.h"

namespace stemloop {

inline constexpr std::array<const char*, 6> kGuideSigns = {"first letter U", "first letter A", "first letter G",
                                                           "looser 5' end",  "longer arm",     "surer cuts"};

/// Signs of a call, in the order of kGuideSigns. REQUIRES: plausible arms.
std::vector<double> guide_signs(std::string_view sequence, const ArmCall& call);

/// Fills guide, guide_5p and guide_why by weights (a bias behind those of the signs); nothing is told between
/// probabilities of 1/3 and 2/3, or without weights.
void judge_guide(std::string_view sequence, const std::vector<float>& weights, ArmCall& call);

}  // namespace stemloop
