// Tables of sequences, and the shipped classifier on the shipped hairpins, as a user runs them; no network is trained.
#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "shell.h"
#include "util/util.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using testing::content;
using ::testing::HasSubstr;
using testing::kExampleHairpins;
using testing::Outcome;
using testing::shell;

namespace fs = std::filesystem;

TEST(Tables, LeakageAndSplit) {
  const testing::TemporaryFolder folder;
  const std::string a = testing::random_sequence(80, 0.5, 1, 1), b = testing::random_sequence(80, 0.5, 1, 2);
  std::string near = a;
  near[40] = near[40] == 'A' ? 'C' : 'A';
  std::string table = "id\tsequence\tlabel\tpart\n";
  table += "one\t" + a + "\t1\ttrain\ntwo\t" + a + "\t1\ttest\nthree\t" + near + "\t0\ttest\nfour\t" + b +
           "\t0\ttrain\nfive\t\t0\ttrain\n";
  write_bytes(folder.path("t.tsv"), table);
  Outcome r =
      shell(fmt::format("stemloop leakage {} --split part --pairs {}", folder.path("t.tsv"), folder.path("p.tsv")));
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, HasSubstr("t.tsv:6: there is no sequence"));
  EXPECT_THAT(r.out,
              AllOf(HasSubstr("duplicate\ttest\ttrain\t1\t1\t1"), HasSubstr("near_conflict\ttest\ttest\t1\t2\t2"),
                    HasSubstr("near_conflict\ttest\ttrain\t1\t1\t1")));
  EXPECT_THAT(content(folder.path("p.tsv")), HasSubstr("duplicate\tone\ttrain\t1\ttwo\ttest\t1\t1.000\t1.000"));
  r = shell(fmt::format("stemloop split {} --by cluster --parts 0.5,0,0.5 --skip-bad", folder.path("t.tsv")));
  EXPECT_EQ(r.code, 0) << r.err;
  std::map<std::string, std::string> part;
  std::istringstream in(r.out);
  for (std::string line; std::getline(in, line);) {
    const auto fields = split_fields(line, '\t');
    part[std::string(fields.front())] = std::string(fields.back());
  }
  EXPECT_EQ(part["id"], "split");
  EXPECT_EQ(part["one"], part["two"]);
  EXPECT_EQ(part["one"], part["three"]);
  EXPECT_NE(part["one"], part["four"]);
  r = shell(fmt::format("stemloop split {} --column part", folder.path("t.tsv")));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("has a column 'part' already"));
}

// The core package brings the classifier without its large network, which another package holds.
TEST(Shipped, SaysWhatToInstallForANetwork) {
  const testing::TemporaryFolder folder;
  const std::string model = folder.path("premirna");
  fs::copy(STEMLOOP_MODELS "/premirna", model, fs::copy_options::recursive);
  fs::remove_all(model + "/network");
  const Outcome r = shell(fmt::format("stemloop embed {} -m {}", kExampleHairpins, model));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("its network is not here: it comes with the package stemloop-models"));
}

// The model that ships, on the hairpins that ship.
TEST(Shipped, KnowsTheExamples) {
  const std::string model = STEMLOOP_MODELS "/premirna";
  const Outcome r = shell(fmt::format("stemloop classify {} {} -t 1 -q -m {}", kExampleHairpins, "", model));
  ASSERT_EQ(r.code, 0) << r.err;
  int positives = 0, records = 0;
  std::istringstream in(r.out);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    positives += split_fields(line, '\t')[1] == "pre-miRNA" ? 1 : 0;
    ++records;
  }
  EXPECT_EQ(records, 26);
  EXPECT_GE(positives, 24);
  EXPECT_EQ(testing::shell(fmt::format("stemloop model verify {} -t 1", model)).code, 0);
  double bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(model)) {
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  }
  EXPECT_LE(bytes, 34e6);  // two networks of 13 MB, of generate and of the tree; what it learned from 4.7 MB
}

// A name is a name and a path is a path: a folder that happens to lie here is not taken for a model.
TEST(Shipped, NamesArePathsOnlyWithASlash) {
  const testing::TemporaryFolder folder;
  fs::create_directory(folder.path("premirna"));
  const auto from = [&](const std::string& words) {
    return shell(fmt::format("cd {} && STEMLOOP_MODELS={} {}", folder.path("."), STEMLOOP_MODELS, words));
  };
  const Outcome named = from("stemloop model info premirna");
  EXPECT_EQ(named.code, 0) << named.err;
  EXPECT_THAT(named.out, HasSubstr("found by\tits name, 'premirna'"));
  EXPECT_THAT(from("stemloop model info ./premirna").err, HasSubstr("config.json"));
  // The folder of the build, named once more, holds no model twice.
  const std::string listed = from("stemloop model list").out;
  EXPECT_THAT(listed, HasSubstr("\npremirna\t"));
  EXPECT_EQ(listed.find("\npremirna\t"), listed.rfind("\npremirna\t")) << listed;
  fs::create_directory(folder.path("mine"));
  EXPECT_THAT(from("stemloop model info mine").err, HasSubstr("the folder here is ./mine"));
}

TEST(ShippedModels, TheTreeOfPremirnaDescribesBesideTheCall) {
  const char* const kDescription = "the network's own description of what lies between the cuts:";
  const testing::TemporaryFolder folder;
  const std::string model = folder.path("premirna"),
                    classify = "stemloop classify " + kExampleHairpins + " -q -t 1 -m " + model;
  fs::copy(STEMLOOP_MODELS "/premirna", model, fs::copy_options::recursive);
  Outcome r = shell(classify + " --format text");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr(kDescription), HasSubstr("so the tree says pre-miRNA: ")));
  r = shell("stemloop model info " + model);
  EXPECT_THAT(r.out, HasSubstr("tree, the network's own description"));

  fs::resize_file(model + "/tree/tree.json", 1000);
  r = shell(classify + " --format text");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("tree/tree.json"));
  EXPECT_EQ(shell("stemloop model verify " + model).code, 1);
  EXPECT_EQ(shell(classify).code, 0) << "the table does not need it";

  fs::remove_all(model + "/tree");
  r = shell(classify + " --format text");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, ::testing::Not(HasSubstr(kDescription)));
  r = shell("stemloop model info " + model + " --plot " + folder.path("tree.svg"));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("--plot draws a tree; this model has none"));
}

}  // namespace
}  // namespace stemloop
