// stemloop scan as a user runs it: kills, bad input, transcripts, introns of an annotation.
#include <gmock/gmock.h>

#include <csignal>
#include <set>

#include "sanitized.h"
#include "shell.h"
#include "support.h"
#include "util/random.h"

namespace stemloop {
namespace {

using testing::content;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::random_sequence;
using testing::shell;
using testing::TemporaryFile;
using testing::TemporaryFolder;

const std::string kLet7 = "UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA";
const std::string kQuick = " -m shape --decoy-share 0 --min-probability 0.9 -q ";

std::string reversed(std::string s) {
  std::reverse(s.begin(), s.end());
  for (char& c : s) c = c == 'A' ? 'U' : c == 'C' ? 'G' : c == 'G' ? 'C' : 'A';
  return s;
}

std::vector<std::vector<std::string>> rows_of(const std::string& tsv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(tsv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> row(1);
    for (const char c : line) c == '\t' ? (void)row.emplace_back() : row.back().push_back(c);
    rows.push_back(row);
  }
  if (!rows.empty()) rows.erase(rows.begin());
  return rows;
}

void expect_refusal(const std::string& line, const std::string& words) {
  const Outcome r = shell(line);
  EXPECT_NE(r.code, 0) << line;
  EXPECT_LT(r.code, 128) << line;
  EXPECT_THAT(r.err, HasSubstr(words)) << line;
  EXPECT_EQ(r.out, "") << line;
}

TEST(ScanProgram, KilledAtAnyMomentItGoesOn) {
  std::string letters = random_sequence(testing::kSanitized ? 40'000 : 400'000, 0.45, 51, 0);
  const std::size_t apart = letters.size() / 17;
  for (std::size_t at = 300; at + 100 < letters.size(); at += apart) letters.replace(at, kLet7.size(), kLet7);
  const TemporaryFile genome(">c\n" + letters + "\n", "g.fa");
  const TemporaryFolder folder;
  const std::string whole = folder.path("whole.tsv"), out = folder.path("out.tsv");
  ASSERT_EQ(shell("stemloop scan " + genome.path() + kQuick + "-t 2 -o " + whole).code, 0);
  ASSERT_GT(rows_of(content(whole)).size(), 10U);
  for (int item = 0; item < 6; ++item) {
    Random random(52, static_cast<std::uint64_t>(item));
    const std::string seconds = fmt::format("{:.3f}", 0.02 + 1.5 * random.uniform());
    std::filesystem::remove(out);
    // The program itself, not the function that shell() makes of it: that one's process would be killed instead.
    const Outcome killed = shell(fmt::format("\"{}\" scan {} {} -t 2 --resume -o {} & sleep {}; kill -9 $!; wait $!",
                                             STEMLOOP_PROGRAM, genome.path(), kQuick, out, seconds));
    EXPECT_TRUE(killed.code == 0 || killed.code == 137 || killed.code == 1) << killed.code;
    if (killed.code == 137) {
      EXPECT_FALSE(std::filesystem::exists(out)) << "half a table after " << seconds << " s";
    }
    if (!std::filesystem::exists(out)) {
      ASSERT_EQ(shell(fmt::format("stemloop scan {} {} -t 1 --resume -o {}", genome.path(), kQuick, out)).code, 0);
    }
    ASSERT_EQ(content(out), content(whole)) << "killed after " << seconds << " s";
  }
}

TEST(ScanProgram, AFullDiskLeavesNoHalfTable) {
  const TemporaryFile genome(">c\n" + random_sequence(100'000, 0.45, 53, 0) + "\n", "g.fa");
  const TemporaryFolder folder;
  const std::string out = folder.path("out.tsv"),
                    run = "stemloop scan " + genome.path() + " -m shape --decoy-share 0 -q -o " + out;
  for (const char* fault : {"write:1", "write:2", "write:3", "fsync:1"}) {
    const Outcome r = shell(fmt::format("STEMLOOP_FAULT={} {}", fault, run));
    if (r.code == 0) continue;  // this run writes less often
    EXPECT_THAT(r.err, HasSubstr("cannot be written")) << fault;
    EXPECT_FALSE(std::filesystem::exists(out)) << fault;
  }
  EXPECT_EQ(shell(run + " --resume").code, 0);
  EXPECT_TRUE(std::filesystem::exists(out));
}

TEST(ScanProgram, WhatCannotBeIsRefused) {
  const TemporaryFile genome(">a\n" + random_sequence(500, 0.5, 54, 0) + "\n", "g.fa");
  const TemporaryFolder folder;
  const std::string run = "stemloop scan " + genome.path() + kQuick;
  for (const char* chunk : {"0/3", "4/3", "1/0", "-1/3"}) {
    expect_refusal(run + "-o " + folder.path("p") + " --chunk " + chunk, "chunk");
  }
  expect_refusal(run + "-o " + folder.path("p") + " --chunk 1", "is K/N, as 2/16");
  expect_refusal(run + "--chunk 1/2", "need a file to write to");
  expect_refusal(run + "--region b", "no contig 'b'");
  expect_refusal("stemloop scan " + folder.path("none.fa") + kQuick, "none.fa");
  expect_refusal("stemloop scan " + TemporaryFile("", "e.fa").path() + kQuick, "e.fa");
  expect_refusal("stemloop scan merge " + genome.path() + " -o " + folder.path("m"), "is no part of a scan");
  const TemporaryFile twice(">a\nACGU\n>a\nACGU\n", "t.fa");
  expect_refusal("stemloop scan " + twice.path() + kQuick, "contig 'a' is there twice");
  EXPECT_FALSE(std::filesystem::exists(folder.path("p")));
}

TEST(ScanProgram, TranscriptsHaveOneStrandAndTheirOwnCoordinates) {
  const std::string flank = random_sequence(200, 0.5, 55, 0);
  const TemporaryFile records(">tx1\n" + flank + kLet7 + flank + "\n>tx2\n" + flank + reversed(kLet7) + flank + "\n",
                              "t.fa");
  const Outcome both = shell("stemloop scan " + records.path() + kQuick);
  const Outcome one = shell("stemloop scan --transcripts " + records.path() + kQuick);
  ASSERT_EQ(one.code, 0) << one.err;
  bool found = false;
  for (const auto& row : rows_of(one.out)) {
    EXPECT_EQ(row[3], "+");
    EXPECT_EQ(row[14], "") << "antisense in a transcript";
    const int start = std::stoi(row[1]), end = std::stoi(row[2]);
    found = found || (row[0] == "tx1" && start > 190 && end <= 290);
  }
  EXPECT_TRUE(found);
  std::size_t forward = 0;
  for (const auto& row : rows_of(both.out)) forward += row[3] == "+" ? 1 : 0;
  EXPECT_EQ(rows_of(one.out).size(), forward);
  EXPECT_GT(rows_of(both.out).size(), forward);
}

// Shipped mirtrons and random introns with splice sites, planted in two contigs on both strands.
class ScanIntrons : public ::testing::Test {
 protected:
  void SetUp() override {
    std::istringstream in(content(STEMLOOP_EXAMPLES "/mirtrons.fa"));
    std::vector<std::string> mirtrons;
    for (std::string line; std::getline(in, line);) {
      if (line[0] != '>') mirtrons.push_back(line);
    }
    std::string contigs[2];
    for (std::size_t k = 0; k < 40; ++k) {
      const bool real = k < mirtrons.size();
      const std::string intron =
          real ? mirtrons[k] : "GUAAGU" + random_sequence(70 + static_cast<int>(k), 0.45, 56, k) + "UUUUUCAG";
      std::string& contig = contigs[k % 2];
      contig += random_sequence(150, 0.5, 57, k);
      const std::size_t begin = contig.size();
      const bool reverse = k % 4 >= 2;
      contig += reverse ? reversed(intron) : intron;
      const std::string name = k % 2 == 0 ? "one" : "two";
      bed_ += fmt::format("{}\t{}\t{}\ti{}\t0\t{}\n", name, begin, contig.size(), k, reverse ? '-' : '+');
      gff3_ += fmt::format(
          "{0}\tx\texon\t{1}\t{2}\t.\t{3}\t.\tParent=t{4}\n{0}\tx\texon\t{5}\t{6}\t.\t{3}\t.\tParent=t{4}\n", name,
          begin - 49, begin, reverse ? '-' : '+', k, contig.size() + 1, contig.size() + 50);
      bed12_ += fmt::format("{}\t{}\t{}\tt{}\t0\t{}\t0\t0\t0\t2\t50,50,\t0,{},\n", name, begin - 50, contig.size() + 50,
                            k, reverse ? '-' : '+', contig.size() - begin + 50);
      planted_.insert(intron);
      if (real) letters_.insert(intron);
    }
    for (std::string& contig : contigs) contig += random_sequence(150, 0.5, 58, contig.size());
    genome_ = ">one\n" + contigs[0] + "\n>two\n" + contigs[1] + "\n";
  }

  Outcome scan(const std::string& annotation, const std::string& more = "", const std::string& model = "mirtron") {
    const TemporaryFile genome(genome_, "g.fa"), introns(annotation, "introns");
    return shell("stemloop scan -q " + genome.path() + " --introns " + introns.path() + " --model " + model + " " +
                 more);
  }

  std::string genome_, bed_, gff3_, bed12_;
  std::set<std::string> planted_, letters_;  // all, and the mirtrons
};

TEST_F(ScanIntrons, MirtronsAreFoundOnBothStrandsAndTheSameInEveryFormat) {
  const Outcome r = scan(bed_, "--min-probability 0");
  ASSERT_EQ(r.code, 0) << r.err;
  std::size_t mirtrons = 0, called = 0;
  for (const auto& row : rows_of(r.out)) {
    const bool real = letters_.contains(row[15]);
    mirtrons += real ? 1 : 0;
    called += real && std::stod(row[4]) >= 0.5 ? 1 : 0;
    EXPECT_TRUE(planted_.contains(row[15])) << row[15];
    EXPECT_EQ(row[6], row[0] + ":" + row[1] + "-" + row[2] + ":" + row[3]);
    EXPECT_EQ(row[10], "") << "no arms are predicted";
  }
  EXPECT_EQ(mirtrons, letters_.size());
  EXPECT_GE(called * 10, letters_.size() * 8);
  EXPECT_EQ(scan(gff3_, "--min-probability 0").out, r.out);
  EXPECT_EQ(scan(bed12_, "--min-probability 0 -t 2").out, r.out);
  EXPECT_EQ(scan(bed_ + bed_, "--min-probability 0").out, r.out) << "an intron of two transcripts is one";
}

TEST_F(ScanIntrons, WhatIsNoIntronIsSaid) {
  const auto error = [&](const std::string& annotation, const std::string& more = "",
                         const std::string& model = "mirtron") {
    const Outcome r = scan(annotation, more, model);
    EXPECT_NE(r.code, 0);
    EXPECT_EQ(r.out, "");
    return r.err;
  };
  EXPECT_THAT(error("one\t10\t90\n"), HasSubstr("introns:1: a BED line of an intron has at least six fields"));
  EXPECT_THAT(error("one\t10\t90\tx\t0\t.\n"), HasSubstr("strand '.' is neither + nor -"));
  EXPECT_THAT(error("chr1\t10\t90\tx\t0\t+\n"), HasSubstr("the genome has no contig 'chr1'"));
  EXPECT_THAT(error("one\t10\t99999999\tx\t0\t+\n"), HasSubstr("is beyond the end of 'one'"));
  EXPECT_THAT(error("one\tx\texon\t1\t50\t.\t+\t.\tgene_id \"g\"; transcript_id \"t\";\n"), HasSubstr("this is GTF"));
  EXPECT_THAT(error("one\tx\texon\t1\t50\t.\t+\t.\tParent=t\none\tx\texon\t40\t90\t.\t+\t.\tParent=t\n"),
              HasSubstr("exons of one transcript overlap"));
  EXPECT_THAT(error("##gff-version 3\none\tx\tgene\t1\t50\t.\t+\t.\tID=g\n"), HasSubstr("there is no intron in it"));
  EXPECT_THAT(error(bed_, "--region one"), HasSubstr("--region has no meaning for --introns"));
  EXPECT_THAT(error(bed_, "--arms a.fa"), HasSubstr("--arms has no meaning for --introns"));
  EXPECT_THAT(error(bed_, "", "premirna"), HasSubstr("introns are judged by a model of family 'mirtron'"));
}

}  // namespace
}  // namespace stemloop
