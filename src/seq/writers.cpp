#include "seq/writers.h"

#include "seq/structure.h"

namespace stemloop {

namespace {

const std::string& brackets_of(const Record& record) {
  return record.knotted.empty() ? record.structure : record.knotted;
}

std::string ct(const Record& record) {
  require(record.sequence.size() > 1 || record.id.size() > 1,
          "a record of one letter called '{}' cannot stand in CT: its title would be a line of BPSEQ",
          printable(record.id));
  const auto pairs = all_pairs(brackets_of(record));
  std::string text = fmt::format("{:>5} {}\n", pairs.size(), full_header(record));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    text += fmt::format("{:>5} {} {:>5} {:>5} {:>5} {:>5}\n", i + 1, record.sequence[i], i,
                        i + 1 < pairs.size() ? i + 2 : 0, pairs[i] + 1, i + 1);
  }
  return text;
}

std::string bpseq(const Record& record) {
  require(!record.id.starts_with("STOCKHOLM"), "the name '{}' cannot stand in BPSEQ: '# {}' would begin Stockholm",
          printable(record.id), printable(record.id));
  const auto pairs = all_pairs(brackets_of(record));
  std::string text = fmt::format("# {}\n", full_header(record));
  for (std::size_t i = 0; i < pairs.size(); ++i)
    text += fmt::format("{} {} {}\n", i + 1, record.sequence[i], pairs[i] + 1);
  return text;
}

// An alignment of one row, for records of different length have no columns in common.
std::string stockholm(const Record& record) {
  require(record.id[0] != '#' && record.id != "//", "the name '{}' cannot stand in Stockholm", printable(record.id));
  constexpr std::string_view kConsensus = "#=GC SS_cons";
  const std::size_t width = std::max(record.id.size(), record.structure.empty() ? std::size_t{0} : kConsensus.size());
  std::string text = "# STOCKHOLM 1.0\n";
  if (!record.description.empty()) text += fmt::format("#=GF DE {}\n", record.description);
  text += fmt::format("{:<{}} {}\n", record.id, width, record.sequence);
  if (!record.structure.empty()) text += fmt::format("{:<{}} {}\n", kConsensus, width, as_wuss(brackets_of(record)));
  return text + "//\n";
}

}  // namespace

std::string written(const Record& record, RecordFormat format) {
  const bool optional = format == RecordFormat::kFasta || format == RecordFormat::kStockholm;
  require(optional || !record.structure.empty(), "there is no structure to write as {}; 'stemloop fold' makes one",
          format_name(format));
  switch (format) {
    case RecordFormat::kCt:
      return ct(record);
    case RecordFormat::kBpseq:
      return bpseq(record);
    case RecordFormat::kStockholm:
      return stockholm(record);
    case RecordFormat::kDotBracket:
      return fmt::format(">{}\n{}\n{}\n", full_header(record), record.sequence, brackets_of(record));
    case RecordFormat::kFasta:
    case RecordFormat::kFastq:
      break;
  }
  return fmt::format(">{}\n{}\n", full_header(record), record.sequence);
}

}  // namespace stemloop
