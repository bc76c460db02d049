#include "report/quality_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "features/features.h"

namespace stemloop {

namespace {

constexpr const char* kInk = "#333333";
constexpr const char* kRule = "#dddddd";
constexpr const char* kReal = "#000000";
constexpr const char* kColours[] = {"#d62728", "#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd",
                                    "#17becf", "#8c564b", "#e377c2", "#bcbd22", "#7f7f7f"};

// Of the set at place `s`; the real one is the first.
const char* colour_of(std::size_t s) { return s == 0 ? kReal : kColours[(s - 1) % std::size(kColours)]; }

// A frame with its scales; rules at round numbers.
struct Panel {
  std::string title;
  Point corner;
  double x_low = 0, x_high = 1, y_high = 1;
  static constexpr double kWidth = 300, kHeight = 210;

  [[nodiscard]] Point place(double x, double y) const {
    return {corner.x + kWidth * (x - x_low) / (x_high - x_low), corner.y + kHeight * (1 - y / y_high)};
  }
};

// 1, 2 or 5 times a power of ten, about a sixth of the span.
double round_step(double span) {
  const double rough = span / 6, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= 0.99 * rough) return factor * power;
  }
  return 10 * power;
}

std::string tick_text(double value, double step) {
  const int digits = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return fmt::format("{:.{}f}", std::abs(value) < step / 1000 ? 0.0 : value, digits);
}

void draw_frame(Drawing& drawing, const Panel& panel) {
  constexpr double kSize = 11;
  drawing.add(Text{{panel.corner.x, panel.corner.y - 10}, panel.title, 13, Anchor::kStart, kInk, true});
  const double right = panel.corner.x + Panel::kWidth, bottom = panel.corner.y + Panel::kHeight;
  const double y_step = round_step(panel.y_high);
  for (int i = 0; i * y_step <= panel.y_high; ++i) {
    const double y = panel.place(panel.x_low, i * y_step).y;
    drawing.add(Line{{panel.corner.x, y}, {right, y}, 1, kRule});
    drawing.add(Text{{panel.corner.x - 6, y + 4}, tick_text(i * y_step, y_step), kSize, Anchor::kEnd, kInk});
  }
  const double x_step = round_step(panel.x_high - panel.x_low);
  for (double at = std::ceil(panel.x_low / x_step - 1e-9); at * x_step <= panel.x_high + 1e-9; ++at) {
    const double x = panel.place(at * x_step, 0).x;
    drawing.add(Line{{x, bottom}, {x, bottom + 4}, 1, kInk});
    drawing.add(Text{{x, bottom + 17}, tick_text(at * x_step, x_step), kSize, Anchor::kMiddle, kInk});
  }
  drawing.add(Line{{panel.corner.x, bottom}, {right, bottom}, 1, kInk});
}

// Shares of the records by value, a line a set; the outermost half percent at either end stands in the end bins.
void draw_distributions(Drawing& drawing, Panel panel, const std::vector<PlottedSet>& sets,
                        const std::function<std::vector<double>(const PlottedSet&)>& values_of, bool whole_numbers) {
  constexpr int kBins = 24;
  constexpr double kTail = 0.005;
  std::vector<std::vector<double>> values;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const PlottedSet& one : sets) {
    std::vector<double> its = values_of(one);
    std::sort(its.begin(), its.end());
    const auto tail = static_cast<std::size_t>(kTail * static_cast<double>(its.size()));
    low = std::min(low, its[tail]);
    high = std::max(high, its[its.size() - 1 - tail]);
    values.push_back(std::move(its));
  }
  double width = std::max(1e-6, (high - low) / kBins);
  if (whole_numbers) width = std::max(1.0, std::ceil(width));  // else some bins hold more whole numbers than others
  if (whole_numbers) low -= 0.5;
  const int bins = static_cast<int>(std::floor((high - low) / width)) + 1;
  std::vector<Polyline> lines;
  panel.x_low = low;
  panel.x_high = low + bins * width;
  std::vector<std::vector<double>> shares;
  double top = 0;
  for (const auto& its : values) {
    std::vector<double> share(static_cast<std::size_t>(bins));
    for (const double value : its)
      share[static_cast<std::size_t>(std::clamp(static_cast<int>((value - low) / width), 0, bins - 1))] +=
          1.0 / static_cast<double>(its.size());
    top = std::max(top, *std::max_element(share.begin(), share.end()));
    shares.push_back(std::move(share));
  }
  panel.y_high = 1.05 * top;
  draw_frame(drawing, panel);
  // The real set lies on top.
  for (std::size_t s = sets.size(); s-- > 0;) {
    Polyline line;
    line.width = s == 0 ? 2.4 : 1.6;
    line.colour = colour_of(s);
    for (int i = 0; i < bins; ++i)
      line.points.push_back(panel.place(low + (i + 0.5) * width, shares[s][static_cast<std::size_t>(i)]));
    if (line.points.size() == 1) drawing.add(Circle{line.points[0], 3, line.colour, "", 0});
    if (line.points.size() > 1) drawing.add(std::move(line));
  }
}

std::string kmer_text(std::size_t code, int k) {
  std::string text;
  for (int i = k - 1; i >= 0; --i) text += "ACGU"[code >> (2 * static_cast<unsigned>(i)) & 3U];
  return text;
}

// Share of each 3-mer in the real set (across) and in a synthetic one (up); the farthest from the diagonal are named.
void draw_kmers(Drawing& drawing, Panel panel, const std::vector<PlottedSet>& sets) {
  constexpr int kLength = 3;
  constexpr std::size_t kNamed = 3;
  std::vector<std::vector<double>> shares;
  double top = 0;
  for (const PlottedSet& one : sets) {
    shares.push_back(kmer_shares(one.set->sequences, kLength));
    top = std::max(top, *std::max_element(shares.back().begin(), shares.back().end()));
  }
  panel.x_high = panel.y_high = std::max(1e-6, 1.08 * top);
  draw_frame(drawing, panel);
  drawing.add(Line{panel.place(0, 0), panel.place(panel.x_high, panel.y_high), 1, "#999999"});
  std::vector<Point> named;  // where a name stands, none is written over another
  for (std::size_t s = 1; s < sets.size(); ++s) {
    std::vector<std::size_t> order(shares[s].size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
      drawing.add(Circle{panel.place(shares[0][i], shares[s][i]), 2.6, colour_of(s), "", 0});
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(shares[s][a] - shares[0][a]) > std::abs(shares[s][b] - shares[0][b]);
    });
    for (std::size_t i = 0; i < kNamed; ++i) {
      constexpr double kNameWidth = 24, kNameHeight = 9;
      const Point at = panel.place(shares[0][order[i]], shares[s][order[i]]);
      if (std::any_of(named.begin(), named.end(), [&](const Point& p) {
            return std::abs(p.x - at.x) < kNameWidth && std::abs(p.y - at.y) < kNameHeight;
          }))
        continue;
      named.push_back(at);
      drawing.add(Text{{at.x + 4, at.y - 3}, kmer_text(order[i], kLength), 9, Anchor::kStart, colour_of(s)});
    }
  }
}

std::string number_or_dash(double value, int digits) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, digits);
}

void draw_legend(Drawing& drawing, const Point& corner, const std::vector<PlottedSet>& sets) {
  constexpr std::size_t kLongest = 40;
  const double room = std::min(42.0, (Panel::kHeight + 20) / static_cast<double>(sets.size()));
  double y = corner.y + 8;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const PlottedSet& one = sets[s];
    drawing.add(Line{{corner.x, y - 4}, {corner.x + 24, y - 4}, s == 0 ? 2.8 : 2, colour_of(s)});
    const std::string name = one.name.size() > kLongest ? one.name.substr(0, kLongest - 3) + "..." : one.name;
    drawing.add(
        Text{{corner.x + 32, y}, fmt::format("{}, {}", name, one.report->count), 12, Anchor::kStart, kInk, true});
    const QualityReport& r = *one.report;
    constexpr double kTwoLines = 30;
    if (room >= kTwoLines) {
      const std::string measures = s == 0 ? fmt::format("one hairpin {:.2f}, GC {:.3f}", r.one_hairpin, r.gc)
                                          : fmt::format("3-mer JSD {:.3f}, one hairpin {:.2f}, two-sample {}", r.jsd3,
                                                        r.one_hairpin, number_or_dash(r.two_sample, 2));
      drawing.add(Text{{corner.x + 32, y + 15}, measures, 11, Anchor::kStart, kInk});
    }
    y += room;
  }
  drawing.add(Text{
      {corner.x, corner.y + Panel::kHeight + 40}, "Lines: share of the sequences in a bin", 11, Anchor::kStart, kInk});
}

}  // namespace

Drawing quality_sheet(const std::vector<PlottedSet>& sets) {
  constexpr double kLeft = 60, kTop = 52, kAcross = Panel::kWidth + 72, kDown = Panel::kHeight + 76;
  Drawing drawing{kLeft + 3 * kAcross - 20, kTop + 2 * kDown - 16, {}};
  const auto corner = [&](int column, int row) { return Point{kLeft + column * kAcross, kTop + row * kDown}; };
  draw_distributions(
      drawing, {"Length, nt", corner(0, 0)}, sets,
      [](const PlottedSet& one) {
        std::vector<double> values;
        for (const std::string& s : one.set->sequences) values.push_back(static_cast<double>(s.size()));
        return values;
      },
      true);
  draw_distributions(
      drawing, {"GC content", corner(1, 0)}, sets,
      [](const PlottedSet& one) {
        std::vector<double> values;
        for (const std::string& s : one.set->sequences)
          values.push_back(
              static_cast<double>(std::count_if(s.begin(), s.end(), [](char c) { return c == 'G' || c == 'C'; })) /
              static_cast<double>(s.size()));
        return values;
      },
      false);
  draw_distributions(
      drawing, {"MFE per nucleotide, kcal/mol", corner(2, 0)}, sets,
      [](const PlottedSet& one) { return one.set->mfe_per_nt; }, false);
  draw_kmers(drawing, {"Share of 3-mers: real across, synthetic up", corner(0, 1)}, sets);
  draw_distributions(
      drawing, {"Edit distance / length to the nearest real", corner(1, 1)}, sets,
      [](const PlottedSet& one) { return one.report->nearest; }, false);
  draw_legend(drawing, corner(2, 1), sets);
  return drawing;
}

}  // namespace stemloop
