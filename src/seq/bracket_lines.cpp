#include "seq/bracket_lines.h"

#include <algorithm>

#include "seq/structure.h"
#include "util/util.h"

namespace stemloop {

namespace {

// What RNAfold prints below a structure: the ensemble's symbols with [energy], centroid and MEA with {energy}, text.
bool follows_structure(std::string_view token, std::string_view tail, std::string_view text) {
  const bool of_ensemble = token.find_first_not_of("().{}|,") == std::string_view::npos;
  return (of_ensemble && !tail.empty() && (tail[0] == '[' || tail[0] == '{')) ||
         text.rfind("frequency of mfe structure", 0) == 0 || text.rfind("minimum free energy", 0) == 0;
}

bool may_be_energy(std::string_view tail) {
  return tail.empty() || std::string_view("([{+-.0123456789").find(tail[0]) != std::string_view::npos;
}

bool is_sequence(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

}  // namespace

bool BracketLines::take(std::string_view text, std::int64_t line, std::size_t letters) {
  const std::string_view token = text.substr(0, text.find_first_of(" \t"));
  const std::string_view tail = trim(text.substr(token.size()));
  const bool complete = !structures_.empty() && structures_.back().size() == letters;
  if (complete && follows_structure(token, tail, text)) return true;
  if (!looks_like_structure(token)) return false;
  if (!may_be_energy(tail) && problem_.empty()) {
    problem_ = fmt::format("line {} has '{}' behind the structure, which is no energy", line, printable(tail));
  }
  if (structures_.empty() || complete) structures_.emplace_back();
  structures_.back() += token;
  return true;
}

std::vector<RecordOrRejection> BracketLines::records(const Record& record) const {
  std::vector<RecordOrRejection> records;
  for (std::size_t i = 0; i < structures_.size(); ++i) {
    Record one = record;
    one.alternative = static_cast<int>(i);
    try {
      set_structure(structures_[i], one);
      records.emplace_back(std::move(one));
    } catch (const Error& error) {
      records.emplace_back(reject(record, structures_.size() == 1
                                              ? std::string(error.what())
                                              : fmt::format("structure {}: {}", i + 1, error.what())));
    }
  }
  return records;
}

std::vector<StructureLine> read_structure_lines(const std::string& path) {
  std::vector<StructureLine> structures;
  LineReader reader(path);
  std::string header, place_of_header;
  bool served = true;  // a structure stands under the last header
  const auto finish_header = [&] {
    require(served, "{}: there is no structure under the header '{}'", place_of_header, printable(header));
  };
  for (std::string line; reader.next(line);) {
    const std::string_view text = trim(line);
    if (text.empty() || text[0] == '#' || is_sequence(text)) continue;
    if (text[0] == '>') {
      finish_header();
      header = std::string(trim(text.substr(1)));
      header = header.substr(0, header.find_first_of(" \t"));
      place_of_header = reader.place();
      served = false;
      continue;
    }
    const std::string_view token = text.substr(0, text.find_first_of(" \t"));
    const std::string_view tail = trim(text.substr(token.size()));
    require(looks_like_structure(token), "{}: '{}' is no structure; brackets and dots are wanted", reader.place(),
            printable(text));
    require(may_be_energy(tail) && !looks_like_structure(tail), "{}: '{}' stands behind the structure and is no energy",
            reader.place(), printable(tail));
    structures.push_back({header.empty() ? fmt::format("structure_{}", structures.size() + 1) : header,
                          std::string(token), reader.place()});
    served = true;
  }
  finish_header();
  require(!structures.empty(), "{}: holds no dot-bracket structure", path);
  return structures;
}

}  // namespace stemloop
