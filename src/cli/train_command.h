// What the two kinds of training share: networks of pictures (DIVA) and networks of sequences (GENNUS).
#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/dataset_options.h"
#include "data/sequence_set.h"
#include "net/net.h"
#include "data/dataset.h"

namespace stemloop {

struct TrainCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  TrainOptions options;
  std::string model;
  std::string size = "small";
  std::string resume;
  bool allow_commands = false;  // of a run.json
  // DIVA and its ablations.
  DivaPreset preset;
  double beta = -1;  // overrides of the preset; negative or empty: as the preset says
  double warmup = -1;
  std::string likelihood;
  std::int64_t width = 0;
  std::int64_t decoder_width = 0;
  bool no_letter_code = false;
  bool no_bond_code = false;
  // wgan, fbgan, cnn.
  GanPreset gan;
  GanOptions watch;
  std::string label_column = "label";
  std::string layout;
  std::int64_t hidden = 0;
  double average = -1;
  std::int64_t critic_steps = 0;
  double refold = -1;
  std::string analyzer = "structure";
  double analyzer_seconds = 60;
};

/// train arms, a command of its own.
std::function<int()> add_train_arms(CLI::App& app);

/// True for wgan, fbgan and cnn.
bool learns_sequences(const std::string& model);

/// Runs wgan, fbgan or cnn, from the beginning or on.
int run_train_sequences(TrainCommand& c);

/// The options of a run that both kinds have, as JSON and back: everything that is needed to repeat it.
template <class Visit>
void visit_common_run(TrainCommand& c, Visit visit) {
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

inline constexpr const char* kRunFormat = "stemloop run 1";

/// The data of a run.
struct RunData {
  std::string md5;
  Tally tally;
  std::int64_t train = 0, valid = 0;  // records
  nlohmann::ordered_json from_run;    // files of the data as seen from the run's folder, see paths_from_run()
};

/// The data's files by their names, as paths that lead there from the run's folder.
nlohmann::ordered_json paths_from_run(const TrainCommand& c);

/// For a run that is resumed from another folder than it began in: data named relative to that are found from the run's.
void find_data(TrainCommand& c, const nlohmann::ordered_json& stored);

/// What run.json of a new run holds; network and objective as JSON text.
nlohmann::ordered_json new_run_file(const std::string& network, const std::string& objective,
                                    const nlohmann::ordered_json& options, const RunData& data);

/// What a model says of its origin, `run` being what run.json of this process would hold: the command that began the run,
/// also where the run was gone on with (`stored` is its run.json then), so that both end in the same model.
nlohmann::ordered_json origin_of(nlohmann::ordered_json run, const nlohmann::ordered_json& stored, const std::string& identity);

/// RUN/run.json. Error if it is none of this program's.
nlohmann::ordered_json read_run_file(const std::string& run);

/// The run that --resume names, into `c`; `visit_options` names the options of its kind, `take` has the texts of
/// network and objective. An option that the run of an earlier version lacks has its default. Number of threads: as
/// given now.
template <class VisitOptions, class Take>
nlohmann::ordered_json read_run(TrainCommand& c, VisitOptions visit_options, Take take) {
  nlohmann::ordered_json run = read_run_file(c.resume);
  const std::string path = c.resume + "/run.json";
  const int threads = c.common.threads;
  try {
    const auto& options = run.at("options");
    visit_options(c, [&](const char* name, auto& value) {
      if (options.contains(name)) options[name].get_to(value);
    });
    take(run.at("network").dump(), run.at("objective").dump(), path);
  } catch (const nlohmann::ordered_json::exception& error) {
    fail("{}: {}", path, error.what());
  }
  if (threads > 0) c.common.threads = threads;
  c.options.run_directory = c.resume;
  return run;
}

/// Puts every option that a run.json holds through the checks of the command line's own. Error naming `path`.
void check_stored_options(CLI::App& app, const nlohmann::ordered_json& options, const std::string& path);

/// Error if a run that is gone on with names data or parameters that are no regular files.
void check_named_files(TrainCommand& c);

/// Checks that the run directory is free. Error otherwise.
void check_run_is_new(const TrainCommand& c);
/// Checks that a run can be gone on with; `stored` is its run.json, `md5` of the data, `identity` of the run. False if it
/// was ended before its first checkpoint and so begins again from the start. Error if it is another run or damaged.
bool check_resumable(const TrainCommand& c, const nlohmann::ordered_json& stored, const std::string& md5,
                     const std::string& identity);

/// Talks of a run on stderr and draws its curves; SIGINT and SIGTERM ask it to stop.
class RunWatcher : public TrainWatcher {
 public:
  explicit RunWatcher(const TrainCommand& c);
  ~RunWatcher() override;
  RunWatcher(const RunWatcher&) = delete;
  RunWatcher& operator=(const RunWatcher&) = delete;

  void progress(const TrainProgress& p) override;
  void metrics(const std::string& text) override;
  bool stop_asked() override;

 protected:
  /// What is said of a finished epoch, and the run's picture.
  [[nodiscard]] virtual std::string epoch_in_words(const nlohmann::ordered_json& line) const = 0;
  virtual void draw_curves() const = 0;
  [[nodiscard]] const std::string& run() const { return run_; }

 private:
  std::string run_;
  bool line_, talk_;
  std::int64_t epochs_;
  std::chrono::steady_clock::time_point last_, start_;
  std::int64_t first_step_ = -1;
};

/// Says how a run ended; the exit code of it.
int end_run(const TrainCommand& c, const TrainOutcome& outcome, const Tally& tally);

}  // namespace stemloop
