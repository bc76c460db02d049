// Which training pictures are visited, and the changes made to them afresh at every visit.
#pragma once

#include <cstdint>
#include <vector>

#include "hairpin/hairpin.h"
#include "net/neural.h"
#include "util/util.h"

namespace stemloop {

/// The column_bonds() that two rows of a bond vector (bond_rows()) stand for, if the first bond is right behind the
/// terminal loop, as in every whole hairpin that does not mirror itself by chance.
std::array<std::uint8_t, kBondLength> columns_of_rows(const std::array<std::uint8_t, kBondLength>& rows);

/// The picture with every position substituted with probability `share`: base pairs by base pairs, unpaired letters by
/// any letter, the terminal loop alike on both strands. States, and so the structure, stay as they are.
Picture substitute(const Picture& picture, double share, Random& random);

/// The picture with its loop end, as far as both hairpins have a base pair beyond their terminal loops, exchanged for
/// that of `inner`. The picture itself if there is no such column or `inner` is not the shorter one.
Picture graft(const Picture& picture, const Picture& inner);

/// A hairpin with other bonds and nearly the same letters: up to three stretches of its stem of at most seven columns,
/// behind the pair that closes the terminal loop, are opened or closed. The top strand keeps its letters; the bottom
/// one gets letters that do not pair, or do. With `scrambled` the bottom letters of all columns behind the loop are
/// drawn anew, the states kept, so that only the top strand and the bonds tell them. The picture itself if it has no
/// pair.
Picture rebonded(const Picture& picture, bool scrambled, Random& random);

/// Records of an epoch, as many as there are, in a random order. Those of rare widths (columns of the picture) come up
/// oftener: by the density of their width, to the power of minus `evenness`; 0 visits every record once.
std::vector<std::int64_t> epoch_records(const PictureData& data, double evenness, Random& random);

}  // namespace stemloop
