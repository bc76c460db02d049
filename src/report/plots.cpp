#include "report/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kInk = "#333333";
constexpr const char* kRule = "#dddddd";
constexpr double kPanelWidth = 830, kCurvesWidth = 870;

struct Curve {
  std::string name;
  std::string colour;
  std::vector<Point> points;  // data units
};

struct Panel {
  std::string title;
  Point corner;
  double width = 0, height = 0;
  bool log_scale = false;
};

std::string tick_text(double value) {
  return std::abs(value) >= 1e4 || (value != 0 && std::abs(value) < 1e-3) ? fmt::format("{:.0e}", value)
                                                                          : fmt::format("{:g}", value);
}

// Curves in a frame with a few labelled rules, their names beside it.
void draw_panel(Drawing& drawing, const Panel& panel, const std::vector<Curve>& curves) {
  constexpr double kMargin = 56, kText = 11, kLegend = 150, kGap = 14, kSample = 20;
  double x_high = 1, low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Curve& curve : curves) {
    for (const Point& p : curve.points) {
      if (panel.log_scale && p.y <= 0) continue;
      x_high = std::max(x_high, p.x);
      low = std::min(low, p.y);
      high = std::max(high, p.y);
    }
  }
  drawing.add(Text{{panel.corner.x, panel.corner.y - 14}, panel.title, 13, Anchor::kStart, kInk, true});
  if (!(low <= high)) return;
  const auto scaled = [&](double y) { return panel.log_scale ? std::log10(y) : y; };
  double bottom = scaled(low), top = scaled(high);
  const double room = std::max(1e-9, 0.05 * (top - bottom));
  bottom -= room;
  top += room;
  const double left = panel.corner.x + kMargin;
  const double width = panel.width - kMargin - kLegend;
  const auto place = [&](const Point& p) {
    return Point{left + width * p.x / x_high,
                 panel.corner.y + panel.height * (1 - (scaled(p.y) - bottom) / (top - bottom))};
  };
  constexpr int kRules = 4;
  for (int i = 0; i <= kRules; ++i) {
    const double at = bottom + (top - bottom) * i / kRules;
    const double value = panel.log_scale ? std::pow(10, at) : at;
    const double y = panel.corner.y + panel.height * (1 - static_cast<double>(i) / kRules);
    drawing.add(Line{{left, y}, {left + width, y}, 1, kRule});
    drawing.add(Text{{left - 6, y + 4}, tick_text(std::stod(fmt::format("{:.3g}", value))), kText, Anchor::kEnd, kInk});
    const double x = x_high * i / kRules;
    drawing.add(Text{{left + width * i / kRules, panel.corner.y + panel.height + 16},
                     tick_text(std::round(x * 10) / 10),
                     kText,
                     Anchor::kMiddle,
                     kInk});
  }
  double legend = panel.corner.y + 14;
  for (const Curve& curve : curves) {
    Polyline line;
    line.width = 1.6;
    line.colour = curve.colour;
    for (const Point& p : curve.points) {
      if (!panel.log_scale || p.y > 0) line.points.push_back(place(p));
    }
    if (line.points.size() == 1) drawing.add(Circle{line.points[0], 2.5, curve.colour, "", 0});
    if (line.points.size() > 1) drawing.add(line);
    const double sample = left + width + kGap;
    drawing.add(Line{{sample, legend - 4}, {sample + kSample, legend - 4}, 2.5, curve.colour});
    drawing.add(Text{{sample + kSample + 6, legend}, curve.name, kText, Anchor::kStart, kInk});
    legend += 15;
  }
}

}  // namespace

Drawing loss_curves(const std::string& metrics_path) {
  Curve train{"training loss", "#1f77b4", {}}, valid{"validation loss", "#d62728", {}};
  Curve pixels{"MAE (pixels)", "#2ca02c", {}}, letters{"MAE nucleotide", "#9467bd", {}},
      lengths{"MAE length", "#ff7f0e", {}};
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
  Drawing drawing{kCurvesWidth, 560, {}};
  draw_panel(drawing, {"Loss per record, by epoch", {24, 36}, kPanelWidth, 200, true}, {train, valid});
  draw_panel(drawing, {"Reconstruction error on validation records, by epoch", {24, 310}, kPanelWidth, 200, true},
             {pixels, letters, lengths});
  return drawing;
}

Drawing sequence_curves(const std::string& metrics_path) {
  constexpr const char* kColours[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e",
                                      "#8c564b", "#17becf", "#7f7f7f", "#e377c2", "#bcbd22"};
  const auto add = [&](std::vector<Curve>& curves, double epoch, const Json& values,
                       const std::vector<std::string>& left_out) {
    for (const auto& [name, value] : values.items()) {
      if (!value.is_number() || std::find(left_out.begin(), left_out.end(), name) != left_out.end()) continue;
      auto found = std::find_if(curves.begin(), curves.end(), [&n = name](const Curve& c) { return c.name == n; });
      if (found == curves.end()) {
        curves.push_back({name, kColours[curves.size() % std::size(kColours)], {}});
        found = curves.end() - 1;
      }
      found->points.push_back({epoch, value.get<double>()});
    }
  };
  std::vector<Curve> losses, measures;
  std::ifstream in(metrics_path);
  for (std::string text; std::getline(in, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (!line.is_object() || line.value("kind", "") != "epoch") continue;
    const double epoch = line.at("epoch").get<double>();
    add(losses, epoch, line.at("train"), {});
    if (line.contains("valid")) add(measures, epoch, line.at("valid"), {"loss", "length"});
  }
  Drawing drawing{kCurvesWidth, 640, {}};
  draw_panel(drawing, {"Losses, by epoch", {24, 36}, kPanelWidth, 220, false}, losses);
  draw_panel(drawing, {"Drawn or held-out sequences, by epoch", {24, 330}, kPanelWidth, 270, false}, measures);
  return drawing;
}

namespace {

// Colours between the ends of a scale that the colour-blind can read (dark blue to yellow).
std::string scale_colour(double t) {
  constexpr double kStops[][3] = {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}};
  constexpr int kSpans = 4;
  const double at = std::clamp(t, 0.0, 1.0) * kSpans;
  const int i = std::min(kSpans - 1, static_cast<int>(at));
  int rgb[3];
  for (int c = 0; c < 3; ++c)
    rgb[c] = static_cast<int>(std::lround(kStops[i][c] + (at - i) * (kStops[i + 1][c] - kStops[i][c])));
  return fmt::format("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
}

struct Legend {
  std::vector<std::string> colours;                          // one a point
  std::vector<std::pair<std::string, std::string>> entries;  // name, colour
};

Legend legend_of(const std::vector<std::string>& values, std::size_t count) {
  constexpr const char* kNone = "#bbbbbb";
  constexpr const char* kGroups[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e",
                                     "#17becf", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22"};
  Legend legend;
  if (values.empty()) {
    legend.colours.assign(count, kGroups[0]);
    return legend;
  }
  std::vector<double> numbers;
  bool numeric = true;
  for (const std::string& value : values) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    if (value.empty()) {
      numbers.push_back(std::nan(""));
    } else if (*end == '\0' && std::isfinite(number)) {
      numbers.push_back(number);
    } else {
      numeric = false;
      break;
    }
  }
  if (!numeric) {
    std::vector<std::string> names = values;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    const auto colour = [&](const std::string& name) {
      const auto at = static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), name) - names.begin());
      return std::string(name.empty() ? kNone : kGroups[at % std::size(kGroups)]);
    };
    for (const std::string& value : values) legend.colours.push_back(colour(value));
    for (const std::string& name : names) legend.entries.emplace_back(name.empty() ? "(none)" : name, colour(name));
    return legend;
  }
  // From the 2nd to the 98th percentile: a few odd values do not take the scale.
  std::vector<double> sorted;
  std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(sorted), [](double v) { return !std::isnan(v); });
  std::sort(sorted.begin(), sorted.end());
  const double low = sorted.empty() ? 0 : sorted[sorted.size() * 2 / 100];
  const double high = sorted.empty() ? 1 : sorted[sorted.size() * 98 / 100];
  const double span = high > low ? high - low : 1;
  for (const double v : numbers) legend.colours.push_back(std::isnan(v) ? kNone : scale_colour((v - low) / span));
  constexpr int kSteps = 5;
  for (int i = 0; i < kSteps; ++i) {
    const double t = 1 - static_cast<double>(i) / (kSteps - 1);
    legend.entries.emplace_back(fmt::format("{:.3g}", low + t * span), scale_colour(t));
  }
  return legend;
}

}  // namespace

Drawing scatter(const Matrix& points, const std::vector<std::string>& values,
                const std::pair<std::string, std::string>& axes, const std::string& title) {
  constexpr double kSize = 620, kLeft = 50, kTop = 64, kLegend = 150;
  const Legend legend = legend_of(values, static_cast<std::size_t>(points.rows));
  Drawing drawing{kLeft + kSize + kLegend, kTop + kSize + 50, {}};
  drawing.add(Text{{kLeft, 26}, title, 15, Anchor::kStart, kInk, true});
  drawing.add(Rectangle{{kLeft, kTop}, kSize, kSize, "", kRule, 1});
  double low[2] = {HUGE_VAL, HUGE_VAL}, high[2] = {-HUGE_VAL, -HUGE_VAL};
  for (std::int64_t i = 0; i < points.rows; ++i) {
    for (int a = 0; a < 2; ++a) {
      low[a] = std::min<double>(low[a], points.row(i)[a]);
      high[a] = std::max<double>(high[a], points.row(i)[a]);
    }
  }
  const double radius = points.rows > 5000 ? 1.3 : points.rows > 500 ? 2 : 3.5;
  // Every group is seen: points are laid in a mixed order, not one group over the other.
  constexpr std::int64_t kStride = 7919;
  for (std::int64_t step = 0; step < kStride; ++step) {
    for (std::int64_t i = step; i < points.rows; i += kStride) {
      const auto place = [&](int a) { return (points.row(i)[a] - low[a]) / std::max(1e-12, high[a] - low[a]); };
      drawing.add(Circle{{kLeft + 8 + (kSize - 16) * place(0), kTop + kSize - 8 - (kSize - 16) * place(1)},
                         radius,
                         legend.colours[static_cast<std::size_t>(i)],
                         "",
                         0});
    }
  }
  drawing.add(Text{{kLeft + kSize / 2, kTop + kSize + 30}, axes.first, 13, Anchor::kMiddle, kInk});
  drawing.add(Text{{kLeft, kTop - 8}, axes.second, 13, Anchor::kStart, kInk});
  double y = kTop + 14;
  for (const auto& [name, colour] : legend.entries) {
    drawing.add(Circle{{kLeft + kSize + 18, y - 4}, 5, colour, "", 0});
    drawing.add(Text{{kLeft + kSize + 30, y}, name, 12, Anchor::kStart, kInk});
    y += 20;
  }
  return drawing;
}

}  // namespace stemloop
