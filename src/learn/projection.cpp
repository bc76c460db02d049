#include "learn/projection.h"

#include <algorithm>
#include <cmath>

#include "learn/row_matrix.h"
#include "util/util.h"

namespace stemloop {

RowMatrix centred(const Matrix& rows) {
  require(rows.rows >= 2 && rows.columns >= 1, "{} points are too few to project", rows.rows);
  for (const float value : rows.values) require(std::isfinite(value), "a coordinate is not a finite number");
  RowMatrix x = Eigen::Map<const RowMatrix>(rows.values.data(), rows.rows, rows.columns);
  x.rowwise() -= x.colwise().mean().eval();
  return x;
}

PcaResult pca(const Matrix& rows, int components) {
  const RowMatrix x = centred(rows);
  const Eigen::MatrixXd covariance = (x.transpose() * x).cast<double>() / static_cast<double>(rows.rows - 1);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  PcaResult result;
  result.points = {rows.rows, components, std::vector<float>(static_cast<std::size_t>(rows.rows * components))};
  const double total = std::max(1e-300, solver.eigenvalues().sum());
  for (int c = 0; c < components; ++c) {
    const Eigen::Index from = rows.columns - 1 - c;  // ascending order
    if (from < 0) {
      result.explained.push_back(0);
      continue;
    }
    Eigen::VectorXd axis = solver.eigenvectors().col(from);
    Eigen::Index largest = 0;
    axis.cwiseAbs().maxCoeff(&largest);
    if (axis[largest] < 0) axis = -axis;
    const Eigen::VectorXf projected = x * axis.cast<float>();
    for (std::int64_t i = 0; i < rows.rows; ++i)
      result.points.values[static_cast<std::size_t>(i * components + c)] = projected[i];
    result.explained.push_back(std::max(0.0, solver.eigenvalues()[from]) / total);
  }
  return result;
}

}  // namespace stemloop
