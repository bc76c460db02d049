// Laws of the scan: neither tiles, chunks, threads, kills nor the order of contigs change a byte; coordinates lead back
// to the letters; neighbours stay apart; a shuffled genome has nothing in it.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include "sanitized.h"
#include "scan_support.h"

namespace stemloop {
namespace {

using namespace testing;
using ::testing::HasSubstr;

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
      return std::tie(a.begin, a.end, a.reverse, a.stem_loop.loop_open) <
             std::tie(b.begin, b.end, b.reverse, b.stem_loop.loop_open);
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
  for (const int threads : testing::kSanitized ? std::vector{7} : std::vector{2, 7}) {
    o.threads = threads;
    scan(o);
    EXPECT_EQ(merged({o.part}, folder), whole) << threads << " threads";
  }
  for (const int chunks : testing::kSanitized ? std::vector{3} : std::vector{1, 3, 16}) {
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
  for (int item = 0; item < testing::often(20); ++item) {
    Random random(34, static_cast<std::uint64_t>(item));
    const std::size_t killed = item % 10 == 0 ? random.below(head) : head + random.below(part.size() - head + 1);
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
  const auto letters_at = [&](const std::string& contig, std::int64_t begin, std::int64_t end,
                              const std::string& strand) {
    const std::string s =
        contigs.at(contig).substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
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
    EXPECT_EQ(letters_at(place.substr(0, colon), std::stoll(place.substr(colon + 1)) - 1,
                         std::stoll(place.substr(dash + 1)), strand),
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
  EXPECT_TRUE(std::none_of(tsv.begin(), tsv.end(),
                           [](const Interval& i) { return i.contig == "one" && i.end > 70'000 && i.begin < 73'000; }));
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
  for (const Locus& l : loci)
    kept.push_back(fmt::format("{} {}{}", locus_id(l.call, "c"), l.call.probability,
                               l.antisense_of.empty() ? "" : " anti " + l.antisense_of));
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
  EXPECT_THAT(names, ::testing::ElementsAre("cel-mir-35", "cel-mir-36", "cel-mir-37", "cel-mir-38", "cel-mir-39",
                                            "cel-mir-40", "cel-mir-41"));
}

}  // namespace
}  // namespace stemloop
