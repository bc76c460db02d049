// The door of train: networks learned from labelled hairpins, in a run's folder that can be gone on with. Two kinds:
// networks of pictures (DIVA and its ablations) and networks of sequences (wgan, fbgan, cnn).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "net/net.h"

namespace stemloop {

struct TrainJob {
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
  // Where the run comes from; kept in run.json and in the model.
  std::vector<std::string> command;
  std::string version;
  nlohmann::ordered_json stored;  // run.json of the run gone on with
};

/// True for wgan, fbgan and cnn.
bool learns_sequences(const std::string& model);

/// RUN/run.json. Error if it is none of this program's.
nlohmann::ordered_json read_run_file(const std::string& run);

/// Makes the job whole: of `resume`, what its run.json says (number of threads: as given now, if it is); else the
/// presets of the model with what the job names. Error if something does not fit, or the folder holds a run already.
void prepare_run(TrainJob& job);

struct TrainResult {
  bool stopped = false;  // before its end, by a signal
  Tally tally;
};

/// Reads the data, trains, and says how it went. REQUIRES: a prepared job with its number of threads.
TrainResult carry_out(TrainJob& job);

}  // namespace stemloop
