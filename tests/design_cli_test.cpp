// stemloop design as a user runs it: what is asked for, what cannot be, messages and exit codes.
#include <gmock/gmock.h>

#include <algorithm>

#include "shell.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using testing::content;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Outcome;
using testing::shell;
using testing::TemporaryFile;
using testing::TemporaryFolder;

const std::string kModel = " --natural " STEMLOOP_MODELS "/natural-precursors/model.json ";
const std::string kStem = "'(((((((((((((....)))))))))))))'";

Outcome design(const std::string& options) { return shell("stemloop design" + kModel + options); }

TEST(DesignCli, DesignsRefoldAsAskedWhateverTheThreads) {
  const Outcome one = design("--structure " + kStem + " -n 6 -t 1");
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.err, HasSubstr("6 designs of 6 asked for; median probability"));
  const Outcome two = design("--structure " + kStem + " -n 6 -t 3");
  EXPECT_EQ(one.out, two.out);
  const TemporaryFile made(one.out);
  const Outcome folded = shell("stemloop fold -q -f tsv " + made.path());
  int same = 0;
  for (std::size_t at = 0; (at = folded.out.find("\t(((((((((((((....)))))))))))))\t", at)) != std::string::npos; ++at)
    ++same;
  EXPECT_EQ(same, 6) << folded.out;
}

TEST(DesignCli, WhatIsAskedForHolds) {
  const Outcome r =
      design("--structure " + kStem +
             " --flanks 2,3 --length 35 --gc 0.4,0.6 --ends GU..AG --avoid UUU --hold GAUC --mature UGAGG@5 -n 3");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("GAUC"), Not(HasSubstr("UUU")), HasSubstr("..(((((((((((((....)))))))))))))...")));
  std::istringstream lines(r.out);
  int seen = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line[0] == '>' || line[0] == '.') continue;
    EXPECT_EQ(line.substr(0, 2) + line.substr(4, 5) + line.substr(33), "GUUGAGGAG");
    ++seen;
  }
  EXPECT_EQ(seen, 3);
}

TEST(DesignCli, WhatCannotBeIsListedWithTheReason) {
  const auto why = [](const std::string& options) {
    const Outcome r = design(options);
    EXPECT_EQ(r.code, 3) << options;
    EXPECT_EQ(r.out, "") << options;
    return r.err;
  };
  EXPECT_THAT(why("--structure '((((....)))'"), HasSubstr("bracket"));
  EXPECT_THAT(why("--structure '(((...)))(((...)))'"), HasSubstr("2 hairpin loops"));
  EXPECT_THAT(why("--structure '((((..))))'"), HasSubstr("has 2 bases; RNA forms none of fewer than 3"));
  EXPECT_THAT(why("--structure '((((....))))' --letters ANNNNNNNNNNA"), HasSubstr("positions 1 and 12 are to pair"));
  EXPECT_THAT(why("--structure '((((....))))' --length 20"), HasSubstr("--length 20: the structure has 12 positions"));
  EXPECT_THAT(why("--structure '((((....))))' --letters NNNNAAAANNNN --avoid AAAA"),
              HasSubstr("the motif AAAA is to be avoided, but the letters asked for spell it at 5"));
  EXPECT_THAT(why("--structure '((((....))))' --hold AAAAAAAAA"), HasSubstr("can stand nowhere"));
  EXPECT_THAT(why("--structure '((((....))))' --gc 0.9,1 --letters NNNNAAAANNNN"), HasSubstr("allow 0.000 to 0.667"));
  EXPECT_THAT(why("--structure '......(.........((((.....)))).........)......................' --attempts 3"),
              HasSubstr("cannot be: the base pair 7-39 between the loops beside it: for all letters"));
}

TEST(DesignCli, WrongRunsAreRefused) {
  const auto why = [](const std::string& options) {
    const Outcome r = design(options);
    EXPECT_EQ(r.code, 1) << options;
    return r.err;
  };
  EXPECT_THAT(why(""), HasSubstr("what is to be designed?"));
  EXPECT_THAT(why("--guide " + std::string(30, 'A')), HasSubstr("the guide has 30 letters, the 3' arm of mir-30a 22"));
  EXPECT_THAT(why("--guide UAGCUUAUCAGACUGAUGUUGA --backbone mir-7"), HasSubstr("'mir-7' is no backbone known here"));
  EXPECT_THAT(why("--structure " + kStem + " --gc 0.6"), HasSubstr("give two values"));
  EXPECT_THAT(why("--structure " + kStem + " --hold GAXC"), HasSubstr("'X' at position 3 is no IUPAC letter"));
  EXPECT_THAT(why("--structures /nowhere/at.all"), HasSubstr("/nowhere/at.all"));
  EXPECT_EQ(design("--structure " + kStem + " -n 0").code, 2);
  EXPECT_EQ(design("--structure " + kStem + " --time-limit 0").code, 2);
}

// A structure of mir-30a's length whose first letters found are not called so.
const std::string kArms = "'((((((((((((((((((((((((......))))))))))))))))))))))))'";

std::vector<std::string> classes_in(const std::string& fasta) {
  std::vector<std::string> classes;
  std::istringstream lines(fasta);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find(" class=");
    if (line[0] == '>' && at != std::string::npos)
      classes.push_back(line.substr(at + 7, line.find(' ', at + 7) - at - 7));
  }
  return classes;
}

TEST(DesignCli, AClassAskedForIsObeyed) {
  const Outcome obeyed = design("--structure " + kArms + " -n 12 -t 1");
  EXPECT_EQ(obeyed.code, 0) << obeyed.err;
  EXPECT_EQ(classes_in(obeyed.out), std::vector<std::string>(12, "pre-miRNA"));
  EXPECT_THAT(obeyed.err, Not(HasSubstr("are not called")));
  EXPECT_EQ(design("--structure " + kArms + " -n 12 -t 3").out, obeyed.out);
  // `classify` says the same of them.
  const TemporaryFile made(obeyed.out);
  const Outcome calls = shell("stemloop classify -q --model " STEMLOOP_MODELS "/premirna " + made.path());
  EXPECT_EQ(std::count(calls.out.begin(), calls.out.end(), '\n'), 13) << calls.err;
  EXPECT_THAT(calls.out, Not(HasSubstr("\tother\t")));
}

TEST(DesignCli, AClassThatIsNotReachedIsTold) {
  const TemporaryFolder folder;
  const Outcome r = design("--structure " + kStem + " -n 2 --table " + folder.path("t.tsv"));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(classes_in(r.out), std::vector<std::string>(2, "no_hairpin"));
  EXPECT_THAT(r.err,
              AllOf(HasSubstr("2 of them are not called pre-miRNA by"), HasSubstr("--class any asks for no class")));
  EXPECT_THAT(content(folder.path("t.tsv")),
              AllOf(HasSubstr("\tclass\tclass_probability\tjudged\n"), HasSubstr("\tno hairpin\t0.0000\t")));
}

TEST(DesignCli, NoClassIsAskedForIfNoneIsWanted) {
  const Outcome r = design("--structure " + kStem + " -n 2 --class any");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, Not(HasSubstr("class")));
  EXPECT_THAT(r.err, Not(HasSubstr("called")));
}

TEST(DesignCli, AClassNoModelKnowsIsRefused) {
  EXPECT_EQ(design("--structure " + kStem + " --class virus").code, 2);
  const auto why = [](const std::string& options) {
    const Outcome r = design("--structure " + kStem + " " + options);
    EXPECT_EQ(r.code, 1) << options;
    EXPECT_EQ(r.out, "") << options;
    return r.err;
  };
  EXPECT_THAT(why("--class any --judge premirna"),
              HasSubstr("--judge premirna: --class any asks for no class to judge"));
  EXPECT_THAT(why("--judge " STEMLOOP_MODELS "/mirtron"), HasSubstr("knows no class pre-miRNA"));
  EXPECT_THAT(why("--class mirtron --judge " STEMLOOP_MODELS "/premirna"), HasSubstr("knows no class mirtron"));
  EXPECT_THAT(why("--judge " STEMLOOP_MODELS "/natural-precursors"), HasSubstr("no classifier"));
  EXPECT_THAT(why("--judge /nowhere/at/all"), HasSubstr("/nowhere/at/all"));
}

TEST(DesignCli, AGoodStructureBesideABadOneIsDesigned) {
  const TemporaryFile file(">good\n((((((((....))))))))\n>bad\n((((....)))\n", "structures.txt");
  const Outcome r = design("--structures " + file.path());
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.out, HasSubstr(">design_1 asked=good"));
  EXPECT_THAT(r.err, AllOf(HasSubstr("structures.txt:4: 'bad'"), HasSubstr("1 designs of 2 asked for")));
}

TEST(DesignCli, NoSequenceTwiceAndNoneThatIsKnown) {
  // Three pairs and a fixed loop: few sequences fold so.
  const std::string few = "--structure '((((....))))' --letters GGGNGAAANCCC --probability 0 ";
  const Outcome first = design(few + "-n 1");
  ASSERT_EQ(first.code, 0) << first.err;
  const TemporaryFile known(first.out);
  const Outcome r = design(few + "-n 8 --unique --novel-against " + known.path());
  std::set<std::string> seen;
  std::istringstream lines(r.out);
  for (std::string line; std::getline(lines, line);) {
    if (line[0] == 'G') {
      EXPECT_TRUE(seen.insert(line).second) << line;
    }
  }
  EXPECT_GE(seen.size(), 2U);
  for (const std::string& sequence : seen) EXPECT_THAT(first.out, Not(HasSubstr(sequence)));
  EXPECT_THAT(r.err, HasSubstr("every sequence found is known or was designed before"));
  EXPECT_EQ(r.code, 3);
}

TEST(DesignCli, AGuideStandsInItsBackbone) {
  const Outcome r = design("--guide UAGCUUAUCAGACUGAUGUUGA --backbone MI0000088");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("backbone=MI0000088 guide=47-68 passenger=6-27"),
                           HasSubstr("UAGCUUAUCAGACUGAUGUUGA"), HasSubstr("CUGUGAAGCCACAGAUGGG")));
}

TEST(DesignCli, AModelFittedIsUsed) {
  const TemporaryFolder folder;
  const std::string model = folder.path("model.json");
  const Outcome fit = shell("stemloop design --fit " STEMLOOP_EXAMPLES "/hairpins.fa --chains 2 -o " + model);
  EXPECT_EQ(fit.code, 0) << fit.err;
  EXPECT_EQ(shell("stemloop design --structure " + kStem + " --natural " + model).code, 0);
}

}  // namespace
}  // namespace stemloop
