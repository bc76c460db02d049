// The picture of `quality`: a real set and synthetic ones beside each other.
#pragma once

#include <string>
#include <vector>

#include "canvas/canvas.h"
#include "study/study.h"

namespace stemloop {

struct PlottedSet {
  std::string name;
  const MeasuredSet* set = nullptr;
  const QualityReport* report = nullptr;
};

/// Distributions of length, GC content, energy and distance to the nearest real sequence, 3-mers against the real ones,
/// a legend with the main figures. The first set is the real one; each has its colour by its place.
Drawing quality_sheet(const std::vector<PlottedSet>& sets);

}  // namespace stemloop
