// From what the decoder says of every bar to valid pictures. Free of libtorch.
#pragma once

#include "net/neural.h"

namespace stemloop {

/// The columns backbone's classes of a bar, which are also the inputs of its encoder, one hot: colours gap, G, C, U, A
/// and no bar, of the top and the bottom strand; heights in pixels, of the top and the bottom strand.
inline constexpr std::int64_t kColourClasses = 6;
inline constexpr std::int64_t kNoBar = 5;
inline constexpr std::int64_t kTopHeights = kTopRows + 1;
inline constexpr std::int64_t kBottomHeights = kBottomRows + 1;
inline constexpr std::int64_t kLetterInputs = 2 * kColourClasses;  // the first of a column's inputs
inline constexpr std::int64_t kColumnInputs = 2 * kColourClasses + kTopHeights + kBottomHeights;  // 39

/// The decoder's scores of bars as they lie in memory: log-probabilities, or for the most probable bars each for itself
/// any numbers that differ from them by the same amount in all classes of a bar.
struct BarScores {
  struct Classes {
    const float* first = nullptr;  // of record 0, column 0
    std::int64_t step = 0;         // floats from a column to the next, and from a record's last to the next record
    std::int64_t count = 0;
    [[nodiscard]] std::span<const float> at(std::int64_t column) const {
      return {first + column * step, static_cast<std::size_t>(count)};
    }
  };
  std::int64_t records = 0;
  Classes colour[2], height[2];  // by strand; classes as BarLogits (net/torch/diva/diva.h) has them
};

/// The most probable valid picture of each record, or, with a temperature, one drawn from it: as many columns with bars
/// as are most probable together, then one colour and one height for every bar; or (how.hairpin) the terminal loop and
/// the pair, mismatch or bulge of every column that are most probable together, drawn as the picture of that hairpin.
std::vector<Picture> read_out(const DivaConfig& config, const BarScores& scores, const ReadOut& how);

/// Whether a read-out needs log-probabilities.
bool wants_log_probabilities(const ReadOut& how);

/// A standard normal number (Box and Muller).
double standard_normal(Random& random);

}  // namespace stemloop
