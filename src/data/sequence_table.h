// A table of sequences kept as text, so that it can be written again with a column more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "seq/seq.h"

namespace stemloop {

struct SequenceTable {
  std::vector<std::string> header;
  std::vector<std::string> lines;
  std::vector<std::string> ids, sequences, parts, families;
  std::vector<std::vector<std::string>> parents;  // of synthetic records, by column `parents`
  std::vector<std::uint8_t> labels;               // empty without a column 'label'
  Tally tally;
};

/// Columns `sequence` and, where they are there, id, label, family, parents; `part_column` is wanted if it is named.
/// Records without a sequence are rejected. Error if none is left or a column is missing.
SequenceTable read_sequence_table(const std::string& path, const std::string& part_column);

}  // namespace stemloop
