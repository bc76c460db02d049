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
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "classify/classifier.h"
#include "describe/describe.h"
#include "eval/eval.h"
#include "nn/nn.h"

namespace stemloop {

inline constexpr const char* kMirtronFamily = "mirtron";
inline const ClassNames kMirtronClasses = {"canonical", "mirtron"};

/// A hairpin as the model sees it: RNA letters in upper case, a structure with at least one hairpin loop, the minimum
/// free energy of the sequence.
struct FoldedHairpin {
  std::string sequence;
  std::string structure;
  double mfe_kcal = 0;
};

/// Folds sequences on all threads.
std::vector<FoldedHairpin> fold_hairpins(std::span<const std::string> sequences,
                                         const std::shared_ptr<const Model>& model, int threads);

/// Names of the columns of mirtron_matrix(): those of evidence_matrix(), words as "share_GU"; "letter_5_2_U" and
/// "letter_3_1_G", 1 if the second letter is U, the last one G (six letters of either end); unpaired letters beyond the
/// outermost pair ("overhang_5", "overhang_3", "overhang_difference" = 3' - 5'); "paired_share", "hairpins"; letters of
/// either half ("half_5_A"); "tract_3_pyrimidines", "_U", "_G": shares in the 18 letters before the last three, where a
/// 3' splice site has its pyrimidine tract; the same behind the first three ("tract_5_..."); "longest_G_run",
/// "longest_pyrimidine_run"; "last_AG", letters between the last AG before the end and the end.
std::vector<std::string> mirtron_columns();

/// One row a hairpin, NaN where a value is missing.
Matrix mirtron_matrix(std::span<const FoldedHairpin> hairpins);

/// What a property adds to the log odds. The four columns of a letter at an end count as one property.
struct Contribution {
  std::string feature;  // "letter_5_2"; else the column's name
  std::string value;    // "U", "0.31", empty where missing
  double log_odds = 0;  // above 0 speaks for a mirtron
};

/// "letter 2 is U", "stem length 31".
std::string in_words(const Contribution& contribution);

/// The training hairpin with most words in common.
struct ClosestKnown {
  std::string name;  // empty if none shares a word
  int label = 0;
  double similarity = 0;  // share of the words of the one with fewer that the other holds too; 1 for the same sequence
};

struct MirtronCall {
  float probability = 0;              // of a mirtron, calibrated
  double base = 0;                    // log odds before any property is looked at
  std::vector<Contribution> reasons;  // all properties, the weightiest first; base and they sum to the log odds
  bool starts_gu = false, ends_ag = false;
  ClosestKnown closest;
  bool trained_on = false;  // a training hairpin has the same words: it is that one, or one that differs by a few letters
  std::vector<std::string> unusual;  // measures beyond the range of training hairpins, in words
  [[nodiscard]] int label() const { return probability >= 0.5F ? 1 : 0; }
};

/// One figure over repeats of cross-validation: its mean, and 95 % of bootstrap draws of the records.
struct Figure {
  double mean = 0, low = 0, high = 0;
};

/// accuracy, sensitivity, specificity, mcc, auroc, auprc, ece.
using Figures = std::map<std::string, Figure>;

/// Predictions of records left out of training: `folds` parts, the classes spread evenly over them, records of one
/// group never in two; done `repeats` times with other parts.
struct OutOfFold {
  std::vector<std::vector<int>> parts;            // of each repeat: the part of each record
  std::vector<std::vector<float>> logits;         // of the trees that did not see the part
  std::vector<std::vector<float>> probabilities;  // calibrated on the other parts of the repeat
};

struct MirtronTraining {
  BoosterOptions booster = {.rounds = 150, .rate = 0.08, .columns = 0.3};
  std::vector<int> depths = {3, 4, 6};  // one is chosen by the log loss on a third of the training records
  int folds = 10;
  int repeats = 5;
  int masked = 3;                         // figures are measured again without so many letters of either end
  std::string parameters = "turner2004";  // energy parameters
  std::shared_ptr<const Model> energy;    // of them
  int threads = 1;
  std::uint64_t seed = 1;                // of the parts and the trees
  std::string origin = "{}";             // JSON kept in config.json
  std::function<void(double)> progress;  // gets the share of the folds done, from one thread at a time
};

struct LabelledHairpins {
  std::vector<std::string> ids;
  std::vector<FoldedHairpin> hairpins;
  std::vector<std::uint8_t> labels;  // 1 mirtron
};

/// Cross-validation as described at OutOfFold; records of one sequence are one group.
OutOfFold out_of_fold(const LabelledHairpins& data, const MirtronTraining& how);

/// The figures of calibrated predictions.
Figures figures_of(const OutOfFold& predictions, std::span<const std::uint8_t> labels);

class MirtronModel {
 public:
  /// Opens a directory; everything in it is checked. Error naming the file and what is wrong.
  static MirtronModel open(const std::string& directory, int threads);
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

  // The training hairpins, each by the hashes of half of its words.
  struct Index {
    std::vector<std::string> names;
    std::vector<std::uint8_t> labels;
    std::vector<std::int32_t> starts;  // N + 1, into words
    std::vector<std::uint16_t> words;  // of each hairpin in rising order
    [[nodiscard]] std::span<const std::uint16_t> words_of(std::size_t hairpin) const;
    [[nodiscard]] ClosestKnown closest(std::span<const std::uint16_t> asked) const;
    /// True if a hairpin has these words and no others. False for a sequence too short to have any.
    [[nodiscard]] bool holds(std::span<const std::uint16_t> asked) const;
  };

  std::unique_ptr<Booster> booster_;
  LogisticBlend calibration_;
  Index index_;
  std::vector<MeasureRange> ranges_;
  std::vector<std::pair<std::string, double>> importance_;
  std::map<std::string, Figures> figures_;
  std::string parameters_;
};

}  // namespace stemloop
