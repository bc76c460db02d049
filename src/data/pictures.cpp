#include "data/pictures.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <cstring>

#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::int64_t kStrands = 2;
constexpr std::size_t kBars = 2 * kPictureColumns;

// A picture's bars begin at column 0 without a blank between, and heights fit their half.
void check_picture(const Picture& picture, std::size_t index, std::string_view name) {
  const int width = picture.width();
  for (int strand = 0; strand < kStrands; ++strand) {
    for (int x = 0; x < kPictureColumns; ++x) {
      const int colour = picture.colour[strand][x];
      const int height = picture.height[strand][x];
      const int room = strand == 0 ? kTopRows : kBottomRows;
      const bool bar = x < width ? colour <= kYellow && height >= 2 && height <= room : colour == kBlank && height == 0;
      require(bar,
              "{}: picture {}: strand {}, column {} has colour {} and height {}, which is no bar of a hairpin picture",
              name, index + 1, strand, x, colour, height);
    }
  }
}

}  // namespace

TensorFile picture_tensors(const PictureSet& set) {
  const auto count = static_cast<std::int64_t>(set.pictures.size());
  StoredTensor colour{"U8", {count, kStrands, kPictureColumns}, {}};
  StoredTensor height = colour;
  StoredTensor bond{"I8", {count, kBondLength}, {}};
  const auto append = [](StoredTensor& to, const void* from, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(from);
    to.bytes.insert(to.bytes.end(), bytes, bytes + size);
  };
  for (const Picture& picture : set.pictures) {
    append(colour, picture.colour.data(), kBars);
    append(height, picture.height.data(), kBars);
    const auto bonds = bond_vector(picture);
    append(bond, bonds.data(), bonds.size());
  }
  TensorFile file;
  file.tensors = {{"colour", std::move(colour)}, {"height", std::move(height)}, {"bond", std::move(bond)}};
  file.metadata["format"] = "stemloop pictures 1";
  std::vector<std::string> ids = set.ids;  // one a line
  for (std::string& id : ids) std::replace(id.begin(), id.end(), '\n', '_');
  file.metadata["ids"] = fmt::format("{}", fmt::join(ids, "\n"));
  return file;
}

PictureSet pictures_from_tensors(const TensorFile& file, std::string_view name, bool keep_problems) {
  constexpr std::int64_t kShape[] = {-1, kStrands, kPictureColumns};
  const StoredTensor& colour = expect_tensor(file, "colour", "U8", kShape, name);
  const StoredTensor& height = expect_tensor(file, "height", "U8", kShape, name);
  require(colour.shape[0] == height.shape[0], "{}: colour has {} pictures, height {}", name, colour.shape[0],
          height.shape[0]);
  PictureSet set;
  const auto count = static_cast<std::size_t>(colour.shape[0]);
  if (const auto ids = file.metadata.find("ids"); ids != file.metadata.end() && count > 0) {
    for (const std::string_view id : split_fields(ids->second, '\n')) set.ids.emplace_back(id);
    require(set.ids.size() == count, "{}: has {} ids for {} pictures", name, set.ids.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      if (set.ids[i].empty()) set.ids[i] = std::to_string(i + 1);
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) set.ids.push_back(std::to_string(i + 1));
  }
  for (std::size_t i = 0; i < count; ++i) {
    Picture picture;
    std::memcpy(picture.colour.data(), colour.bytes.data() + i * kBars, kBars);
    std::memcpy(picture.height.data(), height.bytes.data() + i * kBars, kBars);
    std::string problem;
    try {
      check_picture(picture, i, name);
    } catch (const Error& error) {
      if (!keep_problems) throw;
      problem = error.what();
    }
    if (keep_problems) set.problems.push_back(std::move(problem));
    set.pictures.push_back(picture);
  }
  return set;
}

}  // namespace stemloop
