#include "seq/record_stream.h"

namespace stemloop {

namespace {
// A batch is large enough to hide the pipeline and small enough to balance: so many records or so many letters.
constexpr std::size_t kBatchRecords = 64;
constexpr std::size_t kBatchLetters = 8192;
}  // namespace

void report(const Rejection& rejection) { say(Loud::kError, "rejected {}", rejection.reason); }

BatchReader::BatchReader(const RecordFiles& files, const CommonOptions& options, std::size_t max_length)
    : reader_(files), max_length_(max_length), progress_("records", !options.quiet) {}

BatchReader::Batch BatchReader::next() {
  Batch batch;
  std::size_t letters = 0;
  while (batch.size() < kBatchRecords && letters < kBatchLetters) {
    std::optional<RecordOrRejection> item;
    try {
      if (broken_) std::rethrow_exception(broken_);
      item = reader_.next();
    } catch (const Error&) {
      if (batch.empty()) throw;
      broken_ = std::current_exception();  // after this batch
      break;
    }
    if (!item) {
      if (!batch.empty()) break;
      for (const std::string& note : reader_.notes()) say(Loud::kWarning, "{}", note);
      break;
    }
    if (const auto* record = std::get_if<Record>(&*item)) {
      letters += record->sequence.size();
      if (record->sequence.size() > max_length_) {
        item =
            reject(*record, fmt::format("{} nt are more than --max-length {}", record->sequence.size(), max_length_));
      }
    }
    batch.push_back(std::move(*item));
  }
  count_ += static_cast<std::int64_t>(batch.size());
  progress_.update(count_, reader_.fraction_read());
  return batch;
}

}  // namespace stemloop
