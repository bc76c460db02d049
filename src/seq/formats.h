// The formats sequences and structures come in, told apart by content, not by name. Formats that are not read are
// recognised too, so that a refusal can say what the file is.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "seq/record.h"
#include "util/util.h"

namespace stemloop {

enum class RecordFormat : std::uint8_t { kFasta, kFastq, kDotBracket, kCt, kBpseq, kStockholm };

/// "FASTA", "FASTQ", "dot-bracket", "CT", "BPSEQ", "Stockholm".
std::string_view format_name(RecordFormat format);

/// Lines of a file with a look ahead.
class PeekableLines {
 public:
  explicit PeekableLines(const std::string& path) : lines_(path) {}

  /// The next line; false at the end.
  bool next(std::string& line);
  /// The line `ahead` lines behind the last one taken (0: the next), nullptr behind the end.
  const std::string* peek(std::size_t ahead = 0);

  /// Number of the line last taken by next().
  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] const std::string& name() const { return lines_.name(); }
  [[nodiscard]] std::string place() const { return fmt::format("{}:{}", name(), number_); }
  [[nodiscard]] double fraction_read() const { return lines_.fraction_read(); }

 private:
  LineReader lines_;
  std::deque<std::string> ahead_;
  std::int64_t number_ = 0;
};

/// Reads the records of one file in one format.
class FormatReader {
 public:
  virtual ~FormatReader() = default;
  /// The next record or rejection, nothing at the end; `index` is set by the caller. Error where the file cannot be
  /// gone on with.
  virtual std::optional<RecordOrRejection> next() = 0;
};

/// The format of the lines to come; comments and empty lines in front are passed over where FASTA has them. Error
/// naming what the file is if that is not read, or "is empty".
RecordFormat recognise(PeekableLines& lines);

/// What the first line shows a text to be ("GenBank", "SAM", ...), if it is something that is not read; else empty.
std::string_view foreign_text(std::string_view first_line);

// REQUIRES: recognise(lines) said so; `lines` outlives the reader.
std::unique_ptr<FormatReader> fasta_reader(PeekableLines& lines);
std::unique_ptr<FormatReader> fastq_reader(PeekableLines& lines);
std::unique_ptr<FormatReader> dot_bracket_reader(PeekableLines& lines);
std::unique_ptr<FormatReader> ct_reader(PeekableLines& lines);
std::unique_ptr<FormatReader> bpseq_reader(PeekableLines& lines);
std::unique_ptr<FormatReader> stockholm_reader(PeekableLines& lines);

// What the readers share.

/// Appends the letters of `line` as RNA, blanks left out; the place of the first character that is neither, or npos.
std::size_t append_rna(std::string_view line, std::string& sequence);

/// True if the letters are those of a protein: many that no nucleotide code has.
bool looks_like_protein(std::string_view sequence);

/// Checks a structure read from brackets and lays it into the record. Error (a sentence) if it does not fit.
void set_structure(std::string_view brackets, Record& record);

}  // namespace stemloop
