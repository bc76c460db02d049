// Alignments in Stockholm format, one or several a file, wrapped in blocks or not. Every row becomes a record: its
// letters without gaps, and the structure of its own (#=GR name SS) or that of the columns (#=GC SS_cons), of which the
// pairs with a gap at one end fall away.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "seq/formats.h"
#include "seq/structure.h"

namespace stemloop {

namespace {

constexpr std::string_view kGaps = ".-_~";

struct Row {
  std::string name, letters, structure;  // with gaps
  std::int64_t line = 0;
};

struct Alignment {
  std::vector<Row> rows;
  std::unordered_map<std::string, std::size_t> by_name;
  std::unordered_map<std::string, std::string> structures;  // #=GR name SS
  std::unordered_map<std::string, std::string> words;       // #=GS name DE
  std::string consensus, description;                       // #=GC SS_cons, #=GF DE
};

std::string without_gaps(std::string_view letters) {
  std::string plain;
  for (const char c : letters) {
    if (kGaps.find(c) == std::string_view::npos) plain += c;
  }
  return plain;
}

// Pairs of columns laid on the letters of a row; empty if no structure is given.
std::vector<int> laid_on(const std::vector<int>& columns, std::string_view letters) {
  std::vector<int> place(letters.size(), -1);
  int count = 0;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (kGaps.find(letters[i]) == std::string_view::npos) place[i] = count++;
  }
  std::vector<int> pairs(static_cast<std::size_t>(count), -1);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (columns[i] < 0 || place[i] < 0) continue;
    pairs[static_cast<std::size_t>(place[i])] = place[static_cast<std::size_t>(columns[i])];
  }
  return pairs;
}

// What stands over the letters of a row. In WUSS brackets of any kind are the structure and letters its pseudoknots:
// all brackets become round ones, which the first level takes.
std::string brackets_on(std::string_view columns, std::string_view letters) {
  std::string written;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (kGaps.find(letters[i]) != std::string_view::npos) continue;
    written += std::string_view("<[{").find(columns[i]) == std::string_view::npos ? columns[i] : '(';
  }
  return written;
}

class StockholmReader final : public FormatReader {
 public:
  explicit StockholmReader(PeekableLines& lines) : lines_(lines) {}

  std::optional<RecordOrRejection> next() override {
    while (at_ == alignment_.rows.size()) {
      if (!read_alignment()) return std::nullopt;
    }
    return record_of(alignment_.rows[at_++]);
  }

 private:
  bool read_alignment() {
    alignment_ = {};
    at_ = 0;
    std::string line;
    do {
      if (!lines_.next(line)) return false;
    } while (trim(line).empty());
    require(line.rfind("# STOCKHOLM", 0) == 0, "{}: '{}' where an alignment begins with '# STOCKHOLM 1.0'",
            lines_.place(), printable(line));
    const std::int64_t begin = lines_.number();
    std::unordered_set<std::string> in_block;
    while (lines_.next(line)) {
      const std::string_view text = trim(line);
      if (text == "//") {
        prepare();
        return true;
      }
      if (text.empty()) {
        in_block.clear();
      } else if (text[0] == '#') {
        take_markup(text);
      } else {
        take_row(text, in_block);
      }
    }
    fail("{}: the alignment that begins in line {} does not end with '//'; the file may be cut", lines_.name(), begin);
  }

  void take_markup(std::string_view text) {
    const auto words = split_blanks(text);
    const auto rest = [&](std::size_t word) {
      return word < words.size()
                 ? std::string(trim(text.substr(static_cast<std::size_t>(words[word].data() - text.data()))))
                 : std::string();
    };
    if (words[0] == "#=GC" && words.size() == 3 && words[1] == "SS_cons") alignment_.consensus += words[2];
    if (words[0] == "#=GR" && words.size() == 4 && words[2] == "SS")
      alignment_.structures[std::string(words[1])] += words[3];
    if (words[0] == "#=GF" && words.size() > 2 && words[1] == "DE") alignment_.description = rest(2);
    if (words[0] == "#=GS" && words.size() > 3 && words[2] == "DE") alignment_.words[std::string(words[1])] = rest(3);
  }

  void take_row(std::string_view text, std::unordered_set<std::string>& in_block) {
    const auto words = split_blanks(text);
    require(words.size() == 2, "{}: '{}' where a row of an alignment has a name and letters", lines_.place(),
            printable(text));
    const std::string name(words[0]);
    require(in_block.insert(name).second, "{}: a second row '{}' in the same block", lines_.place(), printable(name));
    const auto [found, is_new] = alignment_.by_name.try_emplace(name, alignment_.rows.size());
    if (is_new) alignment_.rows.push_back({name, "", "", lines_.number()});
    alignment_.rows[found->second].letters += words[1];
  }

  // The pairs of the columns, once an alignment.
  void prepare() {
    columns_.clear();
    consensus_problem_.clear();
    if (alignment_.consensus.empty()) return;
    try {
      columns_ = all_pairs(alignment_.consensus);
    } catch (const Error& error) {
      consensus_problem_ = fmt::format("SS_cons: {}", error.what());
    }
  }

  RecordOrRejection record_of(const Row& row) {
    Record record;
    record.file = lines_.name();
    record.line = row.line;
    record.id = row.name;
    const auto words = alignment_.words.find(row.name);
    if (words != alignment_.words.end()) record.description = words->second;
    if (words == alignment_.words.end() && alignment_.rows.size() == 1) record.description = alignment_.description;
    try {
      const std::string letters = without_gaps(row.letters);
      require(!letters.empty(), "the row holds gaps only");
      const std::size_t wrong = append_rna(letters, record.sequence);
      require(wrong == std::string::npos, "'{}' in the row; only letters and the gaps . - _ ~ are allowed",
              wrong == std::string::npos ? "" : printable(letters.substr(wrong, 1)));
      const auto own = alignment_.structures.find(row.name);
      if (own != alignment_.structures.end()) {
        lay(all_pairs_of(own->second, row, "SS"), own->second, row, record);
      } else if (!alignment_.consensus.empty()) {
        require(consensus_problem_.empty(), "{}", consensus_problem_);
        require(alignment_.consensus.size() == row.letters.size(), "the row has {} columns, SS_cons has {}",
                row.letters.size(), alignment_.consensus.size());
        lay(columns_, alignment_.consensus, row, record);
      }
      return record;
    } catch (const Error& error) {
      return reject(record, error.what());
    }
  }

  static std::vector<int> all_pairs_of(const std::string& structure, const Row& row, const char* what) {
    require(structure.size() == row.letters.size(), "the row has {} columns, its {} has {}", row.letters.size(), what,
            structure.size());
    return all_pairs(structure);
  }

  static void lay(const std::vector<int>& columns, std::string_view written, const Row& row, Record& record) {
    ReadStructure read = structure_of_pairs(laid_on(columns, row.letters), brackets_on(written, row.letters));
    record.structure = std::move(read.nested);
    record.knotted = std::move(read.knotted);
    record.dropped_pairs = read.dropped;
  }

  PeekableLines& lines_;
  Alignment alignment_;
  std::vector<int> columns_;
  std::string consensus_problem_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<FormatReader> stockholm_reader(PeekableLines& lines) {
  return std::make_unique<StockholmReader>(lines);
}

}  // namespace stemloop
