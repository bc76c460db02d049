// The 100 x 25 hairpin picture, kept as its bars: one colour and one height per strand and column.
// Row 0 is the top; the top bar grows upwards from row 12 (at most 13 pixels), the bottom bar downwards from row 13 (at
// most 12). Column 0 is the terminal loop. Source: image specification, sections 3 and 6; see docs/formats.md.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "canvas/canvas.h"
#include "hairpin/columns.h"

namespace stemloop {

inline constexpr int kPictureRows = 25;
inline constexpr int kTopRows = 13;
inline constexpr int kBottomRows = 12;
inline constexpr int kBondLength = 200;

/// Colours as numbered in the published arrays.
enum PictureColour : std::uint8_t { kBlack = 0, kRed = 1, kBlue = 2, kGreen = 3, kYellow = 4, kBlank = 255 };

/// Strand 0 is the top. colour: 0 gap or unknown letter, 1 G, 2 C, 3 U, 4 A, 255 no bar. height in pixels, 0 for no
/// bar.
struct Picture {
  std::array<std::array<std::uint8_t, kPictureColumns>, 2> colour;
  std::array<std::array<std::uint8_t, kPictureColumns>, 2> height;

  Picture();
  /// Number of columns with bars.
  [[nodiscard]] int width() const;
  bool operator==(const Picture&) const = default;
};

/// Draws columns (image specification 3.1 to 3.3); those beyond 100 are cut off but still shape the loops beside them.
Picture draw_picture(std::span<const Column> columns);

/// Columns as far as the picture shows them (3.4). Unknown letters come back as N.
std::vector<Column> read_columns(const Picture& picture);

/// A picture read back.
struct DecodedPicture {
  bool in_step = false;  // both strands meet in one terminal loop
  bool complete =
      false;  // also not cut at 100 columns and drawn alike again: sequence and structure are the whole hairpin
  std::string sequence;  // empty unless complete
  std::string structure;
};
DecodedPicture decode_picture(const Picture& picture);

/// The bond vector m (section 6): 200 values in -1, 0, 1; 5' half outward from the centre to the left, 3' half to the
/// right.
std::array<std::int8_t, kBondLength> bond_vector(const Picture& picture);

/// What the bond vector tells, column by column of the picture: 100 bonds, then 100 columns of the terminal loop; 0
/// or 1.
std::array<std::uint8_t, kBondLength> column_bonds(const Picture& picture);

/// What a sheet of pictures says below them.
inline constexpr const char* kPictureKey =
    "A yellow, C blue, G red, U green, gap or other letter black; 5' strand above, 3' strand below, terminal loop left";

/// RGB pixels, 100 x 25, in the six exact colours.
RgbImage picture_pixels(const Picture& picture);

/// The bars of an image of 100 x 25 pixels in the six colours. Error (a sentence without a place) if it is no such
/// picture.
Picture picture_from_pixels(const RgbImage& image);

}  // namespace stemloop
