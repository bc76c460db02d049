// Records through a pipeline: one thread reads, many work, results come out in the order of the input whatever the
// number of threads. Memory is bounded by the batches in flight.
#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "seq/record_reader.h"
#include "seq/tally.h"
#include "util/util.h"

namespace stemloop {

/// Reads files and hands out batches; counts, says what was odd about the records, draws the progress.
class BatchReader {
 public:
  using Batch = std::vector<RecordOrRejection>;
  BatchReader(const RecordFiles& files, const CommonOptions& options, std::size_t max_length);
  /// The next batch, empty at the end. An Error in the middle of a batch is thrown by the call after it.
  Batch next();

 private:
  RecordReader reader_;
  std::size_t max_length_;
  Progress progress_;
  std::int64_t count_ = 0;
  std::exception_ptr broken_;
};

/// Runs `work(state, record)` on every record of `files` and `sink(result)` on every result, in order and one at a time.
/// Each worker thread has a state of its own, made by `make_state()`. An Error thrown by `work` rejects its record; one
/// from reading ends the run once all records before it are through and is kept in the tally.
template <class Result, class MakeState, class Work, class Sink>
Tally run_records(const RecordFiles& files, const CommonOptions& options, std::size_t max_length, MakeState make_state,
                  Work work, Sink sink) {
  using State = decltype(make_state());
  using Outcome = std::variant<Result, Rejection>;
  constexpr std::size_t kBatchesPerThread = 4;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  BatchReader reader(files, options, max_length);
  tbb::enumerable_thread_specific<State> states(make_state);

  // A file that breaks off does not take the records before with it: they are worked off before the error is passed on.
  Tally tally;
  const auto read = [&](tbb::flow_control& control) {
    auto batch = std::make_shared<BatchReader::Batch>();
    try {
      *batch = reader.next();
    } catch (const Error&) {
      tally.broken = std::current_exception();
    }
    if (batch->empty()) control.stop();
    return batch;
  };
  const auto transform = [&](const std::shared_ptr<BatchReader::Batch>& batch) {
    auto outcomes = std::make_shared<std::vector<Outcome>>();
    State& state = states.local();
    for (RecordOrRejection& item : *batch) {
      if (auto* rejection = std::get_if<Rejection>(&item)) {
        outcomes->emplace_back(std::move(*rejection));
        continue;
      }
      const Record& record = std::get<Record>(item);
      try {
        outcomes->emplace_back(work(state, record));
      } catch (const Error& error) {
        outcomes->emplace_back(reject(record, error.what()));
      }
    }
    return outcomes;
  };
  const auto write = [&](const std::shared_ptr<std::vector<Outcome>>& outcomes) {
    for (Outcome& outcome : *outcomes) {
      ++tally.in;
      if (const auto* rejection = std::get_if<Rejection>(&outcome)) {
        ++tally.rejected;
        report(*rejection);
      } else {
        ++tally.out;
        sink(std::move(std::get<Result>(outcome)));
      }
    }
  };
  tbb::parallel_pipeline(
      kBatchesPerThread * static_cast<std::size_t>(options.threads),
      tbb::make_filter<void, std::shared_ptr<BatchReader::Batch>>(tbb::filter_mode::serial_in_order, read) &
          tbb::make_filter<std::shared_ptr<BatchReader::Batch>, std::shared_ptr<std::vector<Outcome>>>(
              tbb::filter_mode::parallel, transform) &
          tbb::make_filter<std::shared_ptr<std::vector<Outcome>>, void>(tbb::filter_mode::serial_in_order, write));
  return tally;
}

}  // namespace stemloop
