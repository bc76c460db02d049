// What a user's own files say of the bases of a hairpin: values (reads, SHAPE), conservation in an alignment, arms.
// Files are tables with a header line, and aligned FASTA or Stockholm. Positions in files count from 1.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hairpin/figure.h"
#include "hairpin/marks.h"

namespace stemloop {

/// Values a base by id, from a table with the columns id, position and a third one whose name they bear.
class ValueTable {
 public:
  /// Error at file:line for a number that is none, a position below 1, or two values for one base.
  static ValueTable read(const std::string& path);

  /// The scale runs from the smallest value (0 if none is negative) to the largest of the file.
  /// Error if the file has nothing on this id, or a position behind its end.
  [[nodiscard]] BaseValues of(const std::string& id, std::size_t length) const;

  double low = 0;
  double high = 0;

 private:
  std::string path_;
  std::string name_;
  std::unordered_map<std::string, std::vector<std::pair<std::int64_t, double>>> values_;
};

/// An alignment, by its rows' ids.
class Alignment {
 public:
  /// Aligned FASTA or Stockholm (by its first line), gaps "-", "." or "~". Error if rows differ in length.
  static Alignment read(const std::string& path);

  /// Conservation of the column each base stands in: (1 - entropy of its four letters / 2 bits) times the share of rows
  /// that have a letter there. The row is the one of this id. Error if there is none or if it is of another sequence.
  [[nodiscard]] BaseValues conservation(const std::string& id, std::string_view sequence) const;

 private:
  std::string path_;
  std::vector<std::string> ids_;
  std::vector<std::string> rows_;
};

/// Arms by id, from a table with the columns id, 5p_start, 5p_end, 3p_start, 3p_end (1-based, inclusive, empty where
/// not told) and perhaps guide ("5p" or "3p"), as `stemloop arms` prints it.
class ArmTable {
 public:
  static ArmTable read(const std::string& path);

  /// Nothing for an id the table does not have. Error if an arm lies outside the sequence.
  [[nodiscard]] HairpinMarks of(const std::string& id, std::size_t length) const;

 private:
  std::string path_;
  std::unordered_map<std::string, HairpinMarks> marks_;
};

}  // namespace stemloop
