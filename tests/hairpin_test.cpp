// The worked examples of the image specification, and laws of drawing and reading back.
#include "hairpin/hairpin.h"

#include <gmock/gmock.h>

#include <cmath>

#include "fold/fold.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::random_sequence;

struct Example {
  const char* name;
  const char* sequence;
  const char* structure;
  const char* top;
  const char* top_states;
  std::vector<int> top_heights;
  std::vector<int> bottom_heights;
  const char* bottom_states;
  const char* bottom;
};

const Example kExamples[] = {
    {"bulge and internal loop",
     "ACACCUCGCAACAAAUACUGUCCGUGGGUGCAA",
     ".((((.(((.(((.....)))..)))))))...",
     "CAUAAACA-ACGCUCCAC--A",
     ".....|||-.|||.||||--.",
     {7, 9, 11, 9, 7, 3, 2, 3, 2, 7, 2, 4, 2, 4, 2, 2, 3, 2, 2, 2, 7},
     {7, 9, 11, 9, 7, 3, 2, 3, 4, 9, 2, 4, 2, 2, 2, 2, 3, 2, 4, 6, 11},
     ".....|||..|||-||||...",
     "AAUACUGUCCGUG-GGUGCAA"},
    {"large bulge",
     "GGCUGUGACGUGAAGAUCACGUCACAAAAAAAAAGCC",
     "(((((((((((((...)))))))))........))))",
     "AGAAGUGCAGUG--------UCGG",
     "...|||||||||--------||||",
     {7, 9, 7, 3, 2, 3, 2, 2, 3, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2},
     {7, 9, 7, 3, 2, 3, 2, 2, 3, 2, 3, 2, 4, 6, 8, 10, 12, 12, 12, 12, 3, 2, 2, 2},
     "...|||||||||........||||",
     "AGAUCACGUCACAAAAAAAAAGCC"},
    {"several hairpins, out of step",
     "CCGAAAACCGAGACGAAAGUCACGGAAACCGAGG",
     "((....((....((....))..((...)).))))",
     "AAAGCAGAGCCAAAAGCC",
     "....||....||....||",
     {4, 9, 9, 7, 5, 5, 4, 6, 8, 13, 2, 5, 4, 6, 8, 10, 2, 2},
     {2, 7, 9, 11, 5, 5, 2, 2, 2, 7, 2, 5, 2, 2, 2, 2, 2, 2},
     "-...||---.||----||",
     "-GAAAC---CGA----GG"},
};

TEST(Columns, WorkedExamples) {
  for (const Example& e : kExamples) {
    const HairpinLayout layout = lay_out(e.sequence, e.structure);
    const Picture picture = draw_picture(layout.columns);
    std::string top;
    std::string bottom;
    std::string top_states;
    std::string bottom_states;
    std::vector<int> top_heights;
    std::vector<int> bottom_heights;
    for (std::size_t x = 0; x < layout.columns.size(); ++x) {
      top += layout.columns[x].top;
      bottom += layout.columns[x].bottom;
      top_states += static_cast<char>(layout.columns[x].top_state);
      bottom_states += static_cast<char>(layout.columns[x].bottom_state);
      top_heights.push_back(picture.height[0][x]);
      bottom_heights.push_back(picture.height[1][x]);
    }
    EXPECT_EQ(top, e.top) << e.name;
    EXPECT_EQ(bottom, e.bottom) << e.name;
    EXPECT_EQ(top_states, e.top_states) << e.name;
    EXPECT_EQ(bottom_states, e.bottom_states) << e.name;
    EXPECT_EQ(top_heights, e.top_heights) << e.name;
    EXPECT_EQ(bottom_heights, e.bottom_heights) << e.name;
  }
  EXPECT_TRUE(lay_out(kExamples[0].sequence, kExamples[0].structure).in_step);
  EXPECT_FALSE(lay_out(kExamples[2].sequence, kExamples[2].structure).in_step);
}

TEST(Columns, AStructureWithoutALoopHasNone) {
  EXPECT_TRUE(lay_out("AAAA", "....").columns.empty());
  EXPECT_TRUE(lay_out("", "").columns.empty());
}

TEST(Features, WorkedExamples) {
  const auto cells = [](int k) {
    const Picture picture = draw_picture(lay_out(kExamples[k].sequence, kExamples[k].structure).columns);
    return feature_cells(hairpin_features(picture));
  };
  EXPECT_THAT(cells(0), ElementsAre("True", "4.0", "2.0", "2.0", "22.0", "5.0", "", "0.7142857142857143", "False", "",
                                    "", "", "20", "5", "15", "20", "0.5625", "0.625", "False", "False"));
  EXPECT_THAT(cells(1),
              ElementsAre("True", "2.0", "4.0", "1.0", "18.0", "3.0", "", "0.6666666666666666", "False", "4.0", "lower",
                          "18.0", "23", "3", "20", "23", "0.6190476190476191", "0.6190476190476191", "False", "True"));
  EXPECT_EQ(cells(2)[0], "False");
  EXPECT_EQ(cells(2)[6], "1.0");
}

TEST(Bonds, WorkedExamples) {
  const auto halves = [](int k) {
    const auto bonds = bond_vector(draw_picture(lay_out(kExamples[k].sequence, kExamples[k].structure).columns));
    std::string top;
    std::string bottom;
    for (int x = 0; x < 20; ++x) {
      top += bonds[99 - x] == 1 ? '1' : bonds[99 - x] == 0 ? '0' : '?';
      bottom += bonds[100 + x] == -1 ? '1' : bonds[100 + x] == 0 ? '0' : '?';
    }
    return top + " " + bottom;
  };
  EXPECT_EQ(halves(0), "00011100111011110000 00011100111011110000");
  EXPECT_EQ(halves(1), "00111111111000000001 00111111111000000001");
}

TEST(Pictures, HairpinsInStepReadBackAsThemselves) {
  Folder folder(make_model(load_parameters("turner2004")));
  int complete = 0;
  for (int item = 0; item < 400; ++item) {
    const std::string arm = random_sequence(25, 0.5, 31, static_cast<std::uint64_t>(item));
    std::string back(arm.rbegin(), arm.rend());
    for (char& c : back) c = c == 'A' ? 'U' : c == 'U' ? 'A' : c == 'G' ? 'C' : 'G';
    const std::string sequence =
        random_sequence(item % 4, 0.5, 32, item) + arm + random_sequence(4 + item % 9, 0.5, 33, item) + back;
    const std::string structure = folder.fold(sequence).structure;
    const HairpinLayout layout = lay_out(sequence, structure);
    const Picture picture = draw_picture(layout.columns);
    const DecodedPicture decoded = decode_picture(picture);
    if (layout.in_step) {
      ASSERT_TRUE(decoded.complete) << sequence;
      EXPECT_EQ(decoded.sequence, sequence);
      EXPECT_EQ(decoded.structure, structure);
      ++complete;
    }
    EXPECT_EQ(picture_from_pixels(picture_pixels(picture)), picture);
    EXPECT_EQ(draw_picture(read_columns(picture)), picture);
  }
  EXPECT_GT(complete, 300);
}

TEST(Pictures, UnknownLettersComeBackAsN) {
  const std::string sequence = "GGGGNACGUARCCCCA";
  const std::string structure = "((((.......)))).";
  const DecodedPicture decoded = decode_picture(draw_picture(lay_out(sequence, structure).columns));
  EXPECT_EQ(decoded.sequence, "GGGGNACGUANCCCCA");
  EXPECT_EQ(decoded.structure, structure);
}

TEST(Pictures, LongHairpinsAreCutAndSaidToBeIncomplete) {
  const std::string arm(120, 'G');
  const std::string sequence = arm + "AAAA" + std::string(120, 'C');
  const std::string structure = std::string(120, '(') + "...." + std::string(120, ')');
  const Picture picture = draw_picture(lay_out(sequence, structure).columns);
  EXPECT_EQ(picture.width(), kPictureColumns);
  const DecodedPicture decoded = decode_picture(picture);
  EXPECT_TRUE(decoded.in_step);
  EXPECT_FALSE(decoded.complete);
}

TEST(Pictures, OtherImagesAreRefused) {
  EXPECT_EQ(error_of([] { picture_from_pixels(RgbImage(99, 25)); }), "the image has 99 x 25 pixels, not 100 x 25");
  RgbImage image(100, 25);
  image.set(0, 12, {1, 2, 3});
  EXPECT_THAT(error_of([&] { picture_from_pixels(image); }), HasSubstr("colour 1,2,3, which is no nucleotide"));
  image.set(0, 12, {255, 0, 0});
  EXPECT_THAT(error_of([&] { picture_from_pixels(image); }), HasSubstr("the bar of column 0 has one pixel"));
  image.set(0, 11, {255, 0, 0});
  EXPECT_THAT(error_of([&] { picture_from_pixels(image); }), HasSubstr("column 0 has a bar on one strand only"));
}

TEST(Features, AnEmptyOrBrokenPictureHasNoneButDoesNotFail) {
  const HairpinFeatures none = hairpin_features(Picture());
  EXPECT_FALSE(none.palindrome_score.has_value());
  EXPECT_FALSE(none.base_pairs_in_stem.has_value());
  // A generated picture may begin with a pair at column 0, which no folded hairpin does.
  Picture odd;
  odd.colour[0][0] = kRed;
  odd.colour[1][0] = kBlue;
  odd.height[0][0] = odd.height[1][0] = 2;
  EXPECT_EQ(hairpin_features(odd).loop_width, 0);
}

TEST(TextHairpin, HoldsEveryBaseOnce) {
  Folder folder(make_model(load_parameters("turner2004")));
  for (int item = 0; item < 50; ++item) {
    const std::string sequence = random_sequence(70, 0.55, 35, static_cast<std::uint64_t>(item));
    const std::string structure = folder.fold(sequence).structure;
    const std::string text = text_hairpin(sequence, structure);
    if (lay_out(sequence, structure).columns.empty()) {
      EXPECT_EQ(text, "");
      continue;
    }
    std::string letters;
    for (const char c : text) {
      if (std::string("ACGU").find(c) != std::string::npos) letters += c;
    }
    std::string expected = sequence;
    std::sort(letters.begin(), letters.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(letters, expected) << text;
  }
}

}  // namespace
}  // namespace stemloop
