// How much a stem-loop has the shape of a precursor, from its structure alone: a cheap score that decides which
// candidates of a genome are worth a classifier's time. It looks at the core, the pairs within 40 bases of the terminal
// loop on either arm, because what a stem-loop of a genome goes on with further out is chance.
#pragma once

#include <array>
#include <string_view>

#include "fold/fold.h"
#include "fold/local.h"

namespace stemloop {

inline constexpr int kShapeMeasures = 10;
inline constexpr int kShapeTerms = 18;

/// Of the core: energy, its lowest sum from the loop outwards, pairs, share of G and C, unpaired bases, asymmetry,
/// largest interior loop; size of the terminal loop; of the whole: length, score. Energies in kcal/mol.
std::array<double, kShapeMeasures> shape_measures(const EnergyModel& model, const LocalStemLoop& stem_loop,
                                                  std::string_view letters);

/// What the score weighs: the measures, capped, with some squares and products.
std::array<double, kShapeTerms> shape_terms(const std::array<double, kShapeMeasures>& measures);

/// Log odds of being a precursor, up to a constant. `letters` are those of the stem-loop.
double shape_score(const EnergyModel& model, const LocalStemLoop& stem_loop, std::string_view letters);

}  // namespace stemloop
