#include "fold/parameters.h"

#include "fold/parameter_sets.h"

#include <algorithm>
#include <fstream>
#include <map>

#include "util/util.h"

namespace stemloop {

void expand_unknown_bases(EnergyParameters& parameters) {
  const auto expand = [](auto&... tables) { (expand_unknown_bases(tables), ...); };
  for_each_table(expand, parameters.energy37, parameters.enthalpy);
}

EnergyParameters vienna21_variant(EnergyParameters parameters) {
  const auto swap_pairs = [](LoopTables<int>& tables) {
    const LoopTables<int> today = tables;
    for (int pair = 1; pair < kPairTypeCount; ++pair) {
      const PairType reversed = kReversedPair[pair];
      for (int five = 0; five < kBaseCount; ++five) {
        for (int three = 0; three < kBaseCount; ++three) {
          tables.mismatch_exterior[pair][five][three] = today.mismatch_exterior[reversed][three][five];
          tables.mismatch_multi[pair][five][three] = today.mismatch_multi[reversed][three][five];
        }
        tables.dangle5[pair][five] = today.dangle5[reversed][five];
        tables.dangle3[pair][five] = today.dangle3[reversed][five];
      }
    }
  };
  swap_pairs(parameters.energy37);
  swap_pairs(parameters.enthalpy);
  parameters.name += "-vienna2.1";
  return parameters;
}

namespace {

constexpr std::int64_t kMostEnergy = 100'000;  // nothing measured comes near; sums stay far from overflow
constexpr std::size_t kMostSpecialHairpins = 10'000;
constexpr int kDefaultMismatch = -50;  // the file format's "DEF"
constexpr std::string_view kFirstLine = "## RNAfold parameter file v2.0";

struct Token {
  std::string text;
  std::int64_t line = 0;
};

struct Section {
  std::int64_t line = 0;
  std::vector<Token> tokens;
};

// Takes /* comments */ off a line; in this format they never span lines.
std::string without_comments(std::string text, std::string_view place) {
  for (std::size_t begin = 0; (begin = text.find("/*", begin)) != std::string::npos;) {
    const std::size_t end = text.find("*/", begin + 2);
    require(end != std::string::npos, "{}: a comment is not closed on its line", place);
    text.replace(begin, end + 2 - begin, " ");
  }
  return text;
}

class ParameterFile {
 public:
  explicit ParameterFile(const std::string& path) : path_(path) { read(); }

  /// The numbers of a section in file order. Error unless there are exactly `count`.
  std::vector<int> integers(const std::string& name, std::size_t count) {
    const Section& section = take(name);
    require(section.tokens.size() == count, "{}:{}: section '{}' has {} values, {} are needed", path_, section.line,
            name, section.tokens.size(), count);
    std::vector<int> values;
    for (const Token& token : section.tokens) values.push_back(value_of(token));
    return values;
  }

  const Section& take(const std::string& name) {
    const auto found = sections_.find(name);
    require(found != sections_.end(), "{}: section '{}' is missing", path_, name);
    used_.push_back(name);
    return found->second;
  }

  /// "file:line" of a Token or Section.
  template <class Item>
  [[nodiscard]] std::string place(const Item& item) const {
    return fmt::format("{}:{}", path_, item.line);
  }

  void require_all_used() const {
    for (const auto& [name, section] : sections_) {
      require(std::find(used_.begin(), used_.end(), name) != used_.end(), "{}:{}: unknown section '{}'", path_,
              section.line, printable(name));
    }
  }

  [[nodiscard]] int number(const Token& token) const {
    const std::int64_t value = parse_integer(token.text, place(token));
    require(value >= -kMostEnergy && value <= kMostEnergy, "{}: energy {} is out of range (1,000 kcal/mol)",
            place(token), value);
    return static_cast<int>(value);
  }

 private:
  void read() {
    LineReader lines(path_);
    std::string line;
    require(lines.next(line) && trim(line) == kFirstLine,
            "{}:1: is not a ViennaRNA 2 parameter file: the first line is "
            "not '{}'",
            path_, kFirstLine);
    Section* section = nullptr;
    while (lines.next(line)) {
      const bool heading = !line.empty() && line[0] == '#' && line.rfind("##", 0) != 0;
      if (!heading && section == nullptr) continue;  // a preface is free text
      const std::string text = without_comments(line, lines.place());
      const std::string_view content = trim(text);
      if (content.empty() || content.substr(0, 2) == "##") continue;
      if (heading) {
        std::string name(trim(content.substr(1)));
        if (name == "END") return;
        if (name.rfind("interior", 0) == 0) name.replace(0, 8, "internal");
        if (name.rfind("mismatch_interior", 0) == 0) name.replace(0, 17, "mismatch_internal");
        require(sections_.count(name) == 0, "{}: section '{}' occurs twice", lines.place(), printable(name));
        section = &sections_[name];
        section->line = lines.line_number();
        continue;
      }
      for (const std::string_view token : split_blanks(content)) {
        section->tokens.push_back({std::string(token), lines.line_number()});
      }
    }
  }

  [[nodiscard]] int value_of(const Token& token) const {
    if (token.text == "INF") return kForbidden;
    if (token.text == "DEF") return kDefaultMismatch;
    if (token.text == "NST") return 0;
    return number(token);
  }

  std::string path_;
  std::map<std::string, Section> sections_;
  std::vector<std::string> used_;
};

// Number of values a table has in the file and what they stand for: pairs 1..7 (the seventh is "non-standard", not
// kept) or 1..6, bases 0..4 or 1..4.
template <class T>
constexpr std::size_t file_count(std::size_t pairs, std::size_t bases) {
  if constexpr (!std::is_array_v<T>) {
    return 1;
  } else {
    using Inner = std::remove_extent_t<T>;
    constexpr std::size_t kExtent = std::extent_v<T>;
    const std::size_t own = kExtent == kPairTypeCount ? pairs : kExtent == kBaseCount ? bases : kExtent;
    return own * file_count<Inner>(pairs, bases);
  }
}

template <class T>
void assign(T& entry, const int*& next, std::size_t pairs, std::size_t bases) {
  if constexpr (!std::is_array_v<T>) {
    entry = *next++;
  } else {
    using Inner = std::remove_extent_t<T>;
    constexpr std::size_t kExtent = std::extent_v<T>;
    if constexpr (kExtent == kPairTypeCount) {
      for (std::size_t pair = 1; pair < kExtent; ++pair) assign(entry[pair], next, pairs, bases);
      if (pairs == kPairTypeCount) next += file_count<Inner>(pairs, bases);
    } else {
      const std::size_t begin = kExtent == kBaseCount ? kExtent - bases : 0;
      for (std::size_t i = begin; i < kExtent; ++i) assign(entry[i], next, pairs, bases);
    }
  }
}

// The format's order of sections does not matter; every table has a twin with "_enthalpies" behind its name.
template <class T>
void read_table(ParameterFile& file, const std::string& name, T& energy, T& enthalpy, std::size_t pairs,
                std::size_t bases) {
  for (T* table : {&energy, &enthalpy}) {
    const std::vector<int> values =
        file.integers(table == &energy ? name : name + "_enthalpies", file_count<T>(pairs, bases));
    const int* next = values.data();
    assign(*table, next, pairs, bases);
  }
}

void read_special_hairpins(ParameterFile& file, const std::string& name, std::size_t unpaired,
                           std::vector<SpecialHairpin>& to) {
  const Section& section = file.take(name);
  require(section.tokens.size() % 3 == 0, "{}: section '{}' has {} values, not loop, energy and enthalpy in turn",
          file.place(section), name, section.tokens.size());
  require(section.tokens.size() / 3 <= kMostSpecialHairpins, "{}: section '{}' has more than {} loops",
          file.place(section), name, kMostSpecialHairpins);
  for (std::size_t i = 0; i + 2 < section.tokens.size(); i += 3) {
    const Token& loop = section.tokens[i];
    require(loop.text.size() == unpaired + 2 && loop.text.find_first_not_of("ACGUT") == std::string::npos,
            "{}: '{}' is not a loop of {} bases with its closing pair", file.place(loop), printable(loop.text),
            unpaired);
    to.push_back({as_rna(loop.text), file.number(section.tokens[i + 1]), file.number(section.tokens[i + 2])});
  }
}

void read_scalars(ParameterFile& file, EnergyParameters& p) {
  LoopTables<int>& g = p.energy37;
  LoopTables<int>& h = p.enthalpy;
  const std::vector<int> multi = file.integers("ML_params", 6);
  g.multi_unpaired = multi[0];
  h.multi_unpaired = multi[1];
  g.multi_closing = multi[2];
  h.multi_closing = multi[3];
  g.multi_stem = multi[4];
  h.multi_stem = multi[5];
  const std::vector<int> ninio = file.integers("NINIO", 3);
  g.asymmetry = ninio[0];
  h.asymmetry = ninio[1];
  p.max_asymmetry = ninio[2];
  // Misc: duplex initiation (unused here), terminal AU, and in some files the logarithm's coefficient.
  const Section& misc = file.take("Misc");
  require(misc.tokens.size() == 4 || misc.tokens.size() == 6, "{}: section 'Misc' has {} values, 4 or 6 are needed",
          file.place(misc), misc.tokens.size());
  g.terminal_au = file.number(misc.tokens[2]);
  h.terminal_au = file.number(misc.tokens[3]);
  if (misc.tokens.size() == 6) p.log_coefficient = parse_number(misc.tokens[4].text, file.place(misc.tokens[4]));
}

}  // namespace

EnergyParameters read_parameter_file(const std::string& path) {
  ParameterFile file(path);
  EnergyParameters p{};
  p.name = path;
  LoopTables<int>& g = p.energy37;
  LoopTables<int>& h = p.enthalpy;
  constexpr std::size_t kPairs = 7;  // with the non-standard one
  constexpr std::size_t kBases = 5;  // with the unknown one
  read_table(file, "stack", g.stack, h.stack, kPairs, kBases);
  read_table(file, "mismatch_hairpin", g.mismatch_hairpin, h.mismatch_hairpin, kPairs, kBases);
  read_table(file, "mismatch_internal", g.mismatch_interior, h.mismatch_interior, kPairs, kBases);
  read_table(file, "mismatch_internal_1n", g.mismatch_interior_1n, h.mismatch_interior_1n, kPairs, kBases);
  read_table(file, "mismatch_internal_23", g.mismatch_interior_23, h.mismatch_interior_23, kPairs, kBases);
  read_table(file, "mismatch_multi", g.mismatch_multi, h.mismatch_multi, kPairs, kBases);
  read_table(file, "mismatch_exterior", g.mismatch_exterior, h.mismatch_exterior, kPairs, kBases);
  read_table(file, "dangle5", g.dangle5, h.dangle5, kPairs, kBases);
  read_table(file, "dangle3", g.dangle3, h.dangle3, kPairs, kBases);
  read_table(file, "int11", g.int11, h.int11, kPairs, kBases);
  read_table(file, "int21", g.int21, h.int21, kPairs, kBases);
  read_table(file, "int22", g.int22, h.int22, kPairTypeCount - 1, kBaseCount - 1);
  expand_unknown_bases(g.int22);
  expand_unknown_bases(h.int22);
  read_table(file, "hairpin", g.hairpin, h.hairpin, kPairs, kBases);
  read_table(file, "bulge", g.bulge, h.bulge, kPairs, kBases);
  read_table(file, "internal", g.interior, h.interior, kPairs, kBases);
  read_scalars(file, p);
  read_special_hairpins(file, "Triloops", 3, p.special_hairpins);
  read_special_hairpins(file, "Tetraloops", 4, p.special_hairpins);
  read_special_hairpins(file, "Hexaloops", 6, p.special_hairpins);
  file.require_all_used();
  return p;
}

bool is_parameter_set(const std::string& name) { return name == "turner2004" || name == "turner2004-vienna2.1"; }

EnergyParameters load_parameters(const std::string& name_or_file) {
  if (name_or_file == "turner2004") return turner2004_parameters();
  if (name_or_file == "turner2004-vienna2.1") return vienna21_variant(turner2004_parameters());
  require(std::ifstream(name_or_file).good(),
          "'{}' is neither a parameter set (turner2004, turner2004-vienna2.1) nor a readable parameter file",
          name_or_file);
  return read_parameter_file(name_or_file);
}

}  // namespace stemloop
