#include "judge/labelled_rows.h"

#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

LabelledColumns::LabelledColumns(const std::vector<std::string>& header, const std::string& path)
    : id_(find_column(header, "id", path)),
      kind_(find_column(header, "kind", path)),
      group_(find_column(header, "group", path)),
      weight_(find_column(header, "weight", path)),
      flank5_(find_column(header, "flank5", path)),
      flank3_(find_column(header, "flank3", path)),
      sequence_(find_column(header, "sequence", path)) {}

LabelledRow LabelledColumns::read(const std::vector<std::string_view>& fields, const std::string& place) const {
  LabelledRow row;
  row.id = fields[id_];
  row.kind = fields[kind_];
  row.group = fields[group_];
  row.sequence = as_rna(fields[sequence_]);
  require(!row.sequence.empty() && row.sequence.find_first_not_of("ACGU") == std::string::npos,
          "{}: the sequence has other letters than A, C, G, U, or none", place);
  row.weight = static_cast<float>(parse_number(fields[weight_], place));
  require(row.weight > 0, "{}: weight {} is not above 0", place, row.weight);
  row.flank5 = static_cast<int>(parse_integer(fields[flank5_], place));
  row.flank3 = static_cast<int>(parse_integer(fields[flank3_], place));
  const int n = static_cast<int>(row.sequence.size());
  require(row.flank5 >= 0 && row.flank3 >= 0 && row.flank5 + row.flank3 < n,
          "{}: flanks of {} and {} letters, the sequence has {}", place, row.flank5, row.flank3, n);
  return row;
}

}  // namespace stemloop
