// Introns judged as such: mirtrons are whole introns that fold to a hairpin, so their ends are known and nothing is
// searched for. Each intron of an annotation is one call of a classifier of mirtrons; the same classifier asked about
// introns whose inside is shuffled tells how many calls are false.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "judge/judge.h"
#include "scan/genome.h"
#include "scan/scan.h"

namespace stemloop {

/// [begin, end) on a contig, counted from 0.
struct Intron {
  int contig = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool reverse = false;
  auto operator<=>(const Intron&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0 in it
};

/// The introns of a BED file (six fields: each line is one; twelve: what lies between the blocks) or of a GFF3 file
/// (features `intron`, and what lies between the exons of one Parent), by place, each once. Error with file:line for a
/// contig the genome does not have, an end beyond it, no strand, overlapping exons of one transcript, or GTF.
std::vector<Intron> read_introns(const std::string& path, const GenomeSurvey& genome);

struct IntronOptions {
  std::string genome;
  int shortest = 40, longest = 160;  // others are no mirtrons; they are counted
  double min_probability = 0.01;
  double decoy_share = 0.1, least_decoy_letters = 5e6;  // as of a scan
  std::uint64_t seed = 1;
  int threads = 1;
  FoldingOptions folding;
  std::vector<std::pair<std::string, std::string>> told;  // for the heads of files
  MergeOptions outputs;
};

struct IntronTally {
  std::int64_t judged = 0, too_short = 0, too_long = 0;
  std::int64_t unreadable = 0;  // letters other than A, C, G, U
  std::int64_t unfolded = 0;    // no hairpin in it
  std::int64_t decoys = 0;
  MergeTally loci;  // letters: of the introns judged
};

/// An intron's decoy: splice sites (6 letters at the 5' end, 3 at the 3' end) stay, between them the letters are
/// shuffled so that the number of every pair of neighbours stays.
std::string intron_decoy(const std::string& intron, std::uint64_t seed, std::uint64_t number);

/// Judges introns and writes the loci of those that reach min_probability, sorted by place. The judge must be of
/// mirtrons: its table has columns probability and structure.
IntronTally judge_introns(const std::vector<Intron>& introns, const GenomeSurvey& genome, const Judge& judge,
                          const IntronOptions& options);

}  // namespace stemloop
