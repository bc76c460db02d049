#include "report/quality_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "features/features.h"

namespace stemloop {

namespace {

constexpr const char* kInk = "#333333";
constexpr const char* kReal = "#000000";
constexpr double kWidth = 300, kHeight = 210;
constexpr std::size_t kFewValues = 1000;  // fewer values are shown as their distribution function: bins would be noise

// Of the set at place `s`; the real one is the first.
const char* colour_of(std::size_t s) { return s == 0 ? kReal : chart_colour(s - 1); }

Chart empty_chart(const std::string& label) {
  Chart chart;
  chart.width = kWidth;
  chart.height = kHeight;
  chart.x.label = label;
  chart.legend = LegendPlace::kNone;
  return chart;
}

// Values without the outermost half percent at either end, which stand at its ends.
std::vector<double> without_tails(std::vector<double> values) {
  constexpr double kTail = 0.005;
  std::sort(values.begin(), values.end());
  const auto tail = static_cast<std::size_t>(kTail * static_cast<double>(values.size()));
  const double low = values[tail], high = values[values.size() - 1 - tail];
  for (double& v : values) v = std::clamp(v, low, high);
  return values;
}

// Shares of the records in bins that all sets have in common, as a line through the middles.
std::vector<std::vector<Point>> binned(const std::vector<std::vector<double>>& values, bool whole) {
  constexpr int kBins = 24;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const auto& its : values) {
    low = std::min(low, its.front());
    high = std::max(high, its.back());
  }
  double width = std::max(1e-6, (high - low) / kBins);
  if (whole) width = std::max(1.0, std::ceil(width));  // else some bins hold more whole numbers than others
  if (whole) low -= 0.5;
  const auto bins = static_cast<std::size_t>(std::floor((high - low) / width)) + 1;
  std::vector<std::vector<Point>> lines;
  for (const auto& its : values) {
    std::vector<double> share(bins, 0.0);
    for (const double v : its)
      share[std::min(bins - 1, static_cast<std::size_t>((v - low) / width))] += 1.0 / static_cast<double>(its.size());
    auto& line = lines.emplace_back();
    for (std::size_t i = 0; i < bins; ++i) line.push_back({low + (static_cast<double>(i) + 0.5) * width, share[i]});
  }
  return lines;
}

Drawing distributions(const std::string& label, const std::vector<PlottedSet>& sets,
                      const std::function<std::vector<double>(const PlottedSet&)>& values_of, bool whole_numbers) {
  std::vector<std::vector<double>> values;
  bool few = false;
  for (const PlottedSet& one : sets) {
    values.push_back(without_tails(values_of(one)));
    few = few || values.back().size() < kFewValues;
  }
  Chart chart = empty_chart(label);
  chart.y.label = few ? "share up to x" : "share in a bin";
  chart.y.low = 0;
  if (few) chart.y.high = 1;
  const auto lines = few ? std::vector<std::vector<Point>>() : binned(values, whole_numbers);
  for (std::size_t s = 0; s < sets.size(); ++s) {  // the real set lies on top
    ChartSeries series;
    if (few) {
      series = cumulative(values[s]);
    } else {
      series.points = lines[s];
    }
    series.colour = colour_of(s);
    series.width = s == 0 ? 2.4 : 1.6;
    series.dashed = s > 7;
    chart.series.push_back(std::move(series));
  }
  return draw_chart(chart);
}

std::string kmer_text(std::size_t code, int k) {
  std::string text;
  for (int i = k - 1; i >= 0; --i) text += "ACGU"[code >> (2 * static_cast<unsigned>(i)) & 3U];
  return text;
}

// Share of each 3-mer in the real set (across) and in a synthetic one (up). `named`: those of the first synthetic set
// that lie farthest from the diagonal, for the legend.
Drawing kmers(const std::vector<PlottedSet>& sets, std::string& named) {
  constexpr int kLength = 3;
  constexpr std::size_t kNamed = 3;
  Chart chart = empty_chart("share of 3-mers in the real set");
  chart.y.label = "in a synthetic set";
  const std::vector<double> real = kmer_shares(sets[0].set->sequences, kLength);
  double top = *std::max_element(real.begin(), real.end());
  for (std::size_t s = 1; s < sets.size(); ++s) {
    const std::vector<double> its = kmer_shares(sets[s].set->sequences, kLength);
    ChartSeries series;
    series.kind = SeriesKind::kPoints;
    series.colour = colour_of(s);
    series.width = 2.4;
    std::vector<std::size_t> order(its.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
      series.points.push_back({real[i], its[i]});
      top = std::max(top, its[i]);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(its[a] - real[a]) > std::abs(its[b] - real[b]);
    });
    if (s == 1) {
      for (std::size_t i = 0; i < kNamed; ++i)
        named += fmt::format("{}{}", i == 0 ? "3-mers farthest off: " : ", ", kmer_text(order[i], kLength));
    }
    chart.series.push_back(std::move(series));
  }
  ChartSeries diagonal;
  diagonal.points = {{0, 0}, {top, top}};
  diagonal.colour = "#999999";
  diagonal.width = 1;
  chart.series.push_back(std::move(diagonal));
  chart.x.low = chart.y.low = 0;
  return draw_chart(chart);
}

std::string number_or_dash(double value, int digits) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, digits);
}

Drawing legend_of(const std::vector<PlottedSet>& sets, const std::string& named) {
  Drawing drawing{kWidth + 60, kHeight + 60, {}};
  const double room = std::min(56.0, (kHeight + 30) / static_cast<double>(sets.size()));
  double y = 34;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const PlottedSet& one = sets[s];
    drawing.add(Polyline{{{20, y - 4}, {44, y - 4}}, s == 0 ? 2.8 : 2, colour_of(s), false, s > 7});
    drawing.add(Text{{52, y},
                     fitted_text(fmt::format("{}, {}", one.name, one.report->count), drawing.width - 60, 12, true),
                     12,
                     Anchor::kStart,
                     kInk,
                     true});
    const QualityReport& r = *one.report;
    constexpr double kTwoLines = 30, kThreeLines = 42;
    if (room >= kTwoLines) {
      const std::string measures = s == 0 ? fmt::format("one hairpin {:.2f}, GC {:.3f}", r.one_hairpin, r.gc)
                                          : fmt::format("3-mer JSD {:.3f}, one hairpin {:.2f}, two-sample {}", r.jsd3,
                                                        r.one_hairpin, number_or_dash(r.two_sample, 2));
      drawing.add(Text{{52, y + 15}, measures, 11, Anchor::kStart, kInk});
      if (s == 1 && room >= kThreeLines) drawing.add(Text{{52, y + 29}, named, 11, Anchor::kStart, kInk});
    }
    y += room;
  }
  return drawing;
}

std::vector<double> lengths_of(const PlottedSet& one) {
  std::vector<double> values;
  for (const std::string& s : one.set->sequences) values.push_back(static_cast<double>(s.size()));
  return values;
}

std::vector<double> gc_of(const PlottedSet& one) {
  std::vector<double> values;
  for (const std::string& s : one.set->sequences)
    values.push_back(
        static_cast<double>(std::count_if(s.begin(), s.end(), [](char c) { return c == 'G' || c == 'C'; })) /
        static_cast<double>(s.size()));
  return values;
}

}  // namespace

Drawing quality_sheet(const std::vector<PlottedSet>& sets) {
  std::string named;
  const Drawing words = kmers(sets, named);
  return chart_panels(
      {distributions("length, nt", sets, lengths_of, true), distributions("GC content", sets, gc_of, false),
       distributions(
           "MFE per nucleotide, kcal/mol", sets, [](const PlottedSet& one) { return one.set->mfe_per_nt; }, false),
       words,
       distributions(
           "edit distance / length to the nearest real", sets,
           [](const PlottedSet& one) { return one.report->nearest; }, false),
       legend_of(sets, named)},
      3);
}

}  // namespace stemloop
