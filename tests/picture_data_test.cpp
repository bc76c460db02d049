// What is done to training pictures at a visit, and bonds as networks see them.
#include "net/training_pictures.h"

#include <gmock/gmock.h>

#include <numeric>

#include "nn_support.h"

namespace stemloop {
namespace {

using testing::example_pictures;

TEST(Visits, BondsByColumnFollowFromTheBondVector) {
  const PictureData data = example_pictures(40);
  int whole = 0;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const Picture picture = data.picture(i);
    if (!decode_picture(picture).complete) continue;
    ++whole;
    EXPECT_EQ(columns_of_rows(bond_rows(picture)), column_bonds(picture)) << i;
  }
  EXPECT_GT(whole, 20);
  EXPECT_EQ(columns_of_rows({}), (std::array<std::uint8_t, kBondLength>{}));
}

TEST(Visits, SubstitutionsKeepTheStructure) {
  const PictureData data = example_pictures(20);
  Random random(3, 3);
  int changed = 0;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const Picture before = data.picture(i);
    const Picture after = substitute(before, 0.5, random);
    EXPECT_EQ(substitute(before, 0, random), before);
    changed += after == before ? 0 : 1;
    const auto old_columns = read_columns(before), new_columns = read_columns(after);
    ASSERT_EQ(old_columns.size(), new_columns.size());
    for (std::size_t x = 0; x < old_columns.size(); ++x) {
      EXPECT_EQ(old_columns[x].top_state, new_columns[x].top_state);
      EXPECT_EQ(old_columns[x].bottom_state, new_columns[x].bottom_state);
    }
    EXPECT_EQ(decode_picture(before).structure, decode_picture(after).structure);
  }
  EXPECT_EQ(changed, 20);
}

TEST(Visits, GraftsAreTheInnerHairpinOnTheOuterStem) {
  const PictureData data = example_pictures(20);
  int grafted = 0;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    for (std::int64_t j = 0; j < data.size(); ++j) {
      const Picture outer = data.picture(i), inner = data.picture(j), both = graft(outer, inner);
      if (inner.width() >= outer.width()) {
        EXPECT_EQ(both, outer);
        continue;
      }
      const auto inside = read_columns(inner), outside = read_columns(outer), columns = read_columns(both);
      ASSERT_EQ(columns.size(), outside.size());
      const auto from_inner = static_cast<std::size_t>(
          std::mismatch(columns.begin(), columns.begin() + inner.width(), inside.begin()).first - columns.begin());
      for (std::size_t x = std::max<std::size_t>(from_inner, 1); x < columns.size(); ++x)
        EXPECT_TRUE(columns[x] == outside[x] || both == outer) << i << ' ' << j << ' ' << x;
      grafted += both == outer ? 0 : 1;
      if (decode_picture(outer).complete && decode_picture(inner).complete) {
        EXPECT_TRUE(decode_picture(both).complete);
      }
    }
  }
  EXPECT_GT(grafted, 20);
}

TEST(Visits, RebondedHairpinsKeepTheirTopStrand) {
  const PictureData data = example_pictures(40);
  Random random(9, 0);
  const auto paired = [](const Column& c) {
    return c.top_state == ColumnState::kPaired && c.bottom_state == ColumnState::kPaired;
  };
  int opened = 0, closed = 0, mispaired = 0;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const Picture before = data.picture(i);
    const bool scrambled = i % 4 == 0;
    const auto old_columns = read_columns(before), new_columns = read_columns(rebonded(before, scrambled, random));
    ASSERT_EQ(old_columns.size(), new_columns.size());
    const auto stem = std::find_if(old_columns.begin(), old_columns.end(), paired) - old_columns.begin();
    for (std::int64_t x = 0; x < std::ssize(old_columns); ++x) {
      const Column& was = old_columns[static_cast<std::size_t>(x)];
      const Column& is = new_columns[static_cast<std::size_t>(x)];
      const bool complementary = kPairTypes[base_code(is.top)][base_code(is.bottom)] != kNoPair;
      EXPECT_TRUE(x >= stem || was == is) << i << ' ' << x;
      EXPECT_TRUE(was.top == kGapLetter || was.top == is.top) << i << ' ' << x;
      EXPECT_TRUE(scrambled || !paired(is) || complementary) << i << ' ' << x;
      EXPECT_TRUE(scrambled || !paired(was) || paired(is) || !complementary) << i << ' ' << x;
      EXPECT_TRUE(x != stem || paired(is)) << i;
      opened += paired(was) && !paired(is) ? 1 : 0;
      closed += !paired(was) && paired(is) ? 1 : 0;
      mispaired += paired(is) && !complementary ? 1 : 0;
    }
  }
  EXPECT_GT(opened, 20);
  EXPECT_GT(closed, 10);
  EXPECT_GT(mispaired, 100);
}

TEST(Visits, RareWidthsAreVisitedOftener) {
  const PictureData some = example_pictures(20);
  const auto widest = [&](bool most) {
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < some.size(); ++i) {
      if ((some.picture(i).width() > some.picture(best).width()) == most) best = i;
    }
    return some.picture(best);
  };
  ASSERT_GT(widest(true).width(), widest(false).width() + 5);
  PictureData data;
  for (int i = 0; i < 100; ++i) data.add(widest(i < 10), 1);
  Random random(1, 1);
  std::vector<int> visits(100);
  for (const std::int64_t record : epoch_records(data, 0, random)) ++visits[static_cast<std::size_t>(record)];
  EXPECT_THAT(visits, ::testing::Each(1));
  std::vector<int> even(100);
  for (const std::int64_t record : epoch_records(data, 1, random)) ++even[static_cast<std::size_t>(record)];
  EXPECT_EQ(std::accumulate(even.begin(), even.end(), 0), 100);
  for (int i = 0; i < 10; ++i) EXPECT_NEAR(even[static_cast<std::size_t>(i)], 5, 1);
}

}  // namespace
}  // namespace stemloop
