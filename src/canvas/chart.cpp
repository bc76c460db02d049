#include "canvas/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace stemloop {

namespace {

constexpr const char* kInk = "#222222";
constexpr const char* kRule = "#e2e2e2";
constexpr double kTickSize = 10;
constexpr double kLabelSize = 11.5;

std::string tick_text(double value, double step) {
  constexpr const char* kMinus = "\u2212";  // as wide as a plus; a hyphen is half of it
  const double size = std::abs(value) < step / 1000 ? 0.0 : std::abs(value);
  const int digits = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  const bool powers = size >= 1e5 || (step < 1e-4 && value != 0);
  return (value < 0 && size > 0 ? kMinus : "") +
         (powers ? fmt::format("{:.3g}", size) : fmt::format("{:.{}f}", size, digits));
}

// An axis that knows its ends and where a value stands on it, from 0 to 1.
struct Scale {
  double low = 0, high = 1;
  bool log = false;
  std::vector<std::pair<double, std::string>> ticks;

  [[nodiscard]] double share(double value) const {
    if (log) return (std::log10(value) - std::log10(low)) / (std::log10(high) - std::log10(low));
    return (value - low) / (high - low);
  }
};

// The next of 1, 2, 5, 10, 20, ... at or below `value`, or at or above it.
double round_factor(double value, bool up) {
  const double power = std::pow(10, std::floor(std::log10(value) + 1e-9));
  double found = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    if (up && factor * power >= value * (1 - 1e-9)) return factor * power;
    if (factor * power <= value * (1 + 1e-9)) found = factor * power;
  }
  return found;
}

// Whole decades, or where the values span less than two of them, from and to one of 1, 2, 5.
void log_scale(Scale& scale, double& low, double& high) {
  constexpr double kTwoDecades = 100;
  const bool fine = high / low < kTwoDecades;
  low = fine ? round_factor(low, false) : std::pow(10, std::floor(std::log10(low) + 1e-9));
  high = fine ? round_factor(high, true) : std::pow(10, std::ceil(std::log10(high) - 1e-9));
  if (high <= low) high = low * 10;
  if (fine) {
    for (double v = low; v <= high * 1.0001; v = round_factor(v * 1.5, true))
      scale.ticks.emplace_back(v, fmt::format("{:g}", v));
    return;
  }
  const int each = std::max(1, static_cast<int>(std::ceil(std::log10(high / low) / 6)));
  int count = 0;
  for (double v = low; v <= high * 1.0001; v *= 10, ++count) {
    if (count % each == 0) scale.ticks.emplace_back(v, fmt::format("{:g}", v));
  }
}

Scale scale_of(const ChartAxis& axis, double least, double most, bool from_zero) {
  Scale scale;
  scale.log = axis.log;
  if (!(least <= most)) least = axis.log ? 1 : 0, most = axis.log ? 10 : 1;
  if (from_zero) least = std::min(least, 0.0);
  double low = axis.low.value_or(least), high = axis.high.value_or(most);
  if (axis.log) {
    log_scale(scale, low, high);
  } else {
    if (high <= low) high = low + 1;
    std::vector<double> ticks = round_ticks(low, high);
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
    // A free end goes on to the next round number.
    if (!axis.low && axis.ticks.empty()) low = std::floor(low / step + 1e-9) * step;
    if (!axis.high && axis.ticks.empty()) high = std::ceil(high / step - 1e-9) * step;
    for (double v = std::ceil(low / step - 1e-9) * step; v <= high + step * 1e-6; v += step) {
      if (axis.whole && std::abs(v - std::round(v)) > 1e-6) continue;
      scale.ticks.emplace_back(v, tick_text(v, step));
    }
  }
  if (!axis.ticks.empty()) scale.ticks = axis.ticks;
  scale.low = low;
  scale.high = high;
  return scale;
}

void add_marker(Drawing& d, Point p, double r, std::size_t place, const std::string& colour) {
  switch (place % 4) {
    case 0:
      d.add(Circle{p, r, colour, ""});
      break;
    case 1:
      d.add(Rectangle{{p.x - r * 0.9, p.y - r * 0.9}, 1.8 * r, 1.8 * r, colour, "", 0});
      break;
    case 2:
      d.add(
          Polygon{{{p.x, p.y - 1.2 * r}, {p.x + 1.1 * r, p.y + 0.8 * r}, {p.x - 1.1 * r, p.y + 0.8 * r}}, colour, ""});
      break;
    default:
      d.add(Polygon{
          {{p.x, p.y - 1.3 * r}, {p.x + 1.3 * r, p.y}, {p.x, p.y + 1.3 * r}, {p.x - 1.3 * r, p.y}}, colour, ""});
  }
}

class ChartPainter {
 public:
  explicit ChartPainter(const Chart& chart) : c_(chart) {
    double low[2] = {HUGE_VAL, HUGE_VAL}, high[2] = {-HUGE_VAL, -HUGE_VAL};
    bool bars = false;
    for (const ChartSeries& s : c_.series) {
      const bool is_bars = s.kind == SeriesKind::kBars;
      bars = bars || is_bars;
      const double half = is_bars ? bar_width(s) / 2 : 0;
      for (const Point& p : s.points) {
        if (left_out(p)) continue;
        low[0] = std::min(low[0], p.x - half);
        high[0] = std::max(high[0], p.x + half);
        low[1] = std::min(low[1], p.y);
        high[1] = std::max(high[1], p.y);
      }
    }
    x_ = scale_of(c_.x, low[0], high[0], false);
    y_ = scale_of(c_.y, low[1], high[1], bars && !c_.y.log);
  }

  Drawing run() {
    for (const auto& [value, text] : y_.ticks) widest_y_ = std::max(widest_y_, text_width(text, kTickSize));
    left_ = 12 + (c_.y.label.empty() ? 0 : 18) + widest_y_ + 8;
    top_ = c_.title.empty() ? 12 : 34;
    frame();
    for (std::size_t s = c_.series.size(); s-- > 0;) series(s);
    const double label_room = c_.x.label.empty() ? 6 : 24;
    d_.height = top_ + c_.height + tick_room_ + label_room;
    d_.width = left_ + c_.width + 16;
    if (!c_.title.empty()) d_.add(Text{{left_, 20}, c_.title, 13, Anchor::kStart, kInk, true});
    legend();
    return d_;
  }

 private:
  [[nodiscard]] bool left_out(Point p) const { return (c_.x.log && p.x <= 0) || (c_.y.log && p.y <= 0); }
  [[nodiscard]] Point at(Point p) const {
    return {left_ + c_.width * std::clamp(x_.share(p.x), 0.0, 1.0),
            top_ + c_.height * (1 - std::clamp(y_.share(p.y), 0.0, 1.0))};
  }
  [[nodiscard]] std::string colour_of(std::size_t s) const {
    return c_.series[s].colour.empty() ? chart_colour(s) : c_.series[s].colour;
  }
  static double bar_width(const ChartSeries& s) {
    double width = HUGE_VAL;
    for (std::size_t k = 1; k < s.points.size(); ++k)
      width = std::min(width, std::abs(s.points[k].x - s.points[k - 1].x));
    return std::isfinite(width) && width > 0 ? width : 1;
  }

  void frame() {
    const double bottom = top_ + c_.height, right = left_ + c_.width;
    const bool cloud =
        !c_.series.empty() && c_.series[0].kind == SeriesKind::kPoints;  // rules behind it would be noise
    for (const auto& [value, text] : y_.ticks) {
      const double y = at({x_.low, value}).y;
      if (!cloud) d_.add(Line{{left_, y}, {right, y}, 0.8, kRule});
      d_.add(Line{{left_ - 4, y}, {left_, y}, 1, kInk});
      d_.add(Text{{left_ - 7, y + kTickSize * 0.36}, text, kTickSize, Anchor::kEnd, kInk});
    }
    // Numbers that do not fit side by side are left out, every second or more; names stand aslant.
    double widest = 0, room = c_.width;
    for (std::size_t k = 0; k < x_.ticks.size(); ++k) {
      widest = std::max(widest, text_width(x_.ticks[k].second, kTickSize));
      if (k > 0) room = std::min(room, at({x_.ticks[k].first, y_.low}).x - at({x_.ticks[k - 1].first, y_.low}).x);
    }
    const bool numbers = c_.x.ticks.empty();
    const bool aslant = !numbers && widest + 6 > room;
    const long each = numbers && room > 1 ? std::max(1L, std::lround(std::ceil((widest + 8) / room))) : 1;
    const double step = x_.ticks.size() > 1 ? x_.ticks[1].first - x_.ticks[0].first : 1;
    tick_room_ = 18 + (aslant ? widest * 0.65 : 0);
    for (const auto& [value, text] : x_.ticks) {
      const double x = at({value, y_.low}).x;
      d_.add(Line{{x, bottom}, {x, bottom + 4}, 1, kInk});
      if (each > 1 && !x_.log && std::lround(value / step) % each != 0) continue;
      Text label{{x, bottom + 16}, text, kTickSize, Anchor::kMiddle, kInk};
      if (aslant) {
        label.at = {x + 4, bottom + 12};
        label.anchor = Anchor::kEnd;
        label.turned = 40;
      }
      d_.add(label);
    }
    d_.add(Line{{left_, bottom}, {right, bottom}, 1, kInk});
    d_.add(Line{{left_, top_}, {left_, bottom}, 1, kInk});
    if (!c_.x.label.empty())
      d_.add(Text{{left_ + c_.width / 2, bottom + tick_room_ + 15}, c_.x.label, kLabelSize, Anchor::kMiddle, kInk});
    if (!c_.y.label.empty()) {
      Text label{{20, top_ + c_.height / 2}, c_.y.label, kLabelSize, Anchor::kMiddle, kInk};
      label.turned = 90;
      d_.add(label);
    }
  }

  void series(std::size_t k) {
    const ChartSeries& s = c_.series[k];
    const std::string colour = colour_of(k);
    if (s.kind == SeriesKind::kBars) {
      const double half = bar_width(s) / 2;
      for (const Point& p : s.points) {
        const Point low = at({p.x - half, 0}), high = at({p.x + half, p.y});
        if (p.y != 0) d_.add(Rectangle{{low.x, high.y}, high.x - low.x, low.y - high.y, colour, "#ffffff", 0.8});
      }
      return;
    }
    if (s.kind == SeriesKind::kPoints) {
      for (const Point& p : s.points) {
        if (!left_out(p)) add_marker(d_, at(p), s.width, k, colour);
      }
      return;
    }
    Polyline line{{}, s.width, colour, true, s.dashed};
    for (const Point& p : s.points) {
      if (left_out(p)) continue;
      const Point q = at(p);
      if (s.kind == SeriesKind::kSteps && !line.points.empty()) line.points.push_back({q.x, line.points.back().y});
      line.points.push_back(q);
    }
    if (line.points.size() == 1) add_marker(d_, line.points[0], 3, k, colour);
    if (line.points.size() > 1) d_.add(std::move(line));
  }

  void legend() {
    std::vector<std::size_t> named;
    for (std::size_t s = 0; s < c_.series.size(); ++s) {
      if (!c_.series[s].name.empty()) named.push_back(s);
    }
    if (named.empty() || c_.legend == LegendPlace::kNone) return;
    constexpr double kSample = 20, kLine = 16;
    double x = c_.legend == LegendPlace::kRight ? d_.width : left_;
    double y = c_.legend == LegendPlace::kRight ? top_ + 8 : d_.height + 10;
    double widest = 0;
    for (const std::size_t s : named) {
      const std::string name = fitted_text(c_.series[s].name, 240, kTickSize);
      const double width = kSample + 6 + text_width(name, kTickSize) + 14;
      if (c_.legend == LegendPlace::kBelow && x > left_ && x + width > d_.width) {
        x = left_;
        y += kLine;
      }
      const std::string colour = colour_of(s);
      const Point middle = {x + kSample / 2, y - 3};
      if (c_.series[s].kind == SeriesKind::kBars) {
        d_.add(Rectangle{{x + 3, y - 8}, kSample - 6, 10, colour, "", 0});
      } else if (c_.series[s].kind == SeriesKind::kPoints) {
        add_marker(d_, middle, 4, s, colour);
      } else {
        d_.add(
            Polyline{{{x, y - 3}, {x + kSample, y - 3}}, c_.series[s].width + 0.4, colour, false, c_.series[s].dashed});
      }
      d_.add(Text{{x + kSample + 6, y}, name, kTickSize, Anchor::kStart, kInk});
      widest = std::max(widest, width);
      if (c_.legend == LegendPlace::kRight) {
        y += kLine;
      } else {
        x += width;
      }
    }
    if (c_.legend == LegendPlace::kRight) {
      d_.width += widest;
      d_.height = std::max(d_.height, y + 4);
    } else {
      d_.height = y + 10;
    }
  }

  const Chart& c_;
  Scale x_, y_;
  double left_ = 0, top_ = 0, widest_y_ = 0, tick_room_ = 18;
  Drawing d_;
};

}  // namespace

Drawing draw_chart(const Chart& chart) { return ChartPainter(chart).run(); }

}  // namespace stemloop
