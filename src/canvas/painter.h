// Shapes on a cairo surface: what pixels and PDF share.
#pragma once

#include <cairo.h>

#include <cstdlib>
#include <numbers>

#include "canvas/drawing.h"

namespace stemloop {

class Painter {
 public:
  explicit Painter(cairo_t* cairo) : cairo_(cairo) {}

  void operator()(const Line& s) const {
    cairo_move_to(cairo_, s.from.x, s.from.y);
    cairo_line_to(cairo_, s.to.x, s.to.y);
    stroke(s.colour, s.width);
  }
  void operator()(const Circle& s) const {
    cairo_new_sub_path(cairo_);
    cairo_arc(cairo_, s.centre.x, s.centre.y, s.radius, 0, 2 * std::numbers::pi);
    fill_and_stroke(s.fill, s.stroke, s.stroke_width);
  }
  void operator()(const Rectangle& s) const {
    cairo_rectangle(cairo_, s.corner.x, s.corner.y, s.width, s.height);
    fill_and_stroke(s.fill, s.stroke, s.stroke_width);
  }
  void operator()(const Polyline& s) const {
    trace(s.points);
    cairo_set_line_cap(cairo_, s.round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(cairo_, s.round ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER);
    const double dash = 4 * s.width;
    cairo_set_dash(cairo_, &dash, s.dashed ? 1 : 0, 0);
    stroke(s.colour, s.width);
    cairo_set_dash(cairo_, &dash, 0, 0);
    cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_MITER);
  }
  void operator()(const Polygon& s) const {
    trace(s.points);
    cairo_close_path(cairo_);
    fill_and_stroke(s.fill, s.stroke, s.stroke_width);
  }
  void operator()(const Text& s) const {
    cairo_select_font_face(cairo_, s.fixed_width ? "DejaVu Sans Mono" : "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           s.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo_, s.size);
    const std::string text = drawable(s.text);
    cairo_text_extents_t extents;
    cairo_text_extents(cairo_, text.c_str(), &extents);
    const double shift = s.anchor == Anchor::kStart ? 0 : s.anchor == Anchor::kMiddle ? 0.5 : 1;
    source(s.colour);
    cairo_save(cairo_);
    cairo_translate(cairo_, s.at.x, s.at.y);
    cairo_rotate(cairo_, -s.turned * std::numbers::pi / 180);
    cairo_move_to(cairo_, -shift * extents.x_advance, 0);
    cairo_show_text(cairo_, text.c_str());
    cairo_restore(cairo_);
    cairo_new_path(cairo_);
  }

 private:
  void trace(const std::vector<Point>& points) const {
    cairo_new_path(cairo_);
    for (const Point& p : points) cairo_line_to(cairo_, p.x, p.y);
  }
  void source(const std::string& hex) const {
    const auto value = std::strtoul(hex.c_str() + 1, nullptr, 16);
    cairo_set_source_rgb(cairo_, static_cast<double>(value >> 16U & 255U) / 255,
                         static_cast<double>(value >> 8U & 255U) / 255, static_cast<double>(value & 255U) / 255);
  }
  void stroke(const std::string& colour, double width) const {
    source(colour);
    cairo_set_line_width(cairo_, width);
    cairo_stroke(cairo_);
  }
  void fill_and_stroke(const std::string& fill, const std::string& outline, double width) const {
    if (!fill.empty()) {
      source(fill);
      cairo_fill_preserve(cairo_);
    }
    if (!outline.empty()) {
      source(outline);
      cairo_set_line_width(cairo_, width);
      cairo_stroke_preserve(cairo_);
    }
    cairo_new_path(cairo_);
  }

  cairo_t* cairo_;
};

}  // namespace stemloop
