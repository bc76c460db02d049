// How a model of mirtrons is trained, and how well it does on records left out of training.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/features.h"
#include "learn/learn.h"
#include "net/net.h"

namespace stemloop {

struct MirtronTraining {
  BoosterOptions booster = {.rounds = 150, .rate = 0.08, .columns = 0.3};
  std::vector<int> depths = {3, 4, 6};  // one is chosen by the log loss on a third of the training records
  int folds = 10;
  int repeats = 5;
  int masked = 3;                         // figures are measured again without so many letters of either end
  int cut = 0;                            // letters taken off either end of what `augment` makes
  std::string parameters = "turner2004";  // energy parameters
  std::shared_ptr<const Model> energy;    // of them
  int threads = 1;
  std::uint64_t seed = 1;                // of the parts and the trees
  std::string origin = "{}";             // JSON kept in config.json
  std::function<void(double)> progress;  // gets the share of the folds done, from one thread at a time
  /// Synthetic mirtrons to learn from beside the real ones: made of `records`, real mirtrons of the training part, to
  /// fill up `missing` that there are fewer than canonical hairpins; drawn by `seed`. May be called by several threads.
  std::function<std::vector<std::string>(std::span<const std::int64_t> records, std::int64_t missing,
                                         std::uint64_t seed)>
      augment;
};

/// The trees to train on all of `rows`, their depth chosen as MirtronTraining says.
BoosterOptions choose_trees(const Matrix& rows, const LabelledHairpins& data, const MirtronTraining& how);

/// Predictions of records left out of training: `folds` parts, the classes spread evenly over them, records of one
/// group never in two; done `repeats` times with other parts.
/// Synthetic records (those that name parents) are learned from only where all their parents are, and never tested;
/// with `augment` each part's training records get company made of them alone.
struct OutOfFold {
  std::vector<std::int64_t> records;              // that are tested: all real ones
  std::vector<std::uint8_t> labels;               // of them; what follows is in their order
  std::vector<std::vector<int>> parts;            // of each repeat: the part of each record
  std::vector<std::vector<float>> logits;         // of the trees that did not see the part
  std::vector<std::vector<float>> probabilities;  // calibrated on the other parts of the repeat
};

/// Cross-validation as described at OutOfFold; records of one sequence, and near-duplicates, are one group.
OutOfFold out_of_fold(const LabelledHairpins& data, const MirtronTraining& how);

/// The curve that makes the trees' log odds probabilities, fitted on all repeats together.
LogisticBlend calibrate(const OutOfFold& predictions, std::span<const std::uint8_t> labels);
float calibrated(const LogisticBlend& curve, float logit);

/// One figure over repeats of cross-validation: its mean, and 95 % of bootstrap draws of the records.
struct Figure {
  double mean = 0, low = 0, high = 0;
};
using Figures = std::map<std::string, Figure>;
inline constexpr const char* kFigureNames[] = {"accuracy", "sensitivity", "specificity", "mcc",
                                               "auroc",    "auprc",       "ece"};

/// The figures of calibrated predictions.
Figures figures_of(const OutOfFold& predictions, std::span<const std::uint8_t> labels);

/// Real records with what `augment` makes of all mirtrons, to train the final trees on.
LabelledHairpins augmented(const LabelledHairpins& data, const MirtronTraining& how);

/// The same records without `masked` letters of either end, folded again.
LabelledHairpins without_ends(const LabelledHairpins& data, const MirtronTraining& how);

}  // namespace stemloop
