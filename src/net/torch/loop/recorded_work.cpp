#include "net/torch/loop/recorded_work.h"

#ifdef STEMLOOP_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace stemloop {

#ifdef STEMLOOP_CUDA

namespace {
constexpr int kCallsBefore = 5;  // that are not recorded
}

struct WorkStream::Guard {
  explicit Guard(c10::cuda::CUDAStream of_its_own) : stream(of_its_own) {}
  c10::cuda::CUDAStreamGuard stream;
};
struct RecordedWork::Graph {
  at::cuda::CUDAGraph graph;
};

WorkStream::WorkStream(torch::Device device) {
  if (!device.is_cuda()) return;
  torch::cuda::synchronize(device.index());  // what the common stream was given is done
  guard_ = std::make_unique<Guard>(c10::cuda::getStreamFromPool(false, device.index()));
}

void RecordedWork::run(const std::function<void()>& work) {
  if (!device_.is_cuda() || ++calls_ <= kCallsBefore) return work();
  if (!graph_) {
    graph_ = std::make_unique<Graph>();
    graph_->graph.capture_begin();
    work();
    graph_->graph.capture_end();
  }
  graph_->graph.replay();
}

#else

struct WorkStream::Guard {};
struct RecordedWork::Graph {};

WorkStream::WorkStream(torch::Device) {}

void RecordedWork::run(const std::function<void()>& work) { work(); }

#endif

WorkStream::~WorkStream() = default;
RecordedWork::RecordedWork(torch::Device device) : device_(device) {}
RecordedWork::~RecordedWork() = default;

}  // namespace stemloop
