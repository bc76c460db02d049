// experiment mirtron: what its summary tells, means over folds and paired differences, and the figure of them. For the
// files of this folder.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "canvas/canvas.h"
#include "learn/learn.h"
#include "study/experiment.h"

namespace stemloop {

/// The mean over folds of a row of the tables.
struct SummaryRow {
  std::string ends, classifier, arm;
  std::array<MeanInterval, kMetricCount> metrics;
};

/// Of `arm` to the arm `against`, over the folds that both have.
struct SummaryDifference {
  std::string ends, classifier, arm, against;
  std::array<PairedDifference, kMetricCount> metrics;
};

struct Summary {
  std::vector<SummaryRow> rows;  // in the order of the names
  std::vector<SummaryDifference> differences;
};

/// Every arm is compared with "real", generators also with the SMOTE arm of the best mean MCC.
Summary summarise(const std::vector<Cell>& cells, int fold_count);

/// "All of the sequence", "3 nt masked at both ends".
std::string ends_in_words(const std::string& ends);

/// MCC of all rows: a line a classifier and source, a filled dot with real mirtrons, an open one without.
Drawing summary_figure(const Summary& summary);

}  // namespace stemloop
