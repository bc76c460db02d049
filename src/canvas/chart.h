// Charts as journals take them: axes with ticks at round numbers and a label with its unit, a legend that fits, colours
// and marks that colour-blind readers and grey printers tell apart.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "canvas/drawing.h"

namespace stemloop {

enum class SeriesKind { kLine, kSteps, kPoints, kBars };

/// One row of the legend and what belongs to it. kBars: x is the middle of a bar, all are equally wide.
struct ChartSeries {
  std::string name;  // empty: not in the legend
  std::vector<Point> points;
  SeriesKind kind = SeriesKind::kLine;
  std::string colour{};  // empty: by its place, chart_colour()
  double width = 1.8;    // of lines; radius of points
  bool dashed = false;
};

struct ChartAxis {
  std::string label;
  std::optional<double> low, high;                    // empty: as the points need
  bool log = false;                                   // base 10; points at or below 0 are left out
  bool whole = false;                                 // ticks at whole numbers only
  std::vector<std::pair<double, std::string>> ticks;  // instead of numbers
};

enum class LegendPlace { kRight, kBelow, kNone };

struct Chart {
  std::string title;
  double width = 360;  // of the frame, without labels and legend
  double height = 230;
  ChartAxis x, y;
  std::vector<ChartSeries> series;  // the first lies on top
  LegendPlace legend = LegendPlace::kRight;
};

/// REQUIRES: finite points.
Drawing draw_chart(const Chart& chart);

/// Charts beside and below each other, `columns` a row.
Drawing chart_panels(const std::vector<Drawing>& charts, int columns);

/// Colours of Okabe & Ito (2008) without yellow, which is hard to see on white; they repeat after seven.
const char* chart_colour(std::size_t place);

/// Round numbers from `low` to `high`, about `count` of them.
std::vector<double> round_ticks(double low, double high, int count = 5);

/// Histogram as bars: shares of the values in bins of equal width between round numbers. `whole`: bins hold equally
/// many whole numbers.
ChartSeries histogram(const std::vector<double>& values, int bins, bool whole);

/// Empirical distribution: the share of values up to x, as steps.
ChartSeries cumulative(std::vector<double> values);

}  // namespace stemloop
