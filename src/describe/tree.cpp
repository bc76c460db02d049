#include "describe/tree.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>

#include "util/util.h"

namespace stemloop {

namespace {

using Counts = std::array<std::int64_t, 2>;
using Weights = std::array<double, 2>;  // what the records of each class come to
constexpr std::size_t kFewestRecords = 10;

double impurity(const Weights& weights, Impurity kind) {
  const double n = weights[0] + weights[1];
  if (n == 0) return 0;
  double sum = kind == Impurity::kGini ? 1 : 0;
  for (const double w : weights) {
    const double p = w / n;
    if (kind == Impurity::kGini) sum -= p * p;
    if (kind == Impurity::kEntropy && p > 0) sum -= p * std::log2(p);
  }
  return sum;
}

// What a question makes of a node's records.
struct Split {
  std::optional<LinearSvm> svm;
  double accuracy = 0;
  double gain = 0;
};

class Grower {
 public:
  Grower(const Matrix* z, const FeatureTable& table, std::span<const std::uint8_t> labels,
         std::span<const Question> questions, const TreeOptions& options)
      : z_(z), labels_(labels), questions_(questions), options_(options) {
    for (const Question& question : questions) {
      const FeatureColumn& column = column_of(question, table);
      std::vector<bool> answers;
      for (std::int64_t i = 0; i < table.rows; ++i) answers.push_back(answer(question, column, i));
      answers_.push_back(std::move(answers));
    }
    const auto positives = static_cast<double>(std::count(labels.begin(), labels.end(), std::uint8_t{1}));
    if (options.class_odds > 0)
      weight_ = options.class_odds * (static_cast<double>(labels.size()) - positives) / positives;
  }

  struct Best {
    int question = -1;
    Split split;
    std::vector<bool> side;
  };

  // All questions at once, then the best in their order: the same whatever the number of threads.
  [[nodiscard]] Best best(std::span<const std::int64_t> records) const {
    std::optional<SvmProblem> problem;
    if (z_ != nullptr) problem.emplace(*z_, records);
    std::vector<Best> tried(questions_.size());
    tbb::parallel_for(std::size_t{0}, questions_.size(),
                      [&](std::size_t q) { tried[q] = attempt(q, problem ? &*problem : nullptr, records); });
    Best best;
    for (Best& one : tried) {
      if (one.question >= 0 && (best.question < 0 || one.split.gain > best.split.gain)) best = std::move(one);
    }
    return best;
  }

  void grow(Tree& tree, int at, std::vector<std::int64_t> records, int depth) const {
    tree.nodes[at].weight = weight_;
    Counts& count = tree.nodes[at].count;
    for (const std::int64_t i : records) ++count[labels_[i]];
    if (depth == options_.max_depth || static_cast<int>(records.size()) < options_.min_samples || count[0] == 0 ||
        count[1] == 0)
      return;
    Best found = best(records);
    if (found.question < 0) return;
    std::vector<std::int64_t> yes, no;
    for (std::size_t i = 0; i < records.size(); ++i) (found.side[i] ? yes : no).push_back(records[i]);
    records = {};
    const int first = static_cast<int>(tree.nodes.size());
    tree.nodes.resize(tree.nodes.size() + 2);
    TreeNode& node = tree.nodes[at];
    node.question = found.question;
    if (found.split.svm) node.svm = std::move(*found.split.svm);
    node.svm_accuracy = found.split.accuracy;
    node.gain = found.split.gain;
    node.yes = first;
    node.no = first + 1;
    grow(tree, first, std::move(yes), depth + 1);
    grow(tree, first + 1, std::move(no), depth + 1);
  }

 private:
  Best attempt(std::size_t q, const SvmProblem* problem, std::span<const std::int64_t> records) const {
    Best best;
    std::vector<bool> yes;
    for (const std::int64_t i : records) yes.push_back(answers_[q][i]);
    const auto count = static_cast<std::size_t>(std::count(yes.begin(), yes.end(), true));
    if (count == 0 || count == yes.size()) return best;
    if (problem != nullptr) {
      SvmProblem::Solution solution = problem->solve(yes, options_.c);
      best.split.svm = std::move(solution.svm);
      best.side = std::move(solution.side);
    } else {
      best.side = yes;
    }
    std::size_t right = 0;
    Counts all{}, of_yes{};
    for (std::size_t i = 0; i < yes.size(); ++i) {
      right += best.side[i] == yes[i] ? 1 : 0;
      ++all[labels_[records[i]]];
      if (best.side[i]) ++of_yes[labels_[records[i]]];
    }
    const Weights in_all = weighed(all), in_yes = weighed(of_yes);
    const Weights in_no = {in_all[0] - in_yes[0], in_all[1] - in_yes[1]};
    const double share = (in_yes[0] + in_yes[1]) / (in_all[0] + in_all[1]);
    best.split.accuracy = static_cast<double>(right) / static_cast<double>(yes.size());
    best.split.gain = impurity(in_all, options_.impurity) - share * impurity(in_yes, options_.impurity) -
                      (1 - share) * impurity(in_no, options_.impurity);
    if (best.split.gain > options_.min_gain && (problem == nullptr || best.split.accuracy > options_.min_accuracy))
      best.question = static_cast<int>(q);
    return best;
  }

  [[nodiscard]] Weights weighed(const Counts& count) const {
    return {static_cast<double>(count[0]), weight_ * static_cast<double>(count[1])};
  }

  const Matrix* z_;
  std::span<const std::uint8_t> labels_;
  double weight_ = 1;  // of a record of class 1
  std::span<const Question> questions_;
  const TreeOptions& options_;
  std::vector<std::vector<bool>> answers_;
};

void check_finite(const Matrix& z) {
  for (std::size_t i = 0; i < z.values.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    require(std::isfinite(z.values[i]), "record {}: dimension {} of its latent is no number", at / z.columns + 1,
            at % z.columns + 1);
  }
}

// Leaves that say the same become their parent, bottom up.
void prune(Tree& tree, int at) {
  TreeNode& node = tree.nodes[at];
  if (node.leaf()) return;
  prune(tree, node.yes);
  prune(tree, node.no);
  const TreeNode &yes = tree.nodes[node.yes], &no = tree.nodes[node.no];
  if (!yes.leaf() || !no.leaf() || yes.label() != no.label()) return;
  node.question = node.yes = node.no = -1;
  node.svm = {};
  node.svm_accuracy = node.gain = 0;
}

// Nodes that can be reached, parents first, and the questions they ask.
Tree compact(const Tree& tree) {
  Tree result;
  result.dimensions = tree.dimensions;
  std::vector<int> place(tree.questions.size(), -1);
  result.nodes.push_back(tree.nodes[0]);
  for (std::size_t at = 0; at < result.nodes.size(); ++at) {
    TreeNode node = result.nodes[at];
    if (node.leaf()) continue;
    int& question = place[node.question];
    if (question < 0) {
      question = static_cast<int>(result.questions.size());
      result.questions.push_back(tree.questions[node.question]);
    }
    node.question = question;
    const TreeNode yes = tree.nodes[node.yes], no = tree.nodes[node.no];
    node.yes = static_cast<int>(result.nodes.size());
    node.no = node.yes + 1;
    result.nodes[at] = std::move(node);
    result.nodes.push_back(yes);
    result.nodes.push_back(no);
  }
  return result;
}

}  // namespace

int Tree::depth() const {
  std::vector<int> depths(nodes.size(), 0);
  int deepest = 0;
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    deepest = std::max(deepest, depths[at]);
    if (!nodes[at].leaf()) depths[nodes[at].yes] = depths[nodes[at].no] = depths[at] + 1;
  }
  return deepest;
}

Tree grow_tree(const Matrix* z, const FeatureTable& table, std::span<const std::uint8_t> labels,
               std::span<const Question> questions, const TreeOptions& options) {
  require(static_cast<std::size_t>(table.rows) == labels.size(), "{} records with features, {} with labels", table.rows,
          labels.size());
  require(z == nullptr || z->rows == table.rows, "{} records with latents, {} with features", z ? z->rows : 0,
          table.rows);
  require(labels.size() >= kFewestRecords, "{} records are too few for a tree; {} are wanted", labels.size(),
          kFewestRecords);
  const auto positives = std::count(labels.begin(), labels.end(), std::uint8_t{1});
  require(positives > 0 && static_cast<std::size_t>(positives) < labels.size(),
          "all {} records are of class {}; a tree needs both", labels.size(), positives > 0 ? 1 : 0);
  if (z != nullptr) check_finite(*z);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  Tree tree;
  tree.questions.assign(questions.begin(), questions.end());
  tree.dimensions = z != nullptr ? z->columns : 0;
  tree.nodes.resize(1);
  std::vector<std::int64_t> all(labels.size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  Grower(z, table, labels, questions, options).grow(tree, 0, std::move(all), 0);
  if (options.prune) prune(tree, 0);
  return compact(tree);
}

int best_root(const Matrix& z, const FeatureTable& table, std::span<const std::uint8_t> labels,
              std::span<const std::int64_t> records, std::span<const Question> questions, const TreeOptions& options) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  return Grower(&z, table, labels, questions, options).best(records).question;
}

Walk walk(const Tree& tree, std::span<const float> z) {
  Walk result;
  while (!tree.nodes[result.leaf].leaf()) {
    const TreeNode& node = tree.nodes[result.leaf];
    const double length =
        std::sqrt(std::inner_product(node.svm.weights.begin(), node.svm.weights.end(), node.svm.weights.begin(), 0.0));
    const double decision = node.svm.decision(z);
    result.steps.push_back({result.leaf, decision > 0, length > 0 ? decision / length : 0});
    result.leaf = decision > 0 ? node.yes : node.no;
  }
  return result;
}

Walk walk(const Tree& tree, std::span<const FeatureColumn* const> columns, std::int64_t record) {
  Walk result;
  while (!tree.nodes[result.leaf].leaf()) {
    const TreeNode& node = tree.nodes[result.leaf];
    const bool yes = answer(tree.questions[node.question], *columns[node.question], record);
    result.steps.push_back({result.leaf, yes, 0});
    result.leaf = yes ? node.yes : node.no;
  }
  return result;
}

std::vector<const FeatureColumn*> columns_of(const Tree& tree, const FeatureTable& table) {
  std::vector<const FeatureColumn*> columns;
  for (const Question& question : tree.questions) columns.push_back(&column_of(question, table));
  return columns;
}

}  // namespace stemloop
