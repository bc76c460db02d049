// From the decoder's logits to valid pictures.
#pragma once

#include "nn/diva.h"

namespace stemloop {

/// The most probable valid picture of each record, or, with a temperature, one drawn from it: as many columns with bars
/// as are most probable together, then one colour and one height for every bar; or (how.hairpin) the terminal loop and
/// the pair, mismatch or bulge of every column that are most probable together, drawn as the picture of that hairpin.
std::vector<Picture> read_out(const DivaConfig& config, const BarLogits& logits, const ReadOut& how);

/// A standard normal number (Box and Muller).
double standard_normal(Random& random);

}  // namespace stemloop
