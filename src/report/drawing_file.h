// Drawings as files.
#pragma once

#include <string>

#include "canvas/canvas.h"

namespace stemloop {

/// A PNG if the name ends in .png, else an SVG.
void write_drawing(const std::string& path, const Drawing& drawing);

}  // namespace stemloop
