#include "seq/formats.h"

#include <algorithm>
#include <array>

#include "seq/structure.h"

namespace stemloop {

namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool all_letters(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_letter); }

bool is_count(std::string_view token) {
  return !token.empty() && token.find_first_not_of("0123456789") == std::string_view::npos;
}

// "1 G 72"
bool is_bpseq_line(std::string_view line) {
  const auto tokens = split_blanks(line);
  return tokens.size() == 3 && is_count(tokens[0]) && tokens[1].size() == 1 && !is_count(tokens[1]) &&
         is_count(tokens[2]);
}

// "1 G 0 2 72 1"
bool is_ct_line(std::string_view line) {
  const auto tokens = split_blanks(line);
  return tokens.size() >= 5 && is_count(tokens[0]) && tokens[1].size() == 1 && !is_count(tokens[1]) &&
         is_count(tokens[4]);
}

struct Opening {
  std::string_view text, name;
};
constexpr Opening kForeign[] = {
    {"LOCUS ", "GenBank"},
    {"ID   ", "EMBL"},
    {"@HD\t", "SAM"},
    {"@SQ\t", "SAM"},
    {"##gff-version", "GFF"},
    {"##fileformat=VCF", "VCF"},
    {"CLUSTAL", "Clustal"},
    {"#NEXUS", "NEXUS"},
    {"PileUp", "MSF"},
    {"!!NA_MULTIPLE_ALIGNMENT", "MSF"},
    {"INFERNAL1", "a covariance model"},
    {"HMMER3", "a profile model"},
    {"HEADER    ", "PDB"},
    {"ATOM  ", "PDB"},
    {"data_", "mmCIF"},
    {"<!DOCTYPE", "HTML"},
    {"<!doctype", "HTML"},
    {"<html", "HTML"},
    {"<?xml", "XML"},
    {"{", "JSON"},
    {"[{", "JSON"},
    {"{\\rtf", "RTF"},
    {"track ", "BED or wiggle"},
    {"browser ", "BED or wiggle"},
};

// Lines before the first one that says what the file is.
bool is_preface(std::string_view line) {
  const std::string_view text = trim(line);
  return text.empty() || text[0] == ';';
}

}  // namespace

std::string_view format_name(RecordFormat format) {
  constexpr std::string_view kNames[] = {"FASTA", "FASTQ", "dot-bracket", "CT", "BPSEQ", "Stockholm"};
  return kNames[static_cast<std::size_t>(format)];
}

bool PeekableLines::next(std::string& line) {
  if (ahead_.empty()) {
    if (!lines_.next(line)) return false;
  } else {
    line = std::move(ahead_.front());
    ahead_.pop_front();
  }
  ++number_;
  return true;
}

const std::string* PeekableLines::peek(std::size_t ahead) {
  while (ahead_.size() <= ahead) {
    std::string line;
    if (!lines_.next(line)) return nullptr;
    ahead_.push_back(std::move(line));
  }
  return &ahead_[ahead];
}

std::string_view foreign_text(std::string_view first_line) {
  for (const Opening& one : kForeign) {
    if (first_line.substr(0, one.text.size()) == one.text) return one.name;
  }
  return {};
}

RecordFormat recognise(PeekableLines& lines) {
  std::string passed;
  while (lines.peek() != nullptr && is_preface(*lines.peek())) lines.next(passed);
  const std::string* first = lines.peek();
  require(first != nullptr, "{}: is empty: no FASTA record found", lines.name());
  const std::string line(trim(*first));
  if (line[0] == '>') return RecordFormat::kFasta;
  if (line.rfind("# STOCKHOLM", 0) == 0) return RecordFormat::kStockholm;
  const std::string place = fmt::format("{}:{}", lines.name(), lines.number() + 1);
  const std::string_view foreign = foreign_text(*first);
  require(foreign.empty(), "{}: is {}, which is not read; FASTA, FASTQ, dot-bracket, CT, BPSEQ and Stockholm are",
          lines.name(), foreign);
  // Behind comments: "# name" of BPSEQ and dot-bracket, "Filename: ..." of older BPSEQ.
  std::size_t at = 0;
  constexpr std::size_t kMostComments = 64;
  const auto comment = [](std::string_view text) {
    return trim(text).empty() || text[0] == '#' || text.rfind("Filename:", 0) == 0 || text.rfind("Organism:", 0) == 0 ||
           text.rfind("Accession", 0) == 0 || text.rfind("Citation", 0) == 0;
  };
  while (at < kMostComments && lines.peek(at) != nullptr && comment(*lines.peek(at))) ++at;
  const std::string* found = lines.peek(at);
  const auto words = split_blanks(found != nullptr ? std::string_view(*found) : std::string_view());
  if (!words.empty()) {
    const std::string* second = lines.peek(at + 1);
    // CT first: its title may be "12 a 1".
    if (is_count(words.front()) && second != nullptr && is_ct_line(*second)) return RecordFormat::kCt;
    if (is_bpseq_line(*found)) return RecordFormat::kBpseq;
    if (all_letters(words.front()) && words.size() == 1) {
      std::size_t next = at + 1;
      while (lines.peek(next) != nullptr && next < at + kMostComments && all_letters(trim(*lines.peek(next)))) ++next;
      const std::string* structure = lines.peek(next);
      if (structure != nullptr && !trim(*structure).empty() && looks_like_structure(split_blanks(*structure).front()))
        return RecordFormat::kDotBracket;
    }
  }
  if (line[0] == '@') return RecordFormat::kFastq;
  fail("{}: '{}' is not FASTA: a record begins with a line '>name'", place, printable(*first));
}

std::size_t append_rna(std::string_view line, std::string& sequence) {
  // 0: neither letter nor blank; 1: blank.
  static const auto kTable = [] {
    std::array<char, 256> table{};
    for (const char c : {' ', '\t', '\v', '\f', '\r'}) table[static_cast<unsigned char>(c)] = 1;
    for (char c = 'A'; c <= 'Z'; ++c) {
      const char rna = c == 'T' ? 'U' : c;
      table[static_cast<unsigned char>(c)] = table[static_cast<unsigned char>(c - 'A' + 'a')] = rna;
    }
    return table;
  }();
  const std::size_t old = sequence.size();
  sequence.resize(old + line.size());
  char* out = sequence.data() + old;
  bool plain = true;
  for (std::size_t i = 0; i < line.size(); ++i) {
    out[i] = kTable[static_cast<unsigned char>(line[i])];
    plain &= out[i] > 1;
  }
  if (plain) return std::string_view::npos;
  const std::size_t wrong = sequence.find('\0', old);
  sequence.resize(std::min(wrong, sequence.size()));
  sequence.erase(std::remove(sequence.begin() + static_cast<std::ptrdiff_t>(old), sequence.end(), '\1'),
                 sequence.end());
  return wrong == std::string::npos ? wrong : wrong - old;
}

bool looks_like_protein(std::string_view sequence) {
  constexpr std::size_t kShortest = 10, kLookedAt = 200;
  if (sequence.size() < kShortest) return false;
  sequence = sequence.substr(0, kLookedAt);
  const auto share = [&](std::string_view letters) {
    const auto held = std::count_if(sequence.begin(), sequence.end(),
                                    [&](char c) { return letters.find(c) != std::string_view::npos; });
    return static_cast<double>(held) / static_cast<double>(sequence.size());
  };
  // A protein has a third of the former and a quarter of the latter; RNA with slips of the pen has neither.
  constexpr double kAmino = 0.1, kBases = 0.6;
  return share("ACGUN") < kBases && share("EFIJLOPQZ") >= kAmino;
}

void set_structure(std::string_view brackets, Record& record) {
  require(brackets.size() == record.sequence.size(), "the structure has {} characters but the sequence has {} letters",
          brackets.size(), record.sequence.size());
  ReadStructure read = read_structure(brackets);
  record.structure = std::move(read.nested);
  record.knotted = std::move(read.knotted);
  record.dropped_pairs = read.dropped;
}

}  // namespace stemloop
