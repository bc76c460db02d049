// Structures as tables of partners, counted from 1, 0 where unpaired.
//
//   CT                                     BPSEQ
//     12 ENERGY = -5.40  name and words    # name and words      (or Filename: ... and the like)
//      1 G    0    2   12    1             1 G 12
//      2 G    1    3   11    2             2 G 11
//
// Both may hold several structures: a CT file one header each, a BPSEQ file begins at 1 again.
#include <algorithm>
#include <filesystem>

#include "seq/formats.h"
#include "seq/structure.h"

namespace stemloop {

namespace {

// A record being read from lines of a table.
struct Table {
  Record record;
  std::vector<int> partners;  // as in the file
  std::string problem;

  void add(std::string_view index, std::string_view letter, std::string_view partner, const PeekableLines& lines) {
    const std::string place = fmt::format("line {}", lines.number());
    const auto expected = static_cast<std::int64_t>(partners.size()) + 1;
    try {
      require(parse_integer(index, place) == expected, "{}: position {} where {} should be", place, printable(index),
              expected);
      require(letter.size() == 1 && append_rna(letter, record.sequence) == std::string_view::npos,
              "{}: '{}' is no letter of a sequence", place, printable(letter));
      const std::int64_t value = parse_integer(partner, place);
      require(value >= 0 && value <= INT32_MAX, "{}: '{}' is no position", place, printable(partner));
      partners.push_back(static_cast<int>(value));
    } catch (const Error& error) {
      if (problem.empty()) problem = error.what();
      partners.push_back(0);  // counted, so that the next line is not wrong as well
    }
  }

  RecordOrRejection finish() {
    try {
      require(problem.empty(), "{}", problem);
      require(!record.id.empty(), "the structure has no name");
      require(!partners.empty(), "there are no positions");
      const int length = static_cast<int>(partners.size());
      std::vector<int> pairs(partners.size(), -1);
      for (int i = 0; i < length; ++i) {
        const int partner = partners[i] - 1;
        if (partner < 0) continue;
        require(partner < length, "position {} is paired with {}, behind the end at {}", i + 1, partner + 1, length);
        require(partner != i, "position {} is paired with itself", i + 1);
        require(partners[partner] == i + 1, "position {} is paired with {}, but {} with {}", i + 1, partner + 1,
                partner + 1, partners[partner] == 0 ? "none" : std::to_string(partners[partner]));
        pairs[i] = partner;
      }
      ReadStructure read = structure_of_pairs(pairs);
      record.structure = std::move(read.nested);
      record.knotted = std::move(read.knotted);
      record.dropped_pairs = read.dropped;
      return std::move(record);
    } catch (const Error& error) {
      return reject(record, error.what());
    }
  }
};

// Several structures of one sequence under one name are alternatives.
class Alternatives {
 public:
  RecordOrRejection count(RecordOrRejection item) {
    if (auto* record = std::get_if<Record>(&item)) {
      const bool again = record->id == id_ && record->sequence == sequence_;
      count_ = again ? count_ + 1 : 0;
      record->alternative = count_;
      if (!again) {
        id_ = record->id;
        sequence_ = record->sequence;
      }
    }
    return item;
  }

 private:
  std::string id_, sequence_;
  int count_ = 0;
};

// The name behind the length: without "ENERGY = -5.40", "dG = -5.40" and "[initially -5.40]".
std::string ct_name(std::string_view rest) {
  std::string text(trim(rest));
  const auto tokens = split_blanks(text);
  std::size_t skip = 0;
  const auto begins = [&](std::string_view word) {
    return !tokens.empty() && tokens[0].substr(0, word.size()) == word;
  };
  if (begins("ENERGY") || begins("Energy") || begins("dG")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return text;
    const auto behind = split_blanks(std::string_view(text).substr(equals + 1));
    if (behind.empty()) return "";
    skip = static_cast<std::size_t>(behind[0].data() + behind[0].size() - text.data());
  }
  std::string_view name = trim(std::string_view(text).substr(skip));
  if (skip > 0 && name.rfind("[initially", 0) == 0) {
    const std::size_t end = name.find(']');
    name = end == std::string_view::npos ? std::string_view() : trim(name.substr(end + 1));
  }
  return std::string(name);
}

class CtReader final : public FormatReader {
 public:
  explicit CtReader(PeekableLines& lines) : lines_(lines) {}

  std::optional<RecordOrRejection> next() override {
    std::string line;
    do {
      if (!lines_.next(line)) return std::nullopt;
    } while (trim(line).empty() || trim(line)[0] == '#');
    const auto tokens = split_blanks(line);
    const std::int64_t length = parse_integer(tokens[0], lines_.place());
    require(length >= 0, "{}: a structure of {} positions", lines_.place(), length);
    Table table;
    table.record.file = lines_.name();
    table.record.line = lines_.number();
    const auto behind = static_cast<std::size_t>(tokens[0].data() + tokens[0].size() - line.data());
    set_header(ct_name(std::string_view(line).substr(behind)), table.record);
    ++count_;
    if (table.record.id.empty()) table.record.id = std::to_string(count_);
    for (std::int64_t i = 0; i < length; ++i) {
      require(lines_.next(line), "{}: the file ends at position {} of {} of structure '{}'", lines_.place(), i, length,
              printable(table.record.id));
      const auto fields = split_blanks(line);
      require(fields.size() >= 5, "{}: '{}' where a line of CT has 6 columns", lines_.place(), printable(line));
      table.add(fields[0], fields[1], fields[4], lines_);
    }
    return alternatives_.count(table.finish());
  }

 private:
  PeekableLines& lines_;
  Alternatives alternatives_;
  std::int64_t count_ = 0;
};

class BpseqReader final : public FormatReader {
 public:
  explicit BpseqReader(PeekableLines& lines) : lines_(lines) {}

  std::optional<RecordOrRejection> next() override {
    Table table;
    std::string line;
    std::string name;
    while (lines_.peek() != nullptr && !is_row(*lines_.peek())) {
      lines_.next(line);
      const std::string_view text = trim(line);
      require(text.empty() || text[0] == '#' || is_header(text), "{}: '{}' where a line of BPSEQ has 3 columns",
              lines_.place(), printable(line));
      if (!text.empty() && name.empty()) name = name_from(text);
    }
    if (lines_.peek() == nullptr) {
      require(count_ > 0, "{}: holds no positions", lines_.name());
      return std::nullopt;
    }
    ++count_;
    table.record.file = lines_.name();
    table.record.line = lines_.number() + 1;
    set_header(name, table.record);
    if (table.record.id.empty()) table.record.id = std::to_string(count_);
    while (const std::string* next = lines_.peek()) {
      if (!is_row(*next) || (!table.partners.empty() && split_blanks(*next)[0] == "1")) break;
      lines_.next(line);
      const auto fields = split_blanks(line);
      table.add(fields[0], fields[1], fields[2], lines_);
    }
    return alternatives_.count(table.finish());
  }

 private:
  static bool is_row(std::string_view line) {
    const auto fields = split_blanks(line);
    return fields.size() == 3 && fields[0].find_first_not_of("0123456789") == std::string_view::npos;
  }
  static bool is_header(std::string_view text) {
    return text.find(':') != std::string_view::npos || text.rfind("Citation", 0) == 0;
  }
  static std::string name_from(std::string_view text) {
    constexpr std::string_view kFilename = "Filename:";
    if (text[0] == '#') return std::string(trim(text.substr(1)));
    if (text.substr(0, kFilename.size()) != kFilename) return "";
    return std::filesystem::path(std::string(trim(text.substr(kFilename.size())))).stem().string();
  }

  PeekableLines& lines_;
  Alternatives alternatives_;
  std::int64_t count_ = 0;
};

}  // namespace

std::unique_ptr<FormatReader> ct_reader(PeekableLines& lines) { return std::make_unique<CtReader>(lines); }
std::unique_ptr<FormatReader> bpseq_reader(PeekableLines& lines) { return std::make_unique<BpseqReader>(lines); }

}  // namespace stemloop
