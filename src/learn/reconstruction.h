// How far a picture is from the one it should be: the columns of the DIVA paper's Table 1, as read in docs/results.md.
#pragma once

#include <cstdint>

#include "hairpin/hairpin.h"

namespace stemloop {

/// Means over pictures; add() them up, then means().
struct ReconstructionError {
  double pixels = 0;       // share of the 2,500 pixels whose class (five colours or blank) is wrong: "MAE"
  double nucleotides = 0;  // share of the 200 bars whose colour (five or none) is wrong: "MAE nucleotide"
  double length = 0;       // mean absolute difference of the 200 heights, in pixels: "MAE length"
  double values = 0;       // mean absolute difference of the 12,500 one-hot values (colour, row, column)
  double exact = 0;        // share of pictures without any difference
  std::int64_t pictures = 0;

  /// Adds the differences between two pictures.
  void add(const Picture& truth, const Picture& reconstruction);
  /// Sums divided by the number of pictures.
  [[nodiscard]] ReconstructionError means() const;
};

}  // namespace stemloop
