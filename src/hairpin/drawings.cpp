#include "hairpin/drawings.h"

namespace stemloop {

void add_picture(Drawing& drawing, const Picture& picture, Point corner, double cell) {
  drawing.add(Rectangle{corner, cell * kPictureColumns, cell * kPictureRows, "#ffffff", "#bbbbbb", 1});
  constexpr const char* kFull[] = {"#000000", "#ff0000", "#0000ff", "#00ff00", "#ffff00"};
  const double middle = corner.y + cell * kTopRows;
  for (int x = 0; x < picture.width(); ++x) {
    const double left = corner.x + cell * x;
    const double top = cell * picture.height[0][x];
    drawing.add(Rectangle{{left, middle - top}, cell, top, kFull[picture.colour[0][x]], "", 0});
    drawing.add(Rectangle{{left, middle}, cell, cell * picture.height[1][x], kFull[picture.colour[1][x]], "", 0});
  }
}

Drawing draw_hairpin(std::string_view sequence, std::string_view structure, const std::string& title,
                     const std::string& subtitle) {
  HairpinFigure figure;
  figure.sequence = sequence;
  figure.structure = structure;
  figure.title = title;
  figure.subtitle = subtitle;
  return draw_figure(figure);
}

}  // namespace stemloop
