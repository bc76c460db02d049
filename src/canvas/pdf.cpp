// Drawings as PDF, by cairo.
#include <cairo-pdf.h>

#include <algorithm>
#include <memory>

#include "canvas/painter.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr double kPointsPerUnit = 72.0 / 96.0;
constexpr double kPointsPerMm = 72.0 / 25.4;
constexpr double kMostPoints = 14'400;  // on a side: the limit of PDF

cairo_status_t append(void* text, const unsigned char* bytes, unsigned int count) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

std::string to_pdf(const std::vector<Drawing>& pages, double width_mm) {
  std::string bytes;
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_pdf_surface_create_for_stream(append, &bytes, 1, 1), cairo_surface_destroy);
  // Without a date of its own cairo writes the clock's, and no two runs would be alike.
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "2026-01-01T00:00:00Z");
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "stemloop");
  const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> cairo(cairo_create(surface.get()), cairo_destroy);
  for (const Drawing& page : pages) {
    const double scale = std::min(width_mm > 0 ? width_mm * kPointsPerMm / page.width : kPointsPerUnit,
                                  kMostPoints / std::max(page.width, page.height));
    cairo_pdf_surface_set_size(surface.get(), page.width * scale, page.height * scale);
    cairo_save(cairo.get());
    cairo_scale(cairo.get(), scale, scale);
    for (const Shape& shape : page.shapes) std::visit(Painter(cairo.get()), shape);
    cairo_restore(cairo.get());
    cairo_show_page(cairo.get());
  }
  const cairo_status_t drawn = cairo_status(cairo.get());
  cairo_surface_finish(surface.get());
  for (const cairo_status_t status : {drawn, cairo_surface_status(surface.get())}) {
    require(status == CAIRO_STATUS_SUCCESS, "the PDF cannot be drawn: {}", cairo_status_to_string(status));
  }
  return bytes;
}

}  // namespace stemloop
