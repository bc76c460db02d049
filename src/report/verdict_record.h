// What a judge says of a hairpin, as a record of a report.
#pragma once

#include <string>

#include "judge/judge.h"
#include "report/record.h"

namespace stemloop {

/// Adds label, probability, reasons, notes, the nearest known hairpin. Whatever family the verdict is of: what it does
/// not tell stays empty. `take_arms`: also the arms that the call rests on, in place of those the record has.
void add_verdict(const Verdict& verdict, bool take_arms, ReportRecord& record);

/// Ensemble and how sure it is of the record's structure. Error if the Boltzmann sums leave the range of numbers.
void add_ensemble(Folder& folder, ReportRecord& record);

}  // namespace stemloop
