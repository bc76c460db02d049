#include "report/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "hairpin/hairpin.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kCurveWidth = 560;

// Curves in one frame; a single point, of a run of one epoch, is a mark.
Drawing panel(const std::string& title, const std::string& y_label, std::vector<ChartSeries> curves, double height,
              bool log_scale) {
  Chart chart;
  chart.title = title;
  chart.width = kCurveWidth;
  chart.height = height;
  chart.x.label = "epoch";
  chart.x.whole = true;
  chart.y.label = y_label;
  chart.y.log = log_scale;
  for (std::size_t k = 0; k < curves.size(); ++k) curves[k].dashed = k >= 7;  // as many colours as there are
  chart.series = std::move(curves);
  return draw_chart(chart);
}

}  // namespace

Drawing loss_curves(const std::string& metrics_path) {
  ChartSeries train{"training loss", {}}, valid{"validation loss", {}};
  ChartSeries pixels{"MAE (pixels)", {}}, letters{"MAE nucleotide", {}}, lengths{"MAE length", {}};
  std::ifstream in(metrics_path);
  for (std::string text; std::getline(in, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (!line.is_object() || line.value("kind", "") != "epoch") continue;
    const double epoch = line.at("epoch").get<double>();
    train.points.push_back({epoch, line.at("train").at("loss").get<double>()});
    if (!line.contains("valid")) continue;
    const Json& v = line.at("valid");
    valid.points.push_back({epoch, v.at("loss").get<double>()});
    pixels.points.push_back({epoch, v.value("mae", 0.0)});
    letters.points.push_back({epoch, v.value("mae_nucleotide", 0.0)});
    lengths.points.push_back({epoch, v.value("mae_length", 0.0)});
  }
  return chart_panels(
      {panel("Loss per record", "loss", {train, valid}, 200, true),
       panel("Reconstruction of validation records", "mean absolute error", {pixels, letters, lengths}, 200, true)},
      1);
}

Drawing sequence_curves(const std::string& metrics_path) {
  const auto add = [&](std::vector<ChartSeries>& curves, double epoch, const Json& values,
                       const std::vector<std::string>& left_out) {
    for (const auto& [name, value] : values.items()) {
      if (!value.is_number() || std::find(left_out.begin(), left_out.end(), name) != left_out.end()) continue;
      auto found =
          std::find_if(curves.begin(), curves.end(), [&n = name](const ChartSeries& c) { return c.name == n; });
      if (found == curves.end()) {
        curves.push_back({name, {}});
        found = curves.end() - 1;
      }
      found->points.push_back({epoch, value.get<double>()});
    }
  };
  std::vector<ChartSeries> losses, measures;
  std::ifstream in(metrics_path);
  for (std::string text; std::getline(in, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (!line.is_object() || line.value("kind", "") != "epoch") continue;
    const double epoch = line.at("epoch").get<double>();
    add(losses, epoch, line.at("train"), {});
    if (line.contains("valid")) add(measures, epoch, line.at("valid"), {"loss", "length"});
  }
  return chart_panels({panel("Losses", "loss", std::move(losses), 220, false),
                       panel("Drawn or held-out sequences", "value", std::move(measures), 260, false)},
                      1);
}

namespace {

constexpr const char* kNone = "#bbbbbb";

struct Group {
  std::string name;
  std::string colour;
};

// Which group each point belongs to, and the groups in the order of the legend.
struct Groups {
  std::vector<std::size_t> of;
  std::vector<Group> all;
  bool counted = false;  // the legend says how many each has: names, not steps of a scale
};

// All values as numbers, NaN where missing; nothing if one is none.
std::optional<std::vector<double>> as_numbers(const std::vector<std::string>& values) {
  std::vector<double> numbers;
  for (const std::string& value : values) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    if (!value.empty() && (*end != '\0' || !std::isfinite(number))) return std::nullopt;
    numbers.push_back(value.empty() ? std::nan("") : number);
  }
  return numbers;
}

// Numbers in nine steps from the 2nd to the 98th percentile: a few odd values do not take the scale.
Groups on_scale(const std::vector<double>& numbers) {
  constexpr std::size_t kSteps = 9;
  std::vector<double> sorted;
  std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(sorted), [](double v) { return !std::isnan(v); });
  std::sort(sorted.begin(), sorted.end());
  const double low = sorted.empty() ? 0 : sorted[sorted.size() * 2 / 100];
  const double high = sorted.empty() ? 1 : sorted[sorted.size() * 98 / 100];
  const double span = high > low ? high - low : 1;
  Groups groups;
  bool missing = false;
  for (const double v : numbers) {
    missing = missing || std::isnan(v);
    const double share = std::isnan(v) ? 0 : std::clamp((v - low) / span, 0.0, 1.0);
    groups.of.push_back(std::isnan(v) ? kSteps
                                      : kSteps - 1 - std::min(kSteps - 1, static_cast<std::size_t>(share * kSteps)));
  }
  for (std::size_t k = 0; k < kSteps; ++k) {
    const double middle = 1 - (static_cast<double>(k) + 0.5) / kSteps;
    groups.all.push_back({fmt::format("{:.3g}", low + middle * span), scale_colour(middle, Palette::kColourBlind)});
  }
  if (missing) groups.all.push_back({"none", kNone});
  return groups;
}

Groups by_name(const std::vector<std::string>& values) {
  std::vector<std::string> names = values;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  Groups groups;
  groups.counted = true;
  for (const std::string& value : values)
    groups.of.push_back(static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), value) - names.begin()));
  std::size_t colours = 0;
  for (const std::string& name : names)
    groups.all.push_back({name.empty() ? "(none)" : name, name.empty() ? kNone : chart_colour(colours++)});
  return groups;
}

// A unit is as long across as up: a distance in the plane is what both methods promise. A little room is left around.
void frame_of(const Matrix& points, Chart& chart) {
  constexpr double kAround = 1.08;
  double low[2] = {HUGE_VAL, HUGE_VAL}, high[2] = {-HUGE_VAL, -HUGE_VAL};
  for (std::int64_t row = 0; row < points.rows; ++row) {
    for (int axis = 0; axis < 2; ++axis) {
      low[axis] = std::min(low[axis], static_cast<double>(points.row(row)[axis]));
      high[axis] = std::max(high[axis], static_cast<double>(points.row(row)[axis]));
    }
  }
  if (points.rows == 0) return;
  const double span = std::max({high[0] - low[0], high[1] - low[1], 1e-9}) * kAround;
  ChartAxis* const axes[] = {&chart.x, &chart.y};
  for (int axis = 0; axis < 2; ++axis) {
    axes[axis]->low = (low[axis] + high[axis] - span) / 2;
    axes[axis]->high = (low[axis] + high[axis] + span) / 2;
  }
}

}  // namespace

Drawing scatter(const Matrix& points, const std::vector<std::string>& values,
                const std::pair<std::string, std::string>& axes, const std::string& title) {
  const auto count = static_cast<std::size_t>(points.rows);
  Groups groups{std::vector<std::size_t>(count, 0), {{"", chart_colour(0)}}};
  if (!values.empty()) {
    const auto numbers = as_numbers(values);
    groups = numbers ? on_scale(*numbers) : by_name(values);
  }
  Chart chart;
  chart.title = title;
  chart.width = 520;
  chart.height = 520;
  chart.x.label = axes.first;
  chart.y.label = axes.second;
  frame_of(points, chart);
  // The more points the smaller they are: clouds of thousands show where they are dense.
  constexpr double kLeast = 1.1, kMost = 3.2, kRoom = 90;
  const double radius = std::clamp(kRoom / std::sqrt(std::max(1.0, static_cast<double>(count))), kLeast, kMost);
  std::vector<std::size_t> sizes(groups.all.size(), 0);
  for (const std::size_t g : groups.of) ++sizes[g];
  // Every group is seen: points are laid in a mixed order, a layer of each group after the other. A mark goes by a
  // series' place, so that layers are a multiple of the four marks apart.
  constexpr std::size_t kLayers = 40, kMarks = 4;
  const std::size_t stride = (groups.all.size() + kMarks - 1) / kMarks * kMarks;
  chart.series.resize(stride * kLayers);
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    for (std::size_t g = 0; g < stride; ++g) {
      ChartSeries& series = chart.series[layer * stride + g];
      series.kind = SeriesKind::kPoints;
      series.width = radius;
      if (g >= groups.all.size()) continue;
      series.colour = groups.all[g].colour;
      if (layer == 0)
        series.name = groups.counted ? fmt::format("{} ({})", groups.all[g].name, sizes[g]) : groups.all[g].name;
    }
  }
  constexpr std::size_t kStride = 7919;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t layer = i * kStride % kLayers;
    const auto row = static_cast<std::int64_t>(i);
    chart.series[layer * stride + groups.of[i]].points.push_back({points.row(row)[0], points.row(row)[1]});
  }
  return draw_chart(chart);
}

}  // namespace stemloop
