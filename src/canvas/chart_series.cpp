// What charts are made of besides their painter: panels, colours, ticks, histograms and cumulative curves.
#include <algorithm>
#include <array>
#include <cmath>

#include "canvas/chart.h"

namespace stemloop {

Drawing chart_panels(const std::vector<Drawing>& charts, int columns) {
  Drawing page;
  double y = 0;
  for (std::size_t k = 0; k < charts.size(); k += static_cast<std::size_t>(columns)) {
    double x = 0, tallest = 0;
    for (std::size_t c = k; c < std::min(charts.size(), k + static_cast<std::size_t>(columns)); ++c) {
      place(page, charts[c], {x, y});
      x += charts[c].width + 12;
      tallest = std::max(tallest, charts[c].height);
    }
    page.width = std::max(page.width, x);
    y += tallest + 14;
  }
  page.height = y;
  return page;
}

const char* chart_colour(std::size_t place) {
  constexpr std::array<const char*, 7> kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                   "#e69f00", "#56b4e9", "#555555"};
  return kColours[place % kColours.size()];
}

std::vector<double> round_ticks(double low, double high, int count) {
  const double rough = std::max((high - low) / count, 1e-12);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= 0.99 * rough) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + step * 1e-9; ++k)
    ticks.push_back(k * step + 0.0);  // no -0
  return ticks;
}

ChartSeries histogram(const std::vector<double>& values, int bins, bool whole) {
  ChartSeries series;
  series.kind = SeriesKind::kBars;
  if (values.empty()) return series;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const std::vector<double> ticks = round_ticks(*least, std::max(*most, *least + 1e-9), bins);
  double width = ticks.size() > 1 ? ticks[1] - ticks[0] : whole ? 1 : std::max(*most - *least, 1e-9);
  if (whole) width = std::max(1.0, std::round(width));
  const double from = std::floor(*least / width) * width - (whole ? 0.5 : 0);
  const auto count = static_cast<std::size_t>(std::floor((*most - from) / width)) + 1;
  std::vector<double> share(count, 0.0);
  for (const double value : values) {
    const auto bin = static_cast<std::size_t>((value - from) / width);
    share[std::min(bin, count - 1)] += 1.0 / static_cast<double>(values.size());
  }
  for (std::size_t k = 0; k < count; ++k)
    series.points.push_back({from + (static_cast<double>(k) + 0.5) * width, share[k]});
  return series;
}

ChartSeries cumulative(std::vector<double> values) {
  ChartSeries series;
  series.kind = SeriesKind::kSteps;
  std::sort(values.begin(), values.end());
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (k == 0) series.points.push_back({values[0], 0});
    if (k + 1 < values.size() && values[k + 1] == values[k]) continue;
    series.points.push_back({values[k], static_cast<double>(k + 1) / static_cast<double>(values.size())});
  }
  return series;
}

}  // namespace stemloop
