// A hairpin as a small inline SVG for a page: miRBase's ladder, letters shaded where the ensemble is not sure of them,
// arms as bars, cuts as triangles, the seed underlined. Colours come from the page's style sheet, so that it follows
// dark and print styles; everything that repeats is one path, so that a thousand of them stay small.
#pragma once

#include <string>

#include "report/record.h"

namespace stemloop {

/// Empty if the structure has no hairpin loop.
std::string ladder_svg(const ReportRecord& record);

}  // namespace stemloop
