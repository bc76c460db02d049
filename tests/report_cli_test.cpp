// draw and report as a user runs them: files, options, bad input.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "shell.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using testing::content;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::kExampleHairpins;
using ::testing::Not;
using testing::Outcome;
using testing::shell;
using ::testing::StartsWith;
using testing::TemporaryFile;
using testing::TemporaryFolder;

const std::string kTwo = ">a\nGGGGAAAACCCC\n>b\nGGGGUUUUCCCCA\n";

TEST(DrawFiles, PdfHasAPageARecordAndGridsShareThem) {
  const TemporaryFolder folder;
  ASSERT_EQ(shell("stemloop draw -o " + folder.path("all.pdf") + " " + kExampleHairpins).code, 0);
  EXPECT_THAT(content(folder.path("all.pdf")), AllOf(StartsWith("%PDF"), HasSubstr("/Count 26")));
  ASSERT_EQ(shell("stemloop draw --grid 2x4 -o " + folder.path("grid.pdf") + " " + kExampleHairpins).code, 0);
  EXPECT_THAT(content(folder.path("grid.pdf")), HasSubstr("/Count 4"));
  ASSERT_EQ(shell("stemloop draw --grid 2x4 --no-picture -o " + folder.path("grid.svg") + " " + kExampleHairpins).code,
            0);
  EXPECT_THAT(content(folder.path("grid.svg")),
              AllOf(HasSubstr(">hsa-let-7a-1</text>"), HasSubstr(">hsa-mir-877</text>")));
}

TEST(DrawFiles, SizeOnPaperAndResolution) {
  const TemporaryFolder folder;
  const std::string line =
      "stemloop draw --id hsa-mir-21 --no-picture --width-mm 85 --dpi 300 " + kExampleHairpins + " -o ";
  ASSERT_EQ(shell(line + folder.path("x.png")).code, 0);
  const std::string png = content(folder.path("x.png"));
  const auto* p = reinterpret_cast<const unsigned char*>(png.data() + 16);
  EXPECT_NEAR(p[0] << 24U | p[1] << 16U | p[2] << 8U | p[3], 85 / 25.4 * 300, 1.5);
  ASSERT_EQ(shell(line + folder.path("x.svg")).code, 0);
  EXPECT_THAT(content(folder.path("x.svg")), HasSubstr("width=\"85mm\""));
}

TEST(DrawFiles, LadderColoursArms) {
  const TemporaryFile arms("id\t5p_start\t5p_end\t3p_start\t3p_end\tguide\nhsa-mir-21\t8\t29\t46\t66\t5p\n",
                           "arms.tsv");
  const Outcome r = shell("stemloop draw --id hsa-mir-21 --shape ladder --colour-by pair-probability --arms " +
                          arms.path() + " " + kExampleHairpins);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("5p arm, 8 to 29"), HasSubstr("probability of the pair"), HasSubstr("seed")));
}

TEST(DrawBadInput, ValueFileOfOtherIds) {
  const TemporaryFile values("id\tposition\treads\nelse\t1\t5\n", "v.tsv");
  const Outcome r = shell("stemloop draw --colour-by values --values " + values.path() + " --grid 1x2", kTwo);
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, AllOf(HasSubstr("record 'a'"), HasSubstr("has no values for it (but for 'else')")));
}

TEST(DrawBadInput, AlignmentOfOtherLength) {
  const TemporaryFile alignment(">a\nGGGG-AAAACCC\n>z\nGGGG-AAAACCC\n", "x.aln");
  const Outcome r = shell("stemloop draw --colour-by conservation --alignment " + alignment.path() + " --id a", kTwo);
  EXPECT_THAT(r.err, HasSubstr("has 11 letters, the sequence 12"));
  EXPECT_NE(r.code, 0);
}

TEST(DrawBadInput, OptionsThatDoNotGoTogether) {
  EXPECT_THAT(shell("stemloop draw --colour-by values", kTwo).err, HasSubstr("--values FILE are wanted together"));
  EXPECT_THAT(shell("stemloop draw --grid 0x4 -o x.pdf", kTwo).err, HasSubstr("--grid 0x4: wants whole numbers"));
  EXPECT_THAT(shell("stemloop draw --grid two -o x.pdf", kTwo).err, HasSubstr("--grid two: is not like 2x4"));
  EXPECT_THAT(shell("stemloop draw --grid 1x1 --page 1x1 -o x.pdf", kTwo).err, HasSubstr("--page 1x1"));
}

TEST(ReportFiles, OfFastaWithoutAModel) {
  const TemporaryFolder folder;
  const Outcome r = shell("SOURCE_DATE_EPOCH=0 stemloop report --no-classify --multiqc " + folder.path("qc") + " -o " +
                          folder.path("r.html") + " " + kExampleHairpins);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(content(folder.path("r.html")),
              AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("hsa-let-7a-1"), HasSubstr("1970-01-01"),
                    HasSubstr("MD5 "), HasSubstr("ensemble -35.21 kcal/mol"), EndsWith("</html>\n")));
  EXPECT_THAT(content(folder.path("qc/stemloop_table_mqc.tsv")), HasSubstr("\nhairpins\t26\t0\t"));
  EXPECT_THAT(content(folder.path("qc/stemloop_mqc_versions.yml")), HasSubstr(STEMLOOP_VERSION));
  const std::string one = content(folder.path("r.html"));
  shell("SOURCE_DATE_EPOCH=0 stemloop report --no-classify -t 1 --multiqc " + folder.path("qc") + " -o " +
        folder.path("r.html") + " " + kExampleHairpins);
  const std::string again = content(folder.path("r.html"));
  EXPECT_EQ(one.substr(0, one.find("How this was made")), again.substr(0, again.find("How this was made")));
}

// Who reads the table of calls and the page finds the same arms in both.
TEST(ReportFiles, HaveTheArmsOfTheCalls) {
  const TemporaryFolder folder;
  const std::string flank = "GGAUCAGUCGAUCUUAGCAUCG";
  const TemporaryFile fasta(
      ">x\n" + flank + "UGUCGGGUAGCUUAUCAGACUGAUGUUGACUGUUGAAUCUCAUGGCAACACCAGUCGAUGGGCUGUCUGACA" + flank + "\n",
      "x.fa");
  const Outcome calls = shell("stemloop classify -q -f json " + fasta.path());
  ASSERT_EQ(calls.code, 0) << calls.err;
  const auto arm = nlohmann::json::parse(calls.out).at("hairpins").at(0).at("5p");
  ASSERT_EQ(shell("stemloop report -q -o " + folder.path("r.html") + " " + fasta.path()).code, 0);
  EXPECT_THAT(content(folder.path("r.html")),
              AllOf(HasSubstr(fmt::format("</code></td><td>{} to {}", arm.at(0).get<int>(), arm.at(1).get<int>())),
                    HasSubstr("those the call rests on")));
}

TEST(ReportFiles, OfAPriorAsInTheTableOfCalls) {
  const TemporaryFolder folder;
  ASSERT_EQ(shell("stemloop report -q --prior 0.05 -o " + folder.path("r.html") + " " + kExampleHairpins).code, 0);
  EXPECT_THAT(content(folder.path("r.html")), HasSubstr("with the model premirna (prior 0.05)"));
  EXPECT_NE(shell("stemloop report --prior 1.5 " + kExampleHairpins).code, 0);
  const Outcome r = shell("stemloop report --prior 0.05 -m mirtron " + kExampleHairpins);
  EXPECT_THAT(r.err, HasSubstr("--prior is of models of family 'precursor'"));
  EXPECT_NE(r.code, 0);
}

TEST(ReportFiles, OfFastaClassifiedWithArms) {
  const TemporaryFolder folder;
  const Outcome r = shell("stemloop report -o " + folder.path("r.html") + " " + kExampleHairpins);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(
      content(folder.path("r.html")),
      AllOf(HasSubstr("called pre-miRNA"), HasSubstr("probability of pre-miRNA <b>"), HasSubstr("<th>arms</th>"),
            HasSubstr("class=\"a5\""), HasSubstr("classified with the model premirna")));
}

TEST(ReportFiles, NamesTheNearestKnownHairpin) {
  // mir-21 with two letters exchanged and two cut off is still mir-21; letters of one kind are like nothing.
  const Outcome r = shell(
      "stemloop report --no-classify --known " + kExampleHairpins + " -",
      ">mine\nUCGGGUAGCUUAUCAGAGUGAUGUUGACUGUUGAAUCUCAUGGCAACACCAGUCGAUGGGCUGUCUCACA\n>other\nGGGGGGGGAAAACCCCCCCC\n");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("hsa-mir-21, 97 % alike"), HasSubstr("hairpins.fa is alike by 70 %"),
                           HasSubstr("<th>known hairpins</th>")));
  const TemporaryFile none("", "none.fa");
  EXPECT_EQ(shell("stemloop report --no-classify --known " + none.path() + " " + kExampleHairpins).code, 1);
}

TEST(ReportFiles, WhatIsLeftOutIsListed) {
  const Outcome r = shell("stemloop report --no-classify -", ">good\nGGGGAAAACCCC\n>bad\nAC*GU\n>flat\nAAAAAAAA\n");
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.out, AllOf(HasSubstr("2 records and why"), HasSubstr("no hairpin loop"), HasSubstr(">good</a>")));
  EXPECT_THAT(r.err, AllOf(HasSubstr("'bad'"), HasSubstr("'flat'")));
}

TEST(ReportBadInput, AllRejectedNoneAtAll) {
  const Outcome all = shell("stemloop report --no-classify -", ">flat\nAAAAAAAA\n");
  EXPECT_EQ(all.code, 3);
  EXPECT_THAT(all.out, HasSubstr("No record is left to show"));
  const Outcome none = shell("stemloop report --no-classify -");
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("empty"));
}

TEST(ReportBadInput, HostileIds) {
  const Outcome r = shell("stemloop report --no-classify -",
                          "><script>alert(1)</script>\nGGGGAAAACCCC\n>\"'&\nGGGGAAAACCCC\n>" + std::string(3000, 'x') +
                              "\nGGGGAAAACCCC\n>\xf0\x9f\xa7\xac\n"
                              "GGGGAAAACCCC\n>\xf0\x9f\xa7\xac\nGGGGAAAACCCC\n");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out,
              AllOf(Not(HasSubstr("<script>alert")), HasSubstr("&lt;script&gt;alert"), HasSubstr("&quot;&#39;&amp;")));
}

TEST(ReportBadInput, OutputFolders) {
  EXPECT_THAT(shell("stemloop report --no-classify -o /nowhere/at/all.html " + kExampleHairpins).err,
              HasSubstr("/nowhere/at/all.html"));
  const Outcome full = shell("stemloop report --no-classify -o /dev/full " + kExampleHairpins);
  EXPECT_EQ(full.code, 1);
  EXPECT_THAT(full.err, HasSubstr("/dev/full"));
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("d"));
  EXPECT_EQ(shell("stemloop report --no-classify -o " + folder.path("d") + " " + kExampleHairpins).code, 1);
  const TemporaryFile file("x", "qc");
  const Outcome qc = shell("stemloop report --no-classify --multiqc " + file.path() + " -o " + folder.path("r.html") +
                           " " + kExampleHairpins);
  EXPECT_EQ(qc.code, 1);
  EXPECT_THAT(qc.err, HasSubstr("cannot be made a folder"));
  EXPECT_EQ(shell("stemloop report --no-classify -o /proc/r.html " + kExampleHairpins).code,
            1);                // read-only, for root too
  if (geteuid() == 0) return;  // who writes into folders that are read-only to others
  std::filesystem::permissions(folder.path("d"), std::filesystem::perms::owner_read);
  EXPECT_EQ(shell("stemloop report --no-classify -o " + folder.path("d/r.html") + " " + kExampleHairpins).code, 1);
}

TEST(ReportBadInput, LociWithoutTheirGenome) {
  const TemporaryFile gff("##gff-version 3\n", "loci.gff3");
  EXPECT_THAT(shell("stemloop report " + gff.path()).err, HasSubstr("--genome FASTA are wanted together"));
  const TemporaryFile table("contig\tstart\n", "loci.tsv");
  EXPECT_THAT(shell("stemloop report " + table.path()).err, HasSubstr("loci.tsv"));
}

}  // namespace
}  // namespace stemloop
