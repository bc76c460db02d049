// The kinds of faults of the list once more, by cases that are not on it: each was tried on the program and fell short.
#include <gmock/gmock.h>

#include "features/features.h"
#include "sanitized.h"
#include "seq/bracket_lines.h"
#include "shell.h"
#include "util/table_joins.h"

namespace stemloop::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

void put(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

const std::string kTwo = ">a\nGGGGAAAACCCC\n>b\nGGGCUUCGGCCC\n";
const std::string kHairpin = ">a\nGGGGGCAUUGAGAAAUCAAUGCCCCC\n";

// --- 7: values joined to the wrong records
// --------------------------------------------------------------------------------

TEST(Kind7, TwoRecordsOfOneIdGetNoValues) {
  const TemporaryFolder folder;
  put(folder.path("v.tsv"), "id\tposition\tx\na\t1\t5\n");
  put(folder.path("arms.tsv"), "id\t5p_start\t5p_end\t3p_start\t3p_end\na\t1\t8\t18\t26\n");
  for (const std::string& how :
       {"draw --colour-by values --values " + folder.path("v.tsv") + " -o " + folder.path("o.pdf"),
        "draw --arms " + folder.path("arms.tsv") + " -o " + folder.path("o.pdf"),
        "report - --no-classify --arms " + folder.path("arms.tsv") + " -o " + folder.path("o.html")}) {
    const Outcome one = shell("stemloop " + how, kHairpin);
    EXPECT_EQ(one.code, 0) << how << one.err;
    std::filesystem::remove(folder.path("o.pdf"));
    const Outcome two = shell("stemloop " + how, kHairpin + kHairpin);
    EXPECT_EQ(two.code, 1) << how;
    EXPECT_THAT(two.err, HasSubstr("two records are called 'a', so lines of")) << how;
    EXPECT_FALSE(std::filesystem::exists(folder.path("o.pdf"))) << how;
  }
}

TEST(Kind7, TwoLinesOfOneIdAreRefused) {
  const TemporaryFolder folder;
  const std::string header = "id\t5p_start\t5p_end\t3p_start\t3p_end\tguide\n";
  put(folder.path("arms.tsv"), header + "a\t1\t8\t18\t26\t5p\na\t2\t8\t18\t26\t5p\n");
  put(folder.path("guide.tsv"), header + "a\t1\t8\t18\t26\tleft\n");
  put(folder.path("m.gff3"),
      "##gff-version 3\nx\t.\tpre_miRNA\t1\t60\t.\t+\t.\tID=p\ny\t.\tpre_miRNA\t1\t60\t.\t+\t.\tID=p\n"
      "x\t.\tmiRNA\t1\t22\t.\t+\t.\tID=m;Parent=p\n");
  put(folder.path("far.gff3"),
      "##gff-version 3\nx\t.\tpre_miRNA\t1\t60\t.\t+\t.\tID=p\n"
      "y\t.\tmiRNA\t1\t22\t.\t+\t.\tID=m;Parent=p\n");
  const auto draw = [&](const char* file) { return shell("stemloop draw --arms " + folder.path(file), kHairpin).err; };
  EXPECT_THAT(draw("arms.tsv"), HasSubstr("arms.tsv:3: 'a' has a line before this one"));
  EXPECT_THAT(draw("guide.tsv"), HasSubstr("guide.tsv:2: the guide 'left' is neither 5p nor 3p"));
  EXPECT_THAT(draw("m.gff3"), HasSubstr("m.gff3:3: a line before this one has the ID 'p' too"));
  EXPECT_THAT(draw("far.gff3"), HasSubstr("far.gff3:3: 'm' does not lie in 'p', which it derives from"));
}

TEST(Kind7, ColumnsAreFoundWhateverTheirCapitals) {
  const Outcome r = shell("stemloop leakage - -q", "Name,Sequence,LABEL\na,GGGGAAAACCCC,1\nb,GGGGAAAACCCC,0\n");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("conflict\t"));
  EXPECT_THAT(shell("stemloop leakage -", "id,Sequence,SEQUENCE\na,G,G\n").err,
              HasSubstr("columns 'Sequence' and 'SEQUENCE' may both be 'sequence'"));
}

TEST(Kind7, MaturesAndLociThatMeetNothingAreTold) {
  const TemporaryFolder folder;
  put(folder.path("m.fa"), ">x\nACGUACGUACGUACGUACGUAC\n");
  EXPECT_THAT(shell("stemloop arms --mature " + folder.path("m.fa"), kHairpin).err,
              HasSubstr("none of its 1 matures lies on a record"));
  const std::string header = "contig\tstart\tend\tstrand\tprobability\n";
  put(folder.path("l.tsv"), header + "c1\t10\t80\t+\t0.9\n");
  put(folder.path("none.tsv"), header);
  put(folder.path("k.bed"), "track name=x\nbrowser position c\nchr1\t9\t80\tx\t500\t+\nchr1\t9\t80\ty\t500\t+\n");
  put(folder.path("p.tsv"), header + "c1\t10\t80\t+\t1.5\n");
  const auto evaluate = [&](const char* loci, const char* truth) {
    return shell("stemloop scan evaluate --samples 10 " + folder.path(loci) + " " + folder.path(truth)).err;
  };
  EXPECT_THAT(evaluate("l.tsv", "k.bed"),
              AllOf(HasSubstr("('chr1', ...) is one of"), HasSubstr("1 loci stand there more than once")));
  EXPECT_THAT(evaluate("l.tsv", "none.tsv"), HasSubstr("none.tsv: there is no known locus in it"));
  EXPECT_THAT(evaluate("p.tsv", "l.tsv"), HasSubstr("p.tsv:2: 1.5 is no probability"));
}

TEST(Kind7, EveryCommandTellsMaturesThatLieNowhere) {
  const TemporaryFolder folder;
  put(folder.path("m.fa"), ">x\nACGUACGUACGUACGUACGUAC\n");
  const std::string m = folder.path("m.fa");
  for (const std::string& line : {"show --mature " + m, "draw --arms " + m + " -o " + folder.path("x.pdf"),
                                  "report - --no-classify --arms " + m + " -o " + folder.path("x.html")})
    EXPECT_THAT(shell("stemloop " + line, kHairpin).err, HasSubstr("m.fa: none of its 1 matures lies on a record"))
        << line;
}

TEST(Kind7, RowsAndLociOfOneNameAreRefused) {
  const TemporaryFolder folder;
  put(folder.path("rows.fa"), ">a\nGGGGGCAUUGAGAAAUCAAUGCCCCC\n>a\nGGGGGCAUUGAGAAAUCAAUGCCCCA\n");
  EXPECT_THAT(shell("stemloop draw --colour-by conservation --alignment " + folder.path("rows.fa"), kHairpin).err,
              HasSubstr("rows.fa:3: a row before this one is called 'a' too"));
  put(folder.path("g.fa"), kHairpin);
  const std::string locus = "a\t.\tpre_miRNA\t1\t26\t.\t+\t.\tID=p", header = "##gff-version 3\n";
  put(folder.path("twice.gff3"), header + locus + "\n" + locus + "\n");
  put(folder.path("short.gff3"), header + locus + ";structure=((....))\n");
  const auto report = [&](const char* loci) {
    return shell(fmt::format("stemloop report {} --genome {} -o {}", folder.path(loci), folder.path("g.fa"),
                             folder.path("x.html")))
        .err;
  };
  EXPECT_THAT(report("twice.gff3"), HasSubstr("twice.gff3:3: a line before this one has the ID 'p' too"));
  EXPECT_THAT(report("short.gff3"), HasSubstr("short.gff3:2: the structure has 8 characters, the locus 26 letters"));
}

TEST(Kind7, AGenomeIsAskedOfAColumnThatIsThere) {
  const TemporaryFolder folder;
  put(folder.path("l.tsv"), "contig\tstart\tend\tstrand\nc1\t10\t80\t+\n");
  put(folder.path("k.bed"), "c1\t9\t80\tx\t500\t+\n");
  for (const char* truth : {"l.tsv", "k.bed"})
    EXPECT_THAT(
        shell(fmt::format("stemloop scan evaluate --genome x {} {}", folder.path("l.tsv"), folder.path(truth))).err,
        HasSubstr("no column genome"))
        << truth;
}

// --- 8: cells that were meant as numbers
// -----------------------------------------------------------------------------------

TEST(Kind8, WhatWasMeantAsANumberIsNamed) {
  for (const char* cell :
       {"nan", "NaN", "-inf", "Infinity", "+5", " 5", "1,000", "1_000", "5%", "0x10", "1e999", "N/A", "#N/A", "null"})
    EXPECT_TRUE(meant_as_number(cell)) << cell;
  for (const char* cell : {"", "a", "let-7", "1-2", "infant", "none", "True", "5p", "e"})
    EXPECT_FALSE(meant_as_number(cell)) << cell;
  const std::string places[] = {"f:2", "f:3", "f:4", "f:5"};
  for (const char* bad : {"nan", "+5", "1,000", "5%", "x"}) {
    EXPECT_THAT(error_of([&] {
                  feature_table({"len"}, {{"1", "2", bad, "NA"}}, places);
                }),
                HasSubstr(fmt::format("f:4: '{}' in column 'len' is not a number", bad)));
  }
  // A column of nothing but such cells is one of numbers, too.
  EXPECT_THAT(error_of([&] {
                feature_table({"len"}, {{"1,000", "2,000", "", "3,000"}}, places);
              }),
              HasSubstr("f:2: '1,000'"));
  EXPECT_THAT(error_of([&] {
                feature_table({"loop"}, {{"True", "False", "nan", "True"}}, places);
              }),
              HasSubstr("f:4: 'nan' in column 'loop' is neither True nor False"));
}

// --- 10: structures that are left out
// --------------------------------------------------------------------------------------

std::vector<StructureLine> structures(const std::string& text) {
  const TemporaryFile file(text, "structures");
  return read_structure_lines(file.path());
}

TEST(Kind10, NoStructureAskedForIsLeftOut) {
  const auto all = structures("\xef\xbb\xbf# two\n((....)) (-3.40)\r\n\t((.....))\n>x y\nGGAAAACC\n[[....]] ( -1.0)\n");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].structure, "((....))");
  EXPECT_EQ(all[1].structure, "((.....))");
  EXPECT_EQ(all[2].name, "x");
  for (const auto& [text, message] : std::initializer_list<std::pair<const char*, const char*>>{
           {"((....))\nx ((....))\n", ":2: 'x ((....))' is no structure"},
           {"((....)) ((....))\n", ":1: '((....))' stands behind the structure and is no energy"},
           {"((....)) loop\n", ":1: 'loop' stands behind the structure"},
           {">a\n((....))\n>b\n", ":3: there is no structure under the header 'b'"},
           {">b\nGGAAAACC\n>a\n((....))\n", ":1: there is no structure under the header 'b'"},
           {"GGAAAACC\n", "holds no dot-bracket structure"}}) {
    EXPECT_THAT(error_of([&, t = text] { structures(t); }), HasSubstr(message)) << text;
  }
  const std::string asked = "((((((((((....))))))))))";
  const TemporaryFile file(asked + "\n " + asked + "\nx " + asked + "\n", "asked");
  const Outcome design = shell("stemloop design --structures " + file.path());
  EXPECT_EQ(design.code, 1);
  EXPECT_THAT(design.err, HasSubstr(":3: 'x ((((((((((....))))))))))' is no structure"));
}

// --- 11: numbers of options
// ------------------------------------------------------------------------------------------------

TEST(Kind11, OptionsTakeNumbersAsPeopleWriteThem) {
  const TemporaryFolder folder;
  put(folder.path("l.tsv"), "contig\tstart\tend\tstrand\n");
  for (const std::string& line : std::initializer_list<std::string>{
           "fold -T ''", "fold -T ' 5'", "fold -T 0x10", "fold -T +5", "fold --sample 2 --seed 99999999999999999999",
           "fold --sample 0x2", "design --structure '((....))' --seed ' 7'",
           "design --structure '((....))' --time-limit inf", "smote - -n +3", "scan - --shape ''",
           "scan merge x --fdr nan", "scan evaluate x y --mb nan", "scan evaluate x y --mb inf"}) {
    const Outcome r = shell("stemloop " + line, kTwo);
    EXPECT_EQ(r.code, 2) << line << r.err;
    EXPECT_EQ(r.out, "") << line;
  }
  EXPECT_EQ(shell("stemloop fold -q -T -5", kTwo).code, 0);
  EXPECT_EQ(shell("stemloop scan - --transcripts -q --model shape --decoy-share 0 --shape -3", kTwo).code, 0);
}

TEST(Kind11, PicturesHaveAnEnd) {
  const TemporaryFolder folder;
  const Outcome r = shell("stemloop draw --dpi 2400 --width-mm 5000 -o " + folder.path("x.png"), kHairpin);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("dots are more than can be drawn; take a lower --dpi or --width-mm"));
}

// --- 13: names of outputs
// ----------------------------------------------------------------------------------------------------

TEST(Kind13, AnEmptyNameIsNoFile) {
  for (const char* line :
       {"fold -o ''", "fold --bpp ''", "fold --provenance ''", "convert --to ct -o ''", "draw --dir ''",
        "split - --column ''", "report - --multiqc ''", "classify -m ''", "fold ''"}) {
    const Outcome r = shell(std::string("stemloop ") + line, kTwo);
    EXPECT_EQ(r.code, 2) << line;
    EXPECT_THAT(r.err, HasSubstr("is empty; a value is wanted")) << line;
    EXPECT_EQ(r.out, "") << line;
  }
}

TEST(Kind13, FilesOfAModelAreNotWrittenOver) {
  const TemporaryFolder folder;
  const std::string model = folder.path("m"), card = model + "/README.md";
  std::filesystem::copy(STEMLOOP_MODELS "/premirna", model, std::filesystem::copy_options::recursive);
  put(folder.path("g.fa"), kHairpin);
  for (const std::string& line : {"model info " + model + " -o " + card, "model verify " + model + " -o " + card,
                                  "scan " + folder.path("g.fa") + " -m " + model + " -o " + card,
                                  "report " + folder.path("g.fa") + " -m " + model + " -o " + card}) {
    EXPECT_THAT(shell("stemloop " + line).err, HasSubstr("is a file of the model")) << line;
    EXPECT_EQ(content(card), content(STEMLOOP_MODELS "/premirna/README.md")) << line;
  }
}

TEST(Kind13, NamesOfFilesAndColumnsAreWhatIsWritten) {
  const TemporaryFolder folder;
  EXPECT_THAT(shell("stemloop features -o " + folder.path("x.csv"), kTwo).err,
              HasSubstr("text is written there, which is no .csv file"));
  const std::string table = "id\tsequence\na\tGGGGAAAACCCC\n";
  for (const char* column : {"$'a\\tb'", "'#a'", "'\"a'"})
    EXPECT_THAT(shell(fmt::format("stemloop split - --column {}", column), table).err,
                HasSubstr("cannot be the name of a column"));
}

// --- options that another one makes meaningless
// ----------------------------------------------------------------------------

TEST(Options, WhatWouldBeIgnoredIsRefused) {
  const TemporaryFolder folder;
  put(folder.path("g.fa"), kTwo);
  const std::string g = folder.path("g.fa"), stem = "--structure '((((((((((....))))))))))'";
  for (const std::string& line : std::initializer_list<std::string>{
           "fold --seed 5",
           "arms --flank-error 3",
           "draw --page a4 -o x.svg",
           "draw --colour-by arm -o x.svg",
           "report - --no-classify --model premirna -o x.html",
           "report - --no-classify --device cpu -o x.html",
           "design " + stem + " --guide UAGCUUAUCAGACUGAUGUUGA",
           "design " + stem + " --fit " + g + " -o x.json",
           "scan " + g + " --introns x.bed --shape 1",
           "scan " + g + " --model shape --decoy-share 0 --fdr 0.1",
           "scan " + g + " --model shape --decoy-share 0 --seed 2",
           "scan " + g + " --model shape --decoy-share 0 --prior 0.1",
           "scan " + g + " --model shape --chunk 1/2 --fdr 0.1 -o x",
           "split - --by random -k 5",
           "split - --by family --identity 0.8",
           "smote - --mode A -T 20",
           "project x --seed 2",
           "draw --grid 2x2 --dir x",
           "classify --device gpu",
           "classify --device cuda:-1",
           "generate -m mirtron-generator --free-ends",
           "generate -m mirtron-generator --min-length 90 --longest 40",
           "evaluate classifier -m premirna --tsv x --split y",
           "evaluate classifier -m premirna --positives " + g + " --negatives " + g + " --label-column x"}) {
    const Outcome r = shell("cd " + folder.path("") + " && stemloop " + line, kTwo);
    EXPECT_THAT(r.code, ::testing::AnyOf(1, 2)) << line;
    EXPECT_NE(r.err, "") << line;
    EXPECT_EQ(r.out, "") << line;
  }
}

// --- 15: what readers make of a file
// -----------------------------------------------------------------------------------------

TEST(Kind15, AHeaderBehindBlanksIsOne) {
  EXPECT_THAT(shell("stemloop fold -q", "  >a\nGGGGAAAACCCC\n").out, ::testing::StartsWith(">a\nGGGG"));
}

TEST(Kind15, AScanNamesAProtein) {
  const Outcome r = shell("stemloop scan - --model shape --decoy-share 0 -q", ">p\nMKVLAAGIVGLLLAQWERTYLLPEFI\n");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("contig 'p' looks like a protein; RNA or DNA is read"));
}

// Read until memory ended.
TEST(Kind15, AStreamThatIsNoPictureEnds) {
  // Shadow memory takes more addresses than any limit leaves.
  const std::string limit = testing::kSanitized ? "" : "ulimit -v 2000000; ";
  const Outcome r = shell(limit + "timeout 20 \"" STEMLOOP_PROGRAM "\" decode /dev/zero");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("is no safetensors file"));
}

TEST(Kind17, FaultsOfATableAreToldWithTheirPlace) {
  const TemporaryFolder folder;
  put(folder.path("l.tsv"),
      "contig\tstart\tend\tstrand\tprobability\tq_value\tid\tsequence\tstructure\n"
      "c\t1\t12\t+\t0.9\t1\tx\tGGGGAAAACCCC\t(((.....))))\n");
  EXPECT_THAT(shell("stemloop report " + folder.path("l.tsv")).err,
              HasSubstr("l.tsv:2: the structure closes a bracket"));
  put(folder.path("t.tsv"), "id\tsequence\tlabel\na\tGGGGAAAACCCC\t1\nb\tGGGGAAAACCCC\t0\n");
  const Outcome by = shell("stemloop evaluate classifier -m premirna --by nosuch --tsv " + folder.path("t.tsv"));
  EXPECT_THAT(by.err, HasSubstr("there is no column 'nosuch'"));
  EXPECT_EQ(by.out, "");  // before the work, not after it
  EXPECT_THAT(shell("stemloop evaluate classifier -m premirna --tsv " + folder.path("t.tsv")).err,
              HasSubstr("2 of 2 sequences stand in both classes"));
}

// Found by fuzz_records: "1 G 4" is the title of a CT and a line of BPSEQ.
TEST(Kind16, ATitleThatReadsAsAnotherFormatIsRefused) {
  const Outcome r = shell("stemloop convert -q --to ct", ">G 4\nA\n.\n");
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, HasSubstr("cannot stand in CT: its title would be a line of BPSEQ"));
  const Outcome named = shell("stemloop convert -q --to bpseq", ">STOCKHOLM 1.0\nGA\n..\n>b\nGA\n..\n");
  EXPECT_EQ(named.code, 3);
  EXPECT_THAT(named.err, HasSubstr("cannot stand in BPSEQ: '# STOCKHOLM' would begin Stockholm"));
  EXPECT_EQ(named.out, "# b\n1 G 0\n2 A 0\n");
}

// Found by fuzz_records: a name that held a carriage return was written, and not read back.
TEST(Kind16, NamesEndAtAnyBlank) {
  for (const char blank : {' ', '\t', '\v', '\f', '\r'}) {
    const std::string record = std::string(">a") + blank + "b\nGGGGAAAACCCC\n((((....))))\n";
    for (const char* format : {"stockholm", "ct", "bpseq", "dbn"}) {
      const Outcome r =
          shell(fmt::format("stemloop convert -q --to {} | stemloop convert -q --to bpseq", format), record);
      EXPECT_EQ(r.code, 0) << format << static_cast<int>(blank) << r.err;
      EXPECT_THAT(r.out, ::testing::StartsWith("# a")) << format;
    }
  }
}

}  // namespace
}  // namespace stemloop::testing
