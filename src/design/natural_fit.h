// Fits a model of natural precursors (natural_model.h) to hairpins by expectation-maximisation. A context seen seldom
// leans on the shorter one: each letter or pair has what that says added to its counts.
#pragma once

#include <string>
#include <vector>

#include "design/natural_model.h"

namespace stemloop {

/// A hairpin to fit on: letters and structure.
struct NaturalExample {
  std::string sequence;
  std::string structure;
  double energy_kcal = 0;
};

/// Fits a mixture of `chains` chains by `rounds` of expectation-maximisation, started by content of G and C. Nothing is
/// drawn at random. Error if there are fewer examples than chains.
NaturalModel fit_natural_model(const std::vector<NaturalExample>& examples, int chains, int rounds);

}  // namespace stemloop
