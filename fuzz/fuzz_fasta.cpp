// FASTA and dot-bracket text: whatever comes in, every record comes out as a record or a rejection, or an Error is
// thrown.
#include <cstdlib>

#include "memory_file.h"
#include "seq/seq.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  try {
    RecordReader reader(memory_file(data, size));
    while (const auto item = reader.next()) {
      const auto* record = std::get_if<Record>(&*item);
      if (record == nullptr) continue;
      if (record->id.empty() || record->sequence.empty()) std::abort();
      if (!record->structure.empty() && record->structure.size() != record->sequence.size()) std::abort();
    }
  } catch (const Error&) {
  }
  return 0;
}
