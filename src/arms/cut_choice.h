// From the scores of a window's boundaries to four cuts: what is known of the record laid over the scores, the
// quadruple chosen, and how sure it is. Scores and marginals are laid out as QuadrupleSum's, a column a cut.
#pragma once

#include <span>

#include "arms/cut_model.h"
#include "arms/quadruples.h"

namespace stemloop {

/// Rules out every boundary that contradicts a known cut; `begin` is the window's, in the sequence.
void rule_out(const KnownCuts& known, int begin, std::span<float> scores);

/// Adds what is known of the flanks: a normal error, or, in one record of twenty, any flank at all.
void expect_flanks(const CutContext& context, int begin, int sequence_length, std::span<float> scores);

/// The quadruple that promises the fewest and smallest errors: a cut is worth the probability that it is right and a
/// part of that of being one or two letters off, and the whole a tenth of its log probability, which keeps the four
/// consistent. (Chosen on the validation set, where the likeliest quadruple is as often exact, but oftener far off.)
Cuts fewest_errors(const CutWindow& window, std::span<const float> marginals, std::span<const float> scores,
                   const CutTerms& terms);

/// How sure each cut is, from its distribution over the boundaries: `call.within` and `call.entropy`.
void measure_certainty(const CutSettings& settings, std::span<const float> marginals, const Cuts& cuts, ArmCall& call);

}  // namespace stemloop
