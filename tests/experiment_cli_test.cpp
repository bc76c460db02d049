// experiment as a user runs it, without networks: what is done, what is gone on with, what is refused.
#include <gmock/gmock.h>

#include "shell.h"
#include "util/util.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using testing::content;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using testing::Outcome;
using testing::shell;
namespace fs = std::filesystem;

class Experiment : public ::testing::Test {
 protected:
  // Made-up mirtrons end with a pyrimidine tract and AG.
  std::string table(std::uint64_t mirtrons, std::uint64_t canonical) {
    std::string text = "id\tsequence\tmirtron\n";
    for (std::uint64_t i = 0; i < mirtrons + canonical; ++i) {
      const std::string random = testing::random_sequence(60, 0.5, 11, i);
      text +=
          i < mirtrons ? fmt::format("m{}\tGU{}CUUCUCUCAG\t1\n", i, random) : fmt::format("c{}\t{}\t0\n", i, random);
    }
    const std::string path = folder_.path(fmt::format("{}_{}.tsv", mirtrons, canonical));
    write_bytes(path, text);
    return path;
  }
  [[nodiscard]] std::string run() const { return folder_.path("run"); }
  [[nodiscard]] std::string experiment(const std::string& tsv, const std::string& more) const {
    return fmt::format("stemloop experiment mirtron -t 1 --tsv {} --run {} --ends all {}", tsv, run(), more);
  }
  static std::vector<std::string> names_of_cells(const std::string& text) {
    std::vector<std::string> names;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      const auto f = split_fields(line, '\t');
      names.push_back(fmt::format("{} {} {}", f[1], f[3], f[4]));
    }
    return names;
  }
  testing::TemporaryFolder folder_;
};

TEST_F(Experiment, CellsAreDoneOnceAndGoneOnWith) {
  const std::string tsv = table(12, 16);
  const Outcome first = shell(experiment(tsv, "--folds 2 --arms real --classifiers logistic,ends-ag"));
  ASSERT_EQ(first.code, 0) << first.err;
  const std::string cells = content(run() + "/cells.tsv");
  EXPECT_THAT(names_of_cells(cells), ElementsAre("fold arm classifier", "1 real ends-ag", "1 real logistic",
                                                 "2 real ends-ag", "2 real logistic"));
  for (const char* summary : {"tsv", "json", "md", "svg"}) EXPECT_TRUE(fs::exists(run() + "/summary." + summary));
  // Half of the records of either class are tested; every mirtron ends in AG, few of the others do.
  EXPECT_THAT(cells, HasSubstr("1\t1\tall\treal\tends-ag\tfold\t6\t0\t8\t"));

  const Outcome again = shell(experiment(tsv, "--folds 2 --arms real,smote-aligned --classifiers logistic,ends-ag"));
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("4 cells are there"));
  EXPECT_THAT(names_of_cells(content(run() + "/cells.tsv")),
              ElementsAre("fold arm classifier", "1 real ends-ag", "1 real logistic", "1 smote-aligned logistic",
                          "2 real ends-ag", "2 real logistic", "2 smote-aligned logistic"));
  EXPECT_THAT(content(run() + "/cells.tsv"), HasSubstr("1\t1\tall\tsmote-aligned\tlogistic\tfold\t6\t2\t8\t"));
}

// A folder that holds another experiment is told before the neural library is opened, and where the library cannot be
// opened no folder is begun.
TEST_F(Experiment, TheFolderIsCheckedBeforeTheLibraryIsOpened) {
  const std::string tsv = table(12, 16), without = "STEMLOOP_NEURAL=/nowhere ";
  const Outcome none = shell(without + experiment(tsv, "--folds 2 --arms real --classifiers cnn-zheng"));
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("/nowhere"));
  EXPECT_FALSE(fs::exists(run()));

  ASSERT_EQ(shell(experiment(tsv, "--folds 2 --arms real --classifiers ends-ag")).code, 0);
  const std::string before = content(run() + "/cells.tsv");
  const Outcome other = shell(without + experiment(tsv, "--folds 3 --arms real --classifiers cnn-zheng"));
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("this experiment began with folds 2, not 3"));
  const Outcome data = shell(without + experiment(table(13, 16), "--folds 2 --arms real --classifiers cnn-zheng"));
  EXPECT_EQ(data.code, 1);
  EXPECT_THAT(data.err, HasSubstr("this experiment began with other data"));
  EXPECT_EQ(content(run() + "/cells.tsv"), before);

  fs::remove(run() + "/run.json");
  const Outcome foreign = shell(experiment(tsv, "--folds 2 --arms real --classifiers ends-ag"));
  EXPECT_EQ(foreign.code, 1);
  EXPECT_THAT(foreign.err, HasSubstr("is not empty and no experiment"));
}

// The curve over the number of real mirtrons: class weights and a moved threshold add no sequence; a second test set is
// judged by the same classifiers, without what they learned from.
TEST_F(Experiment, TheCurveHasRivalsAndABlindTest) {
  const std::string tsv = table(12, 30);
  std::string blind = content(tsv);  // all of the first set, and others
  for (std::uint64_t i = 0; i < 12; ++i)
    blind +=
        fmt::format("b{}\t{}{}\t{}\n", i, i < 4 ? "GU" : "", testing::random_sequence(64, 0.5, 12, i), i < 4 ? 1 : 0);
  const testing::TemporaryFile second(blind, "blind.tsv");
  const std::string command = experiment(tsv,
                                         "--folds 2 --real 3,6 --arms real,weighted,threshold,oversample --classifiers "
                                         "logistic,forest --blind " +
                                             second.path());
  const Outcome r = shell(command);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("42 records are nearly alike one that is learned from and are left out"));
  const std::string cells = content(run() + "/cells.tsv");
  for (const char* line : {"\treal@3\tlogistic\tfold\t3\t0\t15\t", "\tweighted@6\tforest\tblind\t6\t0\t15\t",
                           "\tthreshold@3\tforest\tfold\t3\t0\t15\t", "\toversample@3\tlogistic\tblind\t3\t12\t15\t"})
    EXPECT_THAT(cells, HasSubstr(line));
  EXPECT_EQ(std::count(cells.begin(), cells.end(), '\n'), 1 + 2 * 2 * 4 * 2 * 2);
  for (const char* file : {"curve.tsv", "curve.svg", "curve-auroc.svg", "curve-blind.svg"})
    EXPECT_TRUE(fs::exists(run() + "/" + file)) << file;
  // A threshold that moves changes calls, never the order of the records.
  std::map<std::string, std::string> auroc;
  std::istringstream lines(content(run() + "/curve.tsv"));
  for (std::string line; std::getline(lines, line);) {
    const auto f = split_fields(line, '\t');
    auroc[std::string(f[0]) + std::string(f[2]) + std::string(f[3]) + std::string(f[4])] = f[12];
    if (f[0] == "test") continue;
    for (const auto& [column, least] :
         {std::pair{6, -1.0}, std::pair{12, 0.0}}) {  // mean, low, high; empty: not defined
      for (int k = column; k < column + 3; ++k) {
        const std::string_view value = f[static_cast<std::size_t>(k)];
        if (value.empty()) continue;
        EXPECT_THAT(parse_number(value, "curve.tsv"), AllOf(Ge(least), Le(1.0))) << line;
      }
    }
  }
  for (const std::string where : {"foldlogistic", "foldforest", "blindlogistic"})
    EXPECT_EQ(auroc.at(where + "real3"), auroc.at(where + "threshold3"));

  // Gone on with after half of its cells, and when nothing is missing.
  std::size_t half = cells.size() / 2;
  half = cells.find('\n', half) + 1;
  for (const std::size_t kept : {half, cells.size()}) {
    write_bytes(run() + "/cells.tsv", cells.substr(0, kept));
    const Outcome again = shell(command);
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(content(run() + "/cells.tsv"), cells);
  }
}

TEST_F(Experiment, WhatACurveCannotBeMadeOfIsSaid) {
  const std::string tsv = table(12, 16);
  const Outcome more = shell(experiment(tsv, "--folds 2 --real 3,9 --arms real --classifiers logistic"));
  EXPECT_EQ(more.code, 1);
  EXPECT_THAT(more.err, HasSubstr("--real 9: fold 1 of repeat 1 leaves 6 real mirtrons to learn from"));
  const Outcome alone = shell(experiment(tsv, "--folds 2 --arms real --classifiers logistic --blind " + tsv));
  EXPECT_EQ(alone.code, 1);
  EXPECT_THAT(alone.err, HasSubstr("--blind is for the curve: give --real too"));
  const Outcome same = shell(experiment(tsv, "--folds 2 --real 3 --arms real --classifiers logistic --blind " + tsv));
  EXPECT_EQ(same.code, 1);
  EXPECT_THAT(same.err, HasSubstr("0 mirtrons of 0 records: a test needs both classes"));
  EXPECT_FALSE(fs::exists(run()));
}

// With one class to validate on a CNN would keep its first epoch.
TEST_F(Experiment, CnnsNeedBothClassesToValidateOn) {
  const Outcome few =
      shell("STEMLOOP_NEURAL=/nowhere " + experiment(table(2, 4), "--folds 2 --arms real --classifiers cnn-zheng"));
  EXPECT_EQ(few.code, 1);
  EXPECT_THAT(few.err, HasSubstr("leaves one class only to validate on"));
  EXPECT_FALSE(fs::exists(run()));
  // Of more there is one of either class in every tenth, however small it is: on to the library.
  const Outcome enough = shell("STEMLOOP_NEURAL=/nowhere " +
                               experiment(table(4, 5), "--folds 2 --repeats 20 --arms real --classifiers cnn-zheng"));
  EXPECT_THAT(enough.err, HasSubstr("/nowhere"));
  EXPECT_EQ(shell(experiment(table(2, 4), "--folds 2 --arms real --classifiers ends-ag")).code, 0);
}

}  // namespace
}  // namespace stemloop
