// A pipeline: one thread takes batches from a source, many work on them, results reach the sink in the order of the
// source whatever the number of threads. Memory is bounded by the batches in flight.
#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace stemloop {

/// `source()` gives a batch or, at the end, nothing; one call at a time. `work(state, batch)` makes a result of it, in
/// many threads, each with a state of its own made by `make_state()`. `sink(result)` gets the results in order, one at
/// a time. An exception thrown by any of them ends the run and comes out.
template <class Source, class MakeState, class Work, class Sink>
void run_pipeline(int threads, Source source, MakeState make_state, Work work, Sink sink) {
  using Batch = typename decltype(source())::value_type;
  using State = decltype(make_state());
  using Result = decltype(work(std::declval<State&>(), std::declval<Batch>()));
  constexpr std::size_t kBatchesPerThread = 4;
  const auto workers = static_cast<std::size_t>(threads);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, workers);
  tbb::enumerable_thread_specific<State> states(make_state);
  const auto take = [&](tbb::flow_control& control) {
    std::optional<Batch> batch = source();
    if (!batch) {
      control.stop();
      return std::shared_ptr<Batch>();
    }
    return std::make_shared<Batch>(std::move(*batch));
  };
  const auto make = [&](const std::shared_ptr<Batch>& batch) {
    return std::make_shared<Result>(work(states.local(), std::move(*batch)));
  };
  const auto give = [&](const std::shared_ptr<Result>& result) { sink(std::move(*result)); };
  tbb::parallel_pipeline(
      kBatchesPerThread * workers,
      tbb::make_filter<void, std::shared_ptr<Batch>>(tbb::filter_mode::serial_in_order, take) &
          tbb::make_filter<std::shared_ptr<Batch>, std::shared_ptr<Result>>(tbb::filter_mode::parallel, make) &
          tbb::make_filter<std::shared_ptr<Result>, void>(tbb::filter_mode::serial_in_order, give));
}

}  // namespace stemloop
