// FASTA as the world writes it, with or without lines of dots and brackets as RNAfold writes them; the same without
// headers; and FASTQ, of which only the letters are read.
//
//   >id free text            header; a record ends at the next header
//   ACGU acgt                sequence: any number of lines, blanks and digits-free; any letter, either case
//   (((...))) (-3.20)        optional structures: lines of brackets and dots; an energy behind them is ignored, and so
//                            are the lines RNAfold -p adds once the structure is as long as the sequence
#include <utility>

#include "seq/bracket_lines.h"
#include "seq/formats.h"

namespace stemloop {

namespace {

// Where files were put one behind the other, a byte order mark may stand before any header.
bool is_header(std::string& line) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (!line.empty() && line[0] == kByteOrderMark[0] && line.rfind(kByteOrderMark, 0) == 0)
    line.erase(0, kByteOrderMark.size());
  return !line.empty() && line[0] == '>';
}

// Records that come out of one stretch of the file, handed out one by one.
class QueuedReader : public FormatReader {
 public:
  explicit QueuedReader(PeekableLines& lines) : lines_(lines) {}

  std::optional<RecordOrRejection> next() override {
    while (queue_.empty()) {
      if (!read_more()) return std::nullopt;
    }
    RecordOrRejection item = std::move(queue_.front());
    queue_.pop_front();
    return item;
  }

 protected:
  virtual bool read_more() = 0;

  // The record as it was read, by its structures or its problem.
  void put(Record&& record, const BracketLines& brackets, std::string problem) {
    if (problem.empty() && record.id.empty()) problem = "the header has no name";
    if (problem.empty() && record.sequence.empty()) problem = "there is no sequence under the header";
    if (problem.empty()) problem = brackets.problem();
    if (!problem.empty()) {
      queue_.emplace_back(reject(record, problem));
    } else if (brackets.empty()) {
      queue_.emplace_back(std::move(record));
    } else {
      for (RecordOrRejection& one : brackets.records(record)) queue_.push_back(std::move(one));
    }
  }

  PeekableLines& lines_;

 private:
  std::deque<RecordOrRejection> queue_;
};

// Adds a line to the sequence or the structures; what it is otherwise becomes the problem, if it is the first one.
void take_line(std::string_view text, std::int64_t number, Record& record, BracketLines& brackets,
               std::string& problem) {
  const auto note = [&problem](std::string message) {
    if (problem.empty()) problem = std::move(message);
  };
  const std::size_t before = record.sequence.size();
  if (!brackets.empty()) {
    if (!brackets.take(text, number, before))
      note(fmt::format("line {} continues the sequence after its structure", number));
    return;
  }
  const std::size_t wrong = append_rna(text, record.sequence);
  if (wrong == std::string_view::npos) return;
  if (brackets.take(text, number, before)) {
    record.sequence.resize(before);
  } else {
    note(fmt::format("line {} has '{}' in the sequence; only letters are allowed", number,
                     printable(text.substr(wrong, 1))));
  }
}

class FastaReader final : public QueuedReader {
 public:
  using QueuedReader::QueuedReader;

 private:
  bool read_more() override {
    if (!have_header_ && !lines_.next(header_)) return false;
    Record record;
    record.file = lines_.name();
    record.line = lines_.number();
    is_header(header_);                           // takes a byte order mark off
    set_header(trim(header_).substr(1), record);  // the first may stand behind blanks
    BracketLines brackets;
    std::string problem;
    have_header_ = false;
    while (lines_.next(line_)) {
      if (is_header(line_)) {
        std::swap(header_, line_);
        have_header_ = true;
        break;
      }
      const std::string_view text = trim(line_);
      if (!text.empty()) take_line(text, lines_.number(), record, brackets, problem);
    }
    put(std::move(record), brackets, std::move(problem));
    return true;
  }

  std::string header_, line_;
  bool have_header_ = false;
};

// Sequence and structure without a header; "# name" or "#Name: name" in front names the record, else its number does.
class DotBracketReader final : public QueuedReader {
 public:
  using QueuedReader::QueuedReader;

 private:
  bool read_more() override {
    Record record;
    record.file = lines_.name();
    std::string line;
    ++count_;
    while (const std::string* next = lines_.peek()) {
      const std::string_view text = trim(*next);
      if (!text.empty() && text[0] != '#') break;
      lines_.next(line);
      name_from(trim(line), record);
    }
    if (lines_.peek() == nullptr) return false;
    record.line = lines_.number() + 1;
    if (record.id.empty()) record.id = std::to_string(count_);
    BracketLines brackets;
    std::string problem;
    while (const std::string* next = lines_.peek()) {
      const std::string_view text = trim(*next);
      if (!text.empty() && (text[0] == '#' || (!brackets.empty() && begins_sequence(text)))) break;
      lines_.next(line);
      if (!text.empty()) take_line(trim(line), lines_.number(), record, brackets, problem);
    }
    put(std::move(record), brackets, std::move(problem));
    return true;
  }

  static bool begins_sequence(std::string_view text) {
    return text.find_first_of("().[]{}<>") == std::string_view::npos && text.find(' ') == std::string_view::npos;
  }

  static void name_from(std::string_view comment, Record& record) {
    if (comment.empty() || !record.id.empty()) return;
    std::string_view text = trim(comment.substr(1));
    constexpr std::string_view kName = "Name:";
    if (text.substr(0, kName.size()) == kName) text = trim(text.substr(kName.size()));
    set_header(text, record);
  }

  std::int64_t count_ = 0;
};

// @id, letters, +, as many qualities; both may be wrapped.
class FastqReader final : public FormatReader {
 public:
  explicit FastqReader(PeekableLines& lines) : lines_(lines) {}

  std::optional<RecordOrRejection> next() override {
    std::string line;
    do {
      if (!lines_.next(line)) return std::nullopt;
    } while (trim(line).empty());
    // Qualities may hold any sign, so a reader that has lost its place must not go on.
    require(line[0] == '@', "{}: '{}' where FASTQ has a line '@name'", lines_.place(), printable(line));
    Record record;
    record.file = lines_.name();
    record.line = lines_.number();
    set_header(std::string_view(line).substr(1), record);
    std::string problem;
    std::size_t letters = 0;
    bool ended = false;
    while (lines_.next(line)) {
      if (!line.empty() && line[0] == '+') {
        ended = true;
        break;
      }
      const std::string_view text = trim(line);
      letters += text.size();
      const std::size_t wrong = append_rna(text, record.sequence);
      if (wrong != std::string_view::npos && problem.empty()) {
        problem = fmt::format("line {} has '{}' in the sequence; only letters are allowed", lines_.number(),
                              printable(text.substr(wrong, 1)));
      }
    }
    require(ended, "{}: the file ends within FASTQ record '{}', which has no line '+'", lines_.place(),
            printable(record.id));
    std::size_t qualities = 0;
    do {
      require(lines_.next(line) || (letters == 0), "{}: the file ends within the qualities of FASTQ record '{}'",
              lines_.place(), printable(record.id));
      qualities += trim(line).size();
    } while (qualities < letters);
    require(qualities == letters, "{}: FASTQ record '{}' has {} letters but {} qualities", lines_.place(),
            printable(record.id), letters, qualities);
    if (problem.empty() && record.id.empty()) problem = "the header has no name";
    if (problem.empty() && record.sequence.empty()) problem = "there is no sequence under the header";
    if (!problem.empty()) return reject(record, problem);
    return record;
  }

 private:
  PeekableLines& lines_;
};

}  // namespace

std::string full_header(const Record& record) {
  return record.description.empty() ? record.id : record.id + " " + record.description;
}

void set_header(std::string_view header, Record& record) {
  const std::string_view text = trim(header);
  const auto words = split_blanks(text);
  if (words.empty()) return;
  record.id = words.front();
  record.description = trim(text.substr(words.front().size()));
}

Rejection reject(const Record& record, std::string_view reason) {
  return {record.id, fmt::format("{}:{}: record '{}': {}", record.file, record.line, printable(record.id), reason)};
}

std::unique_ptr<FormatReader> fasta_reader(PeekableLines& lines) { return std::make_unique<FastaReader>(lines); }
std::unique_ptr<FormatReader> fastq_reader(PeekableLines& lines) { return std::make_unique<FastqReader>(lines); }
std::unique_ptr<FormatReader> dot_bracket_reader(PeekableLines& lines) {
  return std::make_unique<DotBracketReader>(lines);
}

}  // namespace stemloop
