// The one header that brings libtorch in, for the sources of the neural library alone: of torch/torch.h only what they
// use, which halves the time a source takes to compile.
//
// Tensors carry their axes in their names: N records, G latent spaces side by side, B = N in a grouped product,
// C channels, H rows, W columns (or length). Networks work channels-last: x_NHWC, a 1-D network has H = 1, and channels
// of the G encoders lie beside each other, G * C in all.
#pragma once

#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "util/util.h"

namespace stemloop {

using torch::Tensor;

/// Another process of a run is gone.
class LostPeer : public Error {
 public:
  using Error::Error;
};

/// A process's place among those that train together; alone unless begun by torchrun, srun or mpirun.
class Peers {
 public:
  virtual ~Peers() = default;
  [[nodiscard]] virtual int rank() const { return 0; }
  [[nodiscard]] virtual int size() const { return 1; }
  /// Sums a contiguous tensor over all processes, in place. LostPeer if one of them does not answer.
  virtual void sum(Tensor&) {}
  /// Asked while this process waits for others: true ends the wait with LostPeer.
  virtual void set_stop(const std::function<bool()>&) {}
};

/// The random numbers of one step. They depend on (seed, step) alone and are drawn for the whole batch of all
/// processes, each of which takes its own rows: two processes with half the batch see the noise of one with the whole.
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t step, std::int64_t first_row, std::int64_t all_rows, torch::Device device);
  virtual ~Draws() = default;
  /// Standard normal, (groups, N, width).
  Tensor normal(std::int64_t groups, std::int64_t rows, std::int64_t width);
  /// Uniform in [0, 1), (N, width).
  Tensor uniform(std::int64_t rows, std::int64_t width);
  /// 1 / (1 - p) with probability 1 - p, else 0: (N, width).
  Tensor dropout(std::int64_t rows, std::int64_t width, double p);

 protected:
  /// What `make` draws on the CPU, on the device.
  virtual Tensor placed(const std::function<Tensor()>& make) { return make().to(device_); }
  void seed(std::uint64_t seed, std::uint64_t step);

 private:
  at::Generator generator_;
  std::int64_t first_row_;
  std::int64_t all_rows_;
  torch::Device device_;
};

/// The same numbers for a step that always asks for the same ones: they keep their places on the device, where the
/// recording of the step (RecordedWork) looks for them.
class KeptDraws : public Draws {
 public:
  using Draws::Draws;
  /// New numbers in every place; what is asked for next is the first again.
  void begin(std::uint64_t seed, std::uint64_t step);

 protected:
  Tensor placed(const std::function<Tensor()>& make) override;

 private:
  struct Place {
    std::function<Tensor()> make;
    Tensor numbers;
  };
  std::vector<Place> places_;
  std::size_t next_ = 0;
};

}  // namespace stemloop
