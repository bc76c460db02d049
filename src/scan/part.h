// What a scan has found so far, as a file: the judged candidates of its tiles in order. A run that is killed leaves
// whole tiles and at most one half, which --resume cuts off; a run of one chunk leaves its part for `scan merge`.
//
//   stemloop-scan 1                                 the format
//   run      NAME  VALUE                            the run: version, model, options, genome; the same in all parts
//   contig   NAME  LENGTH
//   tiles    FROM  TO  N_ALL                        this part's tiles
//   tile     NUMBER  LETTERS  DECOY_LETTERS         a block: what was looked at, its calls,
//   c | dR   CONTIG BEGIN END STRAND PROBABILITY FIVE_BEGIN FIVE_END THREE_BEGIN THREE_END ENERGY LETTERS STRUCTURE
//   end      NUMBER  MD5                            and the checksum of its lines
//   complete                                        nothing is missing
//
// Fields stand between tabs. Decoys (dR, of replicate R) have neither letters nor structure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scan/genome.h"

namespace stemloop {

/// A judged candidate on the genome.
struct ScanCall {
  int contig = 0;
  std::int64_t begin = 0;  // of the hairpin
  std::int64_t end = 0;
  bool reverse = false;
  double probability = 0;
  std::int64_t five_begin = -1, five_end = -1, three_begin = -1, three_end = -1;  // arms, on the forward strand
  Energy energy = 0;                                                              // of the structure
  std::string letters;                                                            // of the hairpin, 5' to 3'
  std::string structure;
};

struct TileCalls {
  std::int64_t tile = 0;
  std::int64_t letters = 0;  // looked at, of one strand
  std::int64_t decoy_letters = 0;
  std::vector<ScanCall> calls;
  std::vector<std::pair<int, ScanCall>> decoys;  // with their replicate
};

struct PartHeader {
  std::vector<std::pair<std::string, std::string>> run;
  std::vector<ContigInfo> contigs;
  std::int64_t from = 0, to = 0, all = 0;  // tiles

  bool operator==(const PartHeader& other) const;
};

/// Writes a part tile by tile. What append() was given is in the file, whole, once it returns.
class PartWriter {
 public:
  /// Begins a new part in place of whatever is at `path`. Error if another process is writing it.
  PartWriter(const std::string& path, const PartHeader& header);
  /// Goes on with a part behind its last whole tile. `next` becomes the first tile that is missing.
  /// Error if it is the part of another run.
  static PartWriter resume(const std::string& path, const PartHeader& header, std::int64_t& next);
  ~PartWriter();
  PartWriter(PartWriter&& other) noexcept;
  PartWriter(const PartWriter&) = delete;

  void append(const TileCalls& calls);
  void complete();

 private:
  explicit PartWriter(const std::string& path);  // opened and locked
  void begin(const PartHeader& header);
  void write(std::string_view text);

  std::string path_;
  int descriptor_ = -1;
  int unsynced_ = 0;
};

/// Reads a part tile by tile. Error "file:line: ..." if it is none, damaged, or of another format.
class PartReader {
 public:
  explicit PartReader(const std::string& path);
  [[nodiscard]] const PartHeader& header() const { return header_; }
  /// False behind the last tile. Error if a block is damaged, or the part ends before it is complete.
  bool next(TileCalls& calls);
  /// Bytes up to the last whole tile read.
  [[nodiscard]] std::int64_t whole_bytes() const { return whole_bytes_; }

 private:
  std::string path_;
  LineReader lines_;
  PartHeader header_;
  std::int64_t bytes_ = 0;
  std::int64_t whole_bytes_ = 0;
  std::int64_t next_tile_ = 0;
  std::string line_;
};

}  // namespace stemloop
