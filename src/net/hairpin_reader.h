// From what the decoder says of every bar to one whole hairpin. Free of libtorch.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "util/util.h"

namespace stemloop {

inline constexpr int kBarColours = 5;  // gap, G, C, U, A

/// Log-probabilities of one bar: colours 0 to 4 (and no bar), heights by class.
struct Bar {
  std::span<const float> colour;
  std::span<const float> height;
  int first_class = 0;  // of a bar: the first that is two pixels
  int pixels_less = 0;  // pixels - class
};

/// The most probable class or, with a temperature, one drawn in proportion to exp(log_p / temperature).
int choose(std::span<const float> log_p, double temperature, Random& random);

/// Sequence and dot-bracket of the most probable whole hairpin of these columns, or of one drawn from them: the
/// terminal loop, and the pair, mismatch or bulge of every column. The decoder says every letter for itself, but folded
/// hairpins have bases that could pair face each other unpaired far less often than their letters alone would: next to
/// a pair in 1 % of the cases instead of 36 %. That is counted in (docs/results.md, "Bases that face each other").
/// Empty if the columns are fewer than a hairpin has. REQUIRES: as many bars in either strand.
std::pair<std::string, std::string> read_hairpin(std::span<const Bar> top, std::span<const Bar> bottom,
                                                 double temperature, Random& random);

}  // namespace stemloop
