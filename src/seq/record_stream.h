// Records through a pipeline: one thread reads, many work, results come out in the order of the input whatever the
// number of threads. Memory is bounded by the batches in flight.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "seq/tally.h"
#include "util/pipeline.h"
#include "util/util.h"

namespace stemloop {

/// Reads FASTA files and hands out batches; counts, warns about duplicate ids, draws the progress.
class BatchReader {
 public:
  using Batch = std::vector<RecordOrRejection>;
  BatchReader(const std::string& path, const CommonOptions& options, std::size_t max_length);
  /// The next batch, empty at the end. An Error in the middle of a batch is thrown by the call after it.
  Batch next();

 private:
  void warn_of_duplicates() const;

  FastaReader reader_;
  std::string name_;
  std::size_t max_length_;
  Progress progress_;
  std::int64_t count_ = 0;
  std::exception_ptr broken_;
};

/// Runs `see(state, record)` on every record of `path`, `judge(batch)` on what was seen of the records of a batch, and
/// `sink(verdict)` on every verdict, in order and one at a time. Each worker thread has a state of its own, made by
/// `make_state()`; seeing and judging are parallel. An Error thrown by `see` rejects its record; one from reading ends
/// the run once all records before it are through and is kept in the tally.
/// REQUIRES: `judge` gives one verdict for each thing seen, in their order.
template <class MakeState, class See, class JudgeBatch, class Sink>
Tally run_judged_records(const std::string& path, const CommonOptions& options, std::size_t max_length,
                         MakeState make_state, See see, JudgeBatch judge, Sink sink) {
  using State = decltype(make_state());
  using Sight = decltype(see(std::declval<State&>(), std::declval<const Record&>()));
  using Verdicts = decltype(judge(std::declval<std::vector<Sight>>()));
  // Verdicts and rejections of a batch; `rejected` has the places of the latter among all.
  struct Outcome {
    Verdicts verdicts;
    std::vector<std::pair<std::size_t, Rejection>> rejected;
  };
  BatchReader reader(path, options, max_length);
  // A file that breaks off does not take the records before with it: they are worked off before the error is passed on.
  Tally tally;
  const auto source = [&]() -> std::optional<BatchReader::Batch> {
    try {
      BatchReader::Batch batch = reader.next();
      if (!batch.empty()) return batch;
    } catch (const Error&) {
      tally.broken = std::current_exception();
    }
    return std::nullopt;
  };
  const auto work = [&](State& state, BatchReader::Batch batch) {
    Outcome outcome;
    std::vector<Sight> seen;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (auto* rejection = std::get_if<Rejection>(&batch[i])) {
        outcome.rejected.emplace_back(i, std::move(*rejection));
        continue;
      }
      const Record& record = std::get<Record>(batch[i]);
      try {
        seen.push_back(see(state, record));
      } catch (const Error& error) {
        outcome.rejected.emplace_back(i, reject(record, error.what()));
      }
    }
    outcome.verdicts = judge(std::move(seen));
    return outcome;
  };
  const auto write = [&](Outcome outcome) {
    auto verdict = outcome.verdicts.begin();
    auto rejection = outcome.rejected.begin();
    const std::size_t records = outcome.verdicts.size() + outcome.rejected.size();
    for (std::size_t i = 0; i < records; ++i) {
      ++tally.in;
      if (rejection != outcome.rejected.end() && rejection->first == i) {
        ++tally.rejected;
        report(rejection->second);
        ++rejection;
      } else {
        ++tally.out;
        sink(std::move(*verdict++));
      }
    }
  };
  run_pipeline(options.threads, source, make_state, work, write);
  return tally;
}

/// The same without a judge: `work(state, record)` makes a Result of every record.
template <class Result, class MakeState, class Work, class Sink>
Tally run_records(const std::string& path, const CommonOptions& options, std::size_t max_length, MakeState make_state,
                  Work work, Sink sink) {
  using State = decltype(make_state());
  return run_judged_records(
      path, options, max_length, make_state,
      [&](State& state, const Record& record) -> Result { return work(state, record); },
      [](std::vector<Result> results) { return results; }, sink);
}

}  // namespace stemloop
