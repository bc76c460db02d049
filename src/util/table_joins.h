// Side door of tables: lines that belong to records of another file, and cells that were meant as numbers.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace stemloop {

/// The ids of records, one after the other, that lines of `table` belong to; "" if there is no such table.
class IdsOfTable {
 public:
  explicit IdsOfTable(std::string table) : table_(std::move(table)) {}
  /// Error if an earlier record had this id, for it cannot be told whose lines the table has.
  void see(const std::string& id);

 private:
  std::string table_;
  std::unordered_set<std::string> seen_;
};

/// True for what is a number, or was meant as one and is written as tables may not hold it: nan, Inf, +5, 1,000, 5 %,
/// N/A.
bool meant_as_number(std::string_view field);

}  // namespace stemloop
