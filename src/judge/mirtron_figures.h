// Figures of a cross-validation of mirtrons against canonical precursors, as they stand in the model's config.json.
#pragma once

#include <cstdint>
#include <vector>

#include "judge/mirtron.h"

namespace stemloop {

/// Of probabilities of class 1, one row a repeat: the mean over repeats, and 95 % of bootstrap draws of the records.
Figures mirtron_figures(const std::vector<std::vector<float>>& repeats, const std::vector<std::uint8_t>& labels);

}  // namespace stemloop
