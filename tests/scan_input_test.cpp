// What goes into a scan and out of it: decoys, odd contigs, regions, parts; what is wrong with an input is said;
// figures of an evaluation by hand.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include "scan_support.h"

namespace stemloop {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST(ScanDecoys, KeepPairsOfLettersMasksAndGaps) {
  std::string s = random_sequence(2'000, 0.5, 36, 0);
  s.replace(700, 40, 40, 'N');
  for (std::size_t k = 1'200; k < 1'250; ++k) s[k] = static_cast<char>(std::tolower(s[k]));
  const Tile tile{0, 0, 0, 2'000, 500, s};
  const Tile decoy = decoy_of(tile, "c", 1, 0);
  EXPECT_NE(decoy.letters, s);
  EXPECT_NE(decoy.letters, decoy_of(tile, "c", 1, 1).letters);
  const auto pairs = [](std::string_view letters) {
    std::map<std::string, int> counts;
    for (std::size_t k = 0; k + 1 < letters.size(); ++k)
      ++counts[std::string{static_cast<char>(std::toupper(letters[k])),
                           static_cast<char>(std::toupper(letters[k + 1]))}];
    return counts;
  };
  for (const std::size_t window : {0, 1'500}) {
    EXPECT_EQ(pairs(std::string_view(s).substr(window, 500)),
              pairs(std::string_view(decoy.letters).substr(window, 500)));
  }
  for (std::size_t k = 0; k < s.size(); ++k) {
    ASSERT_EQ(s[k] == 'N', decoy.letters[k] == 'N');
    ASSERT_EQ(std::islower(s[k]) != 0, std::islower(decoy.letters[k]) != 0);
  }
  // A tile that begins a window later has the same letters where both are.
  const Tile later{0, 1, 0, 1'500, 1'000, s.substr(500)};
  EXPECT_EQ(decoy_of(later, "c", 1, 0).letters, decoy.letters.substr(500));
}

TEST(ScanInput, OddContigsAreScannedForWhatTheyAre) {
  const TemporaryFolder folder;
  const auto loci_of = [&](const std::string& text, bool skip = false) {
    const TemporaryFile genome(text);
    ScanOptions o = options_for(genome.path(), folder.path("part"));
    o.decoy_share = 0;
    o.skip_soft_masked = skip;
    o.min_probability = 0.5;
    scan(o);
    return rows_of(merged({o.part}, folder)).size();
  };
  std::string lower = kPrecursor;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(loci_of(">empty\n>none\n"), 0U);
  EXPECT_EQ(loci_of(">short\nACGU\n"), 0U);
  EXPECT_EQ(loci_of(">n\n" + std::string(100'000, 'N') + "\n"), 0U);
  const std::size_t found = loci_of(fasta("c", kPrecursor));
  EXPECT_GE(found, 1U);
  EXPECT_EQ(loci_of(fasta("c", lower)), found);
  EXPECT_EQ(loci_of(fasta("c", lower), true), 0U);
  std::string iupac = kPrecursor;
  iupac[40] = 'R';  // in the loop: no fold crosses it
  EXPECT_EQ(loci_of(fasta("c", iupac)), 0U);
}

TEST(ScanInput, WhatIsWrongIsSaid) {
  const TemporaryFile twice(">a\nACGU\n>a\nACGU\n");
  EXPECT_THAT(error_of([&] { survey_genome(twice.path()); }), HasSubstr(":3: contig 'a' is there twice"));

  const TemporaryFolder folder;
  const std::string path = folder.path("g.fa");
  std::ofstream(path) << ">a\nACGU\n>b\nAC\n";
  std::ofstream(path + ".fai") << "a\t4\t3\t4\t5\nb\t3\t11\t2\t3\n";
  EXPECT_THAT(error_of([&] { survey_genome(path); }), HasSubstr(".fai:2: this index is not of"));
  std::ofstream(path + ".fai") << "a\t4\t3\t4\t5\n";
  EXPECT_THAT(error_of([&] { survey_genome(path); }), HasSubstr("it tells 1 contigs, the file has 2"));
  std::ofstream(path + ".fai") << "a\t4\t3\t4\t5\nb\t2\t11\t2\t3\n";
  const GenomeSurvey genome = survey_genome(path);
  EXPECT_EQ(genome.letters, 6);

  const auto region = [&](const std::string& text) { return error_of([&] { read_regions(genome, text, ""); }); };
  EXPECT_THAT(region("c"), HasSubstr("no contig 'c'"));
  EXPECT_THAT(region("a:2-5"), HasSubstr("5 is beyond the end of 'a', which has 4 letters"));
  EXPECT_THAT(region("a:3-2"), HasSubstr("3 to 2 is no stretch"));
  EXPECT_THAT(region("a:x-2"), HasSubstr("'x' is not an integer"));
  const auto bed = [&](const std::string& text) {
    const TemporaryFile file(text, "r.bed");
    return error_of([&] { read_regions(genome, "", file.path()); });
  };
  EXPECT_THAT(bed("a\t0\t2\nb\t0\t9\n"), HasSubstr(".bed:2: 9 is beyond the end of 'b'"));
  EXPECT_THAT(bed("chr1\t0\t2\n"), HasSubstr(".bed:1: the genome has no contig 'chr1'"));
  EXPECT_THAT(bed("a 0 2\n"), HasSubstr("at least three fields"));
  EXPECT_THAT(bed("#nothing\n"), HasSubstr("there is no interval in it"));

  for (const auto& [k, n] : {std::pair{0, 3}, std::pair{4, 3}}) {
    ScanOptions o = options_for(path, folder.path("part"));
    o.chunk = k;
    o.chunks = n;
    EXPECT_THAT(error_of([&] { scan(o); }), HasSubstr(fmt::format("chunk {}/{} is not there", k, n)));
  }
}

TEST(ScanInput, ATruncatedBgzipIsNoShorterGenome) {
  const TemporaryFolder folder;
  const std::string path = folder.path("g.fa.gz");
  TextWriter out(path);
  out.write(fasta("a", random_sequence(200'000, 0.5, 38, 0)));
  out.close();
  EXPECT_EQ(survey_genome(path).letters, 200'000);
  const std::string whole = text_of(path);
  for (const std::size_t size : {whole.size() - 28, whole.size() / 2}) {  // without the end mark; within a block
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    EXPECT_THAT(error_of([&] { survey_genome(path); }), HasSubstr(path)) << size;
  }
}

TEST(ScanInput, PartsThatDoNotBelongTogetherAreNotMerged) {
  const TemporaryFile genome(fasta("a", random_sequence(140'000, 0.5, 37, 0)));
  const TemporaryFile other(fasta("a", random_sequence(140'000, 0.5, 37, 1)));
  const TemporaryFolder folder;
  const auto part = [&](const std::string& name, int k, const std::string& from, const std::string& version,
                        std::uint64_t seed) {
    ScanOptions o = options_for(from, folder.path(name));
    o.decoy_share = 0;
    o.min_probability = 0.99;
    o.candidates.reverse = false;
    o.chunk = k;
    o.chunks = 2;
    o.seed = seed;
    o.told = {{"version", version}};
    scan(o);
    return o.part;
  };
  const std::string one = part("one", 1, genome.path(), "1", 1);
  const std::string two = part("two", 2, genome.path(), "1", 1);
  const auto error = [&](const std::vector<std::string>& parts) { return error_of([&] { merged(parts, folder); }); };
  EXPECT_EQ(error({two, one}), "(no error)");
  EXPECT_THAT(error({one}), HasSubstr("the part with tiles 1 to 2 is missing"));
  EXPECT_THAT(error({two}), HasSubstr("the part with tiles 0 to 0 is missing"));
  EXPECT_THAT(error({one, two, two}), HasSubstr("are in another part too"));
  EXPECT_THAT(error({one, part("v", 2, genome.path(), "2", 1)}),
              HasSubstr("different runs: version '1' and version '2'"));
  EXPECT_THAT(error({one, part("s", 2, genome.path(), "1", 2)}), HasSubstr("different runs: options"));
  EXPECT_THAT(error({one, part("g", 2, other.path(), "1", 1)}), HasSubstr("different runs: genome"));
  // A part that is not whole, and one that was touched.
  std::string text = text_of(two);
  std::ofstream(folder.path("half")) << text.substr(0, text.size() - 20);
  EXPECT_THAT(error({one, folder.path("half")}), HasSubstr("are damaged"));
  char& digit = text[text.find('\n', text.find("\ntile\t") + 1) - 1];  // the last one of the first tile's line
  digit = digit == '1' ? '2' : '1';
  std::ofstream(folder.path("touched")) << text;
  EXPECT_THAT(error({one, folder.path("touched")}), HasSubstr("are damaged"));
  EXPECT_THAT(error({genome.path()}), HasSubstr("is no part of a scan"));
  // Another run does not go on with it.
  ScanOptions o = options_for(genome.path(), one);
  o.resume = true;
  o.told = {{"version", "1"}};
  EXPECT_THAT(error_of([&] { scan(o); }), HasSubstr("is of another run: its options"));
}

TEST(ScanInput, AFullDiskIsSaidAndTheRunGoesOnLater) {
  const TemporaryFile genome(test_genome());
  const TemporaryFolder folder;
  ScanOptions o = options_for(genome.path(), folder.path("part"));
  o.decoy_share = 0;
  scan(o);
  const std::string whole = text_of(o.part);
  set_faults("write:3");
  EXPECT_THAT(error_of([&] { scan(o); }), HasSubstr("cannot be written: No space left on device"));
  set_faults("");
  EXPECT_LT(text_of(o.part).size(), whole.size());
  o.resume = true;
  EXPECT_GT(scan(o).resumed_tiles, 0);
  EXPECT_EQ(text_of(o.part), whole);
}

TEST(ScanRegions, OnlyWhatLiesInThemIsTold) {
  const TemporaryFile genome(test_genome());
  const TemporaryFolder folder;
  ScanOptions o = options_for(genome.path(), folder.path("part"));
  o.decoy_share = 0;
  o.min_probability = 0.9;
  scan(o);
  const auto all = rows_of(merged({o.part}, folder));
  o.region = "one:4,900-20,100";
  scan(o);
  const auto some = rows_of(merged({o.part}, folder));
  ASSERT_GE(some.size(), 2U);
  for (const auto& row : some) {
    EXPECT_EQ(row[0], "one");
    EXPECT_GE(std::stoi(row[1]), 4'900);
    EXPECT_LE(std::stoi(row[2]), 20'100);
  }
  EXPECT_EQ(static_cast<std::size_t>(std::count_if(all.begin(), all.end(),
                                                   [](const auto& row) {
                                                     return row[0] == "one" && std::stoi(row[1]) >= 4'900 &&
                                                            std::stoi(row[2]) <= 20'100;
                                                   })),
            some.size());
  o.region = "two:x-y";  // a name with a colon and a dash
  scan(o);
  for (const auto& row : rows_of(merged({o.part}, folder))) EXPECT_EQ(row[0], "two:x-y");
}

TEST(ScanEvaluate, AveragePrecisionByHand) {
  const auto at = [](std::int64_t begin, std::int64_t end, double score, char strand = '+') {
    return Interval{"c", begin, end, strand, score, 1, ""};
  };
  const std::vector<Interval> truth = {at(100, 200, 0), at(300, 400, 0), at(500, 600, 0, '-')};
  // Found, found again (false), too long a call for half of both, wrong strand.
  const std::vector<Interval> calls = {at(110, 190, 0.9), at(100, 200, 0.8), at(250, 480, 0.7), at(500, 600, 0.6)};
  const ScanFigures both = evaluate_scan(calls, truth, HitRule::kHalfOfBoth, 1'000'000, 0, 1);
  EXPECT_EQ(both.found, 1);
  EXPECT_DOUBLE_EQ(both.average_precision.value, 1.0 / 3);
  const ScanFigures locus = evaluate_scan(calls, truth, HitRule::kHalfOfLocus, 1'000'000, 200, 1);
  EXPECT_EQ(locus.found, 2);
  EXPECT_DOUBLE_EQ(locus.average_precision.value, (1.0 + 2.0 / 3) / 3);
  EXPECT_LE(locus.average_precision.low, locus.average_precision.value);
  EXPECT_GE(locus.average_precision.high, locus.average_precision.value);
  EXPECT_DOUBLE_EQ(locus.recall.value, 2.0 / 3);
  const auto half = std::find_if(locus.cuts.begin(), locus.cuts.end(),
                                 [](const CutFigures& c) { return c.name == "half of the loci"; });
  ASSERT_NE(half, locus.cuts.end());
  EXPECT_EQ(half->calls, 3);
  EXPECT_DOUBLE_EQ(half->calls_per_mb, 3);
}

TEST(ScanEvaluate, TablesThatAreNoneAreRefused) {
  const TemporaryFile table("contig\tstart\tend\n1\t2\t3\n", "t.tsv");
  EXPECT_THAT(error_of([&] { read_intervals(table.path()); }), HasSubstr("has columns contig, start, end and strand"));
  const TemporaryFile strand("contig\tstart\tend\tstrand\nc\t2\t3\t*\n", "t.tsv");
  EXPECT_THAT(error_of([&] { read_intervals(strand.path()); }), HasSubstr(":2: strand '*' is neither + nor -"));
  const TemporaryFile turned("contig\tstart\tend\tstrand\nc\t5\t3\t+\n", "t.tsv");
  EXPECT_THAT(error_of([&] { read_intervals(turned.path()); }), HasSubstr(":2: 5 to 3 is no interval"));
}

}  // namespace
}  // namespace stemloop
