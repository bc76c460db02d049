// Laws of the layout, and figures as they come out: what they say, mark and explain.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hairpin/hairpin.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pointwise;
using testing::random_sequence;
using testing::TemporaryFile;

const std::string kLet7 = "UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA";
const std::string kLet7Structure = "(((((.(((((((((((((((((((((.....(((...((((....)))).)))))))))))))))))))))))))))))";

HairpinFigure let7() {
  HairpinFigure figure;
  figure.sequence = kLet7;
  figure.structure = kLet7Structure;
  figure.title = "hsa-let-7a-1";
  return figure;
}

double between(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

TEST(StructureLayout, PairsStandOneWidthApartAndStemsRunStraight) {
  Folder folder(make_model(load_parameters("turner2004")));
  for (int item = 0; item < 30; ++item) {
    const std::string sequence = random_sequence(120, 0.5, 34, static_cast<std::uint64_t>(item));
    const std::string structure = folder.fold(sequence).structure;
    const std::vector<int> pairs = pair_table(structure);
    const std::vector<Point> at = structure_layout(structure);
    for (int i = 0; i < static_cast<int>(at.size()); ++i) {
      if (pairs[i] <= i) continue;
      ASSERT_NEAR(between(at[i], at[pairs[i]]), kPairWidth, 1e-9);
      if (pairs[i + 1] != pairs[i] - 1) continue;  // stacked pairs are one step apart, on both strands
      ASSERT_NEAR(between(at[i], at[i + 1]), 1, 1e-9);
      ASSERT_NEAR(between(at[pairs[i]], at[pairs[i] - 1]), 1, 1e-9);
    }
    EXPECT_EQ(touching_bases(at, 0.75), 0) << sequence << "\n" << structure;
  }
}

TEST(StructureLayout, FivePrimeEndIsLeftOnTheUpperStrand) {
  const std::vector<Point> at = structure_layout(kLet7Structure);
  EXPECT_LT(at.front().y, at.back().y);
  for (const Point& p : at) EXPECT_LE(at.front().x, p.x + 1e-9);
  EXPECT_GT(at[45].x, at[20].x);  // the terminal loop lies right
}

TEST(StructureLayout, LongBulgesMeetNothing) {
  const auto stem = [](int pairs, const std::string& inner) {
    return std::string(static_cast<std::size_t>(pairs), '(') + inner +
           std::string(static_cast<std::size_t>(pairs), ')');
  };
  const auto dots = [](int count) { return std::string(static_cast<std::size_t>(count), '.'); };
  const std::string twenty = stem(9, dots(20) + stem(8, dots(6)));
  const std::string two = stem(7, dots(20) + stem(3, dots(18) + stem(5, dots(3) + stem(6, dots(8)) + dots(3))));
  const std::string both = stem(6, dots(25) + stem(4, dots(5)) + dots(30));
  const std::string lonely =
      stem(6, dots(3) + stem(1, dots(2) + stem(1, dots(2) + stem(5, dots(4)) + dots(2))) + dots(3));
  for (const std::string& structure : {twenty, two, both, lonely})
    EXPECT_EQ(touching_bases(structure_layout(structure), 0.75), 0) << structure;
}

TEST(StructureLayout, OddStructuresDoNotStopIt) {
  for (const char* structure : {"", ".", "...", "()", "(.)", "()()", ".()..(())", "((()()))", "(()..()...(..))."}) {
    const std::vector<Point> at = structure_layout(structure);
    ASSERT_EQ(at.size(), std::string(structure).size());
    for (const Point& p : at) ASSERT_TRUE(std::isfinite(p.x) && std::isfinite(p.y)) << structure;
  }
}

TEST(StructureLayout, RealPrecursorsDoNotOverlap) {
  STEMLOOP_SHARED_FILE(path, "data/mirbase/hairpin_v21.fa.gz");
  Folder folder(make_model(load_parameters("turner2004")));
  RecordReader reader(RecordFiles{path});
  int seen = 0, touching = 0, index = 0;
  while (const auto item = reader.next()) {
    const auto* record = std::get_if<Record>(&*item);
    if (record == nullptr || index++ % 40 != 0 || record->sequence.size() > 300) continue;
    ++seen;
    touching += touching_bases(structure_layout(folder.fold(record->sequence).structure), 0.75) > 0 ? 1 : 0;
  }
  EXPECT_GT(seen, 500);
  EXPECT_EQ(touching, 0);
}

TEST(Figure, SaysWhatItShows) {
  HairpinFigure figure = let7();
  figure.marks = marks_of_arms({5, 27}, {56, 78}, GuideArm::kFivePrime);
  const std::string svg = to_svg(draw_figure(figure));
  for (const char* words : {"hsa-let-7a-1", ">5'<", ">3'<", ">10<", "AU, GC pair", "GU pair", "5p arm, 6 to 27",
                            "3p arm, 57 to 78", "seed", "Drosha cuts", "Dicer cuts", "terminal loop"})
    EXPECT_THAT(svg, HasSubstr(words)) << words;
  EXPECT_EQ(testing::count_of(svg, "<polygon"), 4 + 2);  // the cuts, and theirs in the legend
  figure.picture = false;
  figure.legend = false;
  const std::string bare = to_svg(draw_figure(figure));
  EXPECT_THAT(bare, AllOf(Not(HasSubstr("terminal loop")), Not(HasSubstr("GU pair"))));
  EXPECT_EQ(testing::count_of(bare, "<polygon"), 4);
}

TEST(Figure, EveryBaseOnceInStructureAndLadder) {
  for (const FigureShape shape : {FigureShape::kStructure, FigureShape::kLadder}) {
    HairpinFigure figure = let7();
    figure.shape = shape;
    figure.legend = figure.picture = false;
    figure.title = figure.subtitle = "";
    std::string letters;
    for (const Shape& one : draw_figure(figure).shapes) {
      const auto* text = std::get_if<Text>(&one);
      if (text != nullptr && text->text.size() == 1 && std::string("ACGU").find(text->text) != std::string::npos)
        letters += text->text;
    }
    EXPECT_EQ(letters, kLet7);
  }
}

TEST(Figure, TextsDoNotOverlap) {
  HairpinFigure figure = let7();
  figure.legend = figure.picture = false;
  struct Box {
    double left, right, top, bottom;
  };
  std::vector<Box> boxes;
  for (const Shape& one : draw_figure(figure).shapes) {
    const auto* text = std::get_if<Text>(&one);
    if (text == nullptr) continue;
    const double width = text_width(text->text, text->size, text->bold);
    const double left = text->anchor == Anchor::kMiddle ? text->at.x - width / 2 : text->at.x;
    boxes.push_back({left, left + width, text->at.y - 0.7 * text->size, text->at.y});
  }
  for (std::size_t a = 0; a < boxes.size(); ++a) {
    for (std::size_t b = a + 1; b < boxes.size(); ++b) {
      EXPECT_FALSE(boxes[a].left < boxes[b].right && boxes[b].left < boxes[a].right && boxes[a].top < boxes[b].bottom &&
                   boxes[b].top < boxes[a].bottom)
          << a << " and " << b;
    }
  }
}

TEST(Figure, ColoursFollowValues) {
  HairpinFigure figure = let7();
  figure.colours = FigureColours::kValues;
  figure.values = {"reads", std::vector<double>(kLet7.size(), 0.0), 0, 10};
  figure.values.value[3] = 10;
  figure.values.value[4] = std::nan("");
  const std::string svg = to_svg(draw_figure(figure));
  EXPECT_THAT(svg, AllOf(HasSubstr("fill=\"#fde725\""), HasSubstr("fill=\"#440154\""), HasSubstr("reads"),
                         HasSubstr("no value")));
}

TEST(Figure, SupportIsTheProbabilityOfWhatIsDrawn) {
  Folder folder(make_model(load_parameters("turner2004")));
  Fold mfe;
  const Ensemble ensemble = folder.ensemble(kLet7, mfe);
  const std::vector<double> support = structure_support(mfe.structure, ensemble.pairs);
  const std::vector<int> pairs = pair_table(mfe.structure);
  std::vector<double> paired(kLet7.size(), 0.0);
  for (const PairProbability& p : ensemble.pairs) {
    paired[p.i] += p.probability;
    paired[p.j] += p.probability;
    if (pairs[p.i] == p.j) {
      EXPECT_DOUBLE_EQ(support[p.i], p.probability);
    }
  }
  for (std::size_t i = 0; i < kLet7.size(); ++i) {
    if (pairs[i] < 0) {
      EXPECT_NEAR(support[i] + paired[i], 1, 1e-9);
    }
  }
}

// Colours as protanopes, deuteranopes and tritanopes see them (Machado, Oliveira & Fernandes 2009, severity 1).
std::array<double, 3> seen_by(int kind, const std::string& hex) {
  constexpr double kMatrix[3][9] = {
      {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
      {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
      {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}};
  const auto value = std::strtoul(hex.c_str() + 1, nullptr, 16);
  std::array<double, 3> linear{}, seen{};
  for (std::size_t c = 0; c < 3; ++c)
    linear[c] = std::pow(static_cast<double>(value >> (16 - 8 * c) & 255U) / 255, 2.2);
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) seen[r] += kMatrix[kind][3 * r + c] * linear[c];
    seen[r] = std::pow(std::clamp(seen[r], 0.0, 1.0), 1 / 2.2);
  }
  return seen;
}

TEST(Palette, LettersStayApartForTheColourBlind) {
  const std::string letters = "ACGU";
  for (int kind = 0; kind < 3; ++kind) {
    for (std::size_t a = 0; a < 4; ++a) {
      for (std::size_t b = a + 1; b < 4; ++b) {
        const auto x = seen_by(kind, letter_colour(letters[a], Palette::kColourBlind));
        const auto y = seen_by(kind, letter_colour(letters[b], Palette::kColourBlind));
        const double apart = std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
        EXPECT_GT(apart, 0.3) << "kind " << kind << ": " << letters[a] << " and " << letters[b];
      }
    }
  }
}

TEST(Pages, HoldAllFiguresInOrder) {
  std::vector<Drawing> figures;
  for (int k = 0; k < 7; ++k) {
    HairpinFigure figure = let7();
    figure.title = fmt::format("number-{}", k);
    figures.push_back(draw_figure(figure));
  }
  const std::vector<Drawing> pages = on_pages(figures, 2, 2, 794, 1123);
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_THAT(to_svg(pages[0]), AllOf(HasSubstr("number-0"), HasSubstr("number-3"), Not(HasSubstr("number-4"))));
  EXPECT_THAT(to_svg(pages[1]), AllOf(HasSubstr("number-4"), HasSubstr("number-6")));
  EXPECT_EQ(on_pages(figures, 2, 0, 794, 0).size(), 1U);
}

TEST(Pages, DoNotBlowUpAShortOne) {
  Drawing small{20, 10, {}}, large{794, 100, {}};
  small.add(Line{{0, 0}, {20, 0}, 1, "#000000"});
  large.add(Line{{0, 0}, {794, 0}, 1, "#000000"});
  const Drawing page = on_pages({small, large, large}, 3, 1, 794, 1123).at(0);
  const auto length = [&](std::size_t k) {
    const Line& line = std::get<Line>(page.shapes.at(k));
    return line.to.x - line.from.x;
  };
  EXPECT_NEAR(length(0) / 20, 1.25 * length(1) / 794, 1e-6);
}

// A loss from 13 to 30 is not drawn between 10 and 100; a number below zero has a minus, not a hyphen.
TEST(Charts, AxesEndNearTheDataAndTicksHaveAMinus) {
  Chart chart;
  chart.y.log = true;
  chart.series.push_back({"loss", {{-2, 30}, {-1, 13}}, SeriesKind::kLine, "", 1.8, false});
  EXPECT_THAT(to_svg(draw_chart(chart)),
              AllOf(HasSubstr(">50</text>"), HasSubstr(">20</text>"), Not(HasSubstr(">100</text>")),
                    HasSubstr("\u22122.0</text>"), Not(HasSubstr(">-2.0"))));
}

TEST(Pdf, SameDrawingsGiveTheSameBytes) {
  const std::vector<Drawing> pages = {draw_figure(let7()), draw_figure(let7())};
  const std::string pdf = to_pdf(pages, 85);
  EXPECT_EQ(pdf.substr(0, 5), "%PDF-");
  EXPECT_EQ(pdf, to_pdf(pages, 85));
}

TEST(Png, SaysItsResolution) {
  const std::string png = encode_png(RgbImage(10, 10), 600);
  const std::size_t at = png.find("pHYs");
  ASSERT_NE(at, std::string::npos);
  const auto* p = reinterpret_cast<const unsigned char*>(png.data() + at + 4);
  EXPECT_EQ(p[0] << 24U | p[1] << 16U | p[2] << 8U | p[3], 23622);  // pixels a metre
  const TemporaryFile file(png, "x.png");
  EXPECT_EQ(read_png(file.path()).width, 10);  // the checksums hold
}

TEST(FittedText, KeepsBothEndsWithinTheWidth) {
  const std::string id = "chromosome_7_" + std::string(3000, 'x') + "_end";
  const std::string fitted = fitted_text(id, 200, 12);
  EXPECT_LE(text_width(fitted, 12), 200);
  EXPECT_THAT(fitted, AllOf(HasSubstr("chromosome"), HasSubstr("..."), HasSubstr("end")));
  EXPECT_EQ(fitted_text("short", 200, 12), "short");
  const std::string emoji =
      fitted_text("\xf0\x9f\xa7\xac\xf0\x9f\xa7\xac\xf0\x9f\xa7\xac\xf0\x9f\xa7\xac\xf0\x9f\xa7\xac", 30, 12);
  EXPECT_EQ(drawable(emoji), emoji);  // no character is cut in two
}

TEST(Annotations, ValuesArmsAlignments) {
  const TemporaryFile values("id\tposition\treads\na\t1\t5\na\t3\t-2\nb\t2\t7\n", "v.tsv");
  const ValueTable table = ValueTable::read(values.path());
  const BaseValues a = table.of("a", 4);
  EXPECT_EQ(a.name, "reads");
  EXPECT_EQ(a.value[0], 5);
  EXPECT_EQ(a.value[2], -2);
  EXPECT_TRUE(std::isnan(a.value[1]));
  EXPECT_EQ(a.low, -2);
  EXPECT_EQ(a.high, 7);
  EXPECT_THAT(error_of([&] { (void)table.of("c", 4); }), HasSubstr("v.tsv has no values for it (but for '"));
  EXPECT_THAT(error_of([&] { (void)table.of("b", 1); }), HasSubstr("a value for position 2, the sequence has 1"));
  const auto bad_values = [&](const std::string& text) {
    const TemporaryFile file(text, "v.tsv");
    return error_of([&] { ValueTable::read(file.path()); });
  };
  EXPECT_THAT(bad_values("id\tposition\tx\na\t0\t1\n"), HasSubstr("v.tsv:2: position 0 is below 1"));
  EXPECT_THAT(bad_values("id\tposition\tx\na\t1\tmany\n"), HasSubstr("v.tsv:2"));
  EXPECT_THAT(bad_values("id\tposition\tx\na\t1\t1\na\t1\t2\n"), HasSubstr("'a' has two values for position 1"));
  EXPECT_THAT(bad_values("id\tposition\tx\ty\na\t1\t1\t1\n"), HasSubstr("has 4 columns"));

  const TemporaryFile arms("id\t5p_start\t5p_end\t3p_start\t3p_end\tguide\nx\t1\t20\t31\t50\t3p\ny\t1\t20\t\t\t\n",
                           "a.tsv");
  const ArmTable marks = ArmTable::read(arms.path());
  EXPECT_EQ(marks.of("x", 60).three_prime, (BaseSpan{30, 50}));
  EXPECT_EQ(marks.of("x", 60).seed, (BaseSpan{31, 38}));
  EXPECT_EQ(marks.of("x", 60).cuts, (std::array<int, 4>{0, 20, 30, 50}));
  EXPECT_FALSE(marks.of("y", 60).three_prime.known());
  EXPECT_FALSE(marks.of("z", 60).any());
  EXPECT_THAT(error_of([&] { (void)marks.of("x", 40); }), HasSubstr("an arm from 31 to 50, the sequence has 40 bases"));
}

TEST(Annotations, ConservationOfAColumn) {
  const std::string fasta = ">x\nAC-GU\n>y\nAG-GU\n>z\nA--GU\n";
  const std::string stockholm = "# STOCKHOLM 1.0\n#=GF ID t\nx AC-G\ny AG-G\nz A--G\n\nx U\ny U\nz U\n//\n";
  for (const std::string& text : {fasta, stockholm}) {
    const TemporaryFile file(text, "x.aln");
    const Alignment alignment = Alignment::read(file.path());
    const BaseValues values = alignment.conservation("x", "ACGU");
    ASSERT_EQ(values.value.size(), 4U);
    EXPECT_DOUBLE_EQ(values.value[0], 1);
    EXPECT_DOUBLE_EQ(values.value[1], 0.5 * 2 / 3);  // one bit of two, two rows of three
    EXPECT_THAT(error_of([&] { (void)alignment.conservation("x", "ACGUA"); }),
                HasSubstr("has 4 letters, the sequence 5"));
    EXPECT_THAT(error_of([&] { (void)alignment.conservation("x", "ACGA"); }), HasSubstr("of another sequence"));
    EXPECT_THAT(error_of([&] { (void)alignment.conservation("q", "ACGU"); }), HasSubstr("has no row of this id"));
  }
  const TemporaryFile ragged(">x\nACGU\n>y\nACG\n", "x.aln");
  EXPECT_THAT(error_of([&] { Alignment::read(ragged.path()); }), HasSubstr("row 'y' has 3 columns, row 'x' 4"));
}

TEST(Chart, TicksAreRoundAndTheLegendFits) {
  EXPECT_THAT(round_ticks(0, 1), Pointwise(DoubleNear(1e-12), std::vector<double>{0, 0.2, 0.4, 0.6, 0.8, 1.0}));
  EXPECT_THAT(round_ticks(0, 9), Pointwise(DoubleNear(1e-12), std::vector<double>{0, 2, 4, 6, 8}));
  Chart chart;
  chart.title = "t";
  chart.x.label = "epoch";
  chart.series = {{"a name", {{0, 1}, {1, 3}}}, {std::string(200, 'w'), {{0, 2}, {1, 1}}, SeriesKind::kPoints, "", 3}};
  const Drawing drawing = draw_chart(chart);
  const std::string svg = to_svg(drawing);
  EXPECT_THAT(svg, AllOf(HasSubstr(">epoch<"), HasSubstr(">a name<"), HasSubstr("www...")));
  for (const Shape& one : drawing.shapes) {
    if (const auto* text = std::get_if<Text>(&one)) {
      if (text->anchor != Anchor::kStart) continue;
      EXPECT_LE(text->at.x + text_width(text->text, text->size, text->bold), drawing.width + 1);
    }
  }
}

TEST(Chart, DistributionsAddUp) {
  const std::vector<double> values = {70, 71, 71, 80, 95, 110, 110};
  double sum = 0;
  for (const Point& p : histogram(values, 8, true).points) sum += p.y;
  EXPECT_NEAR(sum, 1, 1e-12);
  const ChartSeries steps = cumulative(values);
  EXPECT_EQ(steps.points.front().y, 0);
  EXPECT_EQ(steps.points.back().y, 1);
  EXPECT_TRUE(std::is_sorted(steps.points.begin(), steps.points.end(), [](Point a, Point b) { return a.y < b.y; }));
  EXPECT_TRUE(histogram({}, 8, false).points.empty());
}

}  // namespace
}  // namespace stemloop
