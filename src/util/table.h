// Tables as text: a header line, then one record a line. Fields stand between tabs, or between commas if the header has
// no tab; a field may stand in double quotes (RFC 4180) and then hold separators, quotes ("") and line ends. Blanks
// around fields without quotes are not part of them. Lines that begin with # are comments, in front of the header and,
// where they have another number of fields, behind it; "#id<tab>..." may be the header. Empty and NA are missing.
// Plain, gzip or bgzip, any line end, with or without byte order mark; "-" is stdin.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

/// Called for every line after the header that is not empty; `place` is "file:line" for messages.
using TableLine = std::function<void(const std::vector<std::string_view>& fields, const std::string& place)>;

/// Reads a table; `begin`, if given, is called with the header before the first line. Error on an empty file, a line
/// with more or fewer fields than the header, or a quote that is never closed.
void read_table(const std::string& path, const std::function<void(const std::vector<std::string>& header)>& begin,
                const TableLine& line);

/// Where a column stands. Error naming the columns there are, or if two have the name.
std::size_t find_column(const std::vector<std::string>& header, const std::string& name, const std::string& path);

/// The same, nothing if there is none.
std::optional<std::size_t> optional_column(const std::vector<std::string>& header, const std::string& name,
                                           const std::string& path);

/// The column of ids: called id, ID, #id, name or the like. Error if two are equally good.
std::optional<std::size_t> id_column(const std::vector<std::string>& header, const std::string& path);

/// True for an empty field and NA.
bool is_missing(std::string_view field);

/// A number, NaN where missing. Error "place: 'x' in column 'c' is not a number" for anything else.
double number_or_missing(std::string_view field, const std::string& column, std::string_view place);

/// The line of `have` that belongs to each id of `wanted`. Error naming the id if one has no line, or if an id that is
/// wanted stands twice on either side, so that it cannot be told which is meant. `*_file` are for messages.
std::vector<std::size_t> join_by_id(const std::vector<std::string>& wanted, const std::string& wanted_file,
                                    const std::vector<std::string>& have, const std::string& have_file);

/// The text as a field between tabs: in quotes if it holds what would not read back.
std::string table_cell(std::string_view text);

}  // namespace stemloop
