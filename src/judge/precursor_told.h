// What a classifier of precursors tells of itself: calibration, percentiles of its measures, shares called by kind and
// by threshold, all on records left out of training.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "judge/precursor.h"
#include "judge/precursor_rows.h"

namespace stemloop {

/// Calibration at equal numbers: both classes weigh alike, and so does every kind of others, for their numbers here are
/// our choice. Precursors of less weight than 1 are left out: a probability is of what is certainly one.
std::vector<double> even_weights(std::span<const WorldRecord> records);
/// Slope and bias of the log odds, by Newton's method on the weighted likelihood.
LogisticBlend fit_calibration(std::span<const float> logits, std::span<const WorldRecord> records,
                              std::span<const double> weights);
/// 2 x measures rows of kPercentiles values: of precursors, of others.
Matrix percentiles_of(const HairpinRows& rows, std::span<const WorldRecord> records);
/// Of every kind how many records there are, and which share is called at `threshold`.
nlohmann::ordered_json figures_json(std::span<const WorldRecord> records, std::span<const double> probabilities,
                                    double threshold);
/// Threshold, share of precursors at or above it, share of others (all kinds alike).
nlohmann::ordered_json curve_json(std::span<const WorldRecord> records, std::span<const double> probabilities,
                                  std::span<const double> weights);

}  // namespace stemloop
