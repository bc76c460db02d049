// Mirtron or canonical miRNA, with reasons. Mirtrons are short introns that fold to a hairpin: splicing, not Drosha,
// cuts their precursor, so that its ends are splice sites (GU ... AG) or, in tailed ones, one of them. A model is a
// directory:
//   config.json         family "mirtron", checksums, energy parameters, calibration, ranges, importance, figures
//   booster.ubj         boosted trees on mirtron_matrix()
//   index.safetensors   names, labels and word sketches of the training hairpins; no sequence can be read from it
//   README.md           the card
//
// The probability is the trees' log odds on a logistic curve fitted to predictions of records left out of training. The
// reasons are the trees' own: what each property adds to their log odds (Shapley values).
//
//   mirtron_columns.cpp      what the trees see
//   mirtron_validation.cpp   cross-validation
//   known_hairpins.cpp       the training hairpins that go with the model
//   mirtron.cpp              training, calls
//   mirtron_files.cpp        the directory
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "judge/classifier.h"
#include "judge/known_hairpins.h"
#include "judge/mirtron_validation.h"

namespace stemloop {

inline constexpr const char* kMirtronFamily = "mirtron";
inline const ClassNames kMirtronClasses = {"canonical", "mirtron"};

struct MirtronCall {
  float probability = 0;              // of a mirtron, calibrated
  double base = 0;                    // log odds before any property is looked at
  std::vector<Contribution> reasons;  // all properties, the weightiest first; base and they sum to the log odds
  bool starts_gu = false, ends_ag = false;
  ClosestKnown closest;
  bool trained_on =
      false;  // a training hairpin has the same words: it is that one, or one that differs by a few letters
  std::vector<std::string> unusual;  // measures beyond the range of training hairpins, in words
  [[nodiscard]] int label() const { return probability >= 0.5F ? 1 : 0; }
};

class MirtronModel {
 public:
  /// Opens a directory; everything in it is checked. Error naming the file and what is wrong.
  static MirtronModel open(const std::string& directory);
  /// Trains on all records, calibrates and measures out of fold, writes and opens `directory`.
  /// Error, with nothing written, if a class has fewer different sequences than twice the folds.
  static MirtronModel train(const std::string& directory, const LabelledHairpins& data, const MirtronTraining& how);

  [[nodiscard]] std::vector<MirtronCall> classify(std::span<const FoldedHairpin> hairpins) const;

  [[nodiscard]] const std::string& parameters() const { return parameters_; }
  /// p = 1 / (1 + exp(-(slope * log odds + bias))).
  [[nodiscard]] const LogisticBlend& calibration() const { return calibration_; }
  /// Properties with what they add to or take from the log odds of training hairpins on average, the weightiest first.
  [[nodiscard]] const std::vector<std::pair<std::string, double>>& importance() const { return importance_; }
  /// Out of fold: of whole hairpins ("whole") and without letters of either end ("masked").
  [[nodiscard]] const std::map<std::string, Figures>& figures() const { return figures_; }

 private:
  MirtronModel() = default;
  void write(const std::string& directory, const MirtronTraining& how, const BoosterOptions& trees) const;

  /// Columns of measured_table() whose usual range is kept.
  static constexpr const char* kRanged[] = {"nucleotides", "gc_content", "mfe_per_nt"};

  std::unique_ptr<Booster> booster_;
  LogisticBlend calibration_;
  KnownHairpins known_;
  std::vector<MeasureRange> ranges_;
  std::vector<std::pair<std::string, double>> importance_;
  std::map<std::string, Figures> figures_;
  std::string parameters_;
};

}  // namespace stemloop
