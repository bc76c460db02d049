// Hairpins to learn from, kept compactly.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hairpin/hairpin.h"

namespace stemloop {

/// Hairpins to learn from, kept compactly: 601 bytes a record.
struct PictureData {
  std::vector<std::uint8_t> colour;  // N x 200, top strand then bottom; 255 no bar
  std::vector<std::uint8_t> height;  // N x 200
  std::vector<std::uint8_t> bonds;   // N x 200 in {0, 1}: rows mTop, mBot, outward from the centre
  std::vector<std::uint8_t> labels;  // N; 1 pre-miRNA

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  void add(const Picture& picture, int label);
  [[nodiscard]] Picture picture(std::int64_t record) const;
};

/// The two rows of the bond vector (N x 200 of PictureData) of a picture.
std::array<std::uint8_t, kBondLength> bond_rows(const Picture& picture);

/// Share of the 200 bond states that are alike.
double bond_agreement(const std::array<std::uint8_t, kBondLength>& asked,
                      const std::array<std::uint8_t, kBondLength>& obtained);

/// All pictures of a set.
std::vector<Picture> pictures_of(const PictureData& data);

}  // namespace stemloop
