// A vector drawing: a list of shapes that becomes SVG text (editable, text stays text) or a PNG (cairo).
// Units are pixels of the SVG; y grows downwards. Colours are CSS hex strings ("#d62728"); empty means none.
#pragma once

#include <string>
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
};

using Shape = std::variant<Line, Circle, Rectangle, Polyline, Text>;

struct Drawing {
  double width = 0;
  double height = 0;
  std::vector<Shape> shapes;  // later ones on top

  void add(Shape shape) { shapes.push_back(std::move(shape)); }
};

/// The text with bytes that are no UTF-8 and control characters replaced by "?"; drawings call it on every Text.
std::string drawable(const std::string& text);

/// A complete SVG document on a white ground.
std::string to_svg(const Drawing& drawing);

/// The drawing as pixels, `scale` to the unit (fewer if a side would exceed 32,000).
RgbImage to_pixels(const Drawing& drawing, double scale = 2);

}  // namespace stemloop
