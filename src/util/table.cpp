#include "util/table.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "util/error.h"
#include "util/file.h"
#include "util/text.h"

namespace stemloop {

void read_table(const std::string& path, const std::function<void(const std::vector<std::string>&)>& begin,
                const TableLine& line) {
  LineReader reader(path);
  std::string text;
  require(reader.next(text), "{}: is empty; a header line is wanted", reader.name());
  const char separator = text.find('\t') == std::string::npos && text.find(',') != std::string::npos ? ',' : '\t';
  std::vector<std::string> header;
  for (const auto field : split_fields(text, separator)) header.emplace_back(field);
  if (begin) begin(header);
  while (reader.next(text)) {
    if (text.empty()) continue;
    const auto fields = split_fields(text, separator);
    require(fields.size() == header.size(), "{}: {} fields where the header has {}", reader.place(), fields.size(),
            header.size());
    line(fields, reader.place());
  }
}

std::size_t find_column(const std::vector<std::string>& header, const std::string& name, const std::string& path) {
  const auto found = std::find(header.begin(), header.end(), name);
  require(found != header.end(), "{}:1: there is no column '{}' among {}", path, printable(name),
          fmt::join(header, ", "));
  return static_cast<std::size_t>(found - header.begin());
}

}  // namespace stemloop
