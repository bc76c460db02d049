// Figures of training runs and latent spaces.
#pragma once

#include <string>

#include "canvas/canvas.h"

namespace stemloop {

/// Curves of a run's metrics.jsonl: losses of training and validation above, reconstruction errors below.
Drawing loss_curves(const std::string& metrics_path);

}  // namespace stemloop
