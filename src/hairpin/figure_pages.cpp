// Figures side by side on pages.
#include <algorithm>
#include <cmath>

#include "hairpin/figure.h"

namespace stemloop {

namespace {

// A short hairpin is not blown up beside a long one: letters of a page differ little in size.
double largest_scale(const std::vector<Drawing>& figures, double cell_width, double cell_height) {
  constexpr double kBeyondMedian = 1.25;
  std::vector<double> fits;
  fits.reserve(figures.size());
  for (const Drawing& figure : figures)
    fits.push_back(std::min(cell_width / figure.width, cell_height / figure.height));
  if (fits.empty()) return 1;
  const auto middle = fits.begin() + static_cast<std::ptrdiff_t>(fits.size() / 2);
  std::nth_element(fits.begin(), middle, fits.end());
  return std::min(1.0, kBeyondMedian * *middle);
}

}  // namespace

std::vector<Drawing> on_pages(const std::vector<Drawing>& figures, int columns, int rows, double width, double height) {
  constexpr double kGap = 12;
  const double cell_width = (width - kGap * (columns + 1)) / columns;
  std::vector<Drawing> pages;
  const double cell_height = rows == 0 ? HUGE_VAL : (height - kGap * (rows + 1)) / rows;
  const double most = largest_scale(figures, cell_width, cell_height);
  if (rows == 0) {
    Drawing page;
    page.width = width;
    double y = kGap;
    for (std::size_t k = 0; k < figures.size(); k += static_cast<std::size_t>(columns)) {
      double tallest = 0;
      for (std::size_t c = 0; c < static_cast<std::size_t>(columns) && k + c < figures.size(); ++c) {
        const Drawing& figure = figures[k + c];
        const double scale = std::min(most, cell_width / figure.width);
        place(page, figure, {kGap + static_cast<double>(c) * (cell_width + kGap), y}, scale);
        tallest = std::max(tallest, figure.height * scale);
      }
      y += tallest + kGap;
    }
    page.height = std::ceil(y);
    pages.push_back(std::move(page));
    return pages;
  }
  const auto each = static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  for (std::size_t k = 0; k < figures.size(); ++k) {
    if (k % each == 0) pages.push_back(Drawing{width, height, {}});
    const std::size_t down = k % each / static_cast<std::size_t>(columns);
    const auto row = static_cast<double>(down);
    const auto column = static_cast<double>(k % static_cast<std::size_t>(columns));
    const Drawing& figure = figures[k];
    const double scale = std::min({most, cell_width / figure.width, cell_height / figure.height});
    place(pages.back(), figure, {kGap + column * (cell_width + kGap), kGap + row * (cell_height + kGap)}, scale);
  }
  return pages;
}

}  // namespace stemloop
