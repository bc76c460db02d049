// Where the bases of a folded RNA stand in the plane, laid out as papers show hairpins: stems are straight ladders that
// run to the right, the 5' end is at the left on the upper strand, bulges and loops are bows beside the stem.
// Units: one step along a stem. y grows downwards.
#pragma once

#include <string_view>
#include <vector>

#include "canvas/canvas.h"

namespace stemloop {

/// Distance of two paired bases, in steps.
inline constexpr double kPairWidth = 1.4;

/// One point a base. Interior loops keep their stem straight; a long bulge stands on a neck, as high as needed to meet
/// no other base; at a multiloop the branch with most bases goes straight on. Bases that touch are closer than 0.8.
/// REQUIRES: matching brackets.
std::vector<Point> structure_layout(std::string_view structure);

/// Pairs of bases closer than `distance`; what a layout without overlap has none of.
int touching_bases(const std::vector<Point>& at, double distance = 0.8);

}  // namespace stemloop
