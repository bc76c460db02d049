#include "canvas/canvas.h"

#include <gmock/gmock.h>

#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::TemporaryFile;

TEST(Png, RoundTrip) {
  RgbImage image(7, 5);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x)
      image.set(x, y, {static_cast<std::uint8_t>(x * 30), static_cast<std::uint8_t>(y * 50), 9});
  }
  const TemporaryFile file(encode_png(image), "x.png");
  const RgbImage back = read_png(file.path());
  EXPECT_EQ(back.width, 7);
  EXPECT_EQ(back.height, 5);
  EXPECT_EQ(back.rgb, image.rgb);
}

TEST(Png, DamagedFilesAreErrorsWithTheName) {
  const std::string good = encode_png(RgbImage(40, 40));
  const TemporaryFile half(good.substr(0, good.size() / 2), "half.png");
  const TemporaryFile text("not a picture", "text.png");
  EXPECT_THAT(error_of([&] { read_png(half.path()); }), HasSubstr("half.png: is a damaged PNG image"));
  EXPECT_THAT(error_of([&] { read_png(text.path()); }), HasSubstr("text.png: is not a readable PNG image"));
  EXPECT_THAT(error_of([&] {
                const TemporaryFile file(good, "large.png");
                read_png(file.path(), 100);
              }),
              HasSubstr("40 x 40 pixels, more than 100"));
}

TEST(Sheet, KeepsEveryImageInItsPlace) {
  std::vector<RgbImage> images(5, RgbImage(3, 2));
  for (int k = 0; k < 5; ++k) images[k].set(0, 0, {static_cast<std::uint8_t>(k), 0, 0});
  const RgbImage sheet = contact_sheet(images, 2, 1, 2);
  EXPECT_EQ(sheet.width, 2 * (6 + 1) + 1);
  EXPECT_EQ(sheet.height, 3 * (4 + 1) + 1);
  for (int k = 0; k < 5; ++k) EXPECT_EQ(sheet.get(1 + k % 2 * 7 + 1, 1 + k / 2 * 5 + 1)[0], k);
}

TEST(Drawing, SvgIsEscapedAndPixelsHaveItsColours) {
  Drawing drawing;
  drawing.width = 40;
  drawing.height = 30;
  drawing.add(Rectangle{{10, 10}, 10, 10, "#ff0000", "", 0});
  drawing.add(Text{{2, 8}, "a<b & c", 6});
  EXPECT_THAT(to_svg(drawing), HasSubstr("a&lt;b &amp; c</text>"));
  const RgbImage pixels = to_pixels(drawing, 1);
  EXPECT_EQ(pixels.width, 40);
  EXPECT_EQ(pixels.get(15, 15), (std::array<std::uint8_t, 3>{255, 0, 0}));
  EXPECT_EQ(pixels.get(30, 25), (std::array<std::uint8_t, 3>{255, 255, 255}));
}

}  // namespace
}  // namespace stemloop
