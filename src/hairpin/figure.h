// A folded RNA as a figure for a paper: structure or ladder, coloured by letter, arm or a value a base, arms, cuts and
// seed marked, positions numbered, all of it explained in a legend. Colours are told apart by colour-blind readers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "canvas/canvas.h"
#include "fold/fold.h"
#include "hairpin/marks.h"

namespace stemloop {

/// One value a base; NaN where there is none.
struct BaseValues {
  std::string name;  // for the legend
  std::vector<double> value;
  double low = 0;  // ends of the colour scale
  double high = 1;
};

enum class FigureColours { kNone, kLetters, kArms, kValues };
enum class FigureShape { kStructure, kLadder };
enum class Palette { kColourBlind, kClassic, kGrey };

struct HairpinFigure {
  std::string sequence;
  std::string structure;
  std::string title;     // above; shortened to the width
  std::string subtitle;  // under the title, e.g. the energy
  HairpinMarks marks;
  BaseValues values;  // for kValues
  FigureShape shape = FigureShape::kStructure;
  FigureColours colours = FigureColours::kLetters;
  Palette palette = Palette::kColourBlind;
  bool picture = true;  // the 100 x 25 picture under it, if there is a terminal loop
  bool legend = true;
};

/// REQUIRES: equal lengths, matching brackets; as many values as bases if they colour.
/// A ladder of a structure without hairpin loop is drawn as its structure.
Drawing draw_figure(const HairpinFigure& figure);

/// Figures in cells of a page of `columns` x `rows`, each as large as the cell lets it be; as many pages as needed, or
/// all in one if `rows` is 0. `width` and `height` in units (the height is found if `rows` is 0).
std::vector<Drawing> on_pages(const std::vector<Drawing>& figures, int columns, int rows, double width, double height);

/// Colour of a value between 0 and 1 on the scale from dark blue over green to yellow ("viridis", van der Walt & Smith
/// 2015, at nine places), or grey.
std::string scale_colour(double share, Palette palette);

/// Fill of a base's disc.
std::string letter_colour(char letter, Palette palette);

/// How sure the ensemble is of what is drawn, one value a base: the probability of its pair, or of being unpaired.
std::vector<double> structure_support(std::string_view structure, const std::vector<PairProbability>& pairs);

}  // namespace stemloop
