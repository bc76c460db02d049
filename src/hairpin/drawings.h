// Drawings of a folded RNA for people: the classical secondary structure, the 100 x 25 picture, and a text hairpin.
#pragma once

#include <string>
#include <string_view>

#include "canvas/canvas.h"
#include "hairpin/picture.h"

namespace stemloop {

/// Secondary structure in the plane: every loop a circle of equal steps, helices as ladders, one point per base.
/// Positions are in units of the distance between neighbours. REQUIRES: matching brackets.
std::vector<Point> structure_layout(std::string_view structure);

/// The structure coloured by nucleotide (the picture's colours, softened), with the 100 x 25 picture under it if there
/// is a terminal loop. `title` stands above, `subtitle` (e.g. the energy) below it.
Drawing draw_hairpin(std::string_view sequence, std::string_view structure, const std::string& title,
                     const std::string& subtitle);

/// The picture alone as a drawing, `cell` units a pixel, its top left corner at `corner`.
void add_picture(Drawing& drawing, const Picture& picture, Point corner, double cell);

/// A hairpin in five lines of text, as miRBase prints it (GU pairs with a colon, strands marked):
///
///     5' U                  U  -  CACACC
///         GGGAUGAGGUAGUAGGU  GU AU        ...
///         |:|||||||||||||||  || ||
///         UCUUUCUGUCAUCUAAC  CA UA
///     3' A                  -  A  GUCACA
///
/// The pairs are those around the terminal loop of lay_out(); bases of other hairpins stand in the outer lines.
/// Empty if there is no hairpin loop.
std::string text_hairpin(std::string_view sequence, std::string_view structure);

}  // namespace stemloop
