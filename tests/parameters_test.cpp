#include <gmock/gmock.h>

#include "fold/fold.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing::TemporaryFile;

// A parameter file with the values of `p`: pairs 1..7 (the seventh all zero), bases 0..4, int22 with measured letters
// only.
template <class T>
void append_values(const T& entry, bool measured_only, std::string& text) {
  if constexpr (!std::is_array_v<T>) {
    text += entry >= kForbidden ? "INF " : fmt::format("{} ", entry);
  } else {
    constexpr std::size_t kExtent = std::extent_v<T>;
    const bool skip_first = kExtent == kPairTypeCount || (kExtent == kBaseCount && measured_only);
    for (std::size_t i = skip_first ? 1 : 0; i < kExtent; ++i) append_values(entry[i], measured_only, text);
    if (kExtent == kPairTypeCount && !measured_only) {
      std::string slice;
      append_values(entry[0], measured_only, slice);  // as many zeros as a pair has values
      text += slice;
    }
    text += '\n';
  }
}

std::string parameter_text(const EnergyParameters& p) {
  std::string text = "## RNAfold parameter file v2.0\n";
  const char* names[] = {"stack",
                         "mismatch_hairpin",
                         "mismatch_interior",
                         "mismatch_interior_1n",
                         "mismatch_interior_23",
                         "mismatch_multi",
                         "mismatch_exterior",
                         "dangle5",
                         "dangle3",
                         "int11",
                         "int21",
                         "int22",
                         "hairpin",
                         "bulge",
                         "interior"};
  for (const auto& [tables, suffix] : {std::pair(&p.energy37, ""), std::pair(&p.enthalpy, "_enthalpies")}) {
    const char* const* name = names;
    for_each_table(
        [&, suffix = suffix](const auto& table) {
          text += fmt::format("# {}{}\n", *name, suffix);
          append_values(table, std::string(*name) == "int22", text);
          ++name;
        },
        *tables);
  }
  const auto& g = p.energy37;
  const auto& h = p.enthalpy;
  text += fmt::format("# ML_params /* unpaired, closing, stem */\n{} {} {} {} {} {}\n", g.multi_unpaired,
                      h.multi_unpaired, g.multi_closing, h.multi_closing, g.multi_stem, h.multi_stem);
  text += fmt::format("# NINIO\n{} {} {}\n# Misc\n410 360 {} {}\n", g.asymmetry, h.asymmetry, p.max_asymmetry,
                      g.terminal_au, h.terminal_au);
  for (const auto& [name, size] : {std::pair("Triloops", 5), std::pair("Tetraloops", 6), std::pair("Hexaloops", 8)}) {
    text += fmt::format("# {}\n", name);
    for (const SpecialHairpin& s : p.special_hairpins) {
      if (static_cast<int>(s.loop.size()) == size) text += fmt::format("{} {} {}\n", s.loop, s.energy37, s.enthalpy);
    }
  }
  return text + "# END\n";
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

TEST(Parameters, Vienna21SwapsTwiceIntoThemselves) {
  const EnergyParameters p = turner2004_parameters();
  const EnergyParameters once = vienna21_variant(p);
  EXPECT_NE(once.energy37.mismatch_multi[1][1][2], p.energy37.mismatch_multi[1][1][2]);
  EXPECT_EQ(once.energy37.mismatch_exterior[1][1][3], p.energy37.mismatch_exterior[2][3][1]);
  EXPECT_EQ(once.energy37.dangle5[5][2], p.energy37.dangle5[6][2]);
  expect_equal(vienna21_variant(once), p);
}

TEST(Parameters, AFileReadsBackAsWhatWasWritten) {
  const EnergyParameters p = turner2004_parameters();
  const TemporaryFile file(parameter_text(p), "p.par");
  expect_equal(read_parameter_file(file.path()), p);
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
  const std::string good = parameter_text(turner2004_parameters());
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
