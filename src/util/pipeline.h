// A pipeline: one thread takes batches from a source, many work on them, results reach the sink in the order of the
// source whatever the number of threads. Memory is bounded by the batches in flight.
#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

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
  // What is in flight lies here, and pointers go through the filters: TBB forgets what it holds when a filter throws.
  // No more tokens are alive than there are slots, so that the next slot in turn is free.
  struct Slot {
    std::optional<Batch> batch;
    std::optional<Result> result;
  };
  std::vector<Slot> slots(kBatchesPerThread * workers);
  std::size_t next = 0;
  const auto take = [&](tbb::flow_control& control) -> Slot* {
    Slot& slot = slots[next++ % slots.size()];
    slot.batch = source();
    if (!slot.batch) control.stop();
    return &slot;
  };
  const auto make = [&](Slot* slot) {
    slot->result.emplace(work(states.local(), std::move(*slot->batch)));
    slot->batch.reset();
    return slot;
  };
  const auto give = [&](Slot* slot) {
    sink(std::move(*slot->result));
    slot->result.reset();
  };
  tbb::parallel_pipeline(slots.size(), tbb::make_filter<void, Slot*>(tbb::filter_mode::serial_in_order, take) &
                                           tbb::make_filter<Slot*, Slot*>(tbb::filter_mode::parallel, make) &
                                           tbb::make_filter<Slot*, void>(tbb::filter_mode::serial_in_order, give));
}

}  // namespace stemloop
