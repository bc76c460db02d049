// A linear support vector machine with L2-regularised squared hinge loss, the paper's (liblinear's L2R_L2LOSS_SVC): a
// hyperplane through a latent space that answers one question.
//
// A tree asks a hundred questions of the same records. Newton's method over the records that violate their margin
// shares the first step between all questions and afterwards adds and takes away only the records whose side of the
// margin has changed; it reaches liblinear's minimum (tests compare them) in a fraction of its time.
#pragma once

#include <span>
#include <vector>

#include "data/data.h"

namespace stemloop {

struct LinearSvm {
  std::vector<double> weights;  // one a dimension
  double bias = 0;

  /// Positive on the side of "yes".
  [[nodiscard]] double decision(std::span<const float> z) const;
};

/// Records prepared for many questions.
class SvmProblem {
 public:
  /// REQUIRES: finite numbers.
  SvmProblem(const Matrix& rows, std::span<const std::int64_t> records);

  struct Solution {
    LinearSvm svm;
    std::vector<bool> side;  // of each record: true where the decision is positive
  };

  /// Minimises w.w / 2 + b.b / 2 + c * sum max(0, 1 - y (w.z + b))^2, y = 1 for yes and -1 for no. The bias is
  /// regularised, as liblinear does. REQUIRES: both answers. Safe to call from many threads.
  [[nodiscard]] Solution solve(const std::vector<bool>& yes, double c) const;

 private:
  // Who lies inside the margin with the decisions `f`, and the sum of x x^T over these.
  void follow_margin(const std::vector<double>& y, const std::vector<double>& f, std::vector<bool>& active,
                     std::vector<double>& hessian) const;

  std::size_t count_ = 0;
  std::size_t size_ = 0;         // dimensions and one for the bias
  std::size_t stride_ = 0;       // of a row and of the Hessian: size_ rounded up to full vectors
  std::vector<float> rows_;      // count x stride, the bias's 1 first
  std::vector<float> columns_;   // the same transposed: size x count
  std::vector<double> product_;  // sum of x x^T over all records, lower triangle
};

}  // namespace stemloop
