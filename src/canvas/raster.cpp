// Drawings as pixels, by cairo.
#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <numbers>

#include "canvas/drawing.h"
#include "util/util.h"

namespace stemloop {

namespace {

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
    cairo_new_path(cairo_);
    for (const Point& p : s.points) cairo_line_to(cairo_, p.x, p.y);
    stroke(s.colour, s.width);
  }
  void operator()(const Text& s) const {
    cairo_select_font_face(cairo_, s.fixed_width ? "DejaVu Sans Mono" : "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           s.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo_, s.size);
    const std::string text = drawable(s.text);
    cairo_text_extents_t extents;
    cairo_text_extents(cairo_, text.c_str(), &extents);
    const double shift = s.anchor == Anchor::kStart ? 0 : s.anchor == Anchor::kMiddle ? 0.5 : 1;
    cairo_move_to(cairo_, s.at.x - shift * extents.x_advance, s.at.y);
    source(s.colour);
    cairo_show_text(cairo_, text.c_str());
  }

 private:
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

}  // namespace

RgbImage to_pixels(const Drawing& drawing, double scale) {
  constexpr double kMostPixels = 32'000;  // on a side: cairo's limit is 32,767
  scale = std::min(scale, kMostPixels / std::max(drawing.width, drawing.height));
  const int width = static_cast<int>(std::ceil(drawing.width * scale));
  const int height = static_cast<int>(std::ceil(drawing.height * scale));
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height), cairo_surface_destroy);
  const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> cairo(cairo_create(surface.get()), cairo_destroy);
  cairo_set_source_rgb(cairo.get(), 1, 1, 1);
  cairo_paint(cairo.get());
  cairo_scale(cairo.get(), scale, scale);
  for (const Shape& shape : drawing.shapes) std::visit(Painter(cairo.get()), shape);
  cairo_surface_flush(surface.get());
  for (const cairo_status_t status : {cairo_surface_status(surface.get()), cairo_status(cairo.get())}) {
    require(status == CAIRO_STATUS_SUCCESS, "a picture of {} x {} pixels cannot be drawn: {}", width, height,
            cairo_status_to_string(status));
  }
  RgbImage image(width, height);
  const unsigned char* pixels = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const unsigned char* p = pixels + static_cast<std::ptrdiff_t>(y) * stride + 4 * x;  // blue, green, red, unused
      image.set(x, y, {p[2], p[1], p[0]});
    }
  }
  return image;
}

}  // namespace stemloop
