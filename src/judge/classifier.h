// Pre-miRNA or not, with reasons. A classifier is a directory:
//   config.json         family "premirna", checksums, blend, thresholds, energy parameters, how it was trained
//   network/            a DIVA model directory (its weights as 16-bit floats)
//   tree.json           the latent tree on z_m
//   booster.ubj         boosted trees on evidence_matrix()
//   space.safetensors   mean and whitening of the latents of training hairpins
//   README.md           the card
// classifier_files.cpp writes and opens it.
//
// The probability blends the log odds of the boosted trees, of q(y | z_y) and of q(y | z_m); the weights are fitted on
// records none of them was trained on, which calibrates it. The description is the tree's path.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "describe/describe.h"
#include "features/features.h"
#include "learn/learn.h"
#include "net/net.h"

namespace stemloop {

inline constexpr const char* kPremirnaFamily = "premirna";
inline const ClassNames kPremirnaClasses = {"other", "pre-miRNA"};

/// Where 99.8 % of the training hairpins lie.
struct MeasureRange {
  std::string name;  // a column of measured_table()
  double low = 0, high = 0;
};

/// Columns whose range is kept.
inline constexpr const char* kPremirnaRanged[] = {"nucleotides", "gc_content", "mfe_per_nt"};

/// An answer on the path down the latent tree, beside what the feature itself says.
struct Answer {
  std::string question;  // in words
  bool yes = false;
  std::string value;          // of the feature, as cell_of() writes it
  bool contradicted = false;  // the feature itself answers otherwise
};

/// What is said of one hairpin.
struct Call {
  float probability = 0;  // of class 1, calibrated
  float booster = 0;      // the parts it blends: probabilities of class 1
  float from_y = 0, from_m = 0;
  Walk walk;                    // down the latent tree
  std::vector<Answer> answers;  // one a step of the walk
  float tree_probability = 0;   // of class 1 at its leaf
  int tree_label = 0;
  double reconstruction_error = 0;   // share of the 200 bars whose nucleotide the decoder gets wrong
  double latent_distance = 0;        // of (z_y, z_m) from the training hairpins; 1 is typical
  bool outside = false;              // one of these, or a measure, is beyond what training hairpins have
  std::vector<std::string> unusual;  // measures beyond the range of training hairpins, in words
  Picture reconstruction;
  [[nodiscard]] int label() const { return probability >= 0.5F ? 1 : 0; }
};

struct ClassifierTraining {
  std::string network;  // model directory
  std::string device = "auto";
  BoosterOptions booster;
  TreeOptions tree;  // c is chosen among 1, 0.1 and 0.01 on the validation records
  Thresholds thresholds = Thresholds::kDeciles;
  double outside_quantile = 0.99;  // of validation hairpins are called inside by each measure
  std::string parameters;          // energy parameters of the evidence
  std::string origin = "{}";       // JSON kept in config.json
};

class Classifier {
 public:
  /// Opens a directory; everything in it is checked. Error naming the file and what is wrong.
  static Classifier open(const std::string& directory, const std::string& device, int threads);
  /// Trains tree, booster and space on `train`; blend and thresholds on `valid`. Writes and opens `directory`.
  /// Error, with nothing written, if either has fewer than 10 records or one class, or the network has no z_y and z_m.
  static Classifier train(const std::string& directory, const LabelledEvidence& train, const LabelledEvidence& valid,
                          const ClassifierTraining& how);

  [[nodiscard]] std::vector<Call> classify(std::span<const Evidence> evidence) const;

  [[nodiscard]] const Tree& tree() const { return tree_; }
  [[nodiscard]] const std::string& parameters() const { return parameters_; }
  [[nodiscard]] double reconstruction_threshold() const { return most_error_; }
  [[nodiscard]] double distance_threshold() const { return most_distance_; }
  [[nodiscard]] HairpinNetwork& network() const { return *network_; }

 private:
  Classifier() = default;
  struct Raw;
  [[nodiscard]] Raw run(std::span<const Evidence> evidence, const FeatureTable& table) const;
  void run_network(std::span<const Picture> pictures, Raw& raw) const;
  // Parts of train().
  [[nodiscard]] Tree best_tree(const Matrix& z_m, const FeatureTable& table, const LabelledEvidence& train,
                               const LabelledEvidence& valid, const ClassifierTraining& how) const;
  void fit_space(const Matrix& z);
  void write(const std::string& directory, const std::string& origin) const;

  std::unique_ptr<HairpinNetwork> network_;
  std::unique_ptr<std::mutex> one_at_a_time_ = std::make_unique<std::mutex>();  // of networks that cannot do otherwise
  std::unique_ptr<Booster> booster_;
  Tree tree_;
  LogisticBlend blend_;
  std::vector<float> mean_;  // of (z_y, z_m)
  Matrix whitening_;         // lower triangle: distance is |W (z - mean)| / sqrt(dimensions)
  double most_error_ = 0, most_distance_ = 0;
  std::vector<MeasureRange> ranges_;
  std::string parameters_;
};

}  // namespace stemloop
