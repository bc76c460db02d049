#include "report/drawing_file.h"

#include "util/util.h"

namespace stemloop {

void write_drawing(const std::string& path, const Drawing& drawing) {
  write_bytes(path, is_png(path) ? encode_png(to_pixels(drawing)) : to_svg(drawing));
}

}  // namespace stemloop
