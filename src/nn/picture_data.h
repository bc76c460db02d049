// Which training pictures are visited, and the changes made to them afresh at every visit.
#pragma once

#include <cstdint>
#include <vector>

#include "hairpin/hairpin.h"
#include "nn/neural.h"
#include "util/util.h"

namespace stemloop {

/// The picture with every position substituted with probability `share`: base pairs by base pairs, unpaired letters by
/// any letter, the terminal loop alike on both strands. States, and so the structure, stay as they are.
Picture substitute(const Picture& picture, double share, Random& random);

/// The picture with its loop end, as far as both hairpins have a base pair beyond their terminal loops, exchanged for
/// that of `inner`. The picture itself if there is no such column or `inner` is not the shorter one.
Picture graft(const Picture& picture, const Picture& inner);

/// Records of an epoch, as many as there are, in a random order. Those of rare widths (columns of the picture) come up
/// oftener: by the density of their width, to the power of minus `evenness`; 0 visits every record once.
std::vector<std::int64_t> epoch_records(const PictureData& data, double evenness, Random& random);

}  // namespace stemloop
