// Changes to training pictures, made afresh at every visit.
#pragma once

#include "hairpin/hairpin.h"
#include "util/util.h"

namespace stemloop {

/// The picture with every position substituted with probability `share`: base pairs by base pairs, unpaired letters by
/// any letter, the terminal loop alike on both strands. States, and so the structure, stay as they are.
Picture substitute(const Picture& picture, double share, Random& random);

}  // namespace stemloop
