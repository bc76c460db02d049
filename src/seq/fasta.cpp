#include "seq/fasta.h"

#include <functional>

#include "seq/nucleotides.h"

namespace stemloop {

namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r'; }
bool starts_structure(std::string_view line) { return line[0] == '(' || line[0] == ')' || line[0] == '.'; }

// What RNAfold -p prints below the structure: the ensemble's symbols, the centroid, and a line of text.
bool follows_structure(std::string_view line) {
  return std::string_view("().{}|,").find(line[0]) != std::string_view::npos ||
         line.rfind("frequency of mfe structure", 0) == 0;
}

void split_header(std::string_view header, Record& record) {
  const std::string_view text = trim(header.substr(1));
  const std::size_t blank = text.find_first_of(" \t");
  record.id = text.substr(0, blank);
  if (blank != std::string_view::npos) record.description = trim(text.substr(blank));
}

}  // namespace

std::string full_header(const Record& record) {
  return record.description.empty() ? record.id : record.id + " " + record.description;
}

Rejection reject(const Record& record, std::string_view reason) {
  return {record.id, fmt::format("{}:{}: record '{}': {}", record.file, record.line, printable(record.id), reason)};
}

bool FastaReader::first_header() {
  while (lines_.next(header_)) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (header_.rfind(kByteOrderMark, 0) == 0) header_.erase(0, kByteOrderMark.size());
    if (trim(header_).empty() || header_[0] == ';') continue;  // ';': a comment in old FASTA
    require(header_[0] == '>', "{}: '{}' is not FASTA: a record begins with a line '>name'", lines_.place(),
            printable(header_));
    header_line_ = lines_.line_number();
    return true;
  }
  fail("{}: is empty: no FASTA record found", lines_.name());
}

void FastaReader::note_duplicate(const std::string& id) {
  if (seen_.insert(std::hash<std::string>{}(id)).second) return;
  if (duplicates_++ == 0) first_duplicate_ = id;
}

std::optional<RecordOrRejection> FastaReader::next() {
  if (finished_) return std::nullopt;
  if (!started_) {
    started_ = true;
    first_header();
  }
  Record record;
  record.file = lines_.name();
  record.line = header_line_;
  record.index = count_++;
  split_header(header_, record);
  std::string problem;  // the first one found; the rest of the record is still read over
  const auto note = [&problem](std::string message) {
    if (problem.empty()) problem = std::move(message);
  };

  finished_ = true;
  std::string line;
  while (lines_.next(line)) {
    if (!line.empty() && line[0] == '>') {
      header_ = line;
      header_line_ = lines_.line_number();
      finished_ = false;
      break;
    }
    const std::string_view text = trim(line);
    if (text.empty()) continue;
    const bool complete = !record.structure.empty() && record.structure.size() == record.sequence.size();
    if (complete && follows_structure(text)) continue;
    if (starts_structure(text)) {
      const std::size_t blank = text.find_first_of(" \t");  // RNAfold's " (-12.30)" follows
      record.structure += text.substr(0, blank);
      continue;
    }
    if (!record.structure.empty()) {
      note(fmt::format("line {} continues the sequence after its structure", lines_.line_number()));
      continue;
    }
    for (const char c : text) {
      if (is_letter(c)) {
        record.sequence += c;
      } else if (!is_blank(c)) {
        note(fmt::format("line {} has '{}' in the sequence; only letters are allowed", lines_.line_number(),
                         printable(std::string_view(&c, 1))));
        break;
      }
    }
  }
  note_duplicate(record.id);
  if (record.id.empty()) note("the header has no name");
  if (record.sequence.empty()) note("there is no sequence under the header");
  if (!record.structure.empty() && record.structure.size() != record.sequence.size()) {
    note(fmt::format("the structure has {} characters but the sequence has {} letters", record.structure.size(),
                     record.sequence.size()));
  }
  if (!problem.empty()) return reject(record, problem);
  record.sequence = as_rna(record.sequence);
  return record;
}

}  // namespace stemloop
