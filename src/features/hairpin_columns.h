// The 20 features of a hairpin picture as typed columns: one static list says the name, the kind, the unit and what a
// missing value means of each (hairpin/features.h says how they are measured).
#pragma once

#include <array>
#include <span>

#include "features/table.h"
#include "hairpin/hairpin.h"

namespace stemloop {

struct HairpinColumn {
  const char* name;
  FeatureKind kind;
  const char* unit;
  const char* missing;                      // what a missing value means; "" if none ever is
  double (*value)(const HairpinFeatures&);  // NaN where missing; 0 lower, 1 upper of the strand
};

/// In the order of kFeatureNames.
const std::array<HairpinColumn, kFeatureCount>& hairpin_columns();

/// The 20 features of pictures.
FeatureTable feature_table(std::span<const Picture> pictures);

}  // namespace stemloop
