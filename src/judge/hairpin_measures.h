// What is measured of a hairpin and its cuts: energy and ensemble, pairs and loops, arms, what lies below the Drosha
// cuts, the stem-loop that was cut, words of letters. Every measure is named once, in the order of the columns.
#pragma once

#include <string>
#include <vector>

#include "judge/cut_hairpin.h"

namespace stemloop {

/// A named number about a hairpin.
struct Measure {
  std::string name;   // of its column
  std::string words;  // for a reader: "energy per nucleotide"
  std::string unit;   // "kcal/mol", "nt", ... or empty

  /// A share of words of letters, of which a table has hundreds.
  [[nodiscard]] bool word() const { return name.starts_with("share_"); }
};

/// What is measured, in the order of measure_hairpin()'s values.
const std::vector<Measure>& hairpin_measures();

/// Values of hairpin_measures(), appended to `row`; NaN where a value is missing.
void measure_hairpin(const CutHairpin& hairpin, std::vector<float>& row);

}  // namespace stemloop
