// How far a latent tree can be trusted: its figures on records it has not seen, simpler rules beside it, how well each
// latent question stands for the feature it names, and whether other samples would ask the same.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "describe/tree.h"
#include "learn/learn.h"

namespace stemloop {

/// Records to grow a tree on or to measure it on.
struct DescribedRecords {
  Matrix z;
  FeatureTable features;
  std::vector<std::uint8_t> labels;
};

struct QuestionReport {
  int node = 0;
  std::int64_t reached = 0;  // records measured
  double fidelity = 0;       // share whose SVM answer is the feature's
  double commonest = 0;      // share of the commoner answer of the feature: what guessing gets
};

struct NamedScore {
  std::string name;
  ClassificationScore score;
  ScoreInterval interval;
};

struct TreeReport {
  std::int64_t grown_on = 0;
  std::int64_t measured_on = 0;
  bool unseen = true;              // false: measured on the records it was grown on
  std::vector<NamedScore> scores;  // the latent tree, the plain tree of equal depth, the best single rule
  std::string best_rule;
  std::vector<QuestionReport> questions;
  std::vector<std::pair<std::string, int>> roots;  // question at the root of trees grown on resamples, and how often
  double contradicted_steps = 0;    // share of decisions that the raw feature would have taken the other way
  double contradicted_classes = 0;  // share of records that the raw features lead to a leaf of the other class
};

/// Probabilities of class 1 at the leaves of a latent tree.
std::vector<float> leaf_probabilities(const Tree& tree, const Matrix& z);

/// `resamples` bootstrap samples for the root (0: none). Deterministic: sample i is drawn from (seed, i).
TreeReport report_tree(const Tree& tree, const DescribedRecords& grown, const DescribedRecords& measured, bool unseen,
                       std::span<const Question> questions, const TreeOptions& options, int resamples,
                       std::uint64_t seed);

/// For people.
std::string report_text(const TreeReport& report, const Tree& tree);
/// One JSON object.
std::string report_json(const TreeReport& report, const Tree& tree);

}  // namespace stemloop
