// Work on a GPU as a CUDA graph. A step of DIVA is thousands of kernels of a few microseconds, each of which takes the
// CPU about as long to start: recorded, they start together.
#pragma once

#include <functional>
#include <memory>

#include "net/torch/tensors.h"

namespace stemloop {

/// A stream of this thread's own for its work on a GPU, while it lives: what is recorded must not be on the common one.
/// Nothing on a CPU.
class WorkStream {
 public:
  explicit WorkStream(torch::Device device);
  ~WorkStream();
  WorkStream(const WorkStream&) = delete;
  WorkStream& operator=(const WorkStream&) = delete;

 private:
  struct Guard;
  std::unique_ptr<Guard> guard_;
};

/// Work on a device that is the same kernels on the same tensors at every call; what changes is written into these
/// tensors before.
class RecordedWork {
 public:
  explicit RecordedWork(torch::Device device);
  ~RecordedWork();
  RecordedWork(const RecordedWork&) = delete;
  RecordedWork& operator=(const RecordedWork&) = delete;

  /// The first calls do `work` as it stands, for libraries take memory and choose their kernels then; one call records
  /// it, and from there on the recording is played. REQUIRES: a WorkStream, and no other thread of this process at work
  /// on the GPU. On a CPU `work` is done at every call.
  void run(const std::function<void()>& work);

 private:
  struct Graph;
  torch::Device device_;
  std::unique_ptr<Graph> graph_;
  [[maybe_unused]] int calls_ = 0;  // nobody counts on a CPU
};

}  // namespace stemloop
