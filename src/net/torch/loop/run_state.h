// Where a training run stands: its parts with their optimisers, the terms of the epoch so far, and how far it is. All
// of it, with what the trainee needs besides, goes into a checkpoint; what a step changes can be remembered and undone.
#pragma once

#include <nlohmann/json.hpp>

#include "net/torch/loop/training.h"

namespace stemloop {

struct RunCounts {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  std::int64_t step_of_epoch = 0;
  std::int64_t best_epoch = -1;
  double best_loss = 0;
  std::int64_t epochs_without_better = 0;
  bool finished = false;

  [[nodiscard]] nlohmann::ordered_json json() const;
  void read(const nlohmann::ordered_json& json);
  /// Counts that no run can have are refused: they would be divided by, or counted up to.
  void check(std::int64_t epochs) const;
};

/// A part and how often it was updated.
struct RunPart {
  Adam adam;
  std::int64_t updates;
};

/// A term over the epoch so far; parts have their turns at different steps.
struct RunTerm {
  std::string name;
  double sum = 0;
  std::int64_t count = 0;
  double newest = 0;
  bool fresh = false;  // in the newest step
};

class RunState {
 public:
  explicit RunState(Trainee& trainee);

  RunTerm& term(const std::string& name);
  /// Of every term over the epoch so far.
  [[nodiscard]] nlohmann::ordered_json means() const;

  /// Keeps everything a step changes.
  void remember();
  /// To what was remembered.
  void go_back();

  void save(const std::string& path, const std::string& identity);
  /// Error if the checkpoint is damaged, of another run, or stands where no run of so many epochs can.
  void load(const std::string& path, const std::string& identity, std::int64_t epochs);

  std::vector<RunPart> parts;
  std::vector<RunTerm> terms;
  RunCounts at;

 private:
  struct Before {
    std::vector<std::pair<Tensor, Tensor>> tensors;  // one in use, and its copy
    std::vector<std::int64_t> updates;
    std::vector<RunTerm> terms;
    RunCounts at;
  };
  Trainee& trainee_;
  Before before_;
};

}  // namespace stemloop
