#include "seq/contigs.h"

#include <algorithm>
#include <array>
#include <functional>

#include "seq/formats.h"

namespace stemloop {

namespace {

constexpr unsigned char kBlank = 1;  // to be left out; 0: no letter

// What becomes of every byte of a sequence line.
std::array<unsigned char, 256> translation(bool keep_case) {
  std::array<unsigned char, 256> table{};
  for (const char c : {' ', '\t', '\v', '\f'}) table[static_cast<unsigned char>(c)] = kBlank;
  for (int i = 0; i < 26; ++i) {
    const char upper = static_cast<char>('A' + i), lower = static_cast<char>('a' + i);
    table[static_cast<unsigned char>(upper)] = static_cast<unsigned char>(upper == 'T' ? 'U' : upper);
    table[static_cast<unsigned char>(lower)] =
        static_cast<unsigned char>(keep_case ? (lower == 't' ? 'u' : lower) : (lower == 't' ? 'U' : upper));
  }
  return table;
}

// A protein would be searched as letters that pair with little, and nothing be found.
void refuse_protein(const std::string& letters, const std::string& place, const std::string& contig) {
  constexpr std::size_t kLookedAt = 200;
  std::string begin = letters.substr(0, kLookedAt);
  for (char& c : begin) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  require(!looks_like_protein(begin), "{}: contig '{}' looks like a protein; RNA or DNA is read", place,
          printable(contig));
}

}  // namespace

ContigReader::ContigReader(const std::string& path, const ContigOptions& options) : source_(path), options_(options) {
  require(options_.piece > options_.overlap, "pieces of {} letters cannot share {}", options_.piece, options_.overlap);
}

bool ContigReader::refill() {
  if (source_ended_) return false;
  try {
    block_ = source_.next();
  } catch (const BrokenInput& broken) {
    fail("{}:{}: reading stopped: {}", name(), line_, broken.what());
  }
  source_ended_ = block_.empty();
  return !source_ended_;
}

// True if the next character begins a line; passes over the ends of lines.
bool ContigReader::next_line_begins() {
  while (!block_.empty() || refill()) {
    const char c = block_.front();
    if (c != '\n' && c != '\r') return true;
    if (c == '\r' || !after_return_) ++line_;
    after_return_ = c == '\r';
    line_start_ = true;
    block_.remove_prefix(1);
  }
  return false;
}

std::string ContigReader::take_line() {
  std::string line;
  while (!block_.empty() || refill()) {
    const std::size_t end = block_.find_first_of("\r\n");
    line.append(block_.substr(0, end));
    block_.remove_prefix(std::min(end, block_.size()));
    if (end != std::string_view::npos) break;
  }
  after_return_ = false;
  line_start_ = false;
  return line;
}

// Stands at a header afterwards, or at the end (false).
bool ContigReader::find_header() {
  while (next_line_begins()) {
    if (block_.front() == '>') return true;
    const std::int64_t at = line_;
    const std::string line = take_line();
    if (trim(line).empty() || line[0] == ';') continue;  // ';': a comment in old FASTA
    const std::string_view foreign = foreign_text(line);
    require(foreign.empty(), "{}: is {}, which is not read; contigs are FASTA", name(), foreign);
    fail("{}:{}: '{}' is not FASTA: a contig begins with a line '>name'", name(), at, printable(line));
  }
  require(count_ > 0, "{}: is empty: no FASTA record found", name());
  return false;
}

void ContigReader::begin_contig() {
  now_.line = line_;
  const std::string header = take_line();
  const auto words = split_blanks(std::string_view(header).substr(1));
  require(!words.empty(), "{}:{}: the header has no name", name(), now_.line);
  now_.contig = words[0];
  now_.index = count_++;
  now_.offset = 0;
  now_.letters.clear();
  now_.first = true;
  now_.repeated_name = !seen_.insert(std::hash<std::string>{}(now_.contig)).second;
  if (now_.repeated_name && repeated_++ == 0) first_repeated_ = now_.contig;
  in_contig_ = true;
  contig_ended_ = false;
}

// `text` holds no end of a line.
void ContigReader::append_letters(std::string_view text) {
  static const auto kUpper = translation(false), kCased = translation(true);
  const auto& table = options_.keep_case ? kCased : kUpper;
  const std::size_t old = now_.letters.size();
  now_.letters.resize(old + text.size());
  char* out = now_.letters.data() + old;
  bool all_letters = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char letter = table[static_cast<unsigned char>(text[i])];
    all_letters &= letter > kBlank;
    out[i] = static_cast<char>(letter);
  }
  if (all_letters) return;
  const auto wrong = std::find(out, out + text.size(), '\0');
  if (wrong != out + text.size()) {
    fail("{}:{}: contig '{}' has '{}' in the sequence; only letters are allowed", name(), line_, printable(now_.contig),
         printable(text.substr(static_cast<std::size_t>(wrong - out), 1)));
  }
  now_.letters.erase(std::remove(out, out + text.size(), static_cast<char>(kBlank)) - now_.letters.data());
}

// Reads until one letter more than a piece is there, so that it is known whether the piece is the last, or the contig
// ends.
void ContigReader::fill() {
  while (!contig_ended_ && now_.letters.size() <= options_.piece) {
    if (!next_line_begins() || (line_start_ && block_.front() == '>')) {
      contig_ended_ = true;
    } else if (line_start_ && block_.front() == ';') {
      take_line();
    } else {
      const std::size_t room = options_.piece + 1 - now_.letters.size();
      std::string_view text = block_.substr(0, room);  // looked at no further: a line may hold the whole contig
      text = text.substr(0, text.find_first_of("\r\n"));
      append_letters(text);
      block_.remove_prefix(text.size());
      after_return_ = false;
      line_start_ = false;
    }
  }
}

bool ContigReader::next(ContigPiece& piece) {
  if (!in_contig_) {
    if (!find_header()) return false;
    begin_contig();
  }
  fill();
  const std::size_t length = std::min(options_.piece, now_.letters.size());
  now_.last = contig_ended_ && now_.letters.size() == length;
  if (now_.first) refuse_protein(now_.letters, fmt::format("{}:{}", name(), now_.line), now_.contig);
  if (now_.first && now_.last && length == 0 && empty_++ == 0) first_empty_ = now_.contig;
  piece.contig = now_.contig;
  piece.index = now_.index;
  piece.line = now_.line;
  piece.offset = now_.offset;
  piece.letters.assign(now_.letters, 0, length);
  piece.first = now_.first;
  piece.last = now_.last;
  piece.repeated_name = now_.repeated_name;
  const std::size_t step = length - std::min(length, options_.overlap);
  now_.letters.erase(0, step);
  now_.offset += static_cast<std::int64_t>(step);
  now_.first = false;
  in_contig_ = !now_.last;
  return true;
}

std::optional<ContigPiece> ContigReader::next() {
  ContigPiece piece;
  if (!next(piece)) return std::nullopt;
  return piece;
}

}  // namespace stemloop
