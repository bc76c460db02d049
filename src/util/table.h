// Tables as text: a header line, then one record a line; fields between tabs, or between commas if the header has no
// tab. Plain or gzip, "-" is stdin.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

/// Called for every line after the header that is not empty; `place` is "file:line" for messages.
using TableLine = std::function<void(const std::vector<std::string_view>& fields, const std::string& place)>;

/// Reads a table; `begin`, if given, is called with the header before the first line. Error on an empty file or a line
/// with more or fewer fields than the header.
void read_table(const std::string& path, const std::function<void(const std::vector<std::string>& header)>& begin,
                const TableLine& line);

/// Where a column stands. Error naming the columns there are.
std::size_t find_column(const std::vector<std::string>& header, const std::string& name, const std::string& path);

}  // namespace stemloop
