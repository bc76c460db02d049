// experiment mirtron: the tables of a run's summary, and its files.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "canvas/canvas.h"
#include "study/experiment_summary.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

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
    for (const SummaryRow& row : summary.rows) add(row, "", m, row.metrics[m], "");
  }
  for (std::size_t m = 0; m < kMetricCount; ++m) {
    for (const SummaryDifference& d : summary.differences)
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
  for (const SummaryRow& row : summary.rows) {
    Json one = {{"ends", row.ends}, {"classifier", row.classifier}, {"arm", row.arm}};
    for (std::size_t m = 0; m < kMetricCount; ++m) one[kMetrics[m]] = interval_json(row.metrics[m]);
    json["means"].push_back(one);
  }
  for (const SummaryDifference& d : summary.differences) {
    Json one = {{"ends", d.ends}, {"classifier", d.classifier}, {"arm", d.arm}, {"against", d.against}};
    for (std::size_t m = 0; m < kMetricCount; ++m) {
      one[kMetrics[m]] = interval_json(d.metrics[m].difference);
      one[kMetrics[m]]["p"] = number(d.metrics[m].p);
    }
    json["differences"].push_back(one);
  }
  return json;
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
  for (const SummaryRow& row : summary.rows) {
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
  for (const SummaryDifference& d : summary.differences) {
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
    if (std::none_of(summary.rows.begin(), summary.rows.end(), [&](const SummaryRow& row) { return row.ends == ends; }))
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

}  // namespace

void write_summary(const ExperimentOptions& c, const std::vector<Cell>& cells) {
  const Summary summary = summarise(cells, c.folds);
  replace_file(c.run + "/summary.tsv", tsv_of(summary));
  replace_file(c.run + "/summary.json", json_of(summary).dump(2) + "\n");
  replace_file(c.run + "/summary.md", markdown_of(summary, c));
  replace_file(c.run + "/summary.svg", to_svg(summary_figure(summary)));
}

}  // namespace stemloop
