#include "data/sequence_table.h"

#include <optional>

#include "data/data.h"
#include "data/dataset.h"
#include "data/lineage.h"

namespace stemloop {

SequenceTable read_sequence_table(const std::string& path, const std::string& part_column) {
  SequenceTable table;
  std::size_t sequence = 0;
  std::optional<std::size_t> id, label, part, family, parents;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        table.header = header;
        sequence = find_column(header, "sequence", path);
        id = id_column(header, path);
        label = optional_column(header, "label", path);
        family = optional_column(header, "family", path);
        parents = optional_column(header, "parents", path);
        if (!part_column.empty()) part = find_column(header, part_column, path);
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        ++table.tally.in;
        try {
          require(!fields[sequence].empty(), "{}: there is no sequence", place);
          const std::string letters = as_rna(std::string(fields[sequence]));
          for (const char c : letters)
            require(c >= 'A' && c <= 'Z', "{}: '{}' in the sequence; only letters are allowed", place,
                    printable(std::string_view(&c, 1)));
          if (label) table.labels.push_back(static_cast<std::uint8_t>(label_of(fields[*label], place)));
          table.sequences.push_back(letters);
        } catch (const Error& error) {
          ++table.tally.rejected;
          report({"", error.what()});
          return;
        }
        ++table.tally.out;
        table.ids.emplace_back(id ? std::string(fields[*id]) : std::to_string(table.tally.in));
        if (part) table.parts.emplace_back(fields[*part]);
        if (family) table.families.emplace_back(fields[*family]);
        const std::string named(parents ? fields[*parents] : std::string_view());
        table.parents.push_back(
            parents_in(named.empty() || named.rfind("parents=", 0) == 0 ? named : "parents=" + named));
        std::string line;
        for (std::size_t k = 0; k < fields.size(); ++k) line += (k == 0 ? "" : "\t") + table_cell(fields[k]);
        table.lines.push_back(std::move(line));
      });
  require(!table.sequences.empty(), "{}: holds no sequence", path);
  return table;
}

}  // namespace stemloop
