// Bytes of a text file, whatever it is packed in: plain, gzip (of several members, with zeros behind it) and bgzip are
// told apart by content; a byte order mark of UTF-8 is taken off. What stemloop does not unpack (xz, bzip2, zstd, zip,
// UTF-16, ...) is refused by its name. A file that was cut or damaged is an Error, never an early end.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "util/error.h"

namespace stemloop {

/// Thrown where an input breaks off. `between_blocks`: what was read so far is whole, but the end mark is missing.
class BrokenInput : public Error {
 public:
  BrokenInput(const std::string& reason, bool at_block_end) : Error(reason), between_blocks(at_block_end) {}
  bool between_blocks;
};

/// Reads a file from its beginning in blocks of at most some 256 KiB, whatever its size.
class ByteSource {
 public:
  /// Opens `path`; "-" is stdin. Error if it is not there or a directory.
  explicit ByteSource(const std::string& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  /// The next bytes, valid until the next call; empty at the end. BrokenInput (its text is the bare reason) if the
  /// compressed data is cut or damaged; Error with the file's name if it is of a kind that is not read.
  std::string_view next();

  /// Path for messages ("stdin" for "-").
  [[nodiscard]] const std::string& name() const;
  /// Part of the (compressed) file consumed, 0 to 1; negative when unknown (pipes).
  [[nodiscard]] double fraction_read() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What the first bytes of a file show it to be, if it is something that is not read as text ("compressed with xz;
/// unpack it first (xz -dc)"); empty otherwise.
std::string_view foreign_content(std::string_view first_bytes);

/// Opens a file to be read ("-" is stdin, duplicated) and returns its descriptor. Error if it is not there or a
/// directory.
int open_input(const std::string& path);

}  // namespace stemloop
