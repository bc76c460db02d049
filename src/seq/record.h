// A record of a sequence file, whatever its format, and one that cannot be used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace stemloop {

/// One record. `sequence` is upper-case RNA (T written as U); letters outside ACGU are kept as they are.
struct Record {
  std::string id;           // header up to the first blank
  std::string description;  // rest of the header
  std::string sequence;
  std::string structure;   // ( ) . as long as the sequence, brackets matched; empty if the file gives none
  std::string knotted;     // all pairs with [] {} <> Aa for those that cross; empty if there are none
  int dropped_pairs = 0;   // pairs of `knotted` that `structure` lacks
  int alternative = 0;     // structures of this record that came before: it has several
  std::int64_t index = 0;  // place among all records, from 0
  std::string file;        // where it stands, for messages
  std::int64_t line = 0;   // line of the header
};

/// A record that cannot be used, and why: "file:line: record 'id': ...".
struct Rejection {
  std::string id;
  std::string reason;
};

using RecordOrRejection = std::variant<Record, Rejection>;

/// The header as it stood in the file, without '>'.
std::string full_header(const Record& record);

/// Sets id and description.
void set_header(std::string_view header, Record& record);

/// A rejection of `record` with its place and name in front.
Rejection reject(const Record& record, std::string_view reason);

}  // namespace stemloop
