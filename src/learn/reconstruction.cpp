#include "learn/reconstruction.h"

#include <algorithm>
#include <cstdlib>

namespace stemloop {

void ReconstructionError::add(const Picture& truth, const Picture& reconstruction) {
  constexpr double kBars = 2 * kPictureColumns;
  constexpr double kPixels = kPictureRows * kPictureColumns;
  constexpr double kColours = 5;
  int wrong_pixels = 0;
  int wrong_values = 0;
  int wrong_bars = 0;
  int length_difference = 0;
  for (int strand = 0; strand < 2; ++strand) {
    for (int x = 0; x < kPictureColumns; ++x) {
      const int height = truth.height[strand][x];
      const int other = reconstruction.height[strand][x];
      const bool same_colour = truth.colour[strand][x] == reconstruction.colour[strand][x];
      const int shared = std::min(height, other);   // pixels covered in both
      const int single = std::abs(height - other);  // in one of them alone
      wrong_bars += same_colour ? 0 : 1;
      length_difference += single;
      wrong_pixels += single + (same_colour ? 0 : shared);
      wrong_values += single + (same_colour ? 0 : 2 * shared);
    }
  }
  pixels += wrong_pixels / kPixels;
  nucleotides += wrong_bars / kBars;
  length += length_difference / kBars;
  values += wrong_values / (kPixels * kColours);
  exact += wrong_bars == 0 && length_difference == 0 ? 1 : 0;
  ++pictures;
}

ReconstructionError ReconstructionError::means() const {
  const double n = pictures > 0 ? static_cast<double>(pictures) : 1;
  return {pixels / n, nucleotides / n, length / n, values / n, exact / n, pictures};
}

}  // namespace stemloop
