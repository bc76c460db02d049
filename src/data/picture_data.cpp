#include "data/picture_data.h"

#include <algorithm>

namespace stemloop {

std::array<std::uint8_t, kBondLength> bond_rows(const Picture& picture) {
  constexpr int kHalf = kBondLength / 2;
  const auto bonds = bond_vector(picture);
  std::array<std::uint8_t, kBondLength> rows{};
  for (int k = 0; k < kHalf; ++k) {
    rows[k] = static_cast<std::uint8_t>(bonds[kHalf - 1 - k] != 0);
    rows[kHalf + k] = static_cast<std::uint8_t>(bonds[kHalf + k] != 0);
  }
  return rows;
}

double bond_agreement(const std::array<std::uint8_t, kBondLength>& asked,
                      const std::array<std::uint8_t, kBondLength>& obtained) {
  int same = 0;
  for (int k = 0; k < kBondLength; ++k) same += asked[k] == obtained[k] ? 1 : 0;
  return static_cast<double>(same) / kBondLength;
}

void PictureData::add(const Picture& picture, int label) {
  for (int strand = 0; strand < 2; ++strand) {
    colour.insert(colour.end(), picture.colour[strand].begin(), picture.colour[strand].end());
    height.insert(height.end(), picture.height[strand].begin(), picture.height[strand].end());
  }
  const auto rows = bond_rows(picture);
  bonds.insert(bonds.end(), rows.begin(), rows.end());
  labels.push_back(static_cast<std::uint8_t>(label));
}

Picture PictureData::picture(std::int64_t record) const {
  Picture picture;
  for (int strand = 0; strand < 2; ++strand) {
    const auto from = static_cast<std::ptrdiff_t>(record * 2 * kPictureColumns + strand * kPictureColumns);
    std::copy_n(colour.begin() + from, kPictureColumns, picture.colour[strand].begin());
    std::copy_n(height.begin() + from, kPictureColumns, picture.height[strand].begin());
  }
  return picture;
}

std::vector<Picture> pictures_of(const PictureData& data) {
  std::vector<Picture> pictures;
  for (std::int64_t i = 0; i < data.size(); ++i) pictures.push_back(data.picture(i));
  return pictures;
}

}  // namespace stemloop
