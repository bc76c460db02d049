#include "study/experiment_summary.h"

#include <map>
#include <string_view>
#include <tuple>

namespace stemloop {

namespace {

// Metrics of one ends, classifier and arm, by (repeat, fold).
using Folds = std::map<std::pair<int, int>, std::array<double, kMetricCount>>;

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

}  // namespace

Summary summarise(const std::vector<Cell>& cells, int fold_count) {
  const Results results(cells, fold_count);
  Summary summary;
  for (const std::string ends : kEnds) {
    for (const std::string classifier : kClassifiers) {
      for (const std::string& arm : arm_names()) {
        const Folds* folds = results.find(ends, classifier, arm);
        if (folds == nullptr) continue;
        SummaryRow row{ends, classifier, arm, {}};
        for (std::size_t m = 0; m < kMetricCount; ++m) row.metrics[m] = results.mean(*folds, m);
        summary.rows.push_back(row);
        std::vector<std::string> against;
        if (arm != kReal) against.push_back(kReal);
        if (is_generator(source_of(arm))) against.push_back(best_smote(results, ends, classifier, is_only(arm)));
        for (const std::string& other : against) {
          const Folds* theirs = results.find(ends, classifier, other);
          if (theirs == nullptr) continue;
          SummaryDifference difference{ends, classifier, arm, other, {}};
          for (std::size_t m = 0; m < kMetricCount; ++m) difference.metrics[m] = results.difference(*folds, *theirs, m);
          summary.differences.push_back(difference);
        }
      }
    }
  }
  return summary;
}

std::string ends_in_words(const std::string& ends) {
  return ends == "masked" ? fmt::format("{} nt masked at both ends", kMasked) : "All of the sequence";
}

}  // namespace stemloop
