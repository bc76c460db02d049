// experiment mirtron: what its files share. A cell is one classifier, trained on one arm's records of a fold and tested
// on the real records of that fold; everything it draws comes from (seed + repeat, fold).
//
//   experiment.cpp              names, metrics
//   experiment_cells.cpp        the run directory
//   experiment_folds.cpp        folds, the cells of a fold
//   experiment_arms.cpp         synthetic mirtrons
//   experiment_classifiers.cpp  what classifiers see, classifiers
//   experiment_summary.cpp      means, differences; experiment_figure.cpp draws them
//   experiment_report.cpp       tables, the files of a summary
//
// Files of a run: run.json (options and the data's MD5), cells.tsv (one line a cell, written when it is done),
// generators/<repeat>_<fold>_<wgan or fbgan>/, summary.tsv, .json, .md, .svg.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "data/data.h"
#include "data/sequence_set.h"

namespace stemloop {

struct ExperimentOptions {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  std::string task = "mirtron";
  std::string label_column = "mirtron";
  std::string run;
  std::vector<std::string> arms, classifiers, ends;
  std::vector<std::int64_t> real;  // numbers of real mirtrons to learn from; empty: all there are
  std::string blind;               // table of a second test set that no fold learns from; empty: none
  int folds = 10;
  int repeats = 1;
  int first_folds = 0;  // done of each repeat; 0: all
  std::uint64_t seed = 1;
  std::string device = "auto";
  std::int64_t gan_epochs = 300;
  std::int64_t gan_steps = 0;  // of the critic at most, in place of epochs: the same for few mirtrons and many
  double gan_rate = 3e-4;
  std::string gan_size = "small";
  std::int64_t cnn_epochs = 30;
  double cnn_rate = 1e-3;
  std::vector<std::string> command;  // kept in run.json
  std::string version;
};

// --- names, in the order of tables -----------------------------------------------------------------------------------

inline constexpr const char* kReal = "real";
inline constexpr const char* kSources[] = {"smote-a", "smote-b", "smote-c", "smote-aligned", "wgan", "fbgan"};
// Draws of which a selector fitted to the same training mirtrons keeps what is like those.
inline constexpr const char* kSelected[] = {"wgan-selected", "fbgan-selected"};
// Rivals that draw nothing new, and controls: real mirtrons again; class weights; the probability moved as if classes
// had been equal (the threshold of a classifier of the real records alone); letters shuffled with neighbours kept; a
// Markov chain of order 3.
inline constexpr const char* kWeighted = "weighted";
inline constexpr const char* kThreshold = "threshold";
inline constexpr const char* kControls[] = {"oversample", kWeighted, kThreshold, "shuffled", "markov"};
inline constexpr const char* kOnly = "-only";  // behind a source: its sequences and no real mirtron
inline constexpr const char* kRule = "ends-ag";
inline constexpr const char* kClassifiers[] = {"forest", "svm", "logistic", "boosted", "cnn-zheng", "cnn-aziz", kRule};
inline constexpr const char* kEnds[] = {"all", "masked"};
inline constexpr std::size_t kMasked = 3;  // nt taken off either end

/// "real", the sources, the sources with "-only", those with a selector, the controls.
std::vector<std::string> arm_names();
/// Those that run unless said otherwise: without selectors and controls.
std::vector<std::string> usual_arms();
/// "wgan@25": the arm with 25 real mirtrons; 0 of "wgan".
std::int64_t real_of(const std::string& arm);
/// "wgan" of "wgan@25".
std::string without_number(const std::string& arm);
/// "wgan" of "wgan-only" and "wgan@25"; empty of arms that add no sequence: "real", "weighted", "threshold".
std::string source_of(const std::string& arm);
bool is_only(const std::string& arm);
/// True for "wgan", "fbgan" and both with a selector.
bool is_generator(const std::string& source);
/// Of these "wgan" or "fbgan".
std::string generator_of(const std::string& source);

/// The sequence as a classifier gets to see it.
std::string shown(const std::string& sequence, const std::string& ends);

// --- cells -----------------------------------------------------------------------------------------------------------

inline constexpr const char* kMetrics[] = {"accuracy", "sensitivity", "specificity", "f1", "mcc", "auroc", "auprc"};
inline constexpr std::size_t kMetricCount = std::size(kMetrics);
// Places among them.
inline constexpr std::size_t kAccuracy = 0, kSensitivity = 1, kSpecificity = 2, kMcc = 4, kAuroc = 5;

// What a cell's classifier is tested on: the real records of its fold, or those of --blind.
inline constexpr const char* kFoldTest = "fold";
inline constexpr const char* kBlindTest = "blind";

struct Cell {
  int repeat = 0, fold = 0;  // from 1
  std::string ends, arm, classifier, test = kFoldTest;
  std::int64_t real = 0, synthetic = 0, canonical = 0;  // training records
  std::array<double, kMetricCount> metrics{};           // NaN where not defined
};

/// Metrics of probabilities of class 1, called from 0.5 on.
std::array<double, kMetricCount> metrics_of(std::span<const float> probability, std::span<const std::uint8_t> labels);

// --- arms and classifiers --------------------------------------------------------------------------------------------

/// `count` synthetic mirtrons of a source, fitted to the training mirtrons of a fold; those shorter than kShortest are
/// drawn again. `directory` holds the run of a generator, which is gone on with or, if done, used.
std::vector<std::string> draw_mirtrons(const ExperimentOptions& options, const std::string& source,
                                       const SequenceSet& mirtrons, std::int64_t count, std::uint64_t seed,
                                       const std::string& directory);
inline constexpr std::size_t kShortest = 20;  // nt, of real and synthetic sequences

/// Records as classifiers see them: sequences as shown, and their rows of features.
struct Shown {
  std::vector<std::string> sequences;
  std::vector<std::uint8_t> labels;
  Matrix rows;  // feature_rows()

  [[nodiscard]] std::size_t size() const { return labels.size(); }
  [[nodiscard]] Shown select(std::span<const std::int64_t> records) const;
  void append(const Shown& more);
};
Shown show(std::span<const std::string> sequences, std::span<const std::uint8_t> labels, const std::string& ends,
           const std::shared_ptr<const Model>& model, int threads);

/// True for those that train on all threads and one at a time.
bool is_neural(const std::string& classifier);

/// Probability of class 1 of the records of `test`, by a classifier trained on `train`. A CNN keeps the epoch that is
/// most accurate on `valid`; the others learn from both. `weighted`: both classes weigh alike; not for CNNs.
/// `directory` is for a CNN's run and is removed.
std::vector<float> train_and_test(const ExperimentOptions& options, const std::string& classifier, const Shown& train,
                                  const Shown& valid, const Shown& test, bool weighted, std::uint64_t seed,
                                  const std::string& directory);

/// Probabilities of class 1 as they would be if both classes were as frequent: `share` was that of class 1.
void as_if_equal(std::vector<float>& probability, double share);

// --- report ----------------------------------------------------------------------------------------------------------

/// Of an arm's line in figures; `arm` without "-only" and number.
const char* colour_of_arm(const std::string& arm);

/// Writes RUN/summary.*.
void write_summary(const ExperimentOptions& options, const std::vector<Cell>& cells);

/// Matthews' correlation of a classifier of this sensitivity and specificity among `odds` negatives to a positive.
double mcc_at(double sensitivity, double specificity, double odds);

/// Writes RUN/curve.tsv and .svg: MCC and AUROC against the number of real mirtrons learned from, and what MCC would be
/// with 1, 5 and 20 canonical hairpins to a mirtron; paired differences to the arms "real" and "threshold" of the same
/// number. Figures: curve.svg, curve-auroc.svg, and curve-blind*.svg of --blind. Nothing without --real.
void write_curve(const ExperimentOptions& options, const std::vector<Cell>& cells);

}  // namespace stemloop
