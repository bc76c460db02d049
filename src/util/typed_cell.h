// Cells of a table that keep their type until they are written.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace stemloop {

/// What stands in a column: missing, yes or no, a count, a number, a text.
using TypedCell = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// A row of named values, in the order of their printing.
using NamedRow = std::vector<std::pair<std::string, TypedCell>>;

}  // namespace stemloop
