// Figures that are not of what was learned: synthetic records beside their parents, augmentation inside the folds,
// records a model was trained on. As a user meets them.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "shell.h"
#include "util/util.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using testing::content;
using ::testing::HasSubstr;
using testing::kExampleHairpins;
using testing::kExampleMirtrons;
using ::testing::Not;
using testing::Outcome;
using testing::shell;
using testing::TemporaryFile;

// A hairpin of 60 letters, mirtrons with GU and AG at its base.
std::string hairpin(int label, std::uint64_t i) {
  const std::string arm = testing::random_sequence(24, 0.5, 21, i);
  std::string other(arm.rbegin(), arm.rend());
  for (char& letter : other) letter = letter == 'A' ? 'U' : letter == 'U' ? 'A' : letter == 'G' ? 'C' : 'G';
  return label == 1 ? "GUGAGU" + arm + "GAAUUCAUCGAC" + other + "UUUCCUUCUCUCCAG" : arm + "GAAUUCAUCGAC" + other;
}

// Mirtrons m0 .. , canonical c0 .. ; `children` copies of mirtrons with two letters changed, which name them.
std::string table(int mirtrons, int canonical, int children, bool named = true) {
  std::string text = "id\tsequence\tmirtron\tparents\n";
  for (int i = 0; i < mirtrons; ++i)
    text += fmt::format("m{}\t{}\t1\t\n", i, hairpin(1, static_cast<std::uint64_t>(i)));
  for (int i = 0; i < canonical; ++i)
    text += fmt::format("c{}\t{}\t0\t\n", i, hairpin(0, 1000 + static_cast<std::uint64_t>(i)));
  for (int k = 0; k < children; ++k) {
    std::string sequence = hairpin(1, static_cast<std::uint64_t>(k % mirtrons));
    for (const std::size_t at : {30U, 40U}) sequence[at] = sequence[at] == 'A' ? 'C' : 'A';
    text += fmt::format("child{}\t{}\t1\t{}\n", k, sequence,
                        named ? fmt::format("m{},m{}", k % mirtrons, k % mirtrons) : "");
  }
  return text;
}

Outcome train(const std::string& model, const std::string& tsv, const std::string& more) {
  return shell(fmt::format(
      "stemloop model train {} --family mirtron --tsv {} --label-column mirtron -t 1 --rounds 8 --boost-depth "
      "3 --repeats 1 {}",
      model, tsv, more));
}

// Children of test-fold parents must not be learned from: what is said of every real record out of fold is as if they
// were not there, but for folds that hold none of their parents.
TEST(Lineage, ChildrenAreNeverTestedAndNotLearnedBesideTheirParents) {
  const testing::TemporaryFolder folder;
  const TemporaryFile with(table(24, 30, 12), "with.tsv");
  const Outcome r = train(folder.path("model"), with.path(), "--calls " + folder.path("calls.tsv"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("12 of 66 records are synthetic (they name parents)"));
  const std::string calls = content(folder.path("calls.tsv"));
  EXPECT_THAT(calls, AllOf(HasSubstr("\nm3\t"), HasSubstr("\nc3\t"), Not(HasSubstr("child"))));
  // Where the parents are not in the table nobody can tell a fold they may be learned in.
  std::string orphans = table(24, 30, 0);
  orphans += fmt::format("child0\t{}\t1\tx1,x2\n", hairpin(1, 5000));
  const TemporaryFile other(orphans, "orphans.tsv");
  EXPECT_THAT(train(folder.path("other"), other.path(), "").err,
              HasSubstr("1 name parents that are not here and are left out of all folds"));
}

// Without names it is the near-duplicate search that keeps them together, and says so.
TEST(Lineage, ChildrenWithoutNamesStandInTheFoldOfTheirLikes) {
  const testing::TemporaryFolder folder;
  const TemporaryFile unnamed(table(24, 30, 12, false), "unnamed.tsv");
  const Outcome r = train(folder.path("model"), unnamed.path(), "");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err,
              HasSubstr("66 different sequences fall into 54 groups of near-duplicates; a group stands in one fold"));
}

TEST(Augmentation, FiguresStandWithAndWithout) {
  const testing::TemporaryFolder folder;
  const TemporaryFile tsv(table(20, 30, 0), "few.tsv");
  const Outcome r = train(folder.path("model"), tsv.path(), "--augment smote-aligned");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, AllOf(HasSubstr("as given, out of fold"), HasSubstr("as given, not augmented, out of fold")));
  const Outcome info = shell("stemloop model info " + folder.path("model"));
  EXPECT_THAT(info.out, AllOf(HasSubstr("mcc\tas given\t"), HasSubstr("mcc\tas given, not augmented\t")));
  // What is said without is what a model says that was never augmented.
  const Outcome plain = train(folder.path("plain"), tsv.path(), "");
  ASSERT_EQ(plain.code, 0) << plain.err;
  const auto figure = [](const std::string& text, const std::string& name) {
    const std::size_t at = text.find(name);
    return at == std::string::npos
               ? "none"
               : text.substr(at + name.size(), text.find('\t', at + name.size()) - at - name.size());
  };
  const Outcome of_plain = shell("stemloop model info " + folder.path("plain"));
  for (const std::string name : {"auroc", "mcc", "accuracy", "ece"})
    EXPECT_EQ(figure(info.out, name + "\tas given, not augmented\t"), figure(of_plain.out, name + "\tas given\t"))
        << name;
}

TEST(Augmentation, OtherFamiliesSayWhyTheyTakeNone) {
  const testing::TemporaryFolder folder;
  const TemporaryFile tsv(table(20, 30, 0), "few.tsv");
  const auto why = [&](const std::string& family) {
    const Outcome r = shell("stemloop model train " + folder.path("model") + " --tsv " + tsv.path() +
                            " --augment smote-aligned --family " + family);
    EXPECT_EQ(r.code, 1) << family;
    EXPECT_FALSE(std::filesystem::exists(folder.path("model"))) << family;
    return r.err;
  };
  EXPECT_THAT(why("precursor"),
              HasSubstr("synthetic sequences have neither known cut sites nor flanks; --family mirtron takes it"));
  EXPECT_THAT(why("premirna"), HasSubstr("has no folds in which figures with and without could be told"));
}

TEST(Augmentation, WhatCannotBeIsSaid) {
  const testing::TemporaryFolder folder;
  const auto why = [&](const std::string& text, const std::string& augment) {
    const TemporaryFile tsv(text, "a.tsv");
    const Outcome r = train(folder.path("model"), tsv.path(), "--augment " + augment);
    EXPECT_EQ(r.code, 1) << augment;
    EXPECT_FALSE(std::filesystem::exists(folder.path("model"))) << augment;
    return r.err;
  };
  // Twelve mirtrons alike and two others: the fold that tests the twelve learns from two, fewer than SMOTE's
  // neighbours.
  std::string alike = table(2, 30, 0);
  for (std::size_t k = 0; k < 12; ++k) {
    std::string sequence = hairpin(1, 77);
    sequence[10 + 3 * k] = sequence[10 + 3 * k] == 'A' ? 'C' : 'A';
    alike += fmt::format("alike{}\t{}\t1\t\n", k, sequence);
  }
  EXPECT_THAT(why(alike, "smote-aligned"), HasSubstr("k = 5 neighbours: 2 sequences have at most 1 each"));
  EXPECT_THAT(why(table(20, 30, 0), "smote-aligned:0"), HasSubstr("0 is no number of sequences"));
  EXPECT_THAT(why(table(20, 30, 0), "nobody"), HasSubstr("nobody"));
  EXPECT_THAT(why(table(20, 30, 0), "premirna"), HasSubstr("is no generator of sequences"));
}

TEST(Leakage, ChildrenAcrossASplitAreFound) {
  std::string text = "id\tsequence\tlabel\tpart\tparents\n";
  text += fmt::format("a\t{}\t1\ttrain\t\nb\t{}\t1\ttest\t\n", hairpin(1, 1), hairpin(1, 2));
  text += fmt::format("made\t{}\t1\ttest\ta,b\n", hairpin(1, 3));
  const Outcome r = shell("stemloop leakage - --split part", text);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("1 records are synthetic: they name parents"));
  EXPECT_THAT(r.out, AllOf(HasSubstr("child\ttest\ttest\t1\t"), HasSubstr("child\ttest\ttrain\t1\t")));
}

TEST(EvaluateClassifier, TellsWhatWasTrainedOnOrNear) {
  // The shipped models know their training records; others are told.
  const Outcome mirtron =
      shell(fmt::format("stemloop evaluate classifier --model mirtron --positives {} --negatives {} -t 1",
                        kExampleMirtrons, kExampleHairpins));
  EXPECT_EQ(mirtron.code, 0) << mirtron.err;
  EXPECT_THAT(mirtron.err, HasSubstr("records are among those the model was trained on, "));
  const std::string premirna =
      fmt::format("stemloop evaluate classifier --model premirna --positives {} --negatives {} -t 1 ", kExampleHairpins,
                  STEMLOOP_EXAMPLES "/others.fa");
  const Outcome kept_words = shell(premirna);
  EXPECT_THAT(kept_words.err, HasSubstr("are among those the model was trained on or nearly alike one of them"));
  EXPECT_THAT(kept_words.out, HasSubstr("\ntrained on or near\t"));
  const Outcome untold =
      shell(fmt::format("stemloop evaluate classifier --model \"{}/premirna/tree\" --positives {} --negatives {} -t 1",
                        STEMLOOP_MODELS, kExampleHairpins, STEMLOOP_EXAMPLES "/others.fa"));
  EXPECT_THAT(untold.err, HasSubstr("this model does not keep what it was trained on"));
  // Half of the positives, one letter of each changed, and as many that are none of them.
  std::string trained = "name\tsequence\n";
  std::istringstream in(content(kExampleHairpins));
  int number = 0, kept = 0;
  for (std::string line; std::getline(in, line);) {
    if (line[0] == '>' || number++ % 2 == 1) continue;
    line[line.size() / 2] = line[line.size() / 2] == 'A' ? 'C' : 'A';
    trained +=
        fmt::format("r\t{}\nx\t{}\n", line, testing::random_sequence(80, 0.5, 4, static_cast<std::uint64_t>(number)));
    ++kept;
  }
  const TemporaryFile file(trained, "trained.tsv");
  const Outcome told = shell(premirna + "--trained-on " + file.path());
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.err, HasSubstr(fmt::format("{} of ", kept)));
  EXPECT_THAT(told.err, HasSubstr("are among those the model was trained on or nearly alike one of them"));
  EXPECT_THAT(told.out, AllOf(HasSubstr("\ntrained on or near\t"), HasSubstr("\nnew\t")));
}

TEST(EvaluateClassifier, SyntheticRecordsAreToldApart) {
  const TemporaryFile tsv(table(6, 6, 4), "synthetic.tsv");
  const Outcome r =
      shell("stemloop evaluate classifier --model mirtron --label-column mirtron -t 1 --tsv " + tsv.path());
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("4 of 16 records are synthetic (they name parents)"));
  EXPECT_THAT(r.out, AllOf(HasSubstr("\nsynthetic\t4\t0\t"), HasSubstr("\nreal\t6\t6\t")));
}

}  // namespace
}  // namespace stemloop
