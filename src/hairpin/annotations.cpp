#include "hairpin/annotations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "util/util.h"

namespace stemloop {

ValueTable ValueTable::read(const std::string& path) {
  ValueTable table;
  table.path_ = path;
  std::size_t id = 0, position = 0, value = 0;
  bool any = false;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        id = find_column(header, "id", path);
        position = find_column(header, "position", path);
        require(header.size() == 3, "{}: has {} columns, a table of values has three: id, position and the value", path,
                header.size());
        value = 3 - id - position;
        table.name_ = header[value];
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        const std::int64_t at = parse_integer(fields[position], place);
        require(at >= 1, "{}: position {} is below 1", place, at);
        const double x = parse_number(fields[value], place);
        table.low = any ? std::min(table.low, x) : std::min(0.0, x);
        table.high = any ? std::max(table.high, x) : x;
        any = true;
        table.values_[std::string(fields[id])].emplace_back(at, x);
      });
  require(any, "{}: holds no values", path);
  for (auto& [name, values] : table.values_) {
    std::sort(values.begin(), values.end());
    const auto twice = std::adjacent_find(values.begin(), values.end(),
                                          [](const auto& a, const auto& b) { return a.first == b.first; });
    require(twice == values.end(), "{}: '{}' has two values for position {}", path, printable(name),
            twice == values.end() ? 0 : twice->first);
  }
  return table;
}

BaseValues ValueTable::of(const std::string& id, std::size_t length) const {
  const auto found = values_.find(id);
  require(found != values_.end(), "{} has no values for it (but for '{}')", path_, printable(values_.begin()->first));
  BaseValues values{name_, std::vector<double>(length, std::numeric_limits<double>::quiet_NaN()), low, high};
  for (const auto& [position, value] : found->second) {
    require(position <= static_cast<std::int64_t>(length), "{} has a value for position {}, the sequence has {}", path_,
            position, length);
    values.value[static_cast<std::size_t>(position - 1)] = value;
  }
  return values;
}

namespace {

bool is_gap(char c) { return c == '-' || c == '.' || c == '~'; }

}  // namespace

Alignment Alignment::read(const std::string& path) {
  Alignment alignment;
  alignment.path_ = path;
  std::unordered_map<std::string, std::size_t> place_of;
  LineReader lines(path);
  bool stockholm = false;
  for (std::string line; lines.next(line);) {
    if (lines.line_number() == 1) stockholm = line.rfind("# STOCKHOLM", 0) == 0;
    if (trim(line).empty() || (stockholm && (line[0] == '#' || line == "//"))) continue;
    if (!stockholm && line[0] == '>') {
      const auto words = split_blanks(std::string_view(line).substr(1));
      require(!words.empty(), "{}: a row without a name", lines.place());
      const bool fresh = place_of.emplace(words.front(), alignment.rows_.size()).second;
      require(fresh, "{}: a row before this one is called '{}' too", lines.place(), printable(words.front()));
      alignment.ids_.emplace_back(words.front());
      alignment.rows_.emplace_back();
      continue;
    }
    std::string_view letters = trim(line);
    std::size_t row = alignment.rows_.size() - 1;
    if (stockholm) {  // a row may go on in a later block
      const auto words = split_blanks(line);
      require(words.size() == 2, "{}: is no row of a Stockholm alignment: a name and its letters", lines.place());
      const auto [found, fresh] = place_of.try_emplace(std::string(words[0]), alignment.rows_.size());
      if (fresh) {
        alignment.ids_.emplace_back(words[0]);
        alignment.rows_.emplace_back();
      }
      row = found->second;
      letters = words[1];
    }
    require(!alignment.rows_.empty(), "{}: is neither aligned FASTA nor Stockholm", lines.place());
    for (const char c : letters)
      require(is_gap(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'), "{}: '{}' is neither a letter nor a gap",
              lines.place(), printable(std::string(1, c)));
    alignment.rows_[row] += letters;
  }
  require(!alignment.rows_.empty(), "{}: holds no alignment", path);
  for (std::size_t k = 0; k < alignment.rows_.size(); ++k) {
    require(alignment.rows_[k].size() == alignment.rows_[0].size(), "{}: row '{}' has {} columns, row '{}' {}", path,
            printable(alignment.ids_[k]), alignment.rows_[k].size(), printable(alignment.ids_[0]),
            alignment.rows_[0].size());
  }
  return alignment;
}

BaseValues Alignment::conservation(const std::string& id, std::string_view sequence) const {
  const auto found = std::find(ids_.begin(), ids_.end(), id);
  require(found != ids_.end(), "{} has no row of this id (but '{}')", path_, printable(ids_.front()));
  const std::string& own = rows_[static_cast<std::size_t>(found - ids_.begin())];
  std::string letters;
  for (const char c : own) {
    if (!is_gap(c)) letters += c;
  }
  require(letters.size() == sequence.size(), "its row in {} has {} letters, the sequence {}", path_, letters.size(),
          sequence.size());
  require(as_rna(letters) == as_rna(sequence), "its row in {} is of another sequence", path_);
  BaseValues values{"conservation", {}, 0, 1};
  for (std::size_t c = 0; c < own.size(); ++c) {
    if (is_gap(own[c])) continue;
    std::array<int, kBaseCount> count{};
    for (const std::string& row : rows_) ++count[base_code(row[c])];
    const int known = count[kBaseA] + count[kBaseC] + count[kBaseG] + count[kBaseU];
    double entropy = 0;
    for (std::size_t base = kBaseA; base <= kBaseU; ++base) {
      if (count[base] == 0) continue;
      const double share = static_cast<double>(count[base]) / known;
      entropy -= share * std::log2(share);
    }
    values.value.push_back((1 - entropy / 2) * known / static_cast<double>(rows_.size()));
  }
  return values;
}

ArmTable ArmTable::read(const std::string& path) {
  ArmTable table;
  table.path_ = path;
  std::size_t id = 0, guide = std::string::npos;
  std::array<std::size_t, 4> column{};
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        id = find_column(header, "id", path);
        constexpr std::array<const char*, 4> kNames = {"5p_start", "5p_end", "3p_start", "3p_end"};
        for (std::size_t k = 0; k < 4; ++k) column[k] = find_column(header, kNames[k], path);
        guide = optional_column(header, "guide", path).value_or(std::string::npos);
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        const auto span = [&](std::size_t from, std::size_t to) {
          if (is_missing(fields[from]) && is_missing(fields[to])) return BaseSpan{};
          const std::int64_t begin = parse_integer(fields[from], place);
          const std::int64_t end = parse_integer(fields[to], place);
          require(begin >= 1 && end >= begin && end <= std::numeric_limits<int>::max(),
                  "{}: an arm cannot run from {} to {}", place, begin, end);
          return BaseSpan{static_cast<int>(begin - 1), static_cast<int>(end)};
        };
        const std::string_view told = guide == std::string::npos ? "" : fields[guide];
        require(told == "5p" || told == "3p" || told == "not told" || is_missing(told),
                "{}: the guide '{}' is neither 5p nor 3p nor 'not told'", place, printable(told));
        const GuideArm which = told == "5p"   ? GuideArm::kFivePrime
                               : told == "3p" ? GuideArm::kThreePrime
                                              : GuideArm::kNotTold;
        const HairpinMarks marks = marks_of_arms(span(column[0], column[1]), span(column[2], column[3]), which);
        require(table.marks_.try_emplace(std::string(fields[id]), marks).second,
                "{}: '{}' has a line before this one; which one is meant cannot be told", place, printable(fields[id]));
      });
  return table;
}

HairpinMarks ArmTable::of(const std::string& id, std::size_t length) const {
  const auto found = marks_.find(id);
  if (found == marks_.end()) return {};
  for (const BaseSpan& arm : {found->second.five_prime, found->second.three_prime}) {
    require(arm.end <= static_cast<int>(length), "{} has an arm from {} to {}, the sequence has {} bases", path_,
            arm.begin + 1, arm.end, length);
  }
  return found->second;
}

}  // namespace stemloop
