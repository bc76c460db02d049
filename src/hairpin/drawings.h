// Drawings of a folded RNA for people: the figure with its usual settings and the 100 x 25 picture.
#pragma once

#include <string>
#include <string_view>

#include "hairpin/figure.h"
#include "hairpin/picture.h"

namespace stemloop {

/// The structure coloured by nucleotide, with the 100 x 25 picture under it if there is a terminal loop. `title` stands
/// above, `subtitle` (e.g. the energy) below it.
Drawing draw_hairpin(std::string_view sequence, std::string_view structure, const std::string& title,
                     const std::string& subtitle);

/// The picture alone as a drawing, `cell` units a pixel, its top left corner at `corner`.
void add_picture(Drawing& drawing, const Picture& picture, Point corner, double cell);

}  // namespace stemloop
