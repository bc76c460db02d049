// Scores of families on labelled records.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "judge/family.h"

namespace stemloop {

/// A row of scores; the first value, called `kind`, names it. A score that is not defined is missing.
NamedRow score_row(const char* kind, const char* name, std::span<const float> probability,
                   std::span<const std::uint8_t> labels, double threshold = 0.5);

/// Rows of the records that are marked as trained on or nearly alike one that was, and of the others; a warning says
/// how many. REQUIRES: scores of sequences, a mark each.
void tell_trained(JudgeScores& scores, std::span<const std::uint8_t> known);

/// Rows of the records that name parents, so were made of others, and of the real ones, with a warning. Nothing if
/// there is none.
void tell_synthetic(JudgeScores& scores);

/// The sequences that pictures were made of; empty where a picture holds no whole hairpin.
std::vector<std::string> sequences_of(const PictureData& pictures);

/// Labelled records as pictures: those of the part asked for. Error if there is none.
struct LabelledPictures {
  PictureData pictures;
  std::vector<std::string> ids;
  Tally tally;
};
LabelledPictures load_labelled_pictures(const EvaluateData& from);

}  // namespace stemloop
