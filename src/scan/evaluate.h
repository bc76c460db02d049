// How well loci agree with known ones: average precision, recall and precision at cuts, with intervals.
//
// A call and a known locus of one contig and strand can be matched if they cover each other as a rule asks:
//   half of both       at least half of the locus and half of the call are common to them
//   half of the locus  at least half of the locus lies in the call, however long the call is
// Best call first, each takes the free locus it covers best; a locus is found once, and a second call on it is false.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stemloop {

/// An interval of a table: [begin, end) from 0.
struct Interval {
  std::string contig;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  char strand = '+';
  double score = 0;  // probability; of known loci nothing
  double q_value = 1;
  std::string name;
};

/// Loci as `scan` writes them (TSV), GFF3 (primary features: lines without Parent) or BED (by content of the first
/// lines), or a TSV with columns contig (or sequence), start, end, strand. `genome`, if given, picks the lines of a TSV
/// whose column genome is that. Error with file:line.
std::vector<Interval> read_intervals(const std::string& path, const std::string& genome = "");

enum class HitRule { kHalfOfBoth, kHalfOfLocus };

struct Estimate {
  double value = 0;
  double low = 0, high = 0;  // 95 % of bootstrap samples
};

struct CutFigures {
  std::string name;  // "q <= 0.05", "probability >= 0.5", "half of the loci", ...
  std::int64_t calls = 0, hits = 0;
  double recall = 0, precision = 0;
  double calls_per_mb = 0;
};

struct ScanFigures {
  std::int64_t calls = 0, loci = 0, found = 0;
  Estimate average_precision, recall;
  std::vector<CutFigures> cuts;
};

/// `letters`: of the genome, for figures per Mb (both strands together count once); 0 leaves them 0. Bootstrap samples
/// resample loci with their calls, and false calls, each with replacement; sample k draws from (seed, k).
ScanFigures evaluate_scan(const std::vector<Interval>& calls, const std::vector<Interval>& truth, HitRule rule,
                          std::int64_t letters, int samples, std::uint64_t seed);

/// For each call, best score first, the index of the locus it found or -1; `order` becomes the calls in that order.
std::vector<int> match_calls(const std::vector<Interval>& calls, const std::vector<Interval>& truth, HitRule rule,
                             std::vector<std::size_t>& order);

}  // namespace stemloop
