// A vector drawing: a list of shapes that becomes SVG or PDF (editable, text stays text) or a PNG (cairo).
// Units are 1/96 inch, a pixel of the SVG; y grows downwards. Colours are CSS hex strings ("#d62728"); empty means
// none.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "canvas/image.h"

namespace stemloop {

struct Point {
  double x = 0;
  double y = 0;
};

struct Line {
  Point from;
  Point to;
  double width = 1;
  std::string colour = "#000000";
};

struct Circle {
  Point centre;
  double radius = 1;
  std::string fill;
  std::string stroke;
  double stroke_width = 1;
};

struct Rectangle {
  Point corner;  // top left
  double width = 0;
  double height = 0;
  std::string fill;
  std::string stroke;
  double stroke_width = 1;
};

struct Polyline {
  std::vector<Point> points;
  double width = 1;
  std::string colour = "#000000";
  bool round = false;   // ends and corners
  bool dashed = false;  // in dashes of four widths
};

struct Polygon {
  std::vector<Point> points;
  std::string fill;
  std::string stroke;
  double stroke_width = 1;
};

enum class Anchor { kStart, kMiddle, kEnd };

struct Text {
  Point at;  // on the baseline
  std::string text;
  double size = 12;
  Anchor anchor = Anchor::kStart;
  std::string colour = "#000000";
  bool bold = false;
  bool fixed_width = false;
  double turned = 0;  // degrees against the clock, about `at`
};

using Shape = std::variant<Line, Circle, Rectangle, Polyline, Text, Polygon>;

struct Drawing {
  double width = 0;
  double height = 0;
  std::vector<Shape> shapes;  // later ones on top

  void add(Shape shape) { shapes.push_back(std::move(shape)); }
};

/// The text with bytes that are no UTF-8 and control characters replaced by "?"; drawings call it on every Text.
std::string drawable(const std::string& text);
/// The drawable text as it stands in XML or HTML; `quotes`: in an attribute too.
std::string markup_text(const std::string& text, bool quotes = false);

/// Width of a text in DejaVu Sans as drawn, letters beyond ASCII taken as wide as a figure.
double text_width(std::string_view text, double size, bool bold = false);

/// The text, or its beginning and end around "...", so that it is no wider than `width`.
std::string fitted_text(const std::string& text, double width, double size, bool bold = false);

/// Adds the shapes of `part`, `scale` times as large, its top left corner at `corner`.
void place(Drawing& page, const Drawing& part, Point corner, double scale = 1);

/// A complete SVG document on a white ground; `width_mm` > 0 says how wide it is on paper.
std::string to_svg(const Drawing& drawing, double width_mm = 0);

/// The drawing as pixels, `scale` to the unit (fewer if a side would exceed 32,000).
RgbImage to_pixels(const Drawing& drawing, double scale = 2);

/// A PDF, one page a drawing, text as text. Pages are as large as their drawing, or `width_mm` wide if that is > 0.
/// The same drawings give the same bytes. REQUIRES: at least one drawing.
std::string to_pdf(const std::vector<Drawing>& pages, double width_mm = 0);

}  // namespace stemloop
