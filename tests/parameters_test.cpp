#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "fold/fold.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing::TemporaryFile;

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_equal(const EnergyParameters& a, const EnergyParameters& b) {
  int different = 0;
  const auto compare = [&different](const auto&... tables) {
    for_each_entry([&different](int x, int y) { different += x != y ? 1 : 0; }, tables...);
  };
  for_each_table(compare, a.energy37, b.energy37);
  for_each_table(compare, a.enthalpy, b.enthalpy);
  EXPECT_EQ(different, 0);
  for (const auto& [x, y] : {std::pair(&a.energy37, &b.energy37), std::pair(&a.enthalpy, &b.enthalpy)}) {
    EXPECT_EQ(x->multi_closing, y->multi_closing);
    EXPECT_EQ(x->multi_stem, y->multi_stem);
    EXPECT_EQ(x->multi_unpaired, y->multi_unpaired);
    EXPECT_EQ(x->asymmetry, y->asymmetry);
    EXPECT_EQ(x->terminal_au, y->terminal_au);
  }
  EXPECT_EQ(a.max_asymmetry, b.max_asymmetry);
  const auto find = [](const EnergyParameters& p, const std::string& loop) {
    for (const SpecialHairpin& s : p.special_hairpins) {
      if (s.loop == loop) return std::pair(s.energy37, s.enthalpy);
    }
    return std::pair(kForbidden, kForbidden);
  };
  ASSERT_EQ(a.special_hairpins.size(), b.special_hairpins.size());
  for (const SpecialHairpin& s : a.special_hairpins)
    EXPECT_EQ(find(b, s.loop), std::pair(s.energy37, s.enthalpy)) << s.loop;
}

TEST(Parameters, InteriorLoopTablesAreSymmetric) {
  const EnergyParameters p = turner2004_parameters();
  for (const LoopTables<int>* t : {&p.energy37, &p.enthalpy}) {
    for (int a = 1; a < kPairTypeCount; ++a) {
      for (int b = 1; b < kPairTypeCount; ++b) {
        EXPECT_EQ(t->stack[a][b], t->stack[b][a]);
        for (int x = 0; x < kBaseCount; ++x) {
          for (int y = 0; y < kBaseCount; ++y) {
            EXPECT_EQ(t->int11[a][b][x][y], t->int11[b][a][y][x]);
            for (int z = 0; z < kBaseCount; ++z) {
              for (int w = 0; w < kBaseCount; ++w) EXPECT_EQ(t->int22[a][b][x][y][z][w], t->int22[b][a][z][w][x][y]);
            }
          }
        }
      }
    }
  }
}

TEST(Parameters, KnownValues) {
  const EnergyParameters p = turner2004_parameters();
  EXPECT_EQ(p.energy37.stack[1][2], -330);  // CG on CG, read from inside GC
  EXPECT_EQ(p.energy37.stack[3][1], -210);
  EXPECT_EQ(p.energy37.stack[1][4], -140);  // the entry misprinted as -1i40 elsewhere
  EXPECT_EQ(p.energy37.hairpin[3], 540);
  EXPECT_EQ(p.energy37.hairpin[2], kForbidden);
  EXPECT_EQ(p.energy37.mismatch_hairpin[1][kBaseN][kBaseN], -80);  // the least stable
  EXPECT_EQ(p.special_hairpins.size(), 22U);
}

TEST(Parameters, Vienna21SwapsDanglesTwiceIntoThemselves) {
  const EnergyParameters p = turner2004_parameters();
  const EnergyParameters once = vienna21_variant(p);
  EXPECT_NE(once.energy37.mismatch_multi[1][1][2], p.energy37.mismatch_multi[1][1][2]);
  EXPECT_EQ(once.energy37.mismatch_exterior[1][1][3], p.energy37.mismatch_exterior[2][3][1]);
  EXPECT_EQ(once.energy37.dangle5[5][2], p.energy37.dangle5[6][2]);
  expect_equal(vienna21_variant(once), p);
}

TEST(Parameters, TheFileHoldsWhatIsBuiltIn) {
  STEMLOOP_SHARED_FILE(path, "params/rna_turner2004.par");
  expect_equal(read_parameter_file(path), turner2004_parameters());
}

TEST(Parameters, TheSwappedFileHoldsTheSwappingRule) {
  STEMLOOP_SHARED_FILE(path, "params/turner2004_2_1_3.par");
  expect_equal(read_parameter_file(path), vienna21_variant(turner2004_parameters()));
}

TEST(Parameters, DamagedFilesAreRefusedWithPlaceAndValue) {
  STEMLOOP_SHARED_FILE(path, "params/rna_turner2004.par");
  const std::string good = text_of(path);
  const auto error = [](const std::string& text) {
    const TemporaryFile file(text, "p.par");
    return error_of([&] { read_parameter_file(file.path()); });
  };
  EXPECT_EQ(error(good), "(no error)");
  EXPECT_THAT(error(replaced(good, "-240", "-1i40")), MatchesRegex(".*p\\.par:[0-9]+: '-1i40' is not an integer"));
  EXPECT_THAT(error(replaced(good, "-240", "")),
              MatchesRegex(".*p\\.par:[0-9]+: section 'stack' has 48 values, 49 are needed"));
  EXPECT_THAT(error(replaced(good, "# dangle5\n", "# dangle5_was_here\n")), HasSubstr("section 'dangle5' is missing"));
  EXPECT_THAT(error(replaced(good, "# NINIO", "# NINO")), HasSubstr("section 'NINIO' is missing"));
  EXPECT_THAT(error(replaced(good, "# stack\n", "# stack\n/* open\n")), HasSubstr("a comment is not closed"));
  EXPECT_THAT(error(replaced(good, "CAACGG", "CAACG")),
              HasSubstr("'CAACG' is not a loop of 4 bases with its closing pair"));
  EXPECT_THAT(error(replaced(good, "# stack\n", "# stack\n# stack\n")), HasSubstr("occurs twice"));
  EXPECT_THAT(error(replaced(good, "# NINIO", "# extra\n1 2\n# NINIO")), HasSubstr("unknown section 'extra'"));
  EXPECT_THAT(error("hello\n"), HasSubstr("p.par:1: is not a ViennaRNA 2 parameter file"));
  EXPECT_THAT(error(""), HasSubstr("is not a ViennaRNA 2 parameter file"));
  EXPECT_THAT(error_of([] { load_parameters("turner2014"); }), HasSubstr("'turner2014' is neither a parameter set"));
}

TEST(Model, TemperatureAndDanglesAreChecked) {
  const EnergyParameters p = turner2004_parameters();
  EXPECT_THAT(error_of([&] { make_model(p, {.dangles = 1}); }), HasSubstr("dangles 1 is not known"));
  EXPECT_THAT(error_of([&] { make_model(p, {.temperature_celsius = -300}); }), HasSubstr("temperature -300"));
}

TEST(Model, BoltzmannFactorsAreThoseOfTheEnergies) {
  const auto model = make_model(turner2004_parameters());
  const double kt = model->boltzmann.kt;
  EXPECT_NEAR(kt, 616.32, 0.01);
  EXPECT_NEAR(model->boltzmann.tables.stack[1][2], std::exp(330 * 10 / kt), 1e-9);
  EXPECT_EQ(model->boltzmann.tables.hairpin[0], 0.0);
  EXPECT_NEAR(model->boltzmann.asymmetry(30), std::exp(-300 * 10 / kt), 1e-12);
}

}  // namespace
}  // namespace stemloop
