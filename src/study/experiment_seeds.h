// experiment mirtron: what is drawn from the seed of a fold, each with numbers of its own.
#pragma once

#include <cstdint>

#include "study/experiment.h"
#include "util/util.h"

namespace stemloop {

enum ExperimentDraw : std::uint64_t {
  kDrawSmote,
  kTrainGan,
  kDrawGan,
  kTrainForest,
  kTrainBooster,
  kTrainCnn,
  kDrawControl,
  kSelect
};

/// Small enough for every place a seed is kept in (JSON, XGBoost's int).
inline std::uint64_t seed_for(std::uint64_t seed, ExperimentDraw purpose) {
  return Random(seed, purpose).next() >> 33U;
}

}  // namespace stemloop
