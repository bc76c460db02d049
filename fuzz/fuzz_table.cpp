// Tables and contigs: an Error, or lines that all have the header's fields; a field written as a cell reads back.
#include <cstdlib>

#include "memory_file.h"
#include "seq/seq.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  std::string again;
  std::vector<std::string> cells;
  std::size_t columns = 0;
  const auto row_of = [](const auto& fields) {
    std::string row;
    for (std::size_t k = 0; k < fields.size(); ++k) row += (k == 0 ? "" : "\t") + table_cell(fields[k]);
    return row + "\n";
  };
  try {
    read_table(
        memory_file(data, size),
        [&](const std::vector<std::string>& header) {
          columns = header.size();
          for (std::size_t k = 0; k < columns; ++k) again += fmt::format("{}c{}", k == 0 ? "" : "\t", k);
          again += "\n";
        },
        [&](const std::vector<std::string_view>& fields, const std::string&) {
          if (fields.size() != columns) std::abort();
          // A row of nothing is an empty line, and one cell that begins with # is a comment.
          if (columns == 1 && (fields[0].empty() || fields[0][0] == '#')) return;
          again += row_of(fields);
          cells.insert(cells.end(), fields.begin(), fields.end());
        });
  } catch (const Error&) {
  }
  std::size_t at = 0;
  if (columns > 0) {
    read_table(memory_file(reinterpret_cast<const std::uint8_t*>(again.data()), again.size()), {},
               [&](const std::vector<std::string_view>& fields, const std::string&) {
                 for (const auto field : fields) {
                   if (at >= cells.size() || cells[at++] != field) std::abort();
                 }
               });
    if (at != cells.size()) std::abort();
  }
  try {
    ContigReader reader(memory_file(data, size), {7, 3, size % 2 == 0});
    std::size_t length = 0;
    while (const auto piece = reader.next()) {
      if (piece->first) length = 0;
      if (piece->offset + 3 != static_cast<std::int64_t>(length) && !piece->first) std::abort();
      if (piece->letters.size() > 7) std::abort();
      length = static_cast<std::size_t>(piece->offset) + piece->letters.size();
    }
  } catch (const Error&) {
  }
  return 0;
}
