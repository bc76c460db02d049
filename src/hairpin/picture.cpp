#include "hairpin/picture.h"

#include <algorithm>

#include "util/util.h"

namespace stemloop {

namespace {

std::uint8_t colour_of(char letter) {
  switch (letter) {
    case 'G':
      return kRed;
    case 'C':
      return kBlue;
    case 'U':
      return kGreen;
    case 'A':
      return kYellow;
    default:
      return kBlack;
  }
}

char letter_of_colour(std::uint8_t colour) {
  constexpr char kLetters[] = {kGapLetter, 'G', 'C', 'U', 'A'};
  return colour <= kYellow ? kLetters[colour] : ' ';
}

bool known(char letter) { return letter == 'A' || letter == 'C' || letter == 'G' || letter == 'U'; }

// e0, the extent a column starts from (3.1): the same for both strands, from the letters alone.
int base_extent(char bottom, char top) {
  const PairType pair = kPairTypes[base_code(bottom)][base_code(top)];
  if (known(bottom) && known(top)) return pair == kNoPair ? 4 : (pair + 1) / 2 == 1 ? 1 : (pair + 1) / 2 == 3 ? 2 : 3;
  if (bottom == kGapLetter) return 1;
  if (!known(bottom)) return 4;
  return top == kGapLetter ? 1 : 4;
}

// Extents of one strand (3.2): unpaired runs grow; the width used for a run not at the loop is l + r + 1, as measured.
std::vector<int> extents(std::span<const Column> columns, bool top) {
  const int count = static_cast<int>(columns.size());
  const auto unpaired = [&](int x) {
    return (top ? columns[x].top_state : columns[x].bottom_state) == ColumnState::kUnpaired;
  };
  std::vector<int> result(columns.size());
  for (int x = 0; x < count;) {
    if (!unpaired(x)) {
      result[x] = base_extent(columns[x].bottom, columns[x].top);
      ++x;
      continue;
    }
    const int left = x - 1;
    int right = x;
    while (right < count && unpaired(right)) ++right;
    const int width = left + right + 1;
    for (; x < right; ++x) {
      const int d = x - left;
      const int growth = d <= width / 2 ? d : width - d + 1;
      result[x] = base_extent(columns[x].bottom, columns[x].top) + 2 * growth;
    }
  }
  return result;
}

constexpr std::array<std::array<std::uint8_t, 3>, 5> kPalette = {
    {{0, 0, 0}, {255, 0, 0}, {0, 0, 255}, {0, 255, 0}, {255, 255, 0}}};

}  // namespace

Picture::Picture() {
  for (auto& strand : colour) strand.fill(kBlank);
  for (auto& strand : height) strand.fill(0);
}

int Picture::width() const {
  return static_cast<int>(std::find(colour[0].begin(), colour[0].end(), kBlank) - colour[0].begin());
}

Picture draw_picture(std::span<const Column> columns) {
  Picture picture;
  const std::vector<int> top = extents(columns, true);
  const std::vector<int> bottom = extents(columns, false);
  const int visible = std::min<int>(kPictureColumns, static_cast<int>(columns.size()));
  for (int x = 0; x < visible; ++x) {
    picture.colour[0][x] = colour_of(columns[x].top);
    picture.colour[1][x] = colour_of(columns[x].bottom);
    picture.height[0][x] = static_cast<std::uint8_t>(std::min(kTopRows, top[x] + 1));
    picture.height[1][x] = static_cast<std::uint8_t>(std::min(kBottomRows, bottom[x] + 1));
  }
  return picture;
}

std::vector<Column> read_columns(const Picture& picture) {
  std::vector<Column> columns(static_cast<std::size_t>(picture.width()));
  for (std::size_t x = 0; x < columns.size(); ++x) {
    Column& c = columns[x];
    const int top_height = picture.height[0][x];
    const int bottom_height = picture.height[1][x];
    c.top = letter_of_colour(picture.colour[0][x]);
    c.bottom = letter_of_colour(picture.colour[1][x]);
    // Black is a gap of two pixels or, with another height, an unknown letter.
    if (c.top == kGapLetter && c.bottom == kGapLetter) {
      if (bottom_height == 2) {
        c.top = 'N';
      } else if (top_height == 5) {
        c.bottom = 'N';
      } else {
        c.top = c.bottom = 'N';
      }
    } else if (c.top == kGapLetter && top_height != 2) {
      c.top = 'N';
    } else if (c.bottom == kGapLetter && bottom_height != 2) {
      c.bottom = 'N';
    }
    const int paired_height = base_extent(c.bottom, c.top) + 1;
    const auto state = [paired_height](char letter, int height) {
      if (letter == kGapLetter) return ColumnState::kGap;
      return height == paired_height ? ColumnState::kPaired : ColumnState::kUnpaired;
    };
    c.top_state = state(c.top, top_height);
    c.bottom_state = state(c.bottom, bottom_height);
  }
  return columns;
}

DecodedPicture decode_picture(const Picture& picture) {
  const std::vector<Column> columns = read_columns(picture);
  const auto loop_run = [&columns](auto state) {
    std::size_t run = 0;
    while (run < columns.size() && columns[run].*state == ColumnState::kUnpaired) ++run;
    return run;
  };
  DecodedPicture decoded;
  const std::size_t loop = loop_run(&Column::top_state);
  if (loop == 0 || loop_run(&Column::bottom_state) != loop) return decoded;
  for (std::size_t x = 0; x < loop; ++x) {
    if (columns[x].top != columns[loop - 1 - x].bottom) return decoded;
  }
  decoded.in_step = true;
  if (columns.size() >= static_cast<std::size_t>(kPictureColumns)) return decoded;
  for (std::size_t x = columns.size(); x-- > 0;) {
    if (columns[x].top == kGapLetter) continue;
    decoded.sequence += columns[x].top;
    decoded.structure += columns[x].top_state == ColumnState::kPaired ? '(' : '.';
  }
  for (std::size_t x = loop; x < columns.size(); ++x) {
    if (columns[x].bottom == kGapLetter) continue;
    decoded.sequence += columns[x].bottom;
    decoded.structure += columns[x].bottom_state == ColumnState::kPaired ? ')' : '.';
  }
  // A picture that no folding made may look in step and mean nothing.
  const auto balanced = std::count(decoded.structure.begin(), decoded.structure.end(), '(') ==
                        std::count(decoded.structure.begin(), decoded.structure.end(), ')');
  decoded.complete = balanced && draw_picture(lay_out(decoded.sequence, decoded.structure).columns) == picture;
  if (!decoded.complete) decoded.sequence = decoded.structure = "";
  return decoded;
}

std::array<std::uint8_t, kBondLength> column_bonds(const Picture& picture) {
  const int width = picture.width();
  const std::vector<Column> columns = read_columns(picture);
  // Steps 2 and 3: the longest prefix whose strands mirror each other is taken as the loop and holds no bonds.
  const auto mirrored = [&](int k) {
    for (int x = 0; x < k; ++x) {
      if (picture.colour[0][x] != picture.colour[1][k - 1 - x]) return false;
    }
    return true;
  };
  int loop = width;
  while (!mirrored(loop)) --loop;
  std::array<std::uint8_t, kBondLength> bonds{};
  std::fill_n(bonds.begin() + kPictureColumns, loop, std::uint8_t{1});
  for (int x = loop; x < width; ++x) {
    const Column& c = columns[x];
    const bool bond = c.top_state == ColumnState::kPaired && c.bottom_state == ColumnState::kPaired && known(c.top) &&
                      known(c.bottom) && !(c.top == 'G' && c.bottom == 'G');
    bonds[x] = bond ? 1 : 0;
  }
  return bonds;
}

std::array<std::int8_t, kBondLength> bond_vector(const Picture& picture) {
  const auto columns = column_bonds(picture);
  const auto loop = static_cast<int>(std::count(columns.begin() + kPictureColumns, columns.end(), 1));
  const auto bond = [&](int x) { return x < kPictureColumns && columns[x] != 0; };
  const int top_shift = loop > 0 ? (loop - 1) / 2 : 0;
  const int bottom_shift = loop / 2;
  constexpr int kHalf = kBondLength / 2;
  std::array<std::int8_t, kBondLength> bonds{};
  for (int k = 0; k < kHalf; ++k) {
    bonds[kHalf - 1 - k] = bond(k + top_shift) ? 1 : 0;
    bonds[kHalf + k] = bond(k + bottom_shift) ? -1 : 0;
  }
  return bonds;
}

RgbImage picture_pixels(const Picture& picture) {
  RgbImage image(kPictureColumns, kPictureRows);
  for (int x = 0; x < picture.width(); ++x) {
    for (int k = 0; k < picture.height[0][x]; ++k) image.set(x, kTopRows - 1 - k, kPalette[picture.colour[0][x]]);
    for (int k = 0; k < picture.height[1][x]; ++k) image.set(x, kTopRows + k, kPalette[picture.colour[1][x]]);
  }
  return image;
}

Picture picture_from_pixels(const RgbImage& image) {
  require(image.width == kPictureColumns && image.height == kPictureRows, "the image has {} x {} pixels, not 100 x 25",
          image.width, image.height);
  constexpr std::array<std::uint8_t, 3> kWhite = {255, 255, 255};
  Picture picture;
  for (int x = 0; x < kPictureColumns; ++x) {
    for (int strand = 0; strand < 2; ++strand) {
      const int step = strand == 0 ? -1 : 1;
      const int begin = strand == 0 ? kTopRows - 1 : kTopRows;
      const int room = strand == 0 ? kTopRows : kBottomRows;
      const auto pixel = image.get(x, begin);
      if (pixel == kWhite) continue;
      const auto found = std::find(kPalette.begin(), kPalette.end(), pixel);
      require(found != kPalette.end(), "the pixel at column {}, row {} has colour {},{},{}, which is no nucleotide", x,
              begin, pixel[0], pixel[1], pixel[2]);
      int height = 1;
      while (height < room && image.get(x, begin + step * height) == pixel) ++height;
      for (int k = height; k < room; ++k) {
        require(image.get(x, begin + step * k) == kWhite, "column {} has more than one bar on a strand", x);
      }
      require(height >= 2, "the bar of column {} has one pixel; the lowest bars have two", x);
      picture.colour[strand][x] = static_cast<std::uint8_t>(found - kPalette.begin());
      picture.height[strand][x] = static_cast<std::uint8_t>(height);
    }
  }
  for (int x = 0; x < kPictureColumns; ++x) {
    const bool inside = x < picture.width();
    for (const auto& strand : picture.colour) {
      require((strand[x] != kBlank) == inside, "column {} {}", x,
              inside ? "has a bar on one strand only" : "follows a blank column");
    }
  }
  return picture;
}

}  // namespace stemloop
