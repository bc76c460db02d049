// The lines of dots and brackets under a sequence: wrapped or not, one structure or several, with or without energies.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "seq/formats.h"

namespace stemloop {

class BracketLines {
 public:
  /// True if `text` (trimmed, not empty) is such a line under a sequence of `letters` letters; it is taken then. What
  /// RNAfold -p prints below is passed over. Something else behind the brackets than an energy becomes the problem.
  bool take(std::string_view text, std::int64_t line, std::size_t letters);

  [[nodiscard]] bool empty() const { return structures_.empty(); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// The record once for each structure: whole ones, and rejections of those that do not fit or balance.
  [[nodiscard]] std::vector<RecordOrRejection> records(const Record& record) const;

 private:
  std::vector<std::string> structures_;
  std::string problem_;
};

/// A structure that a user asks for.
struct StructureLine {
  std::string name;  // of the header above it, or "structure_3"
  std::string structure;
  std::string place;  // "file:line"
};

/// The structures of a file: bare lines, or FASTA with them, with or without energies; sequences and comments (#) are
/// passed over. Error at file:line for any other line, for something else than an energy behind a structure, and for a
/// header without a structure: none that is asked for is left out without a word.
std::vector<StructureLine> read_structure_lines(const std::string& path);

}  // namespace stemloop
