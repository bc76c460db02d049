// What is said of one record by the family of PrecursorClassifier: the hairpins found in it, the likeliest of them in
// cells, JSON, text and as a page, with its arms, the reasons and what a network says beside them.
#pragma once

#include <memory>
#include <vector>

#include "judge/family.h"
#include "judge/network_words.h"
#include "judge/precursor.h"

namespace stemloop {

inline constexpr double kPrecursorCalled = 0.5;  // the probability from which a record is called pre-miRNA

struct PrecursorSeen : Seen {
  Record record;
  std::vector<FoundHairpin> hairpins;
};

/// Columns of a verdict's cells.
std::vector<VerdictColumn> precursor_columns();

/// `calls`, one a hairpin seen, hold for `prior`; `words` must outlive the verdict.
std::unique_ptr<Verdict> precursor_verdict(PrecursorSeen seen, std::vector<PrecursorCall> calls,
                                           const OpenOptions& options, double prior, const NetworkWords& words);

}  // namespace stemloop
