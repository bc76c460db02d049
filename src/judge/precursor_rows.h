// Hairpins of labelled records as rows of measures, each measured by a network of cuts that has not seen the record's
// group.
#pragma once

#include <span>
#include <vector>

#include "arms/arms.h"
#include "judge/precursor.h"

namespace stemloop {

/// A hairpin of a record.
struct HairpinRow {
  std::size_t record = 0;
  bool asked = true;   // it would be judged
  bool learnt = true;  // its label is known
};

struct HairpinRows {
  std::vector<HairpinRow> rows;
  Matrix measures;  // hairpin_measures() of each
  Matrix first;     // first_measures() of each
};

/// Hairpins of a record that would be judged. What a precursor's other hairpins are nobody knows: only its own is
/// learnt from, whether it would be judged or not. Half of the other records are shown once more without what lies
/// outside the cuts. `parts` are kParts models of cuts.
HairpinRows measure_all(std::span<const WorldRecord> records, std::span<const CutModel> parts, int threads);

/// The log odds of cuts that a share kGateLoss of the precursors' own hairpins falls below.
double least_cut_log_odds(const HairpinRows& rows, std::span<const WorldRecord> records);

}  // namespace stemloop
