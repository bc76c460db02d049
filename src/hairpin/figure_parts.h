// What the painter of a figure and the painter of its legend share: colours of marks, points, where things are placed.
// Units are those of the drawing, points of 1/72 inch.
#pragma once

#include "canvas/canvas.h"
#include "hairpin/columns.h"
#include "hairpin/figure.h"
#include "hairpin/points.h"
#include "hairpin/structure_layout.h"

namespace stemloop {

inline constexpr double kFigureMargin = 26;
inline constexpr const char* kInk = "#1a1a1a";
inline constexpr const char* kGreyInk = "#666666";
inline constexpr const char* kNoValue = "#e4e4e4";
inline constexpr const char* kCut = "#b2182b";

struct ArmColours {
  const char* band;
  const char* fill;
};
// Blue and orange of Okabe & Ito, lightened.
inline constexpr ArmColours kFiveArm = {"#b9d9f0", "#8fc3ea"};
inline constexpr ArmColours kThreeArm = {"#fbdcae", "#f5c06b"};
inline constexpr ArmColours kGreyFiveArm = {"#d9d9d9", "#cccccc"};
inline constexpr ArmColours kGreyThreeArm = {"#ececec", "#e0e0e0"};

/// True for G and U.
bool is_wobble(char a, char b);

/// Ink of a letter on this ground: white on dark ones.
const char* ink_on(const std::string& fill);

/// Draws what the colours and marks of a figure mean from `y` down, side by side, wrapped at the right margin.
/// `ladder`: it is drawn as one. Where the next thing below may begin.
double draw_legend(Drawing& page, const HairpinFigure& figure, bool ladder, double y);

/// The picture of a hairpin that a network sees, from `y` down in cells of `cell` units, and what its colours mean.
/// Where the next thing below may begin.
double draw_picture_below(Drawing& page, const HairpinLayout& layout, double y, double cell);

}  // namespace stemloop
