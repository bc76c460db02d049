// What the colours of a figure say: letters, values on a scale, how sure each base's state is.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "hairpin/figure_parts.h"

namespace stemloop {

namespace {

std::array<int, 3> channels(const std::string& hex) {
  const auto value = std::strtoul(hex.c_str() + 1, nullptr, 16);
  return {static_cast<int>(value >> 16U & 255U), static_cast<int>(value >> 8U & 255U), static_cast<int>(value & 255U)};
}

}  // namespace

const char* ink_on(const std::string& fill) {
  const auto [r, g, b] = channels(fill);
  return 0.299 * r + 0.587 * g + 0.114 * b < 120 ? "#ffffff" : kInk;
}

std::string scale_colour(double share, Palette palette) {
  if (palette == Palette::kGrey) {
    const int level = static_cast<int>(std::lround(245 - 205 * share));
    return fmt::format("#{0:02x}{0:02x}{0:02x}", level);
  }
  static const std::array<std::array<int, 3>, 9> kViridis = {{{68, 1, 84},
                                                              {71, 44, 122},
                                                              {59, 81, 139},
                                                              {44, 113, 142},
                                                              {33, 144, 141},
                                                              {39, 173, 129},
                                                              {92, 200, 99},
                                                              {170, 220, 50},
                                                              {253, 231, 37}}};
  const double place = std::clamp(share, 0.0, 1.0) * (kViridis.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), kViridis.size() - 2);
  const double part = place - static_cast<double>(below);
  std::array<int, 3> mixed{};
  for (std::size_t c = 0; c < 3; ++c)
    mixed[c] = static_cast<int>(std::lround(kViridis[below][c] * (1 - part) + kViridis[below + 1][c] * part));
  return fmt::format("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2]);
}

std::string letter_colour(char letter, Palette palette) {
  // The first four were searched for: the two most alike to a reader of any kind of colour vision are as far apart as
  // can be (0.34 of a unit cube of colours; a test holds them to 0.3), and black letters are read on all of them.
  constexpr std::array<const char*, 5> kColours[] = {{"#c8c8c8", "#b5e3c8", "#6aa5e8", "#ffe14d", "#e8907a"},
                                                     {"#c8c8c8", "#ffe97a", "#8db4f5", "#f59a8d", "#93d991"},
                                                     {"#ffffff", "#ffffff", "#d9d9d9", "#b3b3b3", "#efefef"}};
  return kColours[static_cast<int>(palette)][base_code(letter)];
}

std::vector<double> structure_support(std::string_view structure, const std::vector<PairProbability>& pairs) {
  const std::vector<int> partner = pair_table(structure);
  std::vector<double> paired(structure.size(), 0.0);
  std::vector<double> support(structure.size(), 0.0);
  for (const PairProbability& p : pairs) {
    paired[p.i] += p.probability;
    paired[p.j] += p.probability;
    if (partner[p.i] == p.j) support[p.i] = support[p.j] = p.probability;
  }
  for (std::size_t i = 0; i < structure.size(); ++i) {
    if (partner[i] < 0) support[i] = std::clamp(1 - paired[i], 0.0, 1.0);
  }
  return support;
}

}  // namespace stemloop
