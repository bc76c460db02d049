// experiment mirtron: means over folds, paired differences, tables, figure.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "canvas/canvas.h"
#include "learn/learn.h"
#include "study/experiment.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// Metrics of one ends, classifier and arm, by (repeat, fold).
using Folds = std::map<std::pair<int, int>, std::array<double, kMetricCount>>;

struct Difference {
  std::string ends, classifier, arm, against;
  std::array<PairedDifference, kMetricCount> metrics;
};

struct Row {
  std::string ends, classifier, arm;
  std::array<MeanInterval, kMetricCount> metrics;
};

struct Summary {
  std::vector<Row> rows;  // in the order of the names
  std::vector<Difference> differences;
};

class Results {
 public:
  Results(const std::vector<Cell>& cells, int folds) : test_ratio_(1.0 / (folds - 1)) {
    for (const Cell& cell : cells) {
      if (cell.test != kFoldTest) continue;
      folds_[{cell.ends, cell.classifier, cell.arm}][{cell.repeat, cell.fold}] = cell.metrics;
    }
  }
  [[nodiscard]] const Folds* find(const std::string& ends, const std::string& classifier,
                                  const std::string& arm) const {
    const auto found = folds_.find({ends, classifier, arm});
    return found == folds_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] MeanInterval mean(const Folds& folds, std::size_t metric) const {
    std::vector<double> values;
    for (const auto& [place, metrics] : folds) values.push_back(metrics[metric]);
    // Shares, but for the correlation.
    return within(mean_interval(values, test_ratio_), std::string_view(kMetrics[metric]) == "mcc" ? -1 : 0, 1);
  }
  // Of the folds that both have.
  [[nodiscard]] PairedDifference difference(const Folds& first, const Folds& second, std::size_t metric) const {
    std::vector<double> a, b;
    for (const auto& [place, metrics] : first) {
      const auto partner = second.find(place);
      if (partner == second.end()) continue;
      a.push_back(metrics[metric]);
      b.push_back(partner->second[metric]);
    }
    return paired_difference(a, b, test_ratio_);
  }

 private:
  double test_ratio_;
  std::map<std::tuple<std::string, std::string, std::string>, Folds> folds_;
};

// The SMOTE arm of the best mean MCC; empty if there is none.
std::string best_smote(const Results& results, const std::string& ends, const std::string& classifier, bool only) {
  std::string best;
  double most = -2;
  for (const std::string& arm : arm_names()) {
    const Folds* folds = results.find(ends, classifier, arm);
    if (folds == nullptr || arm.rfind("smote", 0) != 0 || is_only(arm) != only) continue;
    const double mcc = results.mean(*folds, kMcc).mean;
    if (!(mcc > most)) continue;
    most = mcc;
    best = arm;
  }
  return best;
}

Summary summarise(const std::vector<Cell>& cells, int fold_count) {
  const Results results(cells, fold_count);
  Summary summary;
  for (const std::string ends : kEnds) {
    for (const std::string classifier : kClassifiers) {
      for (const std::string& arm : arm_names()) {
        const Folds* folds = results.find(ends, classifier, arm);
        if (folds == nullptr) continue;
        Row row{ends, classifier, arm, {}};
        for (std::size_t m = 0; m < kMetricCount; ++m) row.metrics[m] = results.mean(*folds, m);
        summary.rows.push_back(row);
        std::vector<std::string> against;
        if (arm != kReal) against.push_back(kReal);
        if (is_generator(source_of(arm))) against.push_back(best_smote(results, ends, classifier, is_only(arm)));
        for (const std::string& other : against) {
          const Folds* theirs = results.find(ends, classifier, other);
          if (theirs == nullptr) continue;
          Difference difference{ends, classifier, arm, other, {}};
          for (std::size_t m = 0; m < kMetricCount; ++m) difference.metrics[m] = results.difference(*folds, *theirs, m);
          summary.differences.push_back(difference);
        }
      }
    }
  }
  return summary;
}

// --- tables ----------------------------------------------------------------------------------------------------------

std::string cell_text(double value, int digits = 5) {
  return std::isnan(value) ? "" : fmt::format("{:.{}f}", value, digits);
}

std::string p_text(double p) { return std::isnan(p) ? "" : fmt::format("{:.3g}", p); }

std::string tsv_of(const Summary& summary) {
  std::string text = "ends\tclassifier\tarm\tagainst\tmetric\tfolds\tvalue\tlow\thigh\tp\n";
  const auto add = [&](const auto& one, const std::string& against, std::size_t m, const MeanInterval& interval,
                       const std::string& p) {
    text +=
        fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", one.ends, one.classifier, one.arm, against, kMetrics[m],
                    interval.count, cell_text(interval.mean), cell_text(interval.low), cell_text(interval.high), p);
  };
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    for (const Row& row : summary.rows) add(row, "", m, row.metrics[m], "");
  }
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    for (const Difference& d : summary.differences)
      add(d, d.against, m, d.metrics[m].difference, p_text(d.metrics[m].p));
  }
  return text;
}

Json json_of(const Summary& summary) {
  const auto number = [](double value) { return std::isnan(value) ? Json() : Json(value); };
  const auto interval_json = [&](const MeanInterval& i) {
    return Json{{"folds", i.count}, {"mean", number(i.mean)}, {"low", number(i.low)}, {"high", number(i.high)}};
  };
  Json json = {{"means", Json::array()}, {"differences", Json::array()}};
  for (const Row& row : summary.rows) {
    Json one = {{"ends", row.ends}, {"classifier", row.classifier}, {"arm", row.arm}};
    for (std::size_t m = 0; m < kMetricCount; ++m) one[kMetrics[m]] = interval_json(row.metrics[m]);
    json["means"].push_back(one);
  }
  for (const Difference& d : summary.differences) {
    Json one = {{"ends", d.ends}, {"classifier", d.classifier}, {"arm", d.arm}, {"against", d.against}};
    for (std::size_t m = 0; m < kMetricCount; ++m) {
      one[kMetrics[m]] = interval_json(d.metrics[m].difference);
      one[kMetrics[m]]["p"] = number(d.metrics[m].p);
    }
    json["differences"].push_back(one);
  }
  return json;
}

std::string ends_in_words(const std::string& ends) {
  return ends == "masked" ? fmt::format("{} nt masked at both ends", kMasked) : "All of the sequence";
}

// Means of all rows with these ends, as a table.
std::string means_in_markdown(const Summary& summary, const std::string& ends) {
  std::string text;
  text += "| classifier | arm | folds |";
  std::string rule = "|---|---|---|";
  for (const char* metric : kMetrics) {
    text += fmt::format(" {} |", metric);
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const Row& row : summary.rows) {
    if (row.ends != ends) continue;
    text += fmt::format("| {} | {} | {} |", row.classifier == kRule ? "rule: ends in AG" : row.classifier, row.arm,
                        row.metrics[kAccuracy].count);
    for (const MeanInterval& i : row.metrics)
      text += std::isnan(i.low) ? fmt::format(" {} |", cell_text(i.mean, 3))
                                : fmt::format(" {:.3f} ± {:.3f} |", i.mean, i.mean - i.low);
    text += "\n";
  }
  if (ends == "all")
    text +=
        "| published: CNN (Zheng 2019) | real | | 0.920 | | | | 0.845 | | |\n"
        "| published: mixed CNN (Aziz 2019) | real | | 0.941 | | | | 0.869 | | |\n";
  return text;
}

std::string differences_in_markdown(const Summary& summary, const std::string& ends) {
  std::string text;
  text += fmt::format("\n### Differences: {}\n\n", ends == "masked" ? "masked" : "all");
  text += "| classifier | arm | against | accuracy | p | mcc | p |\n|---|---|---|---|---|---|---|\n";
  for (const Difference& d : summary.differences) {
    if (d.ends != ends) continue;
    text += fmt::format("| {} | {} | {} |", d.classifier, d.arm, d.against);
    for (const std::size_t m : {kAccuracy, kMcc}) {
      const MeanInterval& i = d.metrics[m].difference;
      text += std::isnan(i.low)
                  ? fmt::format(" {} | |", cell_text(i.mean, 3))
                  : fmt::format(" {:+.3f} [{:+.3f}, {:+.3f}] | {} |", i.mean, i.low, i.high, p_text(d.metrics[m].p));
    }
    text += "\n";
  }
  return text;
}

std::string markdown_of(const Summary& summary, const ExperimentOptions& c) {
  std::string text = fmt::format(
      "# Mirtrons against canonical miRNAs, with and without synthetic mirtrons\n\n"
      "{}-fold cross-validation, tested on real sequences only; identical sequences are never on both sides. Means "
      "over\n"
      "folds ± half of the 95 % interval, whose variance is corrected for folds that share training records (Nadeau "
      "and\n"
      "Bengio 2003). An arm named by its source adds synthetic mirtrons to the real ones of the training fold until "
      "both\n"
      "classes are equal; -only trains on synthetic mirtrons alone. Generators see the training fold only.\n",
      c.folds);
  for (const std::string ends : kEnds) {
    if (std::none_of(summary.rows.begin(), summary.rows.end(), [&](const Row& row) { return row.ends == ends; }))
      continue;
    text += fmt::format("\n## {}\n\n", ends_in_words(ends));
    if (ends == "masked")
      text += fmt::format(
          "{} nt are taken off both ends of real and synthetic sequences alike, before folding, features and networks: "
          "the\n"
          "AG end is partly a matter of annotation.\n\n",
          kMasked);
    text += means_in_markdown(summary, ends) + differences_in_markdown(summary, ends);
  }
  text +=
      "\np: corrected resampled t-test, not adjusted for the number of comparisons. wgan and fbgan are also compared "
      "with\n"
      "the SMOTE arm of the best mean MCC for that classifier, chosen after the fact, which favours SMOTE.\n";
  return text;
}

// --- figure ----------------------------------------------------------------------------------------------------------

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
    for (const Row& row : summary.rows) {
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
  for (const Row& row : summary.rows) {
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

// MCC of all rows: a line a classifier and source, a filled dot with real mirtrons, an open one without.
Drawing figure_of(const Summary& summary) {
  const Layout layout = layout_of(summary);
  const Scale& scale = layout.scale;
  const double bottom = layout.bottom;
  Drawing drawing{kLeft + 2 * kWidth + kGap + 24, bottom + 62, {}};
  draw_frames(layout, drawing);

  // Dots and intervals; the open ones a little lower.
  for (const Row& row : summary.rows) {
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

}  // namespace

void write_summary(const ExperimentOptions& c, const std::vector<Cell>& cells) {
  const Summary summary = summarise(cells, c.folds);
  replace_file(c.run + "/summary.tsv", tsv_of(summary));
  replace_file(c.run + "/summary.json", json_of(summary).dump(2) + "\n");
  replace_file(c.run + "/summary.md", markdown_of(summary, c));
  replace_file(c.run + "/summary.svg", to_svg(figure_of(summary)));
}

}  // namespace stemloop
