// How right predicted cuts are, against known ones.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "arms/cut_model.h"
#include "arms/cut_training.h"

namespace stemloop {

/// Of one cut, or of all together.
struct CutScore {
  std::int64_t count = 0;
  double exact = 0, within_1 = 0, within_2 = 0;  // shares
  double distance = 0;                           // mean, letters
};

struct CutMeasures {
  std::array<CutScore, kCuts> cut;
  CutScore all;
  std::int64_t records = 0, without = 0;  // without: no prediction, counted as cut at fixed distances from the middle
  double all_four = 0;                    // share of records with four known cuts that are all exact
};

/// Predictions for examples, compared with the cuts they know.
CutMeasures measure_cuts(const CutModel& model, std::span<const CutExample> examples, const CutContext& context = {});

/// The same of predictions made elsewhere, one for each example.
CutMeasures compare_cuts(std::span<const CutExample> examples, std::span<const Cuts> predicted);

/// Settings fitted to examples the networks did not learn from: calibrated probabilities of being off by at most 0, 1
/// and 2 letters, and the weights of the guide's signs from examples that know their guide (none if there are few).
CutSettings fit_settings(const CutModel& raw, std::span<const CutExample> examples, std::span<const CutExample> guided);

/// Share of `guided` whose guide is told, and of those told rightly.
struct GuideMeasures {
  std::int64_t records = 0;
  double told = 0, right = 0, right_if_forced = 0;
};
GuideMeasures measure_guides(const CutModel& model, std::span<const CutExample> guided);

/// Expected calibration error of the three probabilities, and their mean and the share that is right.
struct CertaintyMeasures {
  std::array<double, 3> error{}, claimed{}, right{};
};
CertaintyMeasures measure_certainty(const CutModel& model, std::span<const CutExample> examples);

}  // namespace stemloop
