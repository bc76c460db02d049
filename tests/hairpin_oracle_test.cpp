// Known answers: the published test pictures, bonds and features of modmiRBase (see ../shared/data/modmirbase).
#include <gtest/gtest.h>

#include <cstring>

#include "data/data.h"
#include "fold/fold.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::read_table;
using testing::Table;

constexpr int kPublished = 14881;

PictureSet published(const std::string& path) { return pictures_from_tensors(read_safetensors(path), path); }

TEST(HairpinOracle, PublishedPicturesReadRedrawAndBond) {
  STEMLOOP_SHARED_FILE(path, "data/modmirbase/published/test_bars.safetensors");
  const TensorFile file = read_safetensors(path);
  const PictureSet set = pictures_from_tensors(file, path);
  const StoredTensor& bond = file.tensors.at("bond");
  int redrawn = 0;
  int bonds = 0;
  int pixels = 0;
  for (std::size_t i = 0; i < set.pictures.size(); ++i) {
    const Picture& picture = set.pictures[i];
    redrawn += draw_picture(read_columns(picture)) == picture ? 1 : 0;
    pixels += picture_from_pixels(picture_pixels(picture)) == picture ? 1 : 0;
    const auto vector = bond_vector(picture);
    bonds += std::memcmp(vector.data(), bond.bytes.data() + i * kBondLength, kBondLength) == 0 ? 1 : 0;
  }
  EXPECT_EQ(redrawn, kPublished);
  EXPECT_EQ(pixels, kPublished);
  EXPECT_EQ(bonds, kPublished);
}

TEST(HairpinOracle, PublishedFeaturesToTheLastBit) {
  STEMLOOP_SHARED_FILE(path, "data/modmirbase/published/test_bars.safetensors");
  STEMLOOP_SHARED_FILE(features, "data/modmirbase/published/test_features.csv.gz");
  const PictureSet set = published(path);
  const Table table = read_table(features, ',');
  ASSERT_EQ(table.rows.size(), set.pictures.size());
  const std::size_t first = table.column(kFeatureNames[0]);
  int equal = 0;
  int wrong = 0;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto cells = feature_cells(hairpin_features(set.pictures[i]));
    for (std::size_t k = 0; k < cells.size(); ++k) {
      // Text equality is bit equality: both are shortest forms that read back exactly.
      if (cells[k] == table.rows[i][first + k]) {
        ++equal;
      } else if (++wrong <= 5) {
        ADD_FAILURE() << "picture " << i << ", " << kFeatureNames[k] << ": " << cells[k] << ", published "
                      << table.rows[i][first + k];
      }
    }
  }
  EXPECT_EQ(equal, kPublished * kFeatureCount);
}

TEST(HairpinOracle, PositivesFromTheirSequences) {
  STEMLOOP_SHARED_FILE(path, "data/modmirbase/published/test_bars.safetensors");
  STEMLOOP_SHARED_FILE(records, "data/modmirbase/modmirbase.tsv.gz");
  const PictureSet set = published(path);
  const Table table = read_table(records);
  const std::size_t label = table.column("label");
  const std::size_t sequence = table.column("sequence");
  Folder folder(make_model(load_parameters("turner2004-vienna2.1")));
  int positives = 0;
  int identical = 0;
  int decoded = 0;
  int decodable = 0;
  for (const auto& row : table.rows) {
    if (row[0] != "test" || row[label] != "1") continue;
    ++positives;
    const std::string rna = as_rna(row[sequence]);
    const HairpinLayout layout = lay_out(rna, folder.fold(rna).structure);
    const Picture& wanted = set.pictures[std::stoul(row[1])];
    identical += draw_picture(layout.columns) == wanted ? 1 : 0;
    const DecodedPicture back = decode_picture(wanted);
    if (!back.complete) continue;
    ++decodable;
    std::string masked = rna;
    for (char& c : masked) c = std::string("ACGU").find(c) == std::string::npos ? 'N' : c;
    decoded += back.sequence == masked ? 1 : 0;
  }
  EXPECT_EQ(positives, 7440);
  EXPECT_EQ(identical, 7440);
  EXPECT_EQ(decodable, 6399);
  EXPECT_EQ(decoded, 6399);
}

}  // namespace
}  // namespace stemloop
