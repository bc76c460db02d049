// The training loop: progress, metrics, checkpoints, resume, several processes. It knows nothing of a model beyond a
// step, a validation and a directory to save to.
//
// Everything random in a step comes from (seed, step), so a run that goes on from a checkpoint repeats, bit by bit on a
// CPU with the same number of threads, what the uninterrupted run does.
#pragma once

#include <nlohmann/json.hpp>

#include "net/neural.h"
#include "net/torch/tensors.h"

namespace stemloop {

using NamedTerms = std::vector<std::pair<std::string, Tensor>>;

/// A network that one optimiser updates.
struct Learned {
  torch::nn::Module* network = nullptr;
  std::vector<std::pair<Tensor, Tensor>> masks;  // parameters that stay zero where their mask is
  double beta1 = 0.9, beta2 = 0.999;             // Adam's decay of the moments
};

/// Which epoch's model is left in RUN/model.
enum class Keep : std::uint8_t {
  kBestLoss,    // the smallest "loss" of validation, or of training where there is none
  kBestJudged,  // the smallest "loss" of validation, which not every epoch has
  kLast,
};

/// What is trained.
class Trainee {
 public:
  virtual ~Trainee() = default;
  [[nodiscard]] virtual torch::Device device() const = 0;
  /// What is learned, each part with an optimiser of its own.
  virtual std::vector<Learned> learned() = 0;
  /// The parts updated in a step, in order; each has its own forward and backward.
  [[nodiscard]] virtual std::vector<std::size_t> turns(std::int64_t /*step*/) const { return {0}; }
  /// Of the epoch begun.
  [[nodiscard]] virtual std::int64_t steps_per_epoch() const = 0;
  /// To be called before the first step of a run and after every epoch: batches are wanted from here on.
  virtual void begin(std::int64_t epoch, std::int64_t step_of_epoch) = 0;
  /// Forward and backward of the next batch for a part; `step` counts from the beginning of the run. Returns detached
  /// terms, the total first, averaged over the batch of all processes (each process holds its share).
  virtual NamedTerms step(std::size_t part, double epochs_done, std::int64_t step) = 0;
  /// Called when a part has been updated.
  virtual void updated(std::size_t /*part*/) {}
  [[nodiscard]] virtual Keep keep() const { return Keep::kBestLoss; }
  /// Metrics on validation data; see keep(). Empty without validation data.
  virtual nlohmann::ordered_json validate(bool last_epoch) = 0;
  virtual void save_model(const std::string& directory, const nlohmann::ordered_json& metrics) = 0;
  /// Tensors, besides the parameters, that a run needs to go on; they are written into by name.
  virtual std::vector<std::pair<std::string, Tensor>> state() = 0;
};

/// The buffers of a module as state().
std::vector<std::pair<std::string, Tensor>> buffers_of(const torch::nn::Module& network);

/// Adam over all parameters of a network, which it lays one behind the other in one array; gradients likewise.
class Adam {
 public:
  explicit Adam(const Learned& learned);
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
  double beta1_, beta2_;
  Tensor values_, gradients_, m_, v_;
  std::vector<Mask> masks_;
};

/// The run's identity (net/checkpoint.h), as its origin tells it; empty if it does not.
std::string identity_of(const TrainOptions& options);

TrainOutcome run_training(Trainee& trainee, const TrainOptions& options, bool resume, Peers& peers,
                          TrainWatcher& watcher);

/// The processes of net/peer_environment.h, joined; alone without them. Error if one of them trains something else than
/// `identity`, or if `stop` says so while they are waited for.
std::unique_ptr<Peers> join_peers(torch::Device device, const std::string& identity, std::function<bool()> stop);

/// From here on this process keeps the memory it frees. glibc hands arrays of more than 32 MB back to the system at
/// once and takes every one of their pages anew the next time: of a step of the `paper` size that was the larger half.
void keep_freed_memory();

/// Of products on a GPU from here on: "fp32", "tf32" or "bf16", see TrainOptions.
void set_precision(const std::string& name);

/// "auto", "cpu", "cuda", "cuda:N". Error if there is no such device.
torch::Device device_named(const std::string& name);

}  // namespace stemloop
