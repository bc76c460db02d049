// The latent-space tree: recursive splits by questions about features, each asked of a linear SVM in latent space.
// Source: Petkovic and Menkovski, Algorithm 1. The same growth with the answers of the features themselves in place of
// the SVMs' is a plain decision tree (CART), for comparison.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "describe/linear_svm.h"
#include "describe/question.h"

namespace stemloop {

enum class Impurity : std::uint8_t { kGini, kEntropy };

struct TreeOptions {
  int max_depth = 5;
  int min_samples = 10;       // a node with fewer is a leaf
  double min_accuracy = 0.8;  // of an SVM on its node: only questions the latent space can answer are asked
  double min_gain = 0.001;    // drop of impurity
  Impurity impurity = Impurity::kGini;
  double c = 1;  // of the SVMs
  bool prune = true;
  // How much class 1 as a whole weighs beside class 0, however many records each has, in the impurities, the leaves'
  // labels and their probabilities: 1 alike, more for a tree that misses fewer of class 1. 0: by their records.
  double class_odds = 0;
  int threads = 1;  // the tree does not depend on it
};

/// Leaves are scored from here on, not from one half: their probability is above it just when their label is 1, for a
/// leaf of even odds calls class 0.
inline constexpr double kAboveHalf = 0.5 + 1e-6;

struct TreeNode {
  std::array<std::int64_t, 2> count{};  // training records of class 0 and 1 that came here
  double weight = 1;                    // of a record of class 1 beside one of class 0; one for the whole tree
  int question = -1;                    // of Tree::questions; -1 for a leaf
  int yes = -1, no = -1;                // children
  LinearSvm svm;                        // empty weights in a plain tree
  double svm_accuracy = 0;              // share of the node's records it answers as their features do
  double gain = 0;

  [[nodiscard]] std::int64_t total() const { return count[0] + count[1]; }
  [[nodiscard]] bool leaf() const { return question < 0; }
  [[nodiscard]] double weighed_positives() const { return weight * static_cast<double>(count[1]); }
  [[nodiscard]] int label() const { return weighed_positives() > static_cast<double>(count[0]) ? 1 : 0; }  // ties: 0
  /// Share of class 1, as it weighs, with one record of each class added (Laplace).
  [[nodiscard]] double probability() const {
    return (weighed_positives() + 1) / (weighed_positives() + static_cast<double>(count[0]) + 2);
  }
};

struct Tree {
  std::vector<Question> questions;  // those asked somewhere
  std::vector<TreeNode> nodes;      // [0] is the root; children stand behind their parents
  std::int64_t dimensions = 0;      // of the latent space; 0 for a plain tree
  [[nodiscard]] int depth() const;
};

/// Grows a tree on z (N x D) whose records have the features and labels given; `z` nullptr: a plain tree.
/// Error if lengths differ, there are fewer than 10 records or only one class.
Tree grow_tree(const Matrix* z, const FeatureTable& table, std::span<const std::uint8_t> labels,
               std::span<const Question> questions, const TreeOptions& options);

/// The best question at the root for some records; -1 if none passes.
int best_root(const Matrix& z, const FeatureTable& table, std::span<const std::uint8_t> labels,
              std::span<const std::int64_t> records, std::span<const Question> questions, const TreeOptions& options);

/// One step of a walk from the root to a leaf.
struct Step {
  int node = 0;
  bool yes = false;
  double margin = 0;  // distance from the hyperplane, positive for yes; 0 in a plain tree
};

struct Walk {
  std::vector<Step> steps;
  int leaf = 0;
};

/// Down the SVMs; never looks at features. REQUIRES: a latent tree of as many dimensions.
Walk walk(const Tree& tree, std::span<const float> z);

/// Down the questions as the features answer them; columns[k] is the column of question k.
Walk walk(const Tree& tree, std::span<const FeatureColumn* const> columns, std::int64_t record);

/// The column of every question of the tree.
std::vector<const FeatureColumn*> columns_of(const Tree& tree, const FeatureTable& table);

}  // namespace stemloop
