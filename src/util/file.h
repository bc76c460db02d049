// Files as a user means them: "-" is stdin or stdout, gzip and bgzip are read by content and written by
// the extension .gz, and every failure (missing, a directory, truncated, disk full) is an Error that names the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "util/draft.h"

namespace stemloop {

/// Reads lines of plain, gzip or bgzip text (util/source.h). Line ends "\n", "\r\n" and, in a file that has no other,
/// "\r" are taken off.
class LineReader {
 public:
  /// Opens `path`; "-" is stdin.
  explicit LineReader(const std::string& path);
  ~LineReader();
  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;

  /// The next line into `line`; false at the end of the file. Error on a truncated or damaged file.
  bool next(std::string& line);

  /// Number of the last line read, from 1.
  [[nodiscard]] std::int64_t line_number() const;
  /// Path for messages ("stdin" for "-").
  [[nodiscard]] const std::string& name() const;
  /// "name:line" of the last line read.
  [[nodiscard]] std::string place() const;
  /// Part of the (compressed) file consumed, 0 to 1; negative when unknown (pipes).
  [[nodiscard]] double fraction_read() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes text to a file, or to stdout for "-"; bgzip if the name ends in ".gz". A file is a draft (util/draft.h) until
/// close(), which must be called to learn that all data has reached the disk; without it the old file stays.
class TextWriter {
 public:
  /// Error if nothing can be written there, or the name promises something that is no text (x.pdf).
  explicit TextWriter(const std::string& path);
  ~TextWriter();
  TextWriter(TextWriter&&) noexcept;
  TextWriter& operator=(TextWriter&&) noexcept;

  void write(std::string_view text);
  void close();
  /// For a run that broke off: what there is goes beside the old file, to the name returned ("x.tsv.partial").
  std::string close_partial();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// To be called before anything is written: Error if an input is not there or not to be read, or if an output is one of
/// the inputs or named twice. "-" may be an input and an output, but only one of each; empty names are left out.
void check_files(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs);

/// All bytes of a plain file. Error if it cannot be read or is larger than `max_bytes`.
std::vector<std::byte> read_bytes(const std::string& path, std::uint64_t max_bytes = UINT64_MAX);

/// Error if the name's extension promises something that is no text (.pdf, .png, .xlsx, .xz, ...).
void check_text_name(const std::string& path);

/// Error if the name has an extension, and none of those that can be written (".svg", ".png"; either case).
void check_extension(const std::string& path, const std::vector<std::string>& written);

/// Writes bytes to `path` ("-" is stdout) by a draft. Error if that fails.
void write_bytes(const std::string& path, std::string_view bytes, Durable durable = Durable::kNow);

/// The same for any name: whoever reads, or a machine that stops, finds the old file or the new one.
void replace_file(const std::string& path, std::string_view bytes);

}  // namespace stemloop
