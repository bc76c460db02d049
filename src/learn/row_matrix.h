// Rows of a table as a matrix of Eigen.
#pragma once

#include <Eigen/Dense>

#include "learn/projection.h"

namespace stemloop {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The rows less their mean. Error if they are too few or a coordinate is not finite.
RowMatrix centred(const Matrix& rows);

}  // namespace stemloop
