// Sequence files of every format: whatever comes in, every record comes out as a record or a rejection, or an Error is
// thrown; a record that came out is whole, and what is written of it reads back as the same.
#include <cstdlib>

#include "memory_file.h"
#include "seq/seq.h"

namespace {

using namespace stemloop;

void check(bool holds) {
  if (!holds) std::abort();
}

void check_record(const Record& record) {
  check(!record.id.empty() && !record.sequence.empty());
  if (record.structure.empty()) return;
  check(record.structure.size() == record.sequence.size());
  check(dot_bracket(pair_table(record.structure)) == record.structure);
  check(record.knotted.empty() == (record.dropped_pairs == 0));
  if (record.knotted.empty()) return;
  check(record.knotted.size() == record.sequence.size());
  check(read_structure(record.knotted).nested == record.structure);
}

std::vector<int> pairs_of(const Record& record) {
  return all_pairs(record.knotted.empty() ? record.structure : record.knotted);
}

void check_round_trip(const Record& record, RecordFormat format) {
  std::string text;
  try {
    text = written(record, format);
  } catch (const Error&) {
    return;  // the format cannot hold it
  }
  RecordReader reader(memory_file(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  const auto item = reader.next();
  check(item.has_value() && std::holds_alternative<Record>(*item));
  const Record& again = std::get<Record>(*item);
  check(again.sequence == record.sequence);
  if (format == RecordFormat::kCt || format == RecordFormat::kBpseq) {  // which hold pairs, not how they were written
    check(pairs_of(again) == pairs_of(record));
  } else {
    check(again.structure == record.structure && again.knotted == record.knotted);
  }
  check(!reader.next().has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<Record> records;
  try {
    RecordReader reader(memory_file(data, size));
    while (auto item = reader.next()) {
      if (auto* record = std::get_if<Record>(&*item)) records.push_back(std::move(*record));
    }
  } catch (const Error&) {
  }
  for (const Record& record : records) {
    check_record(record);
    for (const RecordFormat format :
         {RecordFormat::kCt, RecordFormat::kBpseq, RecordFormat::kDotBracket, RecordFormat::kStockholm})
      check_round_trip(record, format);
  }
  return 0;
}
