// Laws of the scan: neither tiles, chunks, threads, kills nor the order of contigs change a byte; coordinates lead back to
// the letters; neighbours stay apart; a shuffled genome has nothing in it; and what is wrong with an input is said.
#include "scan/scan.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::random_sequence;
using testing::TemporaryFile;
using testing::TemporaryFolder;

std::shared_ptr<const Model> standard_model() {
  static const auto model = make_model(turner2004_parameters());
  return model;
}

// cel-mir-35 to 41 lie in such distances; hsa-let-7a-1 stands for all precursors here.
const std::string kPrecursor = "UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA";

std::string reversed(std::string s) {
  std::reverse(s.begin(), s.end());
  for (char& c : s) c = c == 'A' ? 'U' : c == 'C' ? 'G' : c == 'G' ? 'C' : c == 'U' ? 'A' : c;
  return s;
}

std::string plant(std::string genome, std::size_t at, const std::string& what) { return genome.replace(at, what.size(), what); }

std::string fasta(const std::string& name, const std::string& letters) {
  std::string text = ">" + name + "\n";
  for (std::size_t k = 0; k < letters.size(); k += 60) text += letters.substr(k, 60) + "\n";
  return text;
}

// Two contigs: one of three tiles with precursors on both strands, one at a border of cores and two in a row, N runs and
// soft-masked letters; one shorter than the span.
std::string test_genome() {
  std::string a = random_sequence(150'000, 0.42, 31, 0);
  a = plant(a, 5'000, kPrecursor);
  a = plant(a, 20'000, reversed(kPrecursor));
  a = plant(a, 64'960, kPrecursor);
  a = plant(a, 90'000, kPrecursor);
  a = plant(a, 90'090, kPrecursor);
  a = plant(a, 70'000, std::string(3'000, 'N'));
  for (std::size_t k = 100'000; k < 101'000; ++k) a[k] = static_cast<char>(std::tolower(a[k]));
  return fasta("one", a) + fasta("two:x-y", kPrecursor + "ACGUACGUAC");
}

ScanOptions options_for(const std::string& genome, const std::string& part) {
  ScanOptions o;
  o.genome = genome;
  o.part = part;
  o.decoy_share = 0.5;
  o.least_decoy_letters = 0;
  o.told = {{"version", "test"}};
  return o;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

ScanTally scan(const ScanOptions& o) { return scan_tiles(o, survey_genome(o.genome), standard_model(), shape_judge(), {}); }

std::string merged(const std::vector<std::string>& parts, const TemporaryFolder& folder, const std::string& format = "tsv") {
  MergeOptions m;
  m.outputs.main = folder.path("merged");
  m.outputs.format = format;
  merge_parts(parts, m);
  return text_of(m.outputs.main);
}

std::vector<std::vector<std::string>> rows_of(const std::string& tsv) {
  std::vector<std::vector<std::string>> rows;
  std::stringstream lines(tsv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> row;
    for (const auto field : split_fields(line, '\t')) row.emplace_back(field);
    rows.push_back(row);
  }
  rows.erase(rows.begin());
  return rows;
}

TEST(ScanTiles, CoresCoverEveryContigOnce) {
  for (const std::int64_t length : {0L, 1L, 65'999L, 66'000L, 66'001L, 129'999L, 130'000L, 130'001L, 1'000'000L}) {
    std::int64_t end = 0;
    for (std::int64_t k = 0; k < tile_count(length); ++k) {
      const auto core = tile_core(length, k);
      EXPECT_EQ(core.first, end) << length;
      EXPECT_GE(core.second, core.first) << length;
      end = core.second;
    }
    EXPECT_EQ(end, length);
    const TemporaryFile file(fasta("c", random_sequence(static_cast<int>(length), 0.5, 1, 1)));
    TileReader reader(file.path(), false);
    Tile tile;
    std::int64_t number = 0, count = 0;
    while (reader.next(tile, number)) {
      EXPECT_EQ(number, count);
      const auto core = tile_core(length, count++);
      EXPECT_EQ(tile.core_begin, core.first);
      EXPECT_EQ(tile.core_end, core.second);
    }
    EXPECT_EQ(count, tile_count(length)) << length;
  }
}

TEST(ScanCandidates, AreTheSameWhereverTilesAreCut) {
  CandidateFinder finder(standard_model(), {.shape = -6});
  const std::string s = random_sequence(6'000, 0.5, 32, 0);
  Tile whole{0, 0, 0, 6'000, 0, s};
  const std::vector<Candidate> all = finder.find(whole);
  ASSERT_GT(all.size(), 40U);
  for (const std::int64_t cut : {1'500, 2'999, 4'001}) {
    std::vector<Candidate> both;
    for (const auto& [begin, end] : {std::pair<std::int64_t, std::int64_t>{0, cut}, {cut, 6'000}}) {
      Tile tile{0, 0, begin, end, std::max<std::int64_t>(0, begin - kTileMargin), {}};
      const std::int64_t last = std::min<std::int64_t>(6'000, end + kTileMargin);
      tile.letters = s.substr(static_cast<std::size_t>(tile.offset), static_cast<std::size_t>(last - tile.offset));
      for (Candidate& c : finder.find(tile)) both.push_back(std::move(c));
    }
    std::stable_sort(both.begin(), both.end(), [](const Candidate& a, const Candidate& b) {
      return std::tie(a.begin, a.end, a.reverse, a.stem_loop.loop_open) < std::tie(b.begin, b.end, b.reverse, b.stem_loop.loop_open);
    });
    ASSERT_EQ(both.size(), all.size());
    for (std::size_t k = 0; k < all.size(); ++k) {
      EXPECT_EQ(both[k].begin, all[k].begin);
      EXPECT_EQ(both[k].window, all[k].window);
      EXPECT_EQ(both[k].stem_loop.structure, all[k].stem_loop.structure);
    }
  }
}

TEST(ScanCandidates, OtherStrandIsTheReverseComplement) {
  CandidateFinder finder(standard_model(), {.shape = -6});
  const std::string s = random_sequence(3'000, 0.5, 33, 0);
  const auto forward = finder.find({0, 0, 0, 3'000, 0, s});
  const auto other = finder.find({0, 0, 0, 3'000, 0, reversed(s)});
  const auto key = [](const std::vector<Candidate>& list, bool flip) {
    std::vector<std::string> keys;
    for (const Candidate& c : list) {
      const std::int64_t begin = flip ? 3'000 - c.end : c.begin;
      keys.push_back(fmt::format("{} {} {}", begin, c.reverse != flip, c.window));
    }
    std::sort(keys.begin(), keys.end());
    return keys;
  };
  EXPECT_EQ(key(forward, false), key(other, true));
}

TEST(Scan, ThreadsChunksAndContigOrderChangeNothing) {
  const TemporaryFile genome(test_genome());
  const TemporaryFolder folder;
  ScanOptions o = options_for(genome.path(), folder.path("whole"));
  const ScanTally tally = scan(o);
  EXPECT_EQ(tally.letters, 150'090);
  EXPECT_GT(tally.decoy_letters, 0);
  const std::string whole = merged({o.part}, folder);
  for (const int threads : {2, 7}) {
    o.threads = threads;
    scan(o);
    EXPECT_EQ(merged({o.part}, folder), whole) << threads << " threads";
  }
  for (const int chunks : {1, 3, 16}) {
    std::vector<std::string> parts;
    for (int k = chunks; k >= 1; --k) {
      ScanOptions chunk = options_for(genome.path(), folder.path(fmt::format("part{}", k)));
      chunk.chunk = k;
      chunk.chunks = chunks;
      scan(chunk);
      parts.push_back(chunk.part);
    }
    EXPECT_EQ(merged(parts, folder), whole) << chunks << " chunks";
  }
  // Contigs the other way round: the same lines in another order.
  const std::string text = test_genome();
  const std::size_t second = text.find(">two");
  const TemporaryFile turned(text.substr(second) + text.substr(0, second));
  o = options_for(turned.path(), folder.path("turned"));
  scan(o);
  auto a = rows_of(whole), b = rows_of(merged({o.part}, folder));
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  EXPECT_EQ(a, b);
}

TEST(Scan, GoesOnAfterAKillAtAnyByte) {
  const TemporaryFile genome(test_genome());
  const TemporaryFolder folder;
  ScanOptions o = options_for(genome.path(), folder.path("part"));
  scan(o);
  const std::string part = text_of(o.part);
  const std::size_t head = part.find("tile\t0");
  for (int item = 0; item < 20; ++item) {
    Random random(34, static_cast<std::uint64_t>(item));
    const std::size_t killed = item < 2 ? random.below(head) : head + random.below(part.size() - head + 1);
    std::ofstream(o.part, std::ios::binary) << part.substr(0, killed);
    o.resume = true;
    const ScanTally tally = scan(o);
    ASSERT_EQ(text_of(o.part), part) << "killed at byte " << killed;
    EXPECT_EQ(tally.resumed_tiles > 0, part.rfind("end\t", killed) != std::string::npos &&
                                           part.substr(0, killed).find("\nend\t0\t") != std::string::npos &&
                                           part.find('\n', part.find("\nend\t0\t") + 1) < killed);
  }
}

TEST(Scan, EveryLocusIsFoundBackInTheGenome) {
  const std::string text = test_genome();
  const TemporaryFile genome(text);
  std::map<std::string, std::string> contigs;
  std::stringstream lines(text);
  std::string name;
  for (std::string line; std::getline(lines, line);) {
    if (line[0] == '>') {
      name = line.substr(1);
    } else {
      for (const char c : line) contigs[name] += static_cast<char>(std::toupper(c));
    }
  }
  const TemporaryFolder folder;
  ScanOptions o = options_for(genome.path(), folder.path("part"));
  o.min_probability = 0.5;
  scan(o);
  MergeOptions m;
  m.outputs.main = folder.path("tsv");
  m.outputs.bed = folder.path("bed");
  m.outputs.gff3 = folder.path("gff3");
  m.outputs.arms = folder.path("arms");
  merge_parts({o.part}, m);
  const auto rows = rows_of(text_of(m.outputs.main));
  ASSERT_GT(rows.size(), 20U);
  const auto letters_at = [&](const std::string& contig, std::int64_t begin, std::int64_t end, const std::string& strand) {
    const std::string s = contigs.at(contig).substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    return strand == "+" ? s : reversed(s);
  };
  std::string before;
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 17U);
    EXPECT_EQ(letters_at(row[0], std::stoll(row[1]) - 1, std::stoll(row[2]), row[3]), row[15]) << row[6];
    EXPECT_EQ(evaluate(standard_model()->energy, row[15], row[16]).energy, std::lround(100 * std::stod(row[8])));
    EXPECT_EQ(std::to_string(row[15].size()), row[7]);
  }
  const std::vector<Interval> tsv = read_intervals(m.outputs.main), bed = read_intervals(m.outputs.bed),
                              gff3 = read_intervals(m.outputs.gff3);
  ASSERT_EQ(tsv.size(), bed.size());
  ASSERT_EQ(tsv.size(), gff3.size());
  for (std::size_t k = 0; k < tsv.size(); ++k) {
    for (const Interval* other : {&bed[k], &gff3[k]}) {
      EXPECT_EQ(tsv[k].contig, other->contig);
      EXPECT_EQ(tsv[k].begin, other->begin);
      EXPECT_EQ(tsv[k].end, other->end);
      EXPECT_EQ(tsv[k].strand, other->strand);
    }
  }
  // Arms: header "id-5p contig:start-end", then letters.
  std::stringstream arms(text_of(m.outputs.arms));
  int seen = 0;
  for (std::string header, letters; std::getline(arms, header) && std::getline(arms, letters); ++seen) {
    const std::string place = header.substr(header.find(' ') + 1);
    const std::size_t colon = place.rfind(':'), dash = place.rfind('-');
    const std::string strand = header.substr(header.find(' ') - 4, 1);
    EXPECT_EQ(letters_at(place.substr(0, colon), std::stoll(place.substr(colon + 1)) - 1, std::stoll(place.substr(dash + 1)), strand),
              letters)
        << header;
  }
  EXPECT_GT(seen, 20);
  // What was planted is there, once each, neighbours apart, on the right strand.
  const auto covering = [&](std::int64_t begin, std::int64_t end, char strand) {
    return std::count_if(tsv.begin(), tsv.end(), [&](const Interval& i) {
      return i.contig == "one" && i.strand == strand && i.begin < end && i.end > begin &&
             2 * (std::min(i.end, end) - std::max(i.begin, begin)) > i.end - i.begin;
    });
  };
  for (const std::int64_t at : {5'000, 64'960, 90'000, 90'090}) EXPECT_EQ(covering(at, at + 80, '+'), 1) << at;
  EXPECT_EQ(covering(20'000, 20'080, '-'), 1);
  EXPECT_TRUE(std::none_of(tsv.begin(), tsv.end(), [](const Interval& i) {
    return i.contig == "one" && i.end > 70'000 && i.begin < 73'000;
  }));
}

ScanCall call(std::int64_t begin, std::int64_t end, double probability, bool reverse = false) {
  ScanCall c;
  c.begin = begin;
  c.end = end;
  c.probability = probability;
  c.reverse = reverse;
  return c;
}

TEST(ScanLoci, TheBestOfThoseThatCoverEachOtherStays) {
  const std::vector<ContigInfo> contigs = {{"c", 100'000, 0}};
  std::vector<Locus> loci;
  LociBuilder builder(contigs, [&](const Locus& locus) { loci.push_back(locus); });
  builder.add({call(100, 180, 0.9), call(130, 210, 0.95), call(165, 250, 0.5), call(130, 210, 0.6, true),
               call(300, 380, 0.8), call(340, 420, 0.7), call(385, 460, 0.3)},
              0, 1'000);
  builder.finish();
  // 100-180 shares 50 of 80 with a better one; 165-250 shares 45 of 80 with it; 300 and 340 share just half.
  std::vector<std::string> kept;
  for (const Locus& l : loci) kept.push_back(fmt::format("{} {}{}", locus_id(l.call, "c"), l.call.probability, l.antisense_of.empty() ? "" : " anti " + l.antisense_of));
  EXPECT_THAT(kept, ::testing::ElementsAre("c:131-210:+ 0.95", "c:131-210:- 0.6 anti c:131-210:+", "c:301-380:+ 0.8",
                                           "c:341-420:+ 0.7", "c:386-460:+ 0.3"));
}

TEST(ScanLoci, QValuesAreMonotoneAndCountDecoys) {
  const FalseCalls rates({0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3}, {0.65, 0.35, 0.2, 0.1}, 1'000'000, 2'000'000);
  // (D + 1) / 2 / R: nothing above 0.65 but the one more decoy.
  EXPECT_DOUBLE_EQ(rates.q_value(0.9), 0.5 / 3);
  EXPECT_DOUBLE_EQ(rates.q_value(0.7), 0.5 / 3);
  EXPECT_DOUBLE_EQ(rates.q_value(0.6), 1.0 / 6);  // of all six at 0.4: 2 decoys in twice the letters
  EXPECT_DOUBLE_EQ(rates.q_value(0.4), 1.0 / 6);
  EXPECT_DOUBLE_EQ(rates.q_value(0.3), 1.5 / 7);
  EXPECT_DOUBLE_EQ(rates.per_mb(0.3), 1.0);
  const FalseCalls none({0.9}, {}, 1'000'000, 0);
  EXPECT_DOUBLE_EQ(none.q_value(0.9), 1);
}

TEST(Scan, AShuffledGenomeHasNothingInIt) {
  int with_calls = 0;
  for (int seed = 0; seed < 20; ++seed) {
    Tile tile{0, 0, 0, 10'000, 0, random_sequence(10'000, 0.45, 35, static_cast<std::uint64_t>(seed))};
    const TemporaryFile genome(fasta("c", decoy_of(tile, "c", 99, 0).letters));
    const TemporaryFolder folder;
    ScanOptions o = options_for(genome.path(), folder.path("part"));
    o.decoy_share = 4;
    o.seed = static_cast<std::uint64_t>(seed);
    scan(o);
    MergeOptions m;
    m.outputs.main = folder.path("tsv");
    m.fdr = 0.05;
    with_calls += merge_parts({o.part}, m).written > 0 ? 1 : 0;
  }
  EXPECT_LE(with_calls, 1);
}

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
    for (std::size_t k = 0; k + 1 < letters.size(); ++k) ++counts[std::string{static_cast<char>(std::toupper(letters[k])), static_cast<char>(std::toupper(letters[k + 1]))}];
    return counts;
  };
  for (const std::size_t window : {0, 1'500}) {
    EXPECT_EQ(pairs(std::string_view(s).substr(window, 500)), pairs(std::string_view(decoy.letters).substr(window, 500)));
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
  const auto part = [&](const std::string& name, int k, const std::string& from, const std::string& version, std::uint64_t seed) {
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
  EXPECT_THAT(error({one, part("v", 2, genome.path(), "2", 1)}), HasSubstr("different runs: version '1' and version '2'"));
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
  EXPECT_EQ(static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& row) {
              return row[0] == "one" && std::stoi(row[1]) >= 4'900 && std::stoi(row[2]) <= 20'100;
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
  const auto half = std::find_if(locus.cuts.begin(), locus.cuts.end(), [](const CutFigures& c) { return c.name == "half of the loci"; });
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

TEST(ScanReal, TheClusterOfMir35IsSevenHairpins) {
  STEMLOOP_SHARED_FILE(genome, "data/scan_genomes/cel_mir35_cluster.fa.gz");
  STEMLOOP_SHARED_FILE(known, "data/scan_genomes/truth_mirbase_v22.tsv");
  const TemporaryFolder folder;
  ScanOptions o = options_for(genome, folder.path("part"));
  o.decoy_share = 0;
  o.min_probability = 0.9;
  scan(o);
  merged({o.part}, folder);
  std::vector<Interval> calls = read_intervals(folder.path("merged"));
  std::vector<Interval> truth = read_intervals(known, "cel_mir35_cluster");
  std::erase_if(truth, [](const Interval& i) { return i.name == "cel-mir-229"; });  // of chromosome III
  ASSERT_EQ(truth.size(), 7U);
  std::vector<std::size_t> order;
  const std::vector<int> found = match_calls(calls, truth, HitRule::kHalfOfBoth, order);
  std::map<std::int64_t, std::string> by_place;
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (found[k] >= 0) by_place[calls[order[k]].begin] = truth[static_cast<std::size_t>(found[k])].name;
  }
  std::vector<std::string> names;
  for (const auto& [place, name] : by_place) names.push_back(name);
  EXPECT_THAT(names, ::testing::ElementsAre("cel-mir-35", "cel-mir-36", "cel-mir-37", "cel-mir-38", "cel-mir-39", "cel-mir-40", "cel-mir-41"));
}

}  // namespace
}  // namespace stemloop
