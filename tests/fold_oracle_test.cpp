// Known answers: every record of RNAfold's reference output, energy, structure and ensemble energy.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "fold/fold.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::read_table;
using testing::Table;

struct OracleCase {
  const char* file;
  FoldOptions options;
  const char* parameters = "turner2004";
};

void PrintTo(const OracleCase& c, std::ostream* out) { *out << c.file; }

class FoldOracle : public ::testing::TestWithParam<OracleCase> {};

TEST_P(FoldOracle, EveryRecordIsEqual) {
  const OracleCase& c = GetParam();
  STEMLOOP_SHARED_FILE(path, std::string("oracle/fold/") + c.file + ".tsv.gz");
  const std::string parameters =
      std::string(c.parameters).find('/') == std::string::npos ? c.parameters : testing::shared_file(c.parameters);
  Folder folder(make_model(load_parameters(parameters), c.options));
  const Table table = read_table(path);
  int energies = 0;
  int structures = 0;
  int ensembles = 0;
  for (const auto& row : table.rows) {
    Fold fold;
    const Ensemble ensemble = folder.ensemble(row[1], fold);
    energies += fold.energy == std::lround(100 * std::stod(row[3])) ? 1 : 0;
    structures += fold.structure == row[2] ? 1 : 0;
    ensembles += std::fabs(ensemble.energy_kcal - std::stod(row[4])) <= 0.01 ? 1 : 0;
  }
  const int count = static_cast<int>(table.rows.size());
  EXPECT_GE(count, 300);
  EXPECT_EQ(energies, count);
  EXPECT_EQ(structures, count);
  EXPECT_EQ(ensembles, count);
}

INSTANTIATE_TEST_SUITE_P(RnaFold271, FoldOracle,
                         ::testing::Values(OracleCase{"hairpins", {}}, OracleCase{"random", {}},
                                           OracleCase{"nolp", {.no_lonely_pairs = true}},
                                           OracleCase{"dangles0", {.dangles = 0}},
                                           OracleCase{"temp25", {.temperature_celsius = 25}},
                                           OracleCase{"temp60", {.temperature_celsius = 60}},
                                           OracleCase{"turner1999", {}, "params/rna_turner1999.par"}),
                         [](const auto& test) { return std::string(test.param.file); });

// 210 answers that every clone has: tests/oracle/README.md.
TEST(FoldOracle, TheRepositorysOwnAnswersAreEqual) {
  const std::map<std::string, FoldOptions> options = {{"", {}},
                                                      {"--noLP", {.no_lonely_pairs = true}},
                                                      {"-d0", {.dangles = 0}},
                                                      {"-T 25", {.temperature_celsius = 25}},
                                                      {"-T 60", {.temperature_celsius = 60}}};
  std::map<std::string, Folder> folders;
  for (const auto& [name, of] : options) folders.emplace(name, Folder(make_model(load_parameters("turner2004"), of)));
  const Table table = read_table(STEMLOOP_ORACLE "/rnafold-2.7.1.tsv");
  EXPECT_EQ(table.rows.size(), 210U);
  for (const auto& row : table.rows) {
    Fold fold;
    const Ensemble ensemble = folders.at(row[1]).ensemble(row[2], fold);
    EXPECT_EQ(fold.structure, row[3]) << row[0] << " " << row[1];
    EXPECT_EQ(fold.energy, std::lround(100 * std::stod(row[4]))) << row[0] << " " << row[1];
    EXPECT_NEAR(ensemble.energy_kcal, std::stod(row[5]), 0.01) << row[0] << " " << row[1];
  }
}

TEST(FoldOracle, Vienna213StructuresOfAllMirbase21Hairpins) {
  STEMLOOP_SHARED_FILE(path, "oracle/fold/legacy_2_1_3.tsv.gz");
  Folder folder(make_model(load_parameters("turner2004-vienna2.1")));
  int equal = 0;
  const Table table = read_table(path);
  for (const auto& row : table.rows) equal += folder.fold(row[1]).structure == row[2] ? 1 : 0;
  EXPECT_EQ(table.rows.size(), 28645U);
  EXPECT_EQ(equal, 28645);
}

}  // namespace
}  // namespace stemloop
