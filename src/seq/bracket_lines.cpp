#include "seq/bracket_lines.h"

#include "seq/structure.h"

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
      records.emplace_back(reject(record, structures_.size() == 1 ? std::string(error.what())
                                                                   : fmt::format("structure {}: {}", i + 1, error.what())));
    }
  }
  return records;
}

}  // namespace stemloop
