// Whole hairpins from scores of bars, made up here.
#include "net/hairpin_reader.h"

#include <gmock/gmock.h>

#include <cmath>

#include "net/read_out.h"

namespace stemloop {

namespace {

constexpr float kSure = -0.01F, kHardly = -12;

// Scores of the bars of a hairpin's picture: its heights, and letters that are all alike until be_sure_of_letters().
class Scores {
 public:
  explicit Scores(const HairpinLayout& layout) : picture_(draw_picture(layout.columns)), width_(layout.columns.size()) {
    for (std::size_t strand = 0; strand < 2; ++strand) {
      for (std::size_t x = 0; x < width_; ++x) {
        auto& colour = colour_[strand][x];
        colour.assign(kColourClasses, std::log(1 / 4.F));
        colour[0] = colour[kNoBar] = kHardly;
        auto& height = height_[strand][x];
        height.assign(strand == 0 ? kTopHeights : kBottomHeights, kHardly);
        height[picture_.height[strand][x]] = kSure;
      }
    }
  }
  void be_sure_of_letters() {
    for (std::size_t strand = 0; strand < 2; ++strand) {
      for (std::size_t x = 0; x < width_; ++x) {
        auto& colour = colour_[strand][x];
        colour.assign(kColourClasses, kHardly);
        colour[picture_.colour[strand][x]] = kSure;
      }
    }
  }
  [[nodiscard]] std::pair<std::string, std::string> read(double temperature, std::uint64_t seed) const {
    std::vector<Bar> bars[2];
    for (std::size_t strand = 0; strand < 2; ++strand) {
      for (std::size_t x = 0; x < width_; ++x) bars[strand].push_back({colour_[strand][x], height_[strand][x], 2, 0});
    }
    Random random(seed, 0);
    return read_hairpin(bars[0], bars[1], temperature, random);
  }

 private:
  Picture picture_;
  std::size_t width_;
  std::vector<float> colour_[2][kPictureColumns], height_[2][kPictureColumns];
};

// From the ends: a free A-A, a pair, a mismatch A-A, two pairs, a loop.
const std::string kSequence = "AGAGCGAAAGGCACA";
const std::string kStructure = ".(.((.....)).).";

TEST(HairpinReader, ReadsBackWhatIsSure) {
  Scores scores(lay_out(kSequence, kStructure));
  scores.be_sure_of_letters();
  for (const double temperature : {0.0, 1.0})
    EXPECT_EQ(scores.read(temperature, 1), std::make_pair(kSequence, kStructure)) << temperature;
}

// Sure letters stay, though they could pair: G and C face each other unpaired, A and U in the loop.
TEST(HairpinReader, LettersThatAreSureMayFaceEachOther) {
  const std::string sequence = "AGGGCAAAAUGCCCA";
  Scores scores(lay_out(sequence, kStructure));
  scores.be_sure_of_letters();
  EXPECT_EQ(scores.read(0, 1), std::make_pair(sequence, kStructure));
}

// Of letters that are drawn evenly, six in sixteen could pair. Where they face each other next to a pair few do, and
// few of a loop's ends; the pairs and the heights are as the scores say.
TEST(HairpinReader, UnsureLettersSeldomPairWhereTheStructureHasNone) {
  const HairpinLayout layout = lay_out(kSequence, kStructure);
  Scores scores(layout);
  constexpr int kDraws = 2000;
  int between = 0, free = 0, ends = 0, inner = 0;
  const auto can_pair = [](char a, char b) { return kPairTypes[base_code(a)][base_code(b)] != 0; };
  for (int i = 0; i < kDraws; ++i) {
    const auto [sequence, structure] = scores.read(1, static_cast<std::uint64_t>(i));
    ASSERT_EQ(structure, kStructure);
    for (const auto& [x, y] : {std::pair(1, 13), std::pair(3, 11), std::pair(4, 10)})
      ASSERT_TRUE(can_pair(sequence[static_cast<std::size_t>(x)], sequence[static_cast<std::size_t>(y)]));
    between += can_pair(sequence[2], sequence[12]) ? 1 : 0;
    free += can_pair(sequence[0], sequence[14]) ? 1 : 0;
    ends += can_pair(sequence[5], sequence[9]) ? 1 : 0;
    inner += can_pair(sequence[6], sequence[8]) ? 1 : 0;
  }
  EXPECT_LT(between, 0.01 * kDraws);
  EXPECT_LT(free, 0.12 * kDraws);
  EXPECT_LT(ends, 0.06 * kDraws);
  EXPECT_NEAR(inner, 6.0 / 16 * kDraws, 0.06 * kDraws);  // nothing is said of these
}

TEST(HairpinReader, TooFewColumnsHoldNone) {
  std::vector<Bar> none;
  Random random(1, 0);
  EXPECT_TRUE(read_hairpin(none, none, 0, random).first.empty());
}

}  // namespace

}  // namespace stemloop
