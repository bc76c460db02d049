#include "hairpin/figure.h"

#include <algorithm>
#include <cmath>

#include "hairpin/figure_parts.h"
#include "hairpin/ladder.h"

namespace stemloop {

namespace {

constexpr double kStep = 20;     // one step along a stem
constexpr double kRadius = 7.7;  // of a base
constexpr double kLadderStep = 11;
constexpr double kLadderLine = 15;
constexpr double kLadderBar = 4;  // beside an arm
constexpr double kLeastWidth = 420;
constexpr double kNumberSize = 8.5;
constexpr double kBand = 2 * kRadius + 9;  // of an arm

double length_of(Point a) { return std::hypot(a.x, a.y); }
Point unit(Point a) { return length_of(a) > 0 ? a * (1 / length_of(a)) : Point{0, -1}; }

struct Box {
  double left, top, right, bottom;
  [[nodiscard]] bool meets(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

class FigurePainter {
 public:
  explicit FigurePainter(const HairpinFigure& figure)
      : f_(figure), pairs_(pair_table(figure.structure)), n_(static_cast<int>(figure.sequence.size())) {}

  Drawing run() {
    ladder_ = f_.shape == FigureShape::kLadder;
    if (ladder_) {
      rungs_ = ladder_of(f_.sequence, f_.structure);
      ladder_ = !rungs_.base.empty();
    }
    place_bases();
    arm_bands();
    if (ladder_) {
      ladder_bonds();
    } else {
      backbone();
      bonds();
    }
    bases();
    cuts();
    ends();
    numbers();
    return framed();
  }

 private:
  void place_bases() {
    if (ladder_) {
      at_.resize(n_);
      for (int i = 0; i < n_; ++i) at_[i] = {rungs_.base[i].column * kLadderStep, rungs_.base[i].line * kLadderLine};
    } else {
      at_ = structure_layout(f_.structure);
      for (Point& p : at_) p = p * kStep;
    }
    for (const Point& p : at_) taken_.push_back(around(p, radius(), radius()));
  }

  [[nodiscard]] double radius() const { return ladder_ ? kLadderStep / 2 : kRadius; }
  static Box around(Point p, double x, double y) { return {p.x - x, p.y - y, p.x + x, p.y + y}; }

  // Away from the molecule: to the left of the way from 5' to 3'. In a ladder up or down.
  [[nodiscard]] Point outward(int i) const {
    if (ladder_) return {0, rungs_.base[i].line < 2 || (rungs_.base[i].line == 2 && i < n_ / 2) ? -1.0 : 1.0};
    if (pairs_[i] >= 0) return unit(at_[i] - at_[pairs_[i]]);
    const Point way = unit(at_[std::min(n_ - 1, i + 1)] - at_[std::max(0, i - 1)]);
    return {way.y, -way.x};
  }

  void arm_bands() {
    const bool grey = f_.palette == Palette::kGrey;
    arm_band(f_.marks.five_prime, "5p", grey ? kGreyFiveArm : kFiveArm);
    arm_band(f_.marks.three_prime, "3p", grey ? kGreyThreeArm : kThreeArm);
  }

  void arm_band(const BaseSpan& arm, const char* name, const ArmColours& colours) {
    if (!arm.known()) return;
    if (ladder_) {  // a bar along the side of its strand
      double left = at_[arm.begin].x, right = left;
      for (int i = arm.begin; i < arm.end; ++i) {
        left = std::min(left, at_[i].x);
        right = std::max(right, at_[i].x);
      }
      const double y = outward(arm.begin).y < 0 ? -kLadderLine / 2 - kLadderBar : 4.5 * kLadderLine;
      const Rectangle bar = {{left - kLadderStep / 2, y}, right - left + kLadderStep, kLadderBar, colours.fill, "", 0};
      d_.add(bar);
      taken_.push_back({bar.corner.x, y, bar.corner.x + bar.width, y + kLadderBar});
      return;
    }
    const std::vector<Point> way(at_.begin() + arm.begin, at_.begin() + arm.end);
    d_.add(Polyline{way, kBand, colours.band, true});
    label(arm.begin + (arm.end - arm.begin) / 2, name, 11, true, 6, false);
  }

  void backbone() { d_.add(Polyline{at_, 1.3, "#a6a6a6", true}); }

  void bonds() {
    for (int i = 0; i < n_; ++i) {
      const int j = pairs_[i];
      if (j <= i) continue;
      const PairType pair = kPairTypes[base_code(f_.sequence[i])][base_code(f_.sequence[j])];
      const Point way = unit(at_[j] - at_[i]);
      const Point middle = (at_[i] + at_[j]) * 0.5;
      if (is_wobble(f_.sequence[i], f_.sequence[j])) {
        d_.add(Circle{middle, 2.4, "#333333", ""});
      } else if (pair == kNoPair) {
        d_.add(Circle{middle, 2.6, "#ffffff", "#333333", 1});
      } else {
        d_.add(Line{at_[i] + way * (kRadius + 1), at_[j] - way * (kRadius + 1), 2.4, "#333333"});
      }
    }
  }

  void ladder_bonds() {
    for (int k = 0; k < rungs_.columns; ++k) {
      const Point middle = {k * kLadderStep, 2 * kLadderLine};
      if (rungs_.bonds[k] == '|') d_.add(Line{middle - Point{0, 5.5}, middle + Point{0, 5.5}, 1.4, "#333333"});
      if (rungs_.bonds[k] == ':') d_.add(Circle{middle, 1.9, "#333333", ""});
    }
    for (const LadderCell& gap : rungs_.gaps)
      letter(Point{gap.column * kLadderStep, gap.line * kLadderLine}, '-', "#9a9a9a", false);
  }

  [[nodiscard]] std::string fill_of(int i) const {
    const bool grey = f_.palette == Palette::kGrey;
    switch (f_.colours) {
      case FigureColours::kLetters:
        return letter_colour(f_.sequence[i], f_.palette);
      case FigureColours::kArms:
        return f_.marks.five_prime.holds(i)    ? (grey ? kGreyFiveArm : kFiveArm).fill
               : f_.marks.three_prime.holds(i) ? (grey ? kGreyThreeArm : kThreeArm).fill
                                               : "#ffffff";
      case FigureColours::kValues: {
        const double value = f_.values.value[i];
        if (std::isnan(value)) return kNoValue;
        const double range = f_.values.high - f_.values.low;
        return scale_colour(range > 0 ? std::clamp((value - f_.values.low) / range, 0.0, 1.0) : 0, f_.palette);
      }
      case FigureColours::kNone:
        break;
    }
    return "#ffffff";
  }

  void letter(Point p, char c, const std::string& colour, bool bold) {
    const double size = ladder_ ? 12 : 10;
    d_.add(Text{{p.x, p.y + size * 0.36}, std::string(1, c), size, Anchor::kMiddle, colour, bold, ladder_});
  }

  void bases() {
    for (int i = 0; i < n_; ++i) {
      const std::string fill = fill_of(i);
      const bool seed = f_.marks.seed.holds(i);
      if (ladder_) {
        if (fill != "#ffffff") {
          d_.add(Rectangle{at_[i] - Point{kLadderStep / 2 - 0.3, kLadderLine / 2 - 0.6}, kLadderStep - 0.6,
                           kLadderLine - 1.2, fill, "", 0});
        }
        if (seed) d_.add(Line{at_[i] + Point{-kLadderStep / 2, 6.6}, at_[i] + Point{kLadderStep / 2, 6.6}, 1.8, kInk});
      } else {
        d_.add(Circle{at_[i], kRadius, fill, seed ? kInk : "#777777", seed ? 2.2 : 0.7});
      }
      letter(at_[i], f_.sequence[i], ladder_ && fill == "#ffffff" ? kInk : ink_on(fill), seed || !ladder_);
    }
  }

  // Triangles that point between two bases: filled for Drosha, open for Dicer.
  void cuts() {
    for (int k = 0; k < 4; ++k) {
      const int behind = f_.marks.cuts[k];
      if (behind < 0 || behind > n_) continue;
      const int a = std::max(0, behind - 1);
      const int b = std::min(n_ - 1, behind);
      if (a == b && n_ > 1 && behind > 0 && behind < n_) continue;
      Point middle = (at_[a] + at_[b]) * 0.5;
      const Point step = unit(at_[std::min(n_ - 1, b + (a == b ? 1 : 0))] - at_[std::max(0, a - (a == b ? 1 : 0))]);
      if (a == b) middle = middle + step * ((behind == 0 ? -0.5 : 0.5) * (ladder_ ? kLadderStep : kStep));
      const Point out = unit(outward(a) + outward(b));
      if (ladder_) middle.y = out.y < 0 ? -kLadderLine / 2 - kLadderBar : 4.5 * kLadderLine + kLadderBar;
      const Point side = {-out.y, out.x};
      const double half = ladder_ ? 3.6 : 4.6;
      const double high = ladder_ ? 8 : 10.5;
      // Where the strand bends inwards the neighbours stand closer: the triangle moves out until it is free.
      double near = ladder_ ? 0 : 4.5;
      const auto meets_a_base = [&] {
        const Point centre = middle + out * (near + high * 0.65);
        return std::any_of(at_.begin(), at_.end(),
                           [&](Point p) { return length_of(p - centre) < kRadius + half - 0.5; });
      };
      while (!ladder_ && near < 20 && meets_a_base()) near += 1;
      const double far = near + high;
      const bool drosha = k == 0 || k == 3;
      d_.add(Polygon{{middle + out * near, middle + out * far + side * half, middle + out * far - side * half},
                     drosha ? kCut : "#ffffff",
                     kCut,
                     1.3});
      taken_.push_back(around(middle + out * ((near + far) / 2), half + 2, half + 2));
    }
  }

  void ends() {
    if (n_ == 0) return;
    const Point left = {-(radius() + 12), 0};
    const auto end = [&](int i, const char* name) {
      Point p = ladder_ ? Point{-kLadderStep / 2 - 12, rungs_.base[i].line * kLadderLine} : at_[i] + left;
      d_.add(Text{{p.x, p.y + 4}, name, 12, Anchor::kMiddle, kInk, true});
      taken_.push_back(around(p, 9, 7));
    };
    end(0, "5'");
    if (n_ > 1) end(n_ - 1, "3'");
  }

  void numbers() {
    const int every = n_ > 400 ? 50 : n_ > 160 ? 20 : 10;
    for (int i = every - 1; i < n_; i += every) label(i, std::to_string(i + 1), kNumberSize, false, 0, true);
  }

  // Text beside a base where it meets nothing: straight out first, then aslant, then farther away; else left out.
  void label(int i, const std::string& text, double size, bool bold, double more, bool leader) {
    const double half = text_width(text, size, bold) / 2 + 1;
    const double high = size * 0.5;
    Point out = outward(i);
    Point from = at_[i];
    if (ladder_) from.y = out.y < 0 ? -kLadderBar : 4 * kLadderLine + kLadderBar;
    for (const double away : {0.0, 7.0, 15.0, 24.0}) {
      for (const double turn : {0.0, 0.5, -0.5, 1.0, -1.0}) {
        if (ladder_ && turn != 0) continue;
        const Point way = {out.x * std::cos(turn) - out.y * std::sin(turn),
                           out.x * std::sin(turn) + out.y * std::cos(turn)};
        const double reach = std::abs(way.x) * half + std::abs(way.y) * high;
        const Point p = from + way * (radius() + 4 + more + away + reach);
        const Box box = around(p, half, high);
        if (std::any_of(taken_.begin(), taken_.end(), [&](const Box& b) { return b.meets(box); })) continue;
        if (leader)
          d_.add(Line{from + way * (radius() + 0.5), from + way * (radius() + 3 + more + away), 0.7, "#8a8a8a"});
        d_.add(Text{{p.x, p.y + size * 0.36}, text, size, Anchor::kMiddle, bold ? kInk : kGreyInk, bold});
        taken_.push_back(box);
        return;
      }
    }
  }

  // The drawing so far in the middle, title above, legend and picture below.
  Drawing framed() {
    Box all = {0, 0, 0, 0};
    if (!taken_.empty()) all = taken_.front();
    for (const Box& b : taken_) {
      all = {std::min(all.left, b.left), std::min(all.top, b.top), std::max(all.right, b.right),
             std::max(all.bottom, b.bottom)};
    }
    const HairpinLayout layout = f_.picture ? lay_out(f_.sequence, f_.structure) : HairpinLayout{};
    constexpr double kCell = 5;
    const double picture_width = layout.columns.empty() ? 0 : kCell * kPictureColumns;
    Drawing page;
    page.width = std::ceil(std::max({all.right - all.left, picture_width, kLeastWidth}) + 2 * kFigureMargin);
    double y = 12;
    const double room = page.width - 2 * kFigureMargin;
    if (!f_.title.empty()) {
      y += 16;
      page.add(Text{{kFigureMargin, y}, fitted_text(f_.title, room, 15, true), 15, Anchor::kStart, "#000000", true});
    }
    if (!f_.subtitle.empty()) {
      y += 17;
      page.add(Text{{kFigureMargin, y}, fitted_text(f_.subtitle, room, 11), 11, Anchor::kStart, "#444444"});
    }
    y += 16;
    place(page, d_, {(page.width - (all.right - all.left)) / 2 - all.left, y - all.top});
    y += all.bottom - all.top + 18;
    if (f_.legend) y = draw_legend(page, f_, ladder_, y);
    if (!layout.columns.empty()) y = draw_picture_below(page, layout, y, kCell);
    page.height = std::ceil(y + 8);
    return page;
  }

  const HairpinFigure& f_;
  std::vector<int> pairs_;
  int n_;
  bool ladder_ = false;
  Ladder rungs_;
  std::vector<Point> at_;
  std::vector<Box> taken_;
  Drawing d_;
};

}  // namespace

Drawing draw_figure(const HairpinFigure& figure) { return FigurePainter(figure).run(); }

}  // namespace stemloop
