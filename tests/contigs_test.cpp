// Contigs in pieces: the pieces of a contig, laid over each other, are the contig, whatever the size of a piece and
// however the file is wrapped or packed.
#include <gmock/gmock.h>

#include "seq/seq.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::random_sequence;
using testing::TemporaryFile;

struct Contig {
  std::string name, letters;
  bool operator==(const Contig&) const = default;
};

// Joins pieces and checks what every piece promises.
std::vector<Contig> joined(const std::string& path, const ContigOptions& options) {
  ContigReader reader(path, options);
  std::vector<Contig> contigs;
  bool last = true;
  while (const auto piece = reader.next()) {
    EXPECT_EQ(piece->first, last);
    if (piece->first) contigs.push_back({piece->contig, ""});
    Contig& contig = contigs.back();
    EXPECT_EQ(piece->index, static_cast<std::int64_t>(contigs.size()) - 1);
    EXPECT_LE(piece->letters.size(), options.piece);
    const auto shared = contig.letters.size() - static_cast<std::size_t>(piece->offset);
    EXPECT_EQ(shared, piece->first ? 0 : options.overlap);
    EXPECT_EQ(contig.letters.substr(contig.letters.size() - shared), piece->letters.substr(0, shared));
    EXPECT_TRUE(piece->first || piece->letters.size() > shared) << "a piece without a letter of its own";
    contig.letters += piece->letters.substr(shared);
    last = piece->last;
  }
  EXPECT_TRUE(last);
  return contigs;
}

std::string wrapped(const std::string& text, std::size_t width, const std::string& line_end) {
  std::string lines;
  for (std::size_t i = 0; i < text.size(); i += width) lines += text.substr(i, width) + line_end;
  return lines;
}

TEST(Contigs, PiecesLaidOverEachOtherAreTheContig) {
  const std::vector<Contig> contigs = {{"chr1", random_sequence(1000, 0.4, 5, 1)},
                                       {"none", ""},
                                       {"chr2", random_sequence(64, 0.4, 5, 2)},
                                       {"one", "G"},
                                       {"chr3", random_sequence(300'000, 0.4, 5, 3)}};
  for (const std::string line_end : {"\n", "\r\n", "\r"}) {
    for (const std::size_t width : {std::size_t{60}, std::size_t{64}, std::size_t{400'000}}) {
      std::string text;
      for (const Contig& contig : contigs)
        text += ">" + contig.name + " words" + line_end + wrapped(contig.letters, width, line_end);
      const TemporaryFile file(text);
      for (const auto& [piece, overlap] :
           {std::pair<std::size_t, std::size_t>{64, 0}, {65, 60}, {1000, 200}, {1 << 20, 5000}}) {
        EXPECT_EQ(joined(file.path(), {piece, overlap, false}), contigs) << piece << " " << overlap << " " << width;
      }
    }
  }
}

TEST(Contigs, PackedIsTheSameAsPlain) {
  const std::vector<Contig> contigs = {{"a", random_sequence(300'000, 0.4, 7, 1)}};
  const TemporaryFile packed("", "genome.fa.gz");
  TextWriter writer(packed.path());
  writer.write(">a\n" + wrapped(contigs[0].letters, 60, "\n"));
  writer.close();
  EXPECT_EQ(joined(packed.path(), {10'000, 160, false}), contigs);
  const auto bytes = read_bytes(packed.path());
  const std::string whole(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const std::size_t cut : {whole.size() / 3, whole.size() / 2, whole.size() - 28, whole.size() - 1}) {
    const TemporaryFile half(whole.substr(0, cut));
    EXPECT_THAT(error_of([&] { joined(half.path(), {10'000, 160, false}); }), HasSubstr("truncated")) << cut;
  }
}

TEST(Contigs, LettersAreRnaAndMasksAreKeptOnRequest) {
  const TemporaryFile file(">a x\nACGT ntRy\n;comment\ntT\n");
  ContigReader plain(file.path());
  EXPECT_EQ(plain.next()->letters, "ACGUNURYUU");
  ContigReader masked(file.path(), {100, 0, true});
  EXPECT_EQ(masked.next()->letters, "ACGUnuRyuU");
}

TEST(Contigs, EmptyOnesAndRepeatedNamesAreTold) {
  const TemporaryFile file(">a\n>b\nACGU\n>a\nGG\n>c\n");
  ContigReader reader(file.path());
  std::string seen;
  while (const auto piece = reader.next()) seen += piece->contig + (piece->repeated_name ? "! " : " ");
  EXPECT_EQ(seen, "a b a! c ");
  EXPECT_EQ(reader.empty_contigs(), 2);
  EXPECT_EQ(reader.first_empty(), "a");
  EXPECT_EQ(reader.repeated_names(), 1);
  EXPECT_EQ(reader.first_repeated(), "a");
}

TEST(Contigs, WhatIsNoGenomeIsAnErrorWithItsLine) {
  const auto error = [](const std::string& text) {
    const TemporaryFile file(text);
    return error_of([&] { joined(file.path(), {}); });
  };
  EXPECT_THAT(error(">a\nACGU\nAC-GU\n"),
              HasSubstr(":3: contig 'a' has '-' in the sequence; only letters are allowed"));
  EXPECT_THAT(error(">a\r\nACGU\r\n\r\nAC1GU\r\n"), HasSubstr(":4: contig 'a' has '1'"));
  EXPECT_THAT(error(">a\nACGU\n> \nACGU\n"), HasSubstr(":3: the header has no name"));
  EXPECT_THAT(error("ACGU\n"), HasSubstr(":1: 'ACGU' is not FASTA"));
  EXPECT_THAT(error("\n\n"), HasSubstr("is empty: no FASTA record found"));
  const TemporaryFile file(">a\nACGU\n");
  EXPECT_EQ(error_of([&] { ContigReader(file.path(), {10, 10, false}); }), "pieces of 10 letters cannot share 10");
}

}  // namespace
}  // namespace stemloop
