// Formats of sequences and structures: what is written reads back, what is read is checked, what is not read is named.
#include <gmock/gmock.h>

#include "seq/seq.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::random_sequence;
using testing::TemporaryFile;

struct ReadFiles {
  std::vector<Record> records;
  std::vector<std::string> rejections, notes;
};

ReadFiles read_files(const RecordFiles& files) {
  RecordReader reader(files);
  ReadFiles result;
  while (auto item = reader.next()) {
    if (auto* record = std::get_if<Record>(&*item)) {
      result.records.push_back(*record);
    } else {
      result.rejections.push_back(std::get<Rejection>(*item).reason);
    }
  }
  result.notes = reader.notes();
  return result;
}

ReadFiles read_text(const std::string& text) {
  const TemporaryFile file(text);
  return read_files(file.path());
}

std::string refused(const std::string& text) {
  return error_of([&] { read_text(text); });
}

// Random pairs over `length` positions, crossing or not.
std::vector<int> random_pairs(int length, bool nested, std::uint64_t item) {
  Random random(11, item);
  std::vector<int> pairs(static_cast<std::size_t>(length), -1), open;
  for (int i = 0; i < length; ++i) {
    const double u = random.uniform();
    if (u < 0.35) {
      open.push_back(i);
    } else if (u < 0.7 && !open.empty()) {
      const std::size_t at = nested ? open.size() - 1 : random.below(open.size());
      pairs[static_cast<std::size_t>(i)] = open[at];
      pairs[static_cast<std::size_t>(open[at])] = i;
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return pairs;
}

TEST(Structure, AllPairsComeBackAndTheFirstLevelNeverCrosses) {
  for (std::uint64_t item = 0; item < 300; ++item) {
    const auto pairs = random_pairs(static_cast<int>(5 + item % 40), item % 2 == 0, item);
    const ReadStructure read = structure_of_pairs(pairs);
    const std::string& whole = read.knotted.empty() ? read.nested : read.knotted;
    EXPECT_EQ(all_pairs(whole), pairs);
    EXPECT_EQ(all_pairs(as_wuss(whole)), pairs);
    EXPECT_EQ(read_structure(whole).nested, read.nested) << whole;
    EXPECT_EQ(dot_bracket(pair_table(read.nested)), read.nested);
    EXPECT_TRUE(item % 2 == 1 || read.dropped == 0);
    const auto pairs_in = [](const std::string& text) { return std::count(text.begin(), text.end(), '('); };
    const auto all = std::count_if(pairs.begin(), pairs.end(), [](int j) { return j >= 0; }) / 2;
    EXPECT_EQ(pairs_in(read.nested) + read.dropped, all);
  }
}

TEST(Structure, KnownKnots) {
  const ReadStructure h = read_structure("((((..[[[[..))))..]]]]");
  EXPECT_EQ(h.nested, "((((........))))......");
  EXPECT_EQ(h.knotted, "((((..[[[[..))))..]]]]");
  EXPECT_EQ(h.dropped, 4);
  EXPECT_EQ(read_structure("((..AA..))..aa").dropped, 2);
  // Other brackets that cross nothing are pairs like any other, as in WUSS.
  const ReadStructure wuss = read_structure("<<<<__>>>>,,[[--]]::");
  EXPECT_EQ(wuss.nested, "((((..))))..((..))..");
  EXPECT_TRUE(wuss.knotted.empty());
  EXPECT_EQ(error_of([] { read_structure("..C."); }), "the structure opens 'C' at position 3 that is never closed");
  EXPECT_EQ(error_of([] { read_structure("(()"); }),
            "the structure opens a bracket at position 1 that is never closed");
  EXPECT_EQ(error_of([] { read_structure("(.]"); }),
            "the structure closes a bracket ']' at position 3 that was never opened");
  EXPECT_THAT(error_of([] { read_structure("(&)"); }), HasSubstr("the structure has '&' at position 2"));
}

TEST(RoundTrip, WhatEveryFormatHoldsReadsBack) {
  for (const RecordFormat format : {RecordFormat::kCt, RecordFormat::kBpseq, RecordFormat::kDotBracket,
                                    RecordFormat::kStockholm, RecordFormat::kFasta}) {
    std::string text;
    std::vector<Record> records;
    for (std::uint64_t item = 0; item < 60; ++item) {
      Record record;
      record.id = fmt::format("record-{}", item);
      if (item % 3 == 0) record.description = "some words (1..40) = 5";
      record.sequence = random_sequence(static_cast<int>(1 + item), 0.5, 3, item);
      const ReadStructure read = structure_of_pairs(random_pairs(static_cast<int>(1 + item), item % 2 == 0, item));
      record.structure = read.nested;
      record.knotted = read.knotted;
      record.dropped_pairs = read.dropped;
      text += written(record, format);
      records.push_back(record);
    }
    const ReadFiles read = read_text(text);
    EXPECT_TRUE(read.rejections.empty());
    ASSERT_EQ(read.records.size(), records.size()) << format_name(format);
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(full_header(read.records[i]), full_header(records[i]));
      EXPECT_EQ(read.records[i].sequence, records[i].sequence);
      const bool holds = format != RecordFormat::kFasta;
      EXPECT_EQ(read.records[i].structure, holds ? records[i].structure : "") << format_name(format);
      EXPECT_EQ(read.records[i].knotted, holds ? records[i].knotted : "") << format_name(format);
      EXPECT_EQ(read.records[i].dropped_pairs, holds ? records[i].dropped_pairs : 0);
    }
  }
}

TEST(Ct, AsProgramsWriteIt) {
  const ReadFiles read = read_text(
      "   12 ENERGY = -5.40    hairpin of four\n    1 G       0    2   12    1\n    2 g       1    3   11    2\n"
      "    3 G       2    4    0    3\n    4 G       3    5    0    4\n    5 A       4    6    0    5\n"
      "    6 A       5    7    0    6\n    7 A       6    8    0    7\n    8 A       7    9    0    8\n"
      "    9 C       8   10    0    9\n   10 C       9   11    0   10\n   11 t      10   12    2   11\n"
      "   12 C      11    0    1   12\n"
      "3 dG = -0.1 [initially -0.2] second\n1 A 0 2 0 1\n2 A 1 3 0 2\n3 A 2 0 0 3\n"
      "3 ENERGY = 0 second\n1 A 0 2 3 1\n2 A 1 3 0 2\n3 A 2 0 1 3\n"
      "2 third\n1 C 0 2 0\n2 C 1 0 0\n1\n1 A 0 0 0 1\n");
  ASSERT_EQ(read.records.size(), 5U);
  EXPECT_EQ(full_header(read.records[0]), "hairpin of four");
  EXPECT_EQ(read.records[0].sequence, "GGGGAAAACCUC");
  EXPECT_EQ(read.records[0].structure, "((........))");
  EXPECT_EQ(read.records[1].id, "second");
  EXPECT_EQ(read.records[2].alternative, 1);
  EXPECT_EQ(read.records[2].structure, "(.)");
  EXPECT_EQ(read.records[3].sequence, "CC");
  EXPECT_EQ(read.records[4].id, "5");
  EXPECT_THAT(read.notes,
              ElementsAre(HasSubstr("1 records are further structures of the one before (first: 'second')")));
}

TEST(Ct, TablesThatContradictThemselvesAreRejectedOneByOne) {
  const ReadFiles read = read_text(
      "3 one-way\n1 G 0 2 3 1\n2 A 1 3 0 2\n3 C 2 0 0 3\n"
      "3 itself\n1 G 0 2 1 1\n2 A 1 3 0 2\n3 C 2 0 0 3\n"
      "3 behind\n1 G 0 2 9 1\n2 A 1 3 0 2\n3 C 2 0 0 3\n"
      "3 gap\n1 G 0 2 0 1\n3 A 1 3 0 2\n3 C 2 0 0 3\n"
      "3 fine\n1 G 0 2 3 1\n2 A 1 3 0 2\n3 C 2 0 1 3\n");
  EXPECT_THAT(read.rejections,
              ElementsAre(HasSubstr("record 'one-way': position 1 is paired with 3, but 3 with none"),
                          HasSubstr("record 'itself': position 1 is paired with itself"),
                          HasSubstr("record 'behind': position 1 is paired with 9, behind the end at 3"),
                          HasSubstr("record 'gap': line 15: position 3 where 2 should be")));
  ASSERT_EQ(read.records.size(), 1U);
  EXPECT_EQ(read.records[0].structure, "(.)");
  EXPECT_THAT(refused("5 cut\n1 G 0 2 0 1\n2 A 1 3 0 2\n"),
              HasSubstr("the file ends at position 2 of 5 of structure 'cut'"));
  EXPECT_THAT(refused("2 odd\n1 G 0 2 0 1\n2 A\n"), HasSubstr(":3: '2 A' where a line of CT has 6 columns"));
}

TEST(Bpseq, WithAndWithoutHeaders) {
  const ReadFiles named = read_text("# first one\n1 G 3\n2 A 0\n3 C 1\n# second\n1 A 0\n2 A 0\n");
  ASSERT_EQ(named.records.size(), 2U);
  EXPECT_EQ(full_header(named.records[0]), "first one");
  EXPECT_EQ(named.records[0].structure, "(.)");
  EXPECT_EQ(named.records[1].id, "second");
  const ReadFiles old =
      read_text("Filename: d.16.b.E.coli.bpseq\nOrganism: Escherichia coli\nAccession Number: J01695\n1 A 0\n2 A 0\n");
  ASSERT_EQ(old.records.size(), 1U);
  EXPECT_EQ(old.records[0].id, "d.16.b.E.coli");
  const ReadFiles bare = read_text("1 A 0\n2 A 0\n1 C 0\n");
  ASSERT_EQ(bare.records.size(), 2U);
  EXPECT_EQ(bare.records[1].sequence, "C");
}

// Found by fuzz_records: the title was taken for a line of BPSEQ.
TEST(Ct, ATitleOfOneLetterAndANumberIsATitle) {
  const ReadFiles read = read_text("4 a 1\n1 G 0 2 4 1\n2 A 1 3 0 2\n3 A 2 4 0 3\n4 C 3 0 1 4\n");
  ASSERT_EQ(read.records.size(), 1U);
  EXPECT_EQ(read.records[0].id, "a");
  EXPECT_EQ(read.records[0].structure, "(..)");
}

// Found by fuzz_records: the longer helix of the pseudoknot took the first level.
TEST(Stockholm, BracketsAreTheStructureAndLettersItsPseudoknots) {
  for (const std::string consensus : {"<<<<..AAAA.>.>>>..aaaa", "((((..AAAA.).)))..aaaa"}) {
    const ReadFiles read = read_text("# STOCKHOLM 1.0\na GGGGAAGUGGAACCCCAACCCC\n#=GC SS_cons " + consensus + "\n//\n");
    ASSERT_EQ(read.records.size(), 1U);
    EXPECT_EQ(read.records[0].structure, "((((.......).)))......");
    EXPECT_EQ(read.records[0].knotted, "((((..[[[[.).)))..]]]]");
  }
}

TEST(Stockholm, EveryRowWithTheStructureOfTheColumnsLaidOnIt) {
  const ReadFiles read = read_text(
      "# STOCKHOLM 1.0\n#=GF ID family\n\n"
      "a/1-10       GGG-GAAA\n"
      "b            GG-CUUCG\n"
      "#=GC SS_cons <<.<____\n\n"
      "a/1-10       ACCCC\n"
      "b            G-CCC\n"
      "#=GC SS_cons _>.>>\n//\n"
      "# STOCKHOLM 1.0\nc ACGU\n//\n");
  ASSERT_EQ(read.records.size(), 3U);
  EXPECT_EQ(read.records[0].id, "a/1-10");
  EXPECT_EQ(read.records[0].sequence, "GGGGAAAACCCC");
  // Column 4 is a gap in a, column 10 in b: their partners come free.
  EXPECT_EQ(read.records[0].structure, "((........))");
  EXPECT_EQ(read.records[1].sequence, "GGCUUCGGCCC");
  EXPECT_EQ(read.records[1].structure, "((.......))");
  EXPECT_EQ(read.records[2].structure, "");
  EXPECT_THAT(refused("# STOCKHOLM 1.0\na ACGU\n"), HasSubstr("does not end with '//'; the file may be cut"));
  EXPECT_THAT(refused("# STOCKHOLM 1.0\na ACGU\na ACGU\n//\n"), HasSubstr(":3: a second row 'a' in the same block"));
  const ReadFiles odd =
      read_text("# STOCKHOLM 1.0\na ACGUA\nb ----\nc AC*U\nd ACGU\n#=GR d SS <..>\n#=GC SS_cons <..>\n//\n");
  EXPECT_THAT(odd.rejections,
              ElementsAre(HasSubstr("record 'a': the row has 5 columns, SS_cons has 4"),
                          HasSubstr("record 'b': the row holds gaps only"), HasSubstr("'*' in the row")));
  ASSERT_EQ(odd.records.size(), 1U);
  EXPECT_EQ(odd.records[0].structure, "(..)");
}

TEST(Fastq, LettersOnly) {
  const ReadFiles read = read_text("@a words\nACGTN\n+\n@@+II\n@b\nAC\nGT\n+b\nII\n@I\n@c\nA*C\n+\nIII\n");
  ASSERT_EQ(read.records.size(), 2U);
  EXPECT_EQ(full_header(read.records[0]), "a words");
  EXPECT_EQ(read.records[0].sequence, "ACGUN");
  EXPECT_EQ(read.records[1].sequence, "ACGU");
  EXPECT_THAT(read.rejections, ElementsAre(HasSubstr("record 'c': line 12 has '*' in the sequence")));
  EXPECT_THAT(refused("@a\nACGT\n+\nIII\n"), HasSubstr("the file ends within the qualities of FASTQ record 'a'"));
  EXPECT_THAT(refused("@a\nACGT\n+\nIIIII\n"), HasSubstr(":4: FASTQ record 'a' has 4 letters but 5 qualities"));
  EXPECT_THAT(refused("@a\nACGT\n"), HasSubstr("the file ends within FASTQ record 'a'"));
}

TEST(DotBracketFile, WithoutHeadersAsRnafoldReadsAndWritesIt) {
  const ReadFiles read = read_text("GGGGAAAACCCC\n((((....)))) ( -5.40)\nAAAA\n....\n#Name: third\nGGAACC\n((..))\n");
  ASSERT_EQ(read.records.size(), 3U);
  EXPECT_EQ(read.records[0].id, "1");
  EXPECT_EQ(read.records[0].structure, "((((....))))");
  EXPECT_EQ(read.records[1].sequence, "AAAA");
  EXPECT_EQ(read.records[2].id, "third");
}

// Kind 9: a line under the sequence that holds dots and letters is no structure of half of it.
TEST(Kind9, StructureLinesAreCheckedByTheReader) {
  const ReadFiles read = read_text(
      ">wrapped\nGGGGAAAA\n....CCCC\n>twice\nGGGCUUCG\nGCCCAAAA\n>open\nGGGG\n(...\n>odd\nGGGG\n(..)x\n"
      ">tail\nGGGG\n(..) GGGG\n>gapped\nGG.G\nGGGG\n>fine\nGGGGAAAACCCC\n((((....))))\n");
  EXPECT_THAT(
      read.rejections,
      ElementsAre(HasSubstr("record 'wrapped': the structure opens 'C' at position 8 that is never closed"),
                  HasSubstr("record 'open': the structure opens a bracket at position 1"), HasSubstr("record 'odd'"),
                  HasSubstr("line 15 has 'GGGG' behind the structure, which is no energy"),
                  HasSubstr("record 'gapped'")));
  ASSERT_EQ(read.records.size(), 2U);
  EXPECT_EQ(read.records[0].sequence, "GGGCUUCGGCCCAAAA");
}

// Kind 10: nobody takes the first of several structures without a word.
TEST(Kind10, SeveralStructuresComeOutOneByOneAndAreTold) {
  const std::string text =
      ">id\nGGGGAAAACCCC\n((((....))))\n.(((....))). -3.2\n>b\nGGAACC\n((..)) ( -1.0)\n"
      "((,,)) [ -1.20]\n((..)) { -1.10 d=0.5}\n frequency of mfe structure in ensemble 0.5;\n";
  const ReadFiles read = read_text(text);
  ASSERT_EQ(read.records.size(), 3U);
  EXPECT_EQ(read.records[1].structure, ".(((....))).");
  EXPECT_EQ(read.records[1].alternative, 1);
  EXPECT_EQ(read.records[2].id, "b");
  EXPECT_THAT(read.notes, ElementsAre(HasSubstr("1 records are further structures of the one before (first: 'id')")));
  const TemporaryFile file(text);
  EXPECT_EQ(read_files({file.path(), Wanted::kSequencesOnly}).records.size(), 2U);
}

TEST(Kind10, PseudoknotsAreToldAndLeftOut) {
  const ReadFiles read = read_text(">k\nGGGGAAGGGGAACCCCAACCCC\n((((..[[[[..))))..]]]]\n");
  ASSERT_EQ(read.records.size(), 1U);
  EXPECT_EQ(read.records[0].structure, "((((........))))......");
  EXPECT_THAT(
      read.notes,
      ElementsAre(HasSubstr("1 structures have pseudoknots (first: 'k'); 4 pairs that cross others are left out")));
}

// Kind 15: formats that are not read are named for what they are, by one sentence.
TEST(Kind15, WhatIsNotReadIsNamed) {
  EXPECT_THAT(refused("LOCUS       NR_029478   80 bp   RNA\n"),
              HasSubstr(": is GenBank, which is not read; FASTA, FASTQ,"));
  EXPECT_THAT(refused("ID   X56734; SV 1; linear; mRNA; STD; PLN; 1859 BP.\n"), HasSubstr("is EMBL"));
  EXPECT_THAT(refused("@HD\tVN:1.6\n"), HasSubstr("is SAM"));
  EXPECT_THAT(refused("##gff-version 3\n"), HasSubstr("is GFF"));
  EXPECT_THAT(refused("CLUSTAL W (1.83)\n"), HasSubstr("is Clustal"));
  EXPECT_THAT(refused("{\"a\": 1}\n"), HasSubstr("is JSON"));
  EXPECT_THAT(refused("<html>\n"), HasSubstr("is HTML"));
  EXPECT_THAT(refused(std::string("\xfd"
                                  "7zXZ\0\0\0",
                                  8)),
              HasSubstr("is compressed with xz; unpack it first"));
  EXPECT_THAT(refused("BZh91AY&SY"), HasSubstr("is compressed with bzip2"));
  EXPECT_THAT(refused("\x28\xb5\x2f\xfd\x04"), HasSubstr("is compressed with zstd"));
  EXPECT_THAT(refused("PK\x03\x04zip"), HasSubstr("is a zip archive"));
  EXPECT_THAT(refused(std::string("\xff\xfe>\0a\0\n\0", 8)), HasSubstr("is UTF-16 text; save it as UTF-8"));
  EXPECT_THAT(refused(std::string("\xfe\xff\0>\0a", 6)), HasSubstr("is UTF-16 text"));
  EXPECT_THAT(refused("ACGUACGU\n"), HasSubstr(":1: 'ACGUACGU' is not FASTA"));
}

TEST(Kind15, CommentsAndBlankLinesWithoutEndAreNoFormat) {
  EXPECT_THAT(refused("#=GR a SS <<..>>\n" + std::string(100, '\n') + "IIII\n"), HasSubstr("is not FASTA"));
  EXPECT_THAT(refused("# x\n" + std::string(63, '\n')), HasSubstr("is not FASTA"));
  EXPECT_EQ(read_text("# x\n" + std::string(63, '\n') + "1 G 0\n2 A 0\n").records.size(), 1U);
}

TEST(Kind15, ProteinsAreNamedInEveryFormat) {
  const std::string protein = "MKVLAAGIVGLCAKELFQPEWSDERHTYVN", dots(protein.size(), '.');
  for (const std::string& text : {">p\n" + protein + "\n", "@p\n" + protein + "\n+\n" + dots + "\n",
                                  "# p\n" + protein + "\n" + dots + "\n", "# STOCKHOLM 1.0\np " + protein + "\n//\n"}) {
    EXPECT_THAT(refused(text), HasSubstr("record 'p' looks like a protein (MKVL")) << text;
  }
  EXPECT_THAT(refused("# p\n1 M 0\n2 K 0\n3 V 0\n4 L 0\n5 E 0\n6 F 0\n7 Q 0\n8 P 0\n9 L 0\n10 F 0\n"),
              HasSubstr("looks like a protein (MKVLEFQPLF)"));
  const ReadFiles read = read_text("@a\nACGU\n+\nIIII\n@p\n" + protein + "\n+\n" + dots + "\n");
  EXPECT_EQ(read.records.size(), 1U);
  EXPECT_THAT(read.rejections, ElementsAre(HasSubstr("record 'p': looks like a protein; RNA or DNA is read")));
}

TEST(Kind15, MarksReturnsAndPaddingAreRead) {
  const auto sequences = [](const std::string& text) {
    std::string all;
    for (const Record& record : read_text(text).records) all += record.id + ":" + record.sequence + " ";
    return all;
  };
  EXPECT_EQ(sequences("\xef\xbb\xbf>a\nACGU\n\xef\xbb\xbf>b\nGG\n"), "a:ACGU b:GG ");
  EXPECT_EQ(sequences(">a\rACGU\rACGU\r>b\rGG"), "a:ACGUACGU b:GG ");
  EXPECT_EQ(sequences(">a\r\nACGU\r\n>b\r\nGG\r\n"), "a:ACGU b:GG ");
  const TemporaryFile zipped("", "x.gz");
  TextWriter writer(zipped.path());
  writer.write(">a\nACGU\n");
  writer.close();
  const auto bytes = read_bytes(zipped.path());
  const std::string packed(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_EQ(sequences(packed + std::string(512, '\0')), "a:ACGU ");
  EXPECT_EQ(sequences(packed + packed), "a:ACGU a:ACGU ");
  EXPECT_THAT(refused(packed + "garbage"), HasSubstr("bytes that are no gzip data follow it"));
}

TEST(Files, AnyNumberAreReadAsOne) {
  const TemporaryFile a(">a\nACGU\n"), b("3 b\n1 A 0 2 0 1\n2 A 1 3 0 2\n3 A 2 0 0 3\n"), c("@a\nGG\n+\nII\n"),
      none("");
  const ReadFiles read = read_files(std::vector<std::string>{a.path(), b.path(), c.path()});
  ASSERT_EQ(read.records.size(), 3U);
  EXPECT_EQ(read.records[1].file, b.path());
  EXPECT_EQ(read.records[2].index, 2);
  EXPECT_THAT(read.notes,
              ElementsAre(HasSubstr(c.path() + ": 1 records repeat the id of an earlier one (first: 'a')")));
  EXPECT_THAT(error_of([&] {
                read_files(std::vector<std::string>{a.path(), none.path()});
              }),
              HasSubstr(none.path() + ": is empty"));
}

}  // namespace
}  // namespace stemloop
