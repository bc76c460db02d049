// Decoys: a genome that has the letters of the real one in another order, so that whatever a scan finds in it is false.
// In windows of 500 bases the number of every pair of neighbouring letters is kept, hence composition, CpG and long
// repeats of few letters; runs of N and soft-masking stay where they are.
#pragma once

#include <cstdint>
#include <string_view>

#include "scan/candidates.h"

namespace stemloop {

inline constexpr std::int64_t kDecoyWindow = 500;  // a part of a tile's step and margin

/// A decoy of the tile. A window draws from (seed, contig's name, its place, `replicate`) alone, so that neighbouring
/// tiles agree where they overlap.
Tile decoy_of(const Tile& tile, std::string_view contig, std::uint64_t seed, int replicate);

/// Decoys of a tile, on average `share`: drawn from (seed, contig's name, number of the tile).
int decoys_of_tile(double share, std::string_view contig, std::int64_t number, std::uint64_t seed);

}  // namespace stemloop
