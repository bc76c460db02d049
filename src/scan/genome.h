// A genome as the scan sees it: its contigs, counted once before the work begins, and the tiles they are worked off in.
// Tiles are cut by position in the contig alone, so that neither threads, chunks, regions nor resumed runs move them.
//
//   contig   |----------------------------------------|
//   tile 0   |====core====|-margin-|
//   tile 1       |-margin-|====core====|-margin-|          the next core begins where the last ended
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scan/candidates.h"
#include "seq/seq.h"

namespace stemloop {

inline constexpr std::int64_t kTileStep = 64'000;
inline constexpr std::int64_t kTileMargin = 1'000;  // at least twice the longest span and the flank

struct ContigInfo {
  std::string name;
  std::int64_t length = 0;
  std::uint64_t letters = 0;  // hash of its letters, case aside
};

struct GenomeSurvey {
  std::vector<ContigInfo> contigs;
  std::int64_t letters = 0;
  std::int64_t tiles = 0;
};

/// Reads the whole file once. Error if it is no FASTA, is damaged, repeats a contig's name (coordinates would be
/// ambiguous), or if `path`.fai is there and tells other contigs or lengths.
GenomeSurvey survey_genome(const std::string& path);

/// Tiles of a contig of this length, and the core of one.
std::int64_t tile_count(std::int64_t length);
std::pair<std::int64_t, std::int64_t> tile_core(std::int64_t length, std::int64_t number);

/// What is looked at: nothing named means everything. Intervals count from 0, [begin, end), sorted, not overlapping.
struct Regions {
  bool everything = true;
  std::map<int, std::vector<std::pair<std::int64_t, std::int64_t>>> of;  // by contig

  [[nodiscard]] bool touch(int contig, std::int64_t begin, std::int64_t end) const;
  [[nodiscard]] bool hold(int contig, std::int64_t begin, std::int64_t end) const;
};

/// "contig", "contig:start-end" (1-based, closed; thousands separators are read over) and a BED file, either may be
/// empty. Error naming what is not in the genome: an unknown contig, an end beyond the contig, a start behind the end.
Regions read_regions(const GenomeSurvey& genome, const std::string& region, const std::string& bed);

/// The tiles of a file in order.
class TileReader {
 public:
  /// `skip_soft_masked`: lower-case letters end folds like N.
  TileReader(const std::string& path, bool skip_soft_masked);
  /// The next tile with its number among all, false at the end.
  bool next(Tile& tile, std::int64_t& number);

 private:
  ContigReader reader_;
  ContigPiece piece_;
  std::int64_t count_ = 0;
  int number_ = 0;
};

}  // namespace stemloop
