// Classical classifiers of two classes behind one interface: a random forest by XGBoost, libsvm's support vector
// machine, liblinear's logistic regression. Rows are records, columns are features.
// Every column is standardised by the mean and deviation of the training rows; a constant column becomes 0 and a value
// that is no number (NaN) becomes the training mean.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/data.h"

namespace stemloop {

/// How columns are standardised.
struct ColumnScale {
  std::vector<float> mean;   // one a column, of the values that are numbers
  std::vector<float> scale;  // 1 / deviation, 0 where constant
};
ColumnScale column_scale(const Matrix& rows);

/// (value - mean) / deviation, 0 for NaN. Error if the columns are not as many as the scale's or a value is infinite.
Matrix standardise(const Matrix& rows, const ColumnScale& columns);

enum class LearnerKind {
  kForest,    // regression trees on the labels; the probability is the mean of their leaves
  kSvm,       // C-SVC with an RBF kernel; decision values become probabilities by a logistic curve (Platt)
  kLogistic,  // L2-regularised logistic regression
};
inline constexpr LearnerKind kLearnerKinds[] = {LearnerKind::kForest, LearnerKind::kSvm, LearnerKind::kLogistic};

/// "forest", "svm" or "logistic".
const char* learner_name(LearnerKind kind);

struct LearnerOptions {
  int trees = 300;         // forest
  int depth = 25;          // forest: of a tree, at most 25
  int least_split = 2;     // forest: rows of a node that is split further
  int columns_tried = 0;   // forest: drawn for each split; 0 is the root of their number
  double c = 1;            // SVM, logistic: weight of the rows against the size of the weights
  double gamma = 0;        // SVM: of exp(-gamma d^2); 0 is 1 / columns
  bool balanced = false;   // rows weigh by their class, so that both classes weigh alike: balancing_weights()
  std::uint64_t seed = 1;  // forest: what is drawn; the others draw nothing
};

/// The weight of each row with which both classes weigh alike and the larger one's rows weigh 1. All 1 if there is one
/// class only.
std::vector<float> balancing_weights(std::span<const std::uint8_t> labels);

/// A trained classifier. Equal rows, options and seed give an equal one, whatever the number of threads.
class Learner {
 public:
  /// `labels` are 0 and 1, one a row. The SVM's curve is fitted on decision values of rows left out of five parts, on
  /// those of the training rows themselves if a class has fewer than five; it needs ten rows.
  /// Error if there are no rows or columns, the numbers of rows and labels differ, a label is neither 0 nor 1, there is
  /// one class only, a value is infinite, or an option is out of its range.
  static std::unique_ptr<Learner> train(LearnerKind kind, const Matrix& rows, std::span<const std::uint8_t> labels,
                                        const LearnerOptions& options = {});
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;
  virtual ~Learner() = default;

  /// Probability of class 1, one a row; may be called from several threads. Error if the columns are not as many as in
  /// training or a value is infinite.
  [[nodiscard]] std::vector<float> probabilities(const Matrix& rows) const;

 protected:
  Learner() = default;

 private:
  [[nodiscard]] virtual std::vector<float> standardised_probabilities(const Matrix& rows) const = 0;

  ColumnScale columns_;
};

}  // namespace stemloop
