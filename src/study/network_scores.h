// How well a network of pictures does on labelled hairpins: reconstruction, class, bonds as asked. Rows of a table.
#pragma once

#include <cstdint>
#include <vector>

#include "net/net.h"
#include "util/typed_cell.h"

namespace stemloop {

/// Errors by class and width.
std::vector<NamedRow> score_reconstruction(HairpinNetwork& network, const PictureData& data);

/// Class from the latents. Error if the network has no latents of class and bonds.
std::vector<NamedRow> score_class(HairpinNetwork& network, const PictureData& data);

struct BondDraws {
  double temperature = 1;  // spread of the draws of z_m
  double keep = 1;         // share of z_m that stays the hairpin's own where it is moved
  std::uint64_t seed = 1;
};

/// Section 3.2 of the paper, counted: z_x and z_y of a hairpin with z_m drawn for other bonds. Error as score_class().
std::vector<NamedRow> score_bonds(HairpinNetwork& network, const PictureData& data, const BondDraws& draws);

}  // namespace stemloop
