// experiment mirtron --real: does augmentation help where real mirtrons are few?
#include <algorithm>
#include <cmath>
#include <set>

#include "canvas/canvas.h"
#include "learn/learn.h"
#include "study/experiment.h"

namespace stemloop {

namespace {

constexpr std::size_t kSensitivity = 1, kSpecificity = 2, kMcc = 4, kAuroc = 5;  // places in kMetrics
constexpr int kOdds[] = {1, 5, 20};                                              // canonical hairpins to a mirtron

struct Point2 {
  std::string test, ends, classifier, arm;
  std::int64_t real = 0;
  auto operator<=>(const Point2&) const = default;
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
};

MeanInterval mean_of(const Folds& folds, double ratio, const Measure& measure) {
  std::vector<double> values;
  for (const auto& [place, m] : folds) values.push_back(measure.of(m));
  return mean_interval(values, ratio);
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
Drawing figure_of(const Points& points, double ratio, const Measure& measure, const std::string& title) {
  constexpr double kPanel = 250, kHeight = 190, kLeft = 60, kTop = 60, kGap = 56;
  std::set<std::string> classifiers, arms;
  std::set<std::int64_t> counts;
  std::vector<std::string> ends;
  double low = 1, high = 0;
  for (const auto& [p, folds] : points) {
    classifiers.insert(p.classifier);
    arms.insert(p.arm);
    counts.insert(p.real);
    if (std::find(ends.begin(), ends.end(), p.ends) == ends.end()) ends.push_back(p.ends);
    const MeanInterval m = mean_of(folds, ratio, measure);
    low = std::min(low, std::isnan(m.low) ? m.mean : m.low);
    high = std::max(high, std::isnan(m.high) ? m.mean : m.high);
  }
  constexpr double kStep = 0.1;
  low = std::max(-1.0, std::floor(low / kStep) * kStep);
  high = std::min(1.0, std::ceil(high / kStep) * kStep);
  const auto columns = static_cast<double>(classifiers.size()), rows = static_cast<double>(ends.size());
  Drawing drawing{kLeft + columns * (kPanel + kGap) + 130, kTop + rows * (kHeight + kGap) + 20, {}};
  drawing.add(Text{{16, 26}, title, 15, Anchor::kStart, "#333333", true});
  const double first = std::log(static_cast<double>(*counts.begin())),
               last = std::log(static_cast<double>(*counts.rbegin()));
  double row = 0;
  for (const std::string& end : ends) {
    double column = 0;
    for (const std::string& classifier : classifiers) {
      const double x0 = kLeft + column * (kPanel + kGap), y0 = kTop + row * (kHeight + kGap);
      const auto x = [&](std::int64_t real) {
        // Arms stand side by side, within the panel.
        const double inset = 1.5 * static_cast<double>(arms.size()) + 4, width = kPanel - 2 * inset;
        return x0 + inset +
               (last > first ? width * (std::log(static_cast<double>(real)) - first) / (last - first) : width / 2);
      };
      const auto y = [&](double value) { return y0 + kHeight * (high - value) / (high - low); };
      drawing.add(Text{
          {x0, y0 - 8}, classifier + (end == "masked" ? ", ends masked" : ""), 12, Anchor::kStart, "#333333", true});
      for (double v = low; v <= high + 1e-9; v += kStep) {
        drawing.add(Line{{x0, y(v)}, {x0 + kPanel, y(v)}, 1, "#dddddd"});
        drawing.add(Text{{x0 - 6, y(v) + 4}, fmt::format("{:.1f}", v), 10, Anchor::kEnd, "#333333"});
      }
      for (const std::int64_t real : counts)
        drawing.add(Text{{x(real), y0 + kHeight + 14}, fmt::format("{}", real), 10, Anchor::kMiddle, "#333333"});
      double shift = -3.0 * static_cast<double>(arms.size() - 1) / 2;
      for (const std::string& arm : arms) {
        Polyline line{{}, 1.6, colour_of_arm(arm)};
        for (const std::int64_t real : counts) {
          const auto found = points.find({points.begin()->first.test, end, classifier, arm, real});
          if (found == points.end()) continue;
          const MeanInterval m = mean_of(found->second, ratio, measure);
          if (std::isnan(m.mean)) continue;
          line.points.push_back({x(real) + shift, y(m.mean)});
          if (!std::isnan(m.low))
            drawing.add(Line{{x(real) + shift, y(m.low)}, {x(real) + shift, y(m.high)}, 0.8, colour_of_arm(arm)});
          drawing.add(Circle{{x(real) + shift, y(m.mean)}, 2.6, colour_of_arm(arm), colour_of_arm(arm), 1});
        }
        if (line.points.size() > 1) drawing.add(line);
        shift += 3;
      }
      ++column;
    }
    ++row;
  }
  double key = kTop + 6;
  for (const std::string& arm : arms) {
    const double x0 = kLeft + columns * (kPanel + kGap);
    drawing.add(Line{{x0, key}, {x0 + 22, key}, 2, colour_of_arm(arm)});
    drawing.add(Text{{x0 + 28, key + 4}, arm, 11, Anchor::kStart, "#333333"});
    key += 16;
  }
  return drawing;
}

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
    replace_file(name + ".svg", to_svg(figure_of(here, ratio, mcc, title("MCC"))));
    replace_file(name + "-auroc.svg", to_svg(figure_of(here, ratio, auroc, title("AUROC"))));
  }
}

}  // namespace stemloop
