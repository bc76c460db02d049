// Scores of `evaluate classifier` by class, family, flank: whatever columns the table of the records has beside their
// sequences and labels.
#pragma once

#include <string>
#include <vector>

#include "judge/family.h"

namespace stemloop {

/// A row of scores for every value of `column` in the table `path`, in alphabetical order; the row's kind is the
/// column, its name the value ("-" where it is empty). Records are found by id. `flank`, where the table has no such
/// column, is the sum of flank5 and flank3 in ranges (0, 1 to 60, 61 to 120, 121 and more). Error if the column is
/// missing, an id of the scores is not in the table or stands there with two values, or a flank is no count.
std::vector<NamedRow> score_by(const JudgeScores& scores, const std::string& path, const std::string& column);

/// The same Errors of the table alone, to be had before records are judged.
void check_breakdown(const std::string& path, const std::string& column);

}  // namespace stemloop
