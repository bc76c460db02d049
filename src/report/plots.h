// Figures of training runs and latent spaces.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "canvas/canvas.h"
#include "data/data.h"

namespace stemloop {

/// Curves of a run's metrics.jsonl: losses of training and validation above, reconstruction errors below.
Drawing loss_curves(const std::string& metrics_path);

/// Curves of a run of wgan, fbgan or cnn: losses above, below what was found on drawn or held-out sequences.
Drawing sequence_curves(const std::string& metrics_path);

/// Points (N x 2) coloured by value: numbers on a scale, other texts as groups; no values, one colour. Empty cells are
/// grey.
Drawing scatter(const Matrix& points, const std::vector<std::string>& values,
                const std::pair<std::string, std::string>& axes, const std::string& title);

}  // namespace stemloop
