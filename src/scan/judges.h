// Judges of candidates: what the scan can ask about a stem-loop with its surroundings.
#pragma once

#include <memory>

#include "judge/judge.h"
#include "scan/candidates.h"

namespace stemloop {

/// The shape alone, with even odds before it is seen. The hairpin and its arms are those of an average precursor, by
/// distance from the terminal loop.
CandidateJudge shape_judge();

/// A classifier of precursors: the stem-loop is cut at its four cut sites, the hairpin between Drosha's is judged, the
/// probability holds for `prior`. Probability 0 has what cannot be cut, or is cut less clearly than any precursor, or
/// lies on another candidate of the span that is cut much more clearly.
CandidateJudge precursor_judge(const std::shared_ptr<const PrecursorClassifier>& classifier, double prior);

}  // namespace stemloop
