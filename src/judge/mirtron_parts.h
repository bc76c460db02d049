// Between the files of a model of mirtrons.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "judge/mirtron.h"

namespace stemloop {

inline constexpr int kMirtronFormat = 2;
/// Measures whose usual range among training precursors is kept.
inline constexpr const char* kMirtronRanged[] = {"length", "gc", "mfe_per_nt", "between_arms"};

/// Of log odds on a calibration's curve.
double probability_of(const LogisticBlend& curve, double log_odds);

/// The trees' log odds, the mean over all looks at a hairpin; the trees know the measures `columns` of
/// mirtron_measures().
double mean_log_odds(const Booster& booster, const SplicedHairpin& hairpin, std::span<const std::size_t> columns);

/// Its place in mirtron_measures(). Error if there is none of that name.
std::size_t measure_number(std::string_view name);

}  // namespace stemloop
