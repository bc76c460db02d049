// Sets of hairpin pictures as tensors: what `stemloop encode` writes and the networks read.
//   colour (N, 2, 100) U8   strand 0 top, 1 bottom; 0 gap or unknown, 1 G, 2 C, 3 U, 4 A, 255 no bar
//   height (N, 2, 100) U8   pixels
//   bond   (N, 200)    I8   the bond vector, -1, 0, 1
//   metadata "ids"          the N names, one a line
#pragma once

#include <string>
#include <vector>

#include "data/safetensors.h"
#include "hairpin/hairpin.h"

namespace stemloop {

struct PictureSet {
  std::vector<std::string> ids;
  std::vector<Picture> pictures;
  std::vector<std::string> problems;  // of each picture, empty where it is one; only if they were asked to be kept
};

/// Bonds are computed from the pictures.
TensorFile picture_tensors(const PictureSet& set);

/// The pictures of a tensor file; ids are "1", "2", ... if it has none. Error if shapes are wrong, or if values are
/// those of no hairpin picture unless `keep_problems`.
PictureSet pictures_from_tensors(const TensorFile& file, std::string_view name, bool keep_problems = false);

}  // namespace stemloop
