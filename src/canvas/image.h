// RGB images and their PNG files (libpng).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace stemloop {

/// Pixels in rows from the top, three bytes each; white when made.
struct RgbImage {
  RgbImage(int columns, int rows)
      : width(columns), height(rows), rgb(static_cast<std::size_t>(3) * columns * rows, 255) {}

  int width;
  int height;
  std::vector<std::uint8_t> rgb;

  [[nodiscard]] std::array<std::uint8_t, 3> get(int x, int y) const {
    const std::uint8_t* p = rgb.data() + at(x, y);
    return {p[0], p[1], p[2]};
  }
  void set(int x, int y, const std::array<std::uint8_t, 3>& colour) {
    std::uint8_t* p = rgb.data() + at(x, y);
    p[0] = colour[0];
    p[1] = colour[1];
    p[2] = colour[2];
  }

 private:
  [[nodiscard]] std::size_t at(int x, int y) const { return 3 * (static_cast<std::size_t>(y) * width + x); }
};

/// The bytes of a PNG file; `dpi` > 0 is written into it, so that programs know its size on paper.
std::string encode_png(const RgbImage& image, double dpi = 0);

/// Reads a PNG of at most `max_pixels`, transparency on white. Error with the file's name if it is none or damaged.
RgbImage read_png(const std::string& path, std::uint64_t max_pixels = 100'000'000);

/// Images beside and below each other, `columns` a row, `gap` white pixels between, each enlarged `zoom` times.
/// REQUIRES: all of one size, at least one.
RgbImage contact_sheet(const std::vector<RgbImage>& images, int columns, int gap, int zoom);

/// The same on white with a line of text under each image, shortened to its width, and `note` below them all.
/// REQUIRES: as many labels as images.
RgbImage contact_sheet(const std::vector<RgbImage>& images, const std::vector<std::string>& labels,
                       const std::string& note, int columns, int gap, int zoom);

}  // namespace stemloop
