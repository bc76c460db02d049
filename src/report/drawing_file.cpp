#include "report/drawing_file.h"

#include "util/util.h"

namespace stemloop {

void write_drawing(const std::string& path, const Drawing& drawing) {
  check_extension(path, {".svg", ".png", ".pdf"});
  const auto ends_with = [&](const char* end) {
    return path.size() >= 4 && path.compare(path.size() - 4, 4, end) == 0;
  };
  write_bytes(path, is_png(path)                             ? encode_png(to_pixels(drawing))
                    : ends_with(".pdf") || ends_with(".PDF") ? to_pdf({drawing})
                                                             : to_svg(drawing));
}

}  // namespace stemloop
