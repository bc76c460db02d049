// The training loop: progress, metrics, checkpoints, resume, several processes. It knows nothing of a model beyond a
// step, a validation and a directory to save to.
//
// Everything random in a step comes from (seed, step), so a run that goes on from a checkpoint repeats, bit by bit on a
// CPU with the same number of threads, what the uninterrupted run does.
#pragma once

#include <nlohmann/json.hpp>

#include "nn/neural.h"
#include "nn/tensors.h"

namespace stemloop {

using NamedTerms = std::vector<std::pair<std::string, Tensor>>;

/// What is trained.
class Trainee {
 public:
  virtual ~Trainee() = default;
  virtual torch::nn::Module& network() = 0;
  /// Parameters that stay zero where their mask is.
  virtual std::vector<std::pair<Tensor, Tensor>> masks() { return {}; }
  [[nodiscard]] virtual std::int64_t steps_per_epoch() const = 0;
  /// To be called before the first step of a run and after every epoch: batches are wanted from here on.
  virtual void begin(std::int64_t epoch, std::int64_t step_of_epoch) = 0;
  /// Forward and backward of the next batch; `step` counts from the beginning of the run. Returns detached terms, the
  /// total first, averaged over the batch of all processes (each process holds its share).
  virtual NamedTerms step(double epochs_done, std::int64_t step) = 0;
  /// Metrics on validation data; "loss" among them decides which epoch is kept. Empty without validation data.
  virtual nlohmann::ordered_json validate(double epochs_done) = 0;
  virtual void save_model(const std::string& directory, const nlohmann::ordered_json& metrics) = 0;
};

/// Adam over all parameters of a network, which it lays one behind the other in one array; gradients likewise.
class Adam {
 public:
  Adam(torch::nn::Module& network, const std::vector<std::pair<Tensor, Tensor>>& masks);
  void clear_gradients();
  /// All gradients, one after the other; the last element is free for the caller.
  [[nodiscard]] Tensor& gradients() { return gradients_; }
  /// Masks gradients and returns their length.
  double length();
  /// Step number `count` from 1.
  void step(double rate, double gradient_scale, std::int64_t count);
  [[nodiscard]] Tensor& values() { return values_; }
  [[nodiscard]] Tensor& first_moments() { return m_; }
  [[nodiscard]] Tensor& second_moments() { return v_; }

 private:
  struct Mask {
    std::int64_t at, size;
    Tensor mask;
  };
  Tensor values_, gradients_, m_, v_;
  std::vector<Mask> masks_;
};

TrainOutcome run_training(Trainee& trainee, const TrainOptions& options, bool resume, Peers& peers,
                          TrainWatcher& watcher);

/// The processes of nn/peer_environment.h, joined; alone without them.
std::unique_ptr<Peers> join_peers(torch::Device device);

/// "auto", "cpu", "cuda", "cuda:N". Error if there is no such device.
torch::Device device_named(const std::string& name);

}  // namespace stemloop
