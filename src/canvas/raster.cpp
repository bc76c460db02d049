// Drawings as pixels, by cairo.
#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "canvas/painter.h"
#include "util/util.h"

namespace stemloop {

namespace {

// Most pixels to the unit that are drawn.
double largest_scale(const Drawing& drawing) {
  constexpr double kLongestSide = 32'000;  // cairo's limit is 32,767
  constexpr double kMostPixels = 1e8;      // 0.7 GB while it is drawn
  return std::min(kLongestSide / std::max(drawing.width, drawing.height),
                  std::sqrt(kMostPixels / (drawing.width * drawing.height)));
}

}  // namespace

RgbImage to_pixels(const Drawing& drawing, double scale) {
  scale = std::min(scale, largest_scale(drawing));
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
