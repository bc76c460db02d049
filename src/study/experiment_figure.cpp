// experiment mirtron: the figure of a run's summary.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "study/experiment_summary.h"

namespace stemloop {

namespace {

constexpr const char* kInk = "#333333";
constexpr const char* kGrid = "#dddddd";
constexpr double kLeft = 190, kTop = 92, kWidth = 330, kGap = 36, kRowHeight = 15, kGroupGap = 12;

// An arm and the same with "-only" share a line.
std::string line_of(const std::string& arm) { return is_only(arm) ? source_of(arm) : arm; }

struct Scale {
  double low = 0, high = 1;
  [[nodiscard]] double x(int panel, double value) const {
    return kLeft + panel * (kWidth + kGap) + kWidth * (std::clamp(value, low, high) - low) / (high - low);
  }
};

constexpr double kStep = 0.1;

// Where everything stands.
struct Layout {
  std::map<std::pair<std::string, std::string>, double> y_of;  // by classifier and source
  std::vector<std::pair<std::string, double>> group_at;
  double bottom = 0;
  Scale scale{1, 1};
};

Layout layout_of(const Summary& summary) {
  Layout all;
  double y = kTop;
  for (const std::string classifier : kClassifiers) {
    std::set<std::string> sources;
    for (const SummaryRow& row : summary.rows) {
      if (row.classifier == classifier) sources.insert(line_of(row.arm));
    }
    if (sources.empty()) continue;
    y += kGroupGap;
    all.group_at.emplace_back(classifier, y);
    for (const std::string& source : arm_names()) {
      if (is_only(source) || sources.count(source) == 0) continue;
      all.y_of[{classifier, source}] = y;
      y += kRowHeight;
    }
  }
  all.bottom = y + 4;
  Scale& scale = all.scale;
  for (const SummaryRow& row : summary.rows) {
    if (!std::isnan(row.metrics[kMcc].mean))
      scale.low =
          std::min(scale.low, std::isnan(row.metrics[kMcc].low) ? row.metrics[kMcc].mean : row.metrics[kMcc].low);
  }
  scale.low = std::max(-1.0, std::floor(scale.low / kStep) * kStep);
  if (scale.low >= 1) scale.low = 0;
  return all;
}

void draw_frames(const Layout& layout, Drawing& drawing) {
  const Scale& scale = layout.scale;
  const double bottom = layout.bottom;
  drawing.add(Text{{16, 26},
                   "Mirtron or canonical miRNA: Matthews' correlation on real test folds",
                   15,
                   Anchor::kStart,
                   kInk,
                   true});
  int panel = 0;
  for (const std::string ends : kEnds) {
    drawing.add(Text{{scale.x(panel, scale.low), kTop - 10}, ends_in_words(ends), 13, Anchor::kStart, kInk, true});
    const int steps = static_cast<int>(std::lround((1 - scale.low) / kStep));
    for (int i = 0; i <= steps; ++i) {
      const double x = scale.x(panel, scale.low + i * kStep);
      drawing.add(Line{{x, kTop}, {x, bottom}, 1, kGrid});
      if (steps <= 8 || i % 2 == steps % 2)
        drawing.add(Text{{x, bottom + 16}, fmt::format("{:.1f}", scale.low + i * kStep), 11, Anchor::kMiddle, kInk});
    }
    ++panel;
  }
  for (const auto& [classifier, at] : layout.group_at) {
    drawing.add(Text{{16, at + 4}, classifier == kRule ? "ends in AG" : classifier, 12, Anchor::kStart, kInk, true});
    drawing.add(Line{{16, at - kGroupGap + 2}, {kLeft + 2 * kWidth + kGap, at - kGroupGap + 2}, 1, kGrid});
  }
  for (const auto& [name, at] : layout.y_of)
    drawing.add(Text{{kLeft - 10, at + 4}, name.second, 11, Anchor::kEnd, kInk});
}

}  // namespace

Drawing summary_figure(const Summary& summary) {
  const Layout layout = layout_of(summary);
  const Scale& scale = layout.scale;
  const double bottom = layout.bottom;
  Drawing drawing{kLeft + 2 * kWidth + kGap + 24, bottom + 62, {}};
  draw_frames(layout, drawing);

  // Dots and intervals; the open ones a little lower.
  for (const SummaryRow& row : summary.rows) {
    const MeanInterval i = row.metrics[kMcc];
    if (std::isnan(i.mean)) continue;
    const int at = row.ends == kEnds[0] ? 0 : 1;
    const bool only = is_only(row.arm);
    const double line = layout.y_of.at({row.classifier, line_of(row.arm)}) + (only ? 3 : -1);
    const std::string colour = colour_of_arm(line_of(row.arm));
    if (!std::isnan(i.low)) drawing.add(Line{{scale.x(at, i.low), line}, {scale.x(at, i.high), line}, 1.3, colour});
    drawing.add(Circle{{scale.x(at, i.mean), line}, 3.4, only ? "#ffffff" : colour, colour, 1.4});
  }

  // What it means.
  drawing.add(Circle{{22, 46}, 3.4, kInk, kInk, 1.4});
  drawing.add(Text{{32, 50}, "real mirtrons, filled up with synthetic ones", 12, Anchor::kStart, kInk});
  drawing.add(Circle{{322, 46}, 3.4, "#ffffff", kInk, 1.4});
  drawing.add(Text{{332, 50}, "synthetic mirtrons only; lines: 95 % intervals of the mean", 12, Anchor::kStart, kInk});
  drawing.add(
      Text{{kLeft, bottom + 42}, "MCC; the scale ends at the lowest interval of the figure", 11, Anchor::kStart, kInk});
  return drawing;
}

}  // namespace stemloop
