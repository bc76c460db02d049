// Genomes, piece by piece: contigs of a FASTA file (plain, gzip, bgzip, "-" for stdin) in file order, each cut into
// pieces that overlap, so that a contig of 250 Mb passes through memory of a few pieces. Lines may have any length.
//
//   contig   ACGUACGUACGUACG        piece = 8, overlap = 3
//   piece 0  ACGUACGU               offset 0   first
//   piece 1       CGUACGUA          offset 5
//   piece 2            CGUACG...    offset 10  last
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "util/util.h"

namespace stemloop {

struct ContigOptions {
  std::size_t piece = std::size_t{1} << 20U;  // most letters of a piece, at least 1
  std::size_t overlap = 0;  // letters that a piece shares with the next of its contig; less than `piece`
  bool keep_case = false;   // soft-masked letters stay in lower case
};

/// A stretch of a contig. Letters are RNA (T written as U, t as u); letters outside ACGU are kept.
struct ContigPiece {
  std::string contig;       // header up to the first blank
  std::int64_t index = 0;   // of the contig in the file, from 0
  std::int64_t line = 0;    // line of the contig's header
  std::int64_t offset = 0;  // of the first letter in the contig, from 0
  std::string letters;      // empty only for a contig without letters, which comes out as one piece
  bool first = false;
  bool last = false;           // the contig ends with this piece: its length is offset + letters.size()
  bool repeated_name = false;  // an earlier contig has this name, so coordinates would be ambiguous
};

class ContigReader {
 public:
  /// Opens `path`. Error if it cannot be opened; REQUIRES: piece > overlap.
  explicit ContigReader(const std::string& path, const ContigOptions& options = {});

  /// The next piece, nothing at the end. Error if the file is no FASTA, has a header without a name, something that is
  /// neither letter nor blank in a sequence (named with its line), or is cut or damaged (pieces before it have come
  /// out).
  std::optional<ContigPiece> next();

  /// The same, reusing the memory of `piece`; false at the end.
  bool next(ContigPiece& piece);

  /// So far: contigs without a letter, and contigs that repeat a name; the first of each.
  [[nodiscard]] std::int64_t empty_contigs() const { return empty_; }
  [[nodiscard]] const std::string& first_empty() const { return first_empty_; }
  [[nodiscard]] std::int64_t repeated_names() const { return repeated_; }
  [[nodiscard]] const std::string& first_repeated() const { return first_repeated_; }
  [[nodiscard]] const std::string& name() const { return source_.name(); }
  [[nodiscard]] double fraction_read() const { return source_.fraction_read(); }

 private:
  bool refill();
  bool next_line_begins();
  std::string take_line();
  bool find_header();
  void begin_contig();
  void append_letters(std::string_view text);
  void fill();

  ByteSource source_;
  ContigOptions options_;
  std::string_view block_;  // not yet looked at
  bool source_ended_ = false;
  bool line_start_ = true;
  bool after_return_ = false;  // the last character was "\r": a "\n" behind it ends no further line
  std::int64_t line_ = 1;      // the line that block_ begins in
  bool in_contig_ = false;
  bool contig_ended_ = false;
  ContigPiece now_;  // the contig being read; `letters` holds what is read of it and not yet left behind
  std::int64_t count_ = 0;
  std::unordered_set<std::uint64_t> seen_;  // 64-bit hashes of the names
  std::int64_t empty_ = 0, repeated_ = 0;
  std::string first_empty_, first_repeated_;
};

}  // namespace stemloop
