#include "util/table.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <unordered_map>

#include "util/error.h"
#include "util/file.h"
#include "util/table_joins.h"
#include "util/text.h"

namespace stemloop {

namespace {

// Fields of one record, which goes over several lines where a quoted field holds line ends.
class RecordLines {
 public:
  explicit RecordLines(const std::string& path) : reader_(path) {}

  bool next_line(std::string& text) {
    if (held_) {
      text = std::move(*held_);
      held_.reset();
    } else if (!reader_.next(text)) {
      return false;
    }
    place_ = reader_.place();
    return true;
  }
  void hold(std::string text) { held_ = std::move(text); }

  /// Cuts `text` into fields; reads further lines while a quote is open.
  const std::vector<std::string_view>& fields(std::string& text, char separator) {
    views_.clear();
    if (text.find('"') == std::string::npos) {
      for (const auto field : split_fields(text, separator)) views_.push_back(trim(field));
      return views_;
    }
    cells_.clear();
    for (std::size_t at = 0; at <= text.size();) at = take_field(text, at, separator);
    for (const std::string& cell : cells_) views_.emplace_back(cell);
    return views_;
  }

  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] const std::string& name() const { return reader_.name(); }

 private:
  // One field from `at`; where the next one begins.
  std::size_t take_field(std::string& text, std::size_t at, char separator) {
    const std::size_t first = text.find_first_not_of(' ', at);
    if (first == std::string::npos || text[first] != '"') {
      const std::size_t end = std::min(text.find(separator, at), text.size());
      cells_.emplace_back(trim(std::string_view(text).substr(at, end - at)));
      return end + 1;
    }
    std::string cell;
    std::size_t i = first + 1;
    for (;;) {
      if (i >= text.size()) {
        std::string more;
        require(reader_.next(more), "{}: a quote that is opened in this line is never closed", place_);
        cell += '\n';
        text = std::move(more);
        i = 0;
      } else if (text[i] != '"') {
        cell += text[i++];
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += '"';
        i += 2;
      } else {
        break;
      }
    }
    const std::size_t end = std::min(text.find(separator, i + 1), text.size());
    const std::string_view behind = trim(std::string_view(text).substr(i + 1, end - i - 1));
    require(behind.empty(), "{}: '{}' behind a closing quote; a quote within quotes is written twice", place_,
            printable(behind));
    cells_.push_back(std::move(cell));
    return end + 1;
  }

  LineReader reader_;
  std::optional<std::string> held_;
  std::string place_;
  std::vector<std::string> cells_;
  std::vector<std::string_view> views_;
};

char separator_of(std::string_view header) {
  return header.find('\t') == std::string_view::npos && header.find(',') != std::string_view::npos ? ',' : '\t';
}

// "#id<tab>sequence", whose columns are those of the next line; "# made on Monday" and "##..." are none.
bool is_commented_header(std::string_view text, const std::string* next) {
  if (next == nullptr || text.size() < 2 || text[1] == '#' || text[1] == ' ' || (*next)[0] == '#') return false;
  const char separator = separator_of(text);
  const auto count = split_fields(text, separator).size();
  return count > 1 && split_fields(*next, separator).size() == count;
}

// A column's name as ids are looked for: "#ID" is "id".
std::string plain_name(std::string_view text) {
  while (!text.empty() && text[0] == '#') text.remove_prefix(1);
  std::string out(trim(text));
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return out;
}

// The header line into `text`; Error if there is none.
void find_header(RecordLines& lines, std::string& text) {
  for (;;) {
    require(lines.next_line(text), "{}: is empty; a header line is wanted", lines.name());
    if (trim(text).empty()) continue;
    if (text[0] != '#') return;
    std::string next;
    bool there = false;
    while ((there = lines.next_line(next)) && next.empty()) {
    }
    const bool header = is_commented_header(text, there ? &next : nullptr);
    if (there) lines.hold(std::move(next));
    if (!header) continue;
    text.erase(0, 1);
    return;
  }
}

}  // namespace

void read_table(const std::string& path, const std::function<void(const std::vector<std::string>&)>& begin,
                const TableLine& line) {
  RecordLines lines(path);
  std::string text;
  find_header(lines, text);
  const char separator = separator_of(text);
  std::vector<std::string> header;
  for (const auto field : lines.fields(text, separator)) header.emplace_back(field);
  if (begin) begin(header);
  while (lines.next_line(text)) {
    if (text.empty()) continue;
    const bool marked = text[0] == '#';
    const std::string place = lines.place();
    const auto& fields = lines.fields(text, separator);
    if (marked && (fields.size() != header.size() || header.size() == 1)) continue;  // a comment
    require(fields.size() == header.size(), "{}: {} fields where the header has {}", place, fields.size(),
            header.size());
    line(fields, place);
  }
}

std::optional<std::size_t> optional_column(const std::vector<std::string>& header, const std::string& name,
                                           const std::string& path) {
  const auto the_one = [&](const auto& same) -> std::optional<std::size_t> {
    const auto found = std::find_if(header.begin(), header.end(), same);
    if (found == header.end()) return std::nullopt;
    const auto second = std::find_if(found + 1, header.end(), same);
    if (second == header.end()) return static_cast<std::size_t>(found - header.begin());
    require(*found != *second, "{}: has two columns '{}'", path, printable(*found));
    fail("{}: columns '{}' and '{}' may both be '{}'", path, printable(*found), printable(*second), printable(name));
  };
  if (const auto exact = the_one([&](const std::string& one) { return one == name; })) return exact;
  return the_one([&](const std::string& one) { return plain_name(one) == plain_name(name); });
}

std::size_t find_column(const std::vector<std::string>& header, const std::string& name, const std::string& path) {
  const auto found = optional_column(header, name, path);
  if (!found) {
    std::vector<std::string> shown;
    shown.reserve(header.size());
    for (const std::string& one : header) shown.push_back(printable(one));
    fail("{}:1: there is no column '{}' among {}", path, printable(name), fmt::join(shown, ", "));
  }
  return *found;
}

std::optional<std::size_t> id_column(const std::vector<std::string>& header, const std::string& path) {
  for (const char* wanted : {"id", "name", "identifier", "record", "record_id", "seq_id", "seqid", "sequence_id"}) {
    if (const auto found = optional_column(header, wanted, path)) return found;
  }
  return std::nullopt;
}

bool is_missing(std::string_view field) { return field.empty() || field == "NA"; }

bool meant_as_number(std::string_view field) {
  std::string text = plain_name(field);
  for (const char* word : {"nan", "-nan", "inf", "-inf", "+inf", "infinity", "-infinity", "n/a", "null", "nil"}) {
    if (text == word) return true;
  }
  text.erase(
      std::remove_if(text.begin(), text.end(), [](char c) { return c == ',' || c == '_' || c == ' ' || c == '\''; }),
      text.end());
  if (!text.empty() && text[0] == '+') text.erase(0, 1);
  if (!text.empty() && text.back() == '%') text.pop_back();
  char* end = nullptr;
  std::strtod(text.c_str(), &end);  // takes hexadecimal digits and numbers beyond the range too
  return !text.empty() && *end == '\0';
}

double number_or_missing(std::string_view field, const std::string& column, std::string_view place) {
  if (is_missing(field)) return std::numeric_limits<double>::quiet_NaN();
  try {
    return parse_number(field, place);
  } catch (const Error&) {
    fail("{}: '{}' in column '{}' is not a number; missing values are empty or NA", place, printable(field),
         printable(column));
  }
}

std::vector<std::size_t> join_by_id(const std::vector<std::string>& wanted, const std::string& wanted_file,
                                    const std::vector<std::string>& have, const std::string& have_file) {
  constexpr std::size_t kTwice = SIZE_MAX;
  std::unordered_map<std::string_view, std::size_t> line_of;
  for (std::size_t i = 0; i < have.size(); ++i) {
    const auto [found, is_new] = line_of.try_emplace(have[i], i);
    if (!is_new) found->second = kTwice;
  }
  std::unordered_map<std::string_view, bool> seen;
  std::vector<std::size_t> lines;
  for (const std::string& id : wanted) {
    require(seen.try_emplace(id, true).second,
            "{}: two records are called '{}', so lines of {} cannot be told apart; give every record a name of its own",
            wanted_file, printable(id), have_file);
    const auto found = line_of.find(id);
    require(found != line_of.end(), "{}: has no line for '{}' of {}", have_file, printable(id), wanted_file);
    require(found->second != kTwice, "{}: has two lines for '{}'; which one is meant cannot be told", have_file,
            printable(id));
    lines.push_back(found->second);
  }
  return lines;
}

void IdsOfTable::see(const std::string& id) {
  require(table_.empty() || seen_.insert(id).second,
          "two records are called '{}', so lines of {} cannot be told apart; give every record a name of its own",
          printable(id), table_);
}

std::string table_cell(std::string_view text) {
  const bool plain = text.find_first_of("\t\n\r") == std::string_view::npos && (text.empty() || text[0] != '"') &&
                     trim(text).size() == text.size();
  if (plain) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell + '"';
}

}  // namespace stemloop
