// FASTA as the world writes it, and FASTA with dot-bracket lines as RNAfold writes it.
//
//   >id free text            header; a record ends at the next header
//   ACGU acgt                sequence: any number of lines, blanks and digits-free; any letter, either case
//   (((...))) (-3.20)        optional structure: lines that begin with one of ( ) . ; an energy behind it is ignored,
//                            and so are the lines RNAfold -p adds once it is as long as the sequence
//
// Plain, gzip and bgzip by content; "\n" or "\r\n"; lines of any length; the last newline may be missing.
// Every record of a file comes out exactly once, as a Record or as a Rejection, in file order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <variant>

#include "util/util.h"

namespace stemloop {

/// One record. `sequence` is upper-case RNA (T written as U); letters outside ACGU are kept as they are.
struct Record {
  std::string id;           // header up to the first blank
  std::string description;  // rest of the header
  std::string sequence;
  std::string structure;   // empty if the file gives none; else as long as the sequence, brackets not yet matched
  std::int64_t index = 0;  // place among all records of the file, from 0
  std::string file;        // where it stands, for messages
  std::int64_t line = 0;   // line of the header
};

/// A record that cannot be used, and why: "file:line: record 'id': ...".
struct Rejection {
  std::string id;
  std::string reason;
};

using RecordOrRejection = std::variant<Record, Rejection>;

/// Reads one file record by record.
class FastaReader {
 public:
  /// Opens `path` ("-" is stdin). Error if it cannot be opened.
  explicit FastaReader(const std::string& path) : lines_(path) {}

  /// The next record or rejection, nothing at the end.
  /// Error if the file is empty, does not begin with '>', or is truncated.
  std::optional<RecordOrRejection> next();

  /// Ids that occurred more than once so far (each counted when repeated).
  [[nodiscard]] std::int64_t duplicate_ids() const { return duplicates_; }
  [[nodiscard]] const std::string& first_duplicate() const { return first_duplicate_; }
  [[nodiscard]] double fraction_read() const { return lines_.fraction_read(); }

 private:
  void note_duplicate(const std::string& id);
  bool first_header();

  LineReader lines_;
  std::string header_;  // header of the record to come
  std::int64_t header_line_ = 0;
  std::int64_t count_ = 0;
  bool started_ = false;
  bool finished_ = false;
  std::unordered_set<std::uint64_t> seen_;  // 64-bit hashes of the ids: flat memory per record, whatever their length
  std::int64_t duplicates_ = 0;
  std::string first_duplicate_;
};

/// The header as it stood in the file, without '>'.
std::string full_header(const Record& record);

/// A rejection of `record` with its place and name in front.
Rejection reject(const Record& record, std::string_view reason);

}  // namespace stemloop
