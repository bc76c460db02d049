#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "hairpin/drawings.h"
#include "hairpin/figure_parts.h"

namespace stemloop {

namespace {

constexpr double kLegendLine = 20;

template <class Item>
void scale_legend(const Item& item, Drawing& page, const HairpinFigure& f) {
  constexpr double kWidth = 110;
  const std::string low = fmt::format("{:.3g}", f.values.low);
  const std::string high = fmt::format("{:.3g}", f.values.high);
  const double before = text_width(low, 9) + 4;
  const double behind = text_width(high, 9) + 4;
  item(before + kWidth + behind, fitted_text(f.values.name, 280, 9.5), [&](Point p) {
    const double left = p.x - (before + kWidth + behind) / 2;
    page.add(Text{{left, p.y + 3.5}, low, 9, Anchor::kStart, "#333333"});
    constexpr int kPieces = 44;
    for (int k = 0; k < kPieces; ++k) {  // each to the end, the next on top: no seams
      page.add(Rectangle{{left + before + kWidth * k / kPieces, p.y - 5},
                         kWidth * (kPieces - k) / kPieces,
                         10,
                         scale_colour((k + 0.5) / kPieces, f.palette),
                         "",
                         0});
    }
    page.add(Text{{left + before + kWidth + 4, p.y + 3.5}, high, 9, Anchor::kStart, "#333333"});
  });
  if (std::any_of(f.values.value.begin(), f.values.value.end(), [](double v) { return std::isnan(v); }))
    item(12, "no value", [&](Point p) { page.add(Circle{p, 5.5, kNoValue, "#777777", 0.7}); });
}

template <class Item>
void marks_legend(const Item& item, Drawing& page, const HairpinFigure& f, bool ladder) {
  const bool grey = f.palette == Palette::kGrey;
  const auto arm = [&](const BaseSpan& span, const char* name, const char* colour) {
    if (!span.known()) return;
    item(18, fmt::format("{} arm, {} to {}", name, span.begin + 1, span.end), [&](Point p) {
      page.add(Rectangle{p - Point{9, 5}, 18, 10, colour, "", 0});
    });
  };
  arm(f.marks.five_prime, "5p", (grey ? kGreyFiveArm : kFiveArm).band);
  arm(f.marks.three_prime, "3p", (grey ? kGreyThreeArm : kThreeArm).band);
  if (f.marks.seed.known()) {
    item(12, "seed", [&](Point p) {
      if (ladder) {
        page.add(Line{p + Point{-6, 4}, p + Point{6, 4}, 1.8, kInk});
      } else {
        page.add(Circle{p, 5, "#ffffff", kInk, 2.2});
      }
    });
  }
  const auto cut = [&](const char* name, const char* fill) {
    item(10, name, [&](Point p) {
      page.add(Polygon{{p + Point{0, 5}, p + Point{-4.5, -5}, p + Point{4.5, -5}}, fill, kCut, 1.3});
    });
  };
  if (f.marks.cuts[0] >= 0 || f.marks.cuts[3] >= 0) cut("Drosha cuts", kCut);
  if (f.marks.cuts[1] >= 0 || f.marks.cuts[2] >= 0) cut("Dicer cuts", "#ffffff");
}

}  // namespace

bool is_wobble(char a, char b) {
  const PairType pair = kPairTypes[base_code(a)][base_code(b)];
  return pair == 3 || pair == 4;
}

double draw_legend(Drawing& page, const HairpinFigure& f, bool ladder, double y) {
  double x = kFigureMargin;
  const auto item = [&](double symbol, const std::string& words, const auto& draw) {
    const double width = symbol + 5 + text_width(words, 9.5) + 16;
    if (x > kFigureMargin && x + width - 16 > page.width - kFigureMargin) {
      x = kFigureMargin;
      y += kLegendLine;
    }
    draw(Point{x + symbol / 2, y + 8});
    page.add(Text{{x + symbol + 5, y + 11.5}, words, 9.5, Anchor::kStart, "#333333"});
    x += width;
  };
  if (f.colours == FigureColours::kLetters) {
    for (const char c : {'A', 'C', 'G', 'U'}) {
      if (f.sequence.find(c) == std::string::npos) continue;
      item(12, std::string(1, c), [&](Point p) {
        page.add(Circle{p, 5.5, letter_colour(c, f.palette), "#777777", 0.7});
      });
    }
  }
  if (f.colours == FigureColours::kValues) scale_legend(item, page, f);
  bool watson = false, wobble = false;
  const std::vector<int> pairs = pair_table(f.structure);
  for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
    if (pairs[i] <= i) continue;
    (is_wobble(f.sequence[i], f.sequence[pairs[i]]) ? wobble : watson) = true;
  }
  if (watson)
    item(12, "AU, GC pair", [&](Point p) { page.add(Line{p - Point{6, 0}, p + Point{6, 0}, 2.2, "#333333"}); });
  if (wobble) item(6, "GU pair", [&](Point p) { page.add(Circle{p, 2.4, "#333333", ""}); });
  marks_legend(item, page, f, ladder);
  return y + kLegendLine + 4;
}

double draw_picture_below(Drawing& page, const HairpinLayout& layout, double y, double cell) {
  const double width = cell * kPictureColumns;
  const double left = (page.width - width) / 2;
  add_picture(page, draw_picture(layout.columns), {left, y}, cell);
  y += cell * kPictureRows + 13;
  page.add(Text{{left, y}, "terminal loop", 9.5, Anchor::kStart, "#555555"});
  page.add(
      Text{{left + width, y}, "5' strand above, 3' strand below; ends at the right", 9.5, Anchor::kEnd, "#555555"});
  constexpr std::array<std::pair<const char*, const char*>, 5> kKey = {
      {{"A", "#ffff00"}, {"C", "#0000ff"}, {"G", "#ff0000"}, {"U", "#00ff00"}, {"gap", "#000000"}}};
  double x = left + 86;
  for (const auto& [name, colour] : kKey) {
    page.add(Rectangle{{x, y - 8}, 9, 9, colour, "#bbbbbb", 0.5});
    page.add(Text{{x + 12, y}, name, 9.5, Anchor::kStart, "#555555"});
    x += 24;
  }
  return y + 6;
}

}  // namespace stemloop
