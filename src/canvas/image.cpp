#include "canvas/image.h"

#include <png.h>

#include <algorithm>
#include <cstring>

#include "util/util.h"

namespace stemloop {

std::string encode_png(const RgbImage& image) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  std::string bytes;
  bool written = png_image_write_to_memory(&png, nullptr, &size, 0, image.rgb.data(), 0, nullptr) != 0;
  if (written) {
    bytes.resize(size);
    written = png_image_write_to_memory(&png, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr) != 0;
    bytes.resize(size);
  }
  require(written, "a PNG of {} x {} pixels cannot be made: {}", image.width, image.height, png.message);
  return bytes;
}

RgbImage read_png(const std::string& path, std::uint64_t max_pixels) {
  const std::vector<std::byte> bytes = read_bytes(path);
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) {
    fail("{}: is not a readable PNG image: {}", path, png.message);
  }
  if (static_cast<std::uint64_t>(png.width) * png.height > max_pixels) {
    png_image_free(&png);
    fail("{}: has {} x {} pixels, more than {}", path, png.width, png.height, max_pixels);
  }
  png.format = PNG_FORMAT_RGB;
  RgbImage image(static_cast<int>(png.width), static_cast<int>(png.height));
  const png_color white = {255, 255, 255};
  if (png_image_finish_read(&png, &white, image.rgb.data(), 0, nullptr) == 0) {
    fail("{}: is a damaged PNG image: {}", path, png.message);
  }
  return image;
}

RgbImage contact_sheet(const std::vector<RgbImage>& images, int columns, int gap, int zoom) {
  const int width = images.front().width * zoom;
  const int height = images.front().height * zoom;
  const int count = static_cast<int>(images.size());
  const int across = std::min(columns, count);
  const int down = (count + columns - 1) / columns;
  RgbImage sheet(across * (width + gap) + gap, down * (height + gap) + gap);
  constexpr std::array<std::uint8_t, 3> kFrame = {200, 200, 200};
  for (int y = 0; y < sheet.height; ++y) {
    for (int x = 0; x < sheet.width; ++x) sheet.set(x, y, kFrame);
  }
  for (int k = 0; k < count; ++k) {
    const int left = gap + k % columns * (width + gap);
    const int top = gap + k / columns * (height + gap);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) sheet.set(left + x, top + y, images[k].get(x / zoom, y / zoom));
    }
  }
  return sheet;
}

}  // namespace stemloop
