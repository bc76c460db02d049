// How wide text is, and text that fits; parts of drawings.
#include <algorithm>
#include <array>
#include <cstdint>

#include "canvas/drawing.h"

namespace stemloop {

namespace {

// Advances of the characters 32 to 126 in DejaVu Sans, thousandths of the size, regular and bold.
constexpr std::array<std::uint16_t, 95> kAdvance[2] = {
    {318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361,  318, 337, 636, 636, 636,
     636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
     575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635,  611, 732, 684, 989, 685,
     611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352,  635, 634, 278, 278, 579,
     278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,  525, 636, 337, 636, 838},
    {348, 456,  521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415,  380, 365, 696, 696,  696,
     696, 696,  696, 696, 696, 696,  696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830,  683,
     683, 821,  837, 372, 372, 775,  637, 995, 837, 850, 733, 850, 770, 720,  682, 812, 774, 1103, 771,
     724, 725,  457, 365, 457, 838,  500, 500, 675, 716, 593, 716, 678, 435,  716, 712, 343, 343,  665,
     343, 1042, 712, 687, 716, 716,  493, 595, 478, 712, 652, 924, 645, 652,  582, 712, 365, 712,  838}};

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

}  // namespace

double text_width(std::string_view text, double size, bool bold) {
  constexpr int kFigure = 636;
  int sum = 0;
  for (const char c : text) {
    if (continues(c)) continue;
    sum += c >= 32 && c < 127 ? kAdvance[bold ? 1 : 0][static_cast<std::size_t>(c - 32)] : kFigure;
  }
  return sum * size / 1000;
}

std::string fitted_text(const std::string& text, double width, double size, bool bold) {
  if (text_width(text, size, bold) <= width) return text;
  const std::string_view all = text;
  // As much of both ends as has room; two thirds of it at the beginning.
  std::size_t head = 0, tail = all.size();
  const auto fits = [&](std::size_t h, std::size_t t) {
    return text_width(all.substr(0, h), size, bold) + text_width("...", size, bold) +
               text_width(all.substr(t), size, bold) <=
           width;
  };
  for (std::size_t step = 0; step < all.size(); ++step) {
    std::size_t h = head, t = tail;
    if (step % 3 < 2) {
      do ++h;
      while (h < t && continues(all[h]));
    } else {
      do --t;
      while (t > h && continues(all[t]));
    }
    if (h > t || !fits(h, t)) break;
    head = h;
    tail = t;
  }
  return text.substr(0, head) + "..." + text.substr(tail);
}

void place(Drawing& page, const Drawing& part, Point corner, double scale) {
  const auto moved = [&](Point p) { return Point{corner.x + p.x * scale, corner.y + p.y * scale}; };
  struct Mover {
    const decltype(moved)& to;
    double scale;
    void operator()(Line& s) const {
      s.from = to(s.from);
      s.to = to(s.to);
      s.width *= scale;
    }
    void operator()(Circle& s) const {
      s.centre = to(s.centre);
      s.radius *= scale;
      s.stroke_width *= scale;
    }
    void operator()(Rectangle& s) const {
      s.corner = to(s.corner);
      s.width *= scale;
      s.height *= scale;
      s.stroke_width *= scale;
    }
    void operator()(Polyline& s) const {
      for (Point& p : s.points) p = to(p);
      s.width *= scale;
    }
    void operator()(Polygon& s) const {
      for (Point& p : s.points) p = to(p);
      s.stroke_width *= scale;
    }
    void operator()(Text& s) const {
      s.at = to(s.at);
      s.size *= scale;
    }
  };
  for (Shape shape : part.shapes) {
    std::visit(Mover{moved, scale}, shape);
    page.add(std::move(shape));
  }
}

}  // namespace stemloop
