// experiment mirtron --real: does augmentation help where real mirtrons are few?
#include <algorithm>
#include <cmath>
#include <set>

#include "canvas/canvas.h"
#include "learn/learn.h"
#include "study/experiment.h"

namespace stemloop {

namespace {

constexpr int kOdds[] = {1, 5, 20};  // canonical hairpins to a mirtron

struct Point2 {
  std::string test, ends, classifier, arm;
  std::int64_t real = 0;
  auto operator<=>(const Point2&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0 in it
};
using Folds = std::map<std::pair<int, int>, std::array<double, kMetricCount>>;
using Points = std::map<Point2, Folds>;

// What is averaged of a cell: one of its metrics, or MCC at other odds.
struct Measure {
  std::size_t metric = kMcc;
  double odds = 0;  // 0: the metric
  [[nodiscard]] double of(const std::array<double, kMetricCount>& m) const {
    return odds > 0 ? mcc_at(m[kSensitivity], m[kSpecificity], odds) : m[metric];
  }
  [[nodiscard]] double least() const { return metric == kMcc ? -1 : 0; }
};

MeanInterval mean_of(const Folds& folds, double ratio, const Measure& measure) {
  std::vector<double> values;
  for (const auto& [place, m] : folds) values.push_back(measure.of(m));
  return within(mean_interval(values, ratio), measure.least(), 1);
}

PairedDifference against(const Folds& first, const Folds& second, double ratio, const Measure& measure) {
  std::vector<double> a, b;
  for (const auto& [place, m] : first) {
    const auto partner = second.find(place);
    if (partner == second.end()) continue;
    a.push_back(measure.of(m));
    b.push_back(measure.of(partner->second));
  }
  return paired_difference(a, b, ratio);
}

std::string number(double value, int digits = 4) {
  return std::isnan(value) ? "" : fmt::format("{:.{}f}", value, digits);
}

std::string interval(const MeanInterval& m) {
  return fmt::format("\t{}\t{}\t{}", number(m.mean), number(m.low), number(m.high));
}

// A panel a classifier and ends: MCC against the number of real mirtrons, on a logarithmic axis.
class CurveFigure {
 public:
  CurveFigure(const Points& points, double ratio, const Measure& measure)
      : points_(points), ratio_(ratio), measure_(measure) {
    for (const auto& [p, folds] : points) {
      classifiers_.insert(p.classifier);
      arms_.insert(p.arm);
      counts_.insert(p.real);
      if (std::find(ends_.begin(), ends_.end(), p.ends) == ends_.end()) ends_.push_back(p.ends);
      const MeanInterval m = mean_of(folds, ratio, measure);
      if (std::isnan(m.mean)) continue;
      // Of two folds an interval holds nearly everything: the scale is that of what is known better.
      const bool known = m.count > 2;
      low_ = std::min(low_, known ? m.low : m.mean);
      high_ = std::max(high_, known ? m.high : m.mean);
    }
    low_ = std::max(-1.0, std::floor(low_ / kStep) * kStep);
    high_ = std::min(1.0, std::ceil(high_ / kStep) * kStep);
  }

  [[nodiscard]] Drawing drawn(const std::string& title) const {
    const auto columns = static_cast<double>(classifiers_.size()), rows = static_cast<double>(ends_.size());
    Drawing drawing{kLeft + columns * (kPanel + kGap) + 130, kTop + rows * (kHeight + kGap) + 20, {}};
    drawing.add(Text{{16, 26}, title, 15, Anchor::kStart, kInk, true});
    double y0 = kTop;
    for (const std::string& end : ends_) {
      double x0 = kLeft;
      for (const std::string& classifier : classifiers_) {
        draw_panel(classifier, end, x0, y0, drawing);
        x0 += kPanel + kGap;
      }
      y0 += kHeight + kGap;
    }
    double key = kTop + 6;
    for (const std::string& arm : arms_) {
      const double x0 = kLeft + columns * (kPanel + kGap);
      drawing.add(Line{{x0, key}, {x0 + 22, key}, 2, colour_of_arm(arm)});
      drawing.add(Text{{x0 + 28, key + 4}, arm, 11, Anchor::kStart, kInk});
      key += 16;
    }
    return drawing;
  }

 private:
  static constexpr double kPanel = 250, kHeight = 190, kLeft = 60, kTop = 60, kGap = 56, kStep = 0.1;
  static constexpr const char* kInk = "#333333";

  // From the left of a panel; arms stand side by side, within it.
  [[nodiscard]] double x(std::int64_t real) const {
    const double first = std::log(static_cast<double>(*counts_.begin())),
                 last = std::log(static_cast<double>(*counts_.rbegin()));
    const double inset = 1.5 * static_cast<double>(arms_.size()) + 4, width = kPanel - 2 * inset;
    return inset + (last > first ? width * (std::log(static_cast<double>(real)) - first) / (last - first) : width / 2);
  }
  // From the top of a panel.
  [[nodiscard]] double y(double value) const { return kHeight * (high_ - value) / (high_ - low_); }

  void draw_panel(const std::string& classifier, const std::string& end, double x0, double y0, Drawing& drawing) const {
    drawing.add(
        Text{{x0, y0 - 8}, classifier + (end == "masked" ? ", ends masked" : ""), 12, Anchor::kStart, kInk, true});
    for (double v = low_; v <= high_ + 1e-9; v += kStep) {
      drawing.add(Line{{x0, y0 + y(v)}, {x0 + kPanel, y0 + y(v)}, 1, "#dddddd"});
      drawing.add(Text{{x0 - 6, y0 + y(v) + 4}, fmt::format("{:.1f}", v), 10, Anchor::kEnd, kInk});
    }
    for (const std::int64_t real : counts_)
      drawing.add(Text{{x0 + x(real), y0 + kHeight + 14}, fmt::format("{}", real), 10, Anchor::kMiddle, kInk});
    double shift = -3.0 * static_cast<double>(arms_.size() - 1) / 2;
    for (const std::string& arm : arms_) {
      draw_curve({points_.begin()->first.test, end, classifier, arm, 0}, x0 + shift, y0, drawing);
      shift += 3;
    }
  }

  // The curve of one arm; `place.real` is every number there is.
  void draw_curve(Points::key_type place, double x0, double y0, Drawing& drawing) const {
    const std::string colour = colour_of_arm(place.arm);
    Polyline line{{}, 1.6, colour};
    for (const std::int64_t real : counts_) {
      place.real = real;
      const auto found = points_.find(place);
      if (found == points_.end()) continue;
      const MeanInterval m = mean_of(found->second, ratio_, measure_);
      if (std::isnan(m.mean)) continue;
      line.points.push_back({x0 + x(real), y0 + y(m.mean)});
      if (!std::isnan(m.low)) {
        const double low = std::max(m.low, low_), high = std::min(m.high, high_);
        drawing.add(Line{{x0 + x(real), y0 + y(low)}, {x0 + x(real), y0 + y(high)}, 0.8, colour});
      }
      drawing.add(Circle{{x0 + x(real), y0 + y(m.mean)}, 2.6, colour, colour, 1});
    }
    if (line.points.size() > 1) drawing.add(line);
  }

  const Points& points_;
  double ratio_;
  const Measure& measure_;
  std::set<std::string> classifiers_, arms_;
  std::set<std::int64_t> counts_;
  std::vector<std::string> ends_;
  double low_ = 1, high_ = 0;
};

}  // namespace

const char* colour_of_arm(const std::string& arm) {
  static const std::map<std::string, const char*> colours = {
      {"real", "#000000"},      {"smote-a", "#9ecae1"},        {"smote-b", "#6baed6"},
      {"smote-c", "#3182bd"},   {"wgan", "#ff7f0e"},           {"wgan-selected", "#fdbf6f"},
      {"fbgan", "#d62728"},     {"fbgan-selected", "#fb9a99"}, {"weighted", "#6a3d9a"},
      {"threshold", "#b15928"}, {"smote-aligned", "#2ca02c"},  {"oversample", "#e377c2"},
      {"markov", "#7f7f7f"},    {"shuffled", "#bcbd22"}};
  return colours.at(arm);
}

double mcc_at(double sensitivity, double specificity, double odds) {
  const double tp = sensitivity, fn = 1 - sensitivity, tn = specificity * odds, fp = (1 - specificity) * odds;
  const double below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
  return below > 0 ? (tp * tn - fp * fn) / std::sqrt(below) : 0;
}

void write_curve(const ExperimentOptions& c, const std::vector<Cell>& cells) {
  Points points;
  for (const Cell& cell : cells) {
    const std::int64_t real = real_of(cell.arm);
    if (real > 0 && cell.classifier != kRule)
      points[{cell.test, cell.ends, cell.classifier, without_number(cell.arm), real}][{cell.repeat, cell.fold}] =
          cell.metrics;
  }
  if (points.empty()) return;
  const double ratio = 1.0 / (c.folds - 1);
  const Measure mcc{kMcc, 0}, auroc{kAuroc, 0};
  std::string text = "test\tends\tclassifier\tarm\treal\tfolds\tmcc\tmcc_low\tmcc_high";
  for (const int odds : kOdds) text += fmt::format("\tmcc_1_{}", odds);
  text += "\tauroc\tauroc_low\tauroc_high";
  for (const char* what : {"mcc_to_real", "mcc_to_threshold", "auroc_to_real"})
    text += fmt::format("\t{0}\t{0}_low\t{0}_high\t{0}_p", what);
  text += "\n";
  for (const auto& [p, folds] : points) {
    const MeanInterval m = mean_of(folds, ratio, mcc);
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}{}", p.test, p.ends, p.classifier, p.arm, p.real, m.count, interval(m));
    for (const int odds : kOdds) text += "\t" + number(mean_of(folds, ratio, {kMcc, static_cast<double>(odds)}).mean);
    text += interval(mean_of(folds, ratio, auroc));
    for (const auto& [other, measure] : {std::pair{kReal, mcc}, std::pair{kThreshold, mcc}, std::pair{kReal, auroc}}) {
      const auto theirs = points.find({p.test, p.ends, p.classifier, other, p.real});
      if (p.arm == other || theirs == points.end()) {
        text += "\t\t\t\t";
        continue;
      }
      const PairedDifference d = against(folds, theirs->second, ratio, measure);
      text += interval(d.difference) + "\t" + (std::isnan(d.p) ? "" : fmt::format("{:.3g}", d.p));
    }
    text += "\n";
  }
  replace_file(c.run + "/curve.tsv", text);
  for (const std::string test : {kFoldTest, kBlindTest}) {
    Points here;
    for (const auto& [p, folds] : points) {
      if (p.test == test) here.emplace(p, folds);
    }
    if (here.empty()) continue;
    const std::string name = c.run + (test == kFoldTest ? "/curve" : "/curve-blind");
    const std::string on = test == kFoldTest ? "on real test folds" : "on the blind set";
    const auto title = [&](const char* what) {
      return fmt::format("{} {} against the number of real mirtrons learned from", what, on);
    };
    replace_file(name + ".svg", to_svg(CurveFigure(here, ratio, mcc).drawn(title("MCC"))));
    replace_file(name + "-auroc.svg", to_svg(CurveFigure(here, ratio, auroc).drawn(title("AUROC"))));
  }
}

}  // namespace stemloop
