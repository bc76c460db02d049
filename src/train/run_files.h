// run.json: what a run is, written when it begins and read when it is gone on with.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "train/train.h"
#include "util/run_folder.h"

namespace stemloop {

/// The options of a run that both kinds have, as JSON and back: everything that is needed to repeat it.
template <class Visit>
void visit_common_run(TrainJob& c, Visit visit) {
  visit("model", c.model);
  visit("size", c.size);
  visit("seed", c.options.seed);
  visit("epochs", c.options.epochs);
  visit("batch", c.options.batch);
  visit("rate", c.options.rate);
  visit("schedule", c.options.schedule);
  visit("clip", c.options.clip);
  visit("patience", c.options.patience);
  visit("threads", c.common.threads);
  visit("device", c.options.device);
  visit("tsv", c.data.tsv);
  visit("init", c.options.start);
  visit("positives", c.data.positives);
  visit("negatives", c.data.negatives);
  visit("params", c.folding.parameters);
  visit("temperature", c.folding.fold.temperature_celsius);
  visit("dangles", c.folding.fold.dangles);
  visit("no_lp", c.folding.fold.no_lonely_pairs);
  visit("max_length", c.folding.max_length);
}

/// The data of a run.
struct RunData {
  std::string md5;
  Tally tally;
  std::int64_t train = 0, valid = 0;  // records
  nlohmann::ordered_json from_run;    // files of the data as seen from the run's folder, see paths_from_run()
};

/// The data's files by their names, as paths that lead there from the run's folder.
nlohmann::ordered_json paths_from_run(const TrainJob& c);

/// For a run that is resumed from another folder than it began in: data named relative to that are found from the
/// run's.
void find_data(TrainJob& c);

/// What run.json of a new run holds; network and objective as JSON text.
nlohmann::ordered_json new_run_file(const TrainJob& c, const std::string& network, const std::string& objective,
                                    const nlohmann::ordered_json& options, const RunData& data);

/// Error if a run that is gone on with names data or parameters that are no regular files.
void check_named_files(TrainJob& c);

/// The value of an option in run.json. Error if a whole number is none, or too large to be kept.
template <class Value>
void take_option(const nlohmann::ordered_json& stored, const char* name, const std::string& path, Value& value) {
  if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>) {
    const bool fits = stored.is_number_unsigned()  ? std::in_range<Value>(stored.get<std::uint64_t>())
                      : stored.is_number_integer() ? std::in_range<Value>(stored.get<std::int64_t>())
                                                   : false;
    require(fits, "{}: '{}' is no whole number that it could be", path, name);
  }
  stored.get_to(value);
}

/// The run that `c.resume` names, into `c`, its data found and checked; `visit_options` names the options of its kind,
/// `take` has the texts of network and objective. An option that the run of an earlier version lacks has its default.
/// Number of threads: as given now.
template <class VisitOptions, class Take>
void read_run(TrainJob& c, VisitOptions visit_options, Take take) {
  c.stored = read_run_file(c.resume);
  const nlohmann::ordered_json& run = c.stored;
  const std::string path = c.resume + "/run.json";
  const int threads = c.common.threads;
  try {
    const auto& options = run.at("options");
    visit_options(c, [&](const char* name, auto& value) {
      if (options.contains(name)) take_option(options[name], name, path, value);
    });
    take(run.at("network").dump(), run.at("objective").dump(), path);
  } catch (const nlohmann::ordered_json::exception& error) {
    fail("{}: {}", path, error.what());
  }
  require(c.common.threads >= 0 && c.common.threads <= kMostThreads, "{}: 'threads' is {}, outside 0 to {}", path,
          c.common.threads, kMostThreads);
  if (threads > 0) c.common.threads = threads;
  c.options.run_directory = c.resume;
  find_data(c);
  check_named_files(c);
}

/// What a model says of its origin, `run` being what run.json of this process would hold: the command that began the
/// run, also where the run was gone on with (`stored` is its run.json then), so that both end in the same model.
nlohmann::ordered_json origin_of(nlohmann::ordered_json run, const nlohmann::ordered_json& stored,
                                 const std::string& identity);

/// Checks that the run directory is free. Error otherwise.
void check_run_is_new(const TrainJob& c);
/// Checks that a run can be gone on with; `md5` is of the data, `identity` of the run. False if it was ended before its
/// first checkpoint and so begins again from the start. Error if it is another run or damaged.
bool check_resumable(const TrainJob& c, const std::string& md5, const std::string& identity);

/// Folder, lock, run.json and checkpoint of a run, and the origin that its model keeps; `file` is what run.json of a
/// new run holds. To be kept until the run has ended.
class OpenRun {
 public:
  OpenRun(TrainJob& c, const nlohmann::ordered_json& file, const std::string& md5);
  /// Whether there is a checkpoint to go on from.
  [[nodiscard]] bool goes_on() const { return goes_on_; }

 private:
  bool goes_on_ = false;
  std::unique_ptr<FolderLock> lock_;  // of the first process
};

}  // namespace stemloop
