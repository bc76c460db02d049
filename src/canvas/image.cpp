#include "canvas/image.h"

#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "canvas/drawing.h"
#include "util/util.h"

namespace stemloop {

namespace {

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> static_cast<unsigned>(shift) & 255U);
  return bytes;
}

// The chunk that tells pixels a metre; libpng's simple writer has none. It stands behind the header's 33 bytes.
void add_resolution(std::string& png, double dpi) {
  constexpr std::size_t kHeaderEnd = 33;
  constexpr double kInch = 0.0254;
  const std::string metre = big_endian(static_cast<std::uint32_t>(std::lround(dpi / kInch)));
  const std::string chunk = "pHYs" + metre + metre + '\1';
  const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(chunk.data()), static_cast<uInt>(chunk.size()));
  png.insert(kHeaderEnd, big_endian(static_cast<std::uint32_t>(chunk.size() - 4)) + chunk +
                             big_endian(static_cast<std::uint32_t>(checksum)));
}

}  // namespace

std::string encode_png(const RgbImage& image, double dpi) {
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
  if (dpi > 0) add_resolution(bytes, dpi);
  return bytes;
}

RgbImage read_png(const std::string& path, std::uint64_t max_pixels) {
  constexpr std::uint64_t kMostPngBytes = std::uint64_t{1} << 28U;
  const std::vector<std::byte> bytes = read_bytes(path, kMostPngBytes);
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

RgbImage contact_sheet(const std::vector<RgbImage>& images, const std::vector<std::string>& labels,
                       const std::string& note, int columns, int gap, int zoom) {
  constexpr int kLabel = 16;
  constexpr double kSize = 11;
  const int width = images.front().width * zoom;
  const int height = images.front().height * zoom;
  const int count = static_cast<int>(images.size());
  const int across = std::min(columns, count);
  const int down = (count + columns - 1) / columns;
  Drawing ground;
  ground.width = across * (width + gap) + gap;
  ground.height = down * (height + kLabel + gap) + gap + (note.empty() ? 0 : kLabel + gap);
  if (!note.empty()) {
    ground.add(
        Text{{static_cast<double>(gap), ground.height - gap}, fitted_text(note, ground.width - 2 * gap, kSize), kSize});
  }
  const auto corner = [&](int k) {
    const int column = k % columns, row = k / columns;
    return Point{static_cast<double>(gap + column * (width + gap)),
                 static_cast<double>(gap + row * (height + kLabel + gap))};
  };
  for (int k = 0; k < count; ++k) {
    const Point at = corner(k);
    ground.add(Rectangle{{at.x - 1, at.y - 1}, width + 2.0, height + 2.0, "#c8c8c8", "", 0});
    ground.add(Text{{at.x, at.y + height + 13}, fitted_text(labels[k], width, kSize), kSize});
  }
  RgbImage sheet = to_pixels(ground, 1);
  for (int k = 0; k < count; ++k) {
    const Point at = corner(k);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int to_x = static_cast<int>(at.x) + x;
        const int to_y = static_cast<int>(at.y) + y;
        if (to_x < sheet.width && to_y < sheet.height) sheet.set(to_x, to_y, images[k].get(x / zoom, y / zoom));
      }
    }
  }
  return sheet;
}

}  // namespace stemloop
