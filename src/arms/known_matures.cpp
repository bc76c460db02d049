#include "arms/known_matures.h"

#include <algorithm>
#include <cctype>

#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::size_t kWord = 12;      // letters by which a mature is looked up
constexpr std::size_t kShortest = 14;  // letters of a mature
constexpr int kOnLoop = 4;             // letters on the other side of the loop's middle that an arm may have

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// "hsa-miR-19b-1-5p" -> "hsa-mir-19b-1", "Hsa-Let-7-P1a_5p*" -> "hsa-let-7-p1a".
std::string stem_of_name(std::string_view name) {
  std::string stem = lower(name);
  if (stem.ends_with('*')) stem.pop_back();
  for (const char* arm : {"-5p", "-3p", "_5p", "_3p"}) {
    if (stem.ends_with(arm)) return stem.substr(0, stem.size() - 3);
  }
  return stem;
}

// The names under which a hairpin's matures may stand: its own and, without a copy number, that of its family member.
std::vector<std::string> names_of_hairpin(std::string_view id) {
  std::string name = lower(id);
  for (const char* tail : {"_pre", "-pre"}) {
    if (name.ends_with(tail)) name.resize(name.size() - 4);
  }
  std::vector<std::string> names = {name};
  const std::size_t dash = name.rfind('-');
  const bool copy = dash != std::string::npos && dash + 1 < name.size() &&
                    std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dash) + 1, name.end(),
                                [](unsigned char c) { return std::isdigit(c) != 0; });
  // "hsa-mir-19" has no copy number: what is left must still be a species and a gene.
  if (copy && std::count(name.begin(), name.end(), '-') >= 3) names.push_back(name.substr(0, dash));
  return names;
}

// The value of one attribute of a GFF3 line's last column, empty if it has none.
std::string attribute(std::string_view attributes, std::string_view key) {
  for (const std::string_view field : split_fields(attributes, ';')) {
    const std::string_view text = trim(field);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && lower(text.substr(0, equals)) == key)
      return std::string(text.substr(equals + 1));
  }
  return "";
}

}  // namespace

KnownMatures KnownMatures::read(const std::string& path) {
  LineReader peek(path);
  std::string line;
  do {
    require(peek.next(line), "{}: is empty; mature miRNAs are wanted, as FASTA or GFF3", peek.name());
  } while (trim(line).empty());
  KnownMatures known;
  if (line[0] == '>') {
    known.read_fasta(path);
  } else {
    require(line[0] == '#' || split_fields(line, '\t').size() == 9, "{}: is neither FASTA nor GFF3", peek.place());
    known.read_gff(path);
  }
  require(!known.matures_.empty(), "{}: holds no mature miRNA", peek.name());
  return known;
}

void KnownMatures::read_fasta(const std::string& path) {
  RecordReader reader({path, Wanted::kSequencesOnly});
  while (auto item = reader.next()) {
    if (const auto* rejection = std::get_if<Rejection>(&*item)) fail("{}", rejection->reason);
    Record& record = std::get<Record>(*item);
    require(record.sequence.size() >= kShortest, "{}:{}: mature '{}' has {} letters, fewer than {}", record.file,
            record.line, printable(record.id), record.sequence.size(), kShortest);
    const std::size_t number = matures_.size();
    of_hairpin_[stem_of_name(record.id)].push_back(number);
    by_word_[record.sequence.substr(0, kWord)].push_back(number);
    Mature mature;
    mature.name = std::move(record.id);
    mature.sequence = std::move(record.sequence);
    matures_.push_back(std::move(mature));
  }
}

void KnownMatures::read_gff(const std::string& path) {
  struct Hairpin {
    std::int64_t start, end;
    std::string name, contig;
    bool reverse;
  };
  std::unordered_map<std::string, Hairpin> hairpins;  // by ID
  struct Child {
    Mature mature;
    std::string sequence_id, parent, place;
  };
  std::vector<Child> children;
  LineReader reader(path);
  std::string line;
  while (reader.next(line)) {
    if (line.empty() || line[0] == '#') continue;
    const auto fields = split_fields(line, '\t');
    require(fields.size() == 9, "{}: a GFF3 line has 9 fields, this one {}", reader.place(), fields.size());
    const bool is_mature = fields[2] == "miRNA";
    if (!is_mature && fields[2] != "miRNA_primary_transcript" && fields[2] != "pre_miRNA") continue;
    const std::int64_t start = parse_integer(fields[3], reader.place()) - 1,
                       end = parse_integer(fields[4], reader.place());
    require(start >= 0 && start < end, "{}: {} to {} is no stretch of letters", reader.place(), fields[3], fields[4]);
    std::string id = attribute(fields[8], "id"), name = attribute(fields[8], "name");
    if (name.empty()) name = id;
    if (!is_mature) {
      require(id.empty() || hairpins.insert({id, {start, end, name, std::string(fields[0]), fields[6] == "-"}}).second,
              "{}: a line before this one has the ID '{}' too; whose matures are whose cannot be told", reader.place(),
              printable(id));
      continue;
    }
    Child child;
    child.mature.name = name;
    child.mature.start = start;
    child.mature.end = end;
    child.mature.reverse = fields[6] == "-";
    child.sequence_id = fields[0];
    child.parent = attribute(fields[8], "derives_from");
    if (child.parent.empty()) child.parent = attribute(fields[8], "parent");
    child.place = reader.place();
    children.push_back(std::move(child));
  }
  for (Child& child : children) {
    const std::size_t number = matures_.size();
    of_hairpin_["=" + child.sequence_id].push_back(number);
    const auto parent = hairpins.find(child.parent);
    if (parent != hairpins.end()) {
      child.mature.hairpin_start = parent->second.start;
      child.mature.hairpin_end = parent->second.end;
      child.mature.relative = true;
      require(child.mature.start >= parent->second.start && child.mature.end <= parent->second.end &&
                  child.sequence_id == parent->second.contig && child.mature.reverse == parent->second.reverse,
              "{}: '{}' does not lie in '{}', which it derives from", child.place, printable(child.mature.name),
              printable(child.parent));
      of_hairpin_["<" + lower(parent->second.name)].push_back(number);
      if (lower(child.parent) != lower(parent->second.name)) of_hairpin_["<" + lower(child.parent)].push_back(number);
    }
    matures_.push_back(std::move(child.mature));
  }
}

void KnownMatures::place_by_letters(const Mature& mature, std::string_view sequence, PlacedMatures& to) const {
  const std::size_t first = sequence.find(mature.sequence);
  if (first == std::string_view::npos) {
    to.faults.push_back(fmt::format("mature {} is not in the hairpin", mature.name));
    return;
  }
  const std::size_t second = sequence.find(mature.sequence, first + 1);
  if (second != std::string_view::npos) {
    to.faults.push_back(
        fmt::format("mature {} is in the hairpin twice, at {} and {}", mature.name, first + 1, second + 1));
    return;
  }
  to.matures.push_back({mature.name, static_cast<int>(first), static_cast<int>(first + mature.sequence.size())});
}

PlacedMatures KnownMatures::place(std::string_view id, std::string_view sequence) const {
  PlacedMatures placed;
  const auto length = static_cast<std::int64_t>(sequence.size());
  const auto add = [&](const Mature& mature, std::int64_t start, std::int64_t end) {
    if (start < 0 || end > length) {
      placed.faults.push_back(fmt::format("mature {} at {} to {} is not in the hairpin of {} letters", mature.name,
                                          start + 1, end, length));
      return;
    }
    placed.matures.push_back({mature.name, static_cast<int>(start), static_cast<int>(end)});
  };
  const auto found = [&](const std::string& key) {
    const auto at = of_hairpin_.find(key);
    return at == of_hairpin_.end() ? std::vector<std::size_t>() : at->second;
  };
  // Positions in the record itself, then those relative to the line a mature derives from.
  for (const std::size_t k : found("=" + std::string(id))) add(matures_[k], matures_[k].start, matures_[k].end);
  if (!placed.matures.empty() || !placed.faults.empty()) return placed;
  for (const std::size_t k : found("<" + lower(id))) {
    const Mature& m = matures_[k];
    if (m.reverse) {
      add(m, m.hairpin_end - m.end, m.hairpin_end - m.start);
    } else {
      add(m, m.start - m.hairpin_start, m.end - m.hairpin_start);
    }
  }
  if (!placed.matures.empty() || !placed.faults.empty()) return placed;
  for (const std::string& name : names_of_hairpin(id)) {
    for (const std::size_t k : found(name)) place_by_letters(matures_[k], sequence, placed);
    if (!placed.matures.empty() || !placed.faults.empty()) return placed;
  }
  for (std::size_t at = 0; at + kWord <= sequence.size(); ++at) {
    const auto here = by_word_.find(std::string(sequence.substr(at, kWord)));
    if (here == by_word_.end()) continue;
    for (const std::size_t k : here->second) {
      if (sequence.substr(at).starts_with(matures_[k].sequence)) place_by_letters(matures_[k], sequence, placed);
    }
  }
  return placed;
}

KnownCuts known_cuts(PlacedMatures& placed, const StemLoop& stem, std::array<std::string, 2>& arm_names) {
  KnownCuts cuts = kNothingKnown;
  const int middle = stem.open + stem.close + 1;  // twice, as a boundary
  for (const PlacedMature& mature : placed.matures) {
    if (2 * (mature.begin + kOnLoop) < middle && 2 * (mature.end - kOnLoop) > middle) {
      placed.faults.push_back(
          fmt::format("mature {} at {} to {} lies on the terminal loop", mature.name, mature.begin + 1, mature.end));
      continue;
    }
    const int arm = mature.begin + mature.end < middle ? 0 : 1;
    int& begin = cuts[2 * arm];
    int& end = cuts[2 * arm + 1];
    if (begin < 0) {
      begin = mature.begin;
      end = mature.end;
      arm_names[arm] = mature.name;
    } else if (mature.begin >= end || mature.end <= begin) {
      placed.faults.push_back(fmt::format("mature {} at {} to {} is a second one on the arm of {}", mature.name,
                                          mature.begin + 1, mature.end, arm_names[arm]));
    }
  }
  return cuts;
}

}  // namespace stemloop
