#include "seq/seq.h"

#include <gmock/gmock.h>

#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::TemporaryFile;

struct Read {
  std::vector<Record> records;
  std::vector<Rejection> rejections;
  std::int64_t duplicates = 0;
};

Read read_all(const std::string& text) {
  const TemporaryFile file(text);
  RecordReader reader(file.path());
  Read result;
  while (auto item = reader.next()) {
    if (auto* record = std::get_if<Record>(&*item)) {
      result.records.push_back(*record);
    } else {
      result.rejections.push_back(std::get<Rejection>(*item));
    }
  }
  result.duplicates = reader.duplicate_ids();
  return result;
}

TEST(Nucleotides, PairsReverseIntoEachOther) {
  for (int a = 0; a < kBaseCount; ++a) {
    for (int b = 0; b < kBaseCount; ++b) EXPECT_EQ(kReversedPair[kPairTypes[a][b]], kPairTypes[b][a]);
  }
  EXPECT_EQ(kPairTypes[base_code('g')][base_code('T')], 3);
  EXPECT_EQ(kPairTypes[base_code('N')][base_code('U')], kNoPair);
}

TEST(DotBracket, RoundTrip) {
  const std::string structure = "..((.((...))..)).(...)";
  EXPECT_EQ(dot_bracket(pair_table(structure)), structure);
  EXPECT_EQ(pair_table("(...)")[0], 4);
}

TEST(DotBracket, UnbalancedStructuresNameThePosition) {
  EXPECT_EQ(error_of([] { pair_table("(()"); }), "the structure opens a bracket at position 1 that is never closed");
  EXPECT_EQ(error_of([] { pair_table("())"); }), "the structure closes a bracket at position 3 that was never opened");
  EXPECT_EQ(error_of([] { pair_table("(.[)"); }), "the structure has '[' at position 3; only ( ) and . are known");
}

TEST(Fasta, AsTheWorldWritesIt) {
  const Read read = read_all("\n>a first one\r\nACGT acgu\r\nNNRY\r\n\r\n>b\tx\nGGG\n>c\nAAA");
  ASSERT_EQ(read.records.size(), 3U);
  EXPECT_TRUE(read.rejections.empty());
  EXPECT_EQ(read.records[0].id, "a");
  EXPECT_EQ(read.records[0].description, "first one");
  EXPECT_EQ(read.records[0].sequence, "ACGUACGUNNRY");
  EXPECT_EQ(read.records[1].id, "b");
  EXPECT_EQ(read.records[1].description, "x");
  EXPECT_EQ(read.records[2].sequence, "AAA");
  EXPECT_EQ(read.records[2].line, 8);
}

TEST(Fasta, StructureLinesMayCarryAnEnergy) {
  const Read read = read_all(">a\nGGGAAACCC\n(((...))) ( -1.20)\n>b\nGGGG\nAAAA\n....\n....\n");
  ASSERT_EQ(read.records.size(), 2U);
  EXPECT_EQ(read.records[0].structure, "(((...)))");
  EXPECT_EQ(read.records[1].structure, "........");
}

TEST(Fasta, EveryRecordComesOutOnceAsRecordOrRejection) {
  const Read read = read_all(
      ">ok\nACGU\n>\nACGU\n>empty\n>star\nACG*U\n>gap\nAC-GU\n>digit\n1 "
      "ACGU\n>long\nGGGAAACCC\n((.))\n>late\nGGG\n...\nAAA\n>ok2\nA\n");
  EXPECT_EQ(read.records.size(), 2U);
  ASSERT_EQ(read.rejections.size(), 7U);
  EXPECT_THAT(read.rejections[0].reason, HasSubstr(":3: record '': the header has no name"));
  EXPECT_THAT(read.rejections[1].reason, HasSubstr(":5: record 'empty': there is no sequence under the header"));
  EXPECT_THAT(read.rejections[2].reason, HasSubstr("record 'star': line 7 has '*' in the sequence"));
  EXPECT_THAT(read.rejections[3].reason, HasSubstr("line 9 has '-' in the sequence"));
  EXPECT_THAT(read.rejections[4].reason, HasSubstr("line 11 has '1' in the sequence"));
  EXPECT_THAT(read.rejections[5].reason, HasSubstr("the structure has 5 characters but the sequence has 9 letters"));
  EXPECT_THAT(read.rejections[6].reason, HasSubstr("line 18 continues the sequence after its structure"));
}

TEST(Fasta, DuplicateIdsAreKeptAndCounted) {
  const Read read = read_all(">a\nA\n>b\nC\n>a\nG\n>a\nU\n");
  EXPECT_EQ(read.records.size(), 4U);
  EXPECT_EQ(read.duplicates, 2);
}

TEST(Fasta, WhatIsNoFastaIsAnError) {
  EXPECT_THAT(error_of([] { read_all("id\tsequence\n"); }),
              HasSubstr(":1: 'id\\x09sequence' is not FASTA: a record begins with a line '>name'"));
  EXPECT_THAT(error_of([] { read_all(""); }), HasSubstr("is empty: no FASTA record found"));
  EXPECT_THAT(error_of([] { read_all("\n \n"); }), HasSubstr("is empty"));
}

TEST(Fasta, ALineOfAMegabyte) {
  const Read read = read_all(">a\n" + std::string(1 << 20, 'G') + "\n>b\nACGU\n");
  ASSERT_EQ(read.records.size(), 2U);
  EXPECT_EQ(read.records[0].sequence.size(), std::size_t{1} << 20);
}

}  // namespace
}  // namespace stemloop
