#include "cli/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kInk = "#333333";
constexpr const char* kRule = "#dddddd";

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

// Curves in a frame with a few labelled rules.
void draw_panel(Drawing& drawing, const Panel& panel, const std::vector<Curve>& curves) {
  constexpr double kMargin = 56, kText = 11;
  double x_high = 1, low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Curve& curve : curves) {
    for (const Point& p : curve.points) {
      if (panel.log_scale && p.y <= 0) continue;
      x_high = std::max(x_high, p.x);
      low = std::min(low, p.y);
      high = std::max(high, p.y);
    }
  }
  drawing.add(Text{{panel.corner.x, panel.corner.y - 8}, panel.title, 13, Anchor::kStart, kInk, true});
  if (!(low <= high)) return;
  const auto scaled = [&](double y) { return panel.log_scale ? std::log10(y) : y; };
  double bottom = scaled(low), top = scaled(high);
  const double room = std::max(1e-9, 0.05 * (top - bottom));
  bottom -= room;
  top += room;
  const double left = panel.corner.x + kMargin;
  const double width = panel.width - kMargin;
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
    drawing.add(Text{{left + width * i / kRules, panel.corner.y + panel.height + 16}, tick_text(std::round(x * 10) / 10),
                     kText, Anchor::kMiddle, kInk});
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
    drawing.add(Line{{left + width - 150, legend - 4}, {left + width - 130, legend - 4}, 2.5, curve.colour});
    drawing.add(Text{{left + width - 124, legend}, curve.name, kText, Anchor::kStart, kInk});
    legend += 15;
  }
}

}  // namespace

Drawing loss_curves(const std::string& metrics_path) {
  Curve train{"training loss", "#1f77b4", {}}, valid{"validation loss", "#d62728", {}};
  Curve pixels{"MAE (pixels)", "#2ca02c", {}}, letters{"MAE nucleotide", "#9467bd", {}}, lengths{"MAE length", "#ff7f0e", {}};
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
  Drawing drawing{760, 560, {}};
  draw_panel(drawing, {"Loss per record, by epoch", {24, 36}, 700, 200, true}, {train, valid});
  draw_panel(drawing, {"Reconstruction error on validation records, by epoch", {24, 310}, 700, 200, true},
             {pixels, letters, lengths});
  return drawing;
}

}  // namespace stemloop
