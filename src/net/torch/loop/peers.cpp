// Several processes that train together, over libtorch's c10d: Gloo between CPUs, NCCL between GPUs where libtorch has
// it. Who they are comes from the environment, as torchrun, srun and mpirun set it.
#include <torch/version.h>

#include "net/peer_environment.h"
#include "net/torch/loop/training.h"

#ifdef STEMLOOP_GLOO
#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef STEMLOOP_NCCL
#ifndef USE_C10D_NCCL
#define USE_C10D_NCCL
#endif
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#endif

namespace stemloop {

namespace {

#ifdef STEMLOOP_GLOO

// How long a process waits for the others: at the start for all to come, later for an answer.
constexpr std::chrono::seconds kPatience{300};

class ProcessGroup : public Peers {
 public:
  ProcessGroup(int rank, int size, const std::string& address, std::int64_t port, torch::Device device)
      : rank_(rank), size_(size) {
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(port);
    options.isServer = rank == 0;
    options.numWorkers = size;
    options.timeout = kPatience;
    try {
      store_ = c10::make_intrusive<c10d::TCPStore>(address, options);
#ifdef STEMLOOP_NCCL
      if (device.is_cuda()) {
        group_ = c10::make_intrusive<c10d::ProcessGroupNCCL>(store_, rank, size);
        return;
      }
#endif
      require(device.is_cpu(), "this build of libtorch joins several processes on CPUs only; use --device cpu");
      auto gloo = c10d::ProcessGroupGloo::Options::create(kPatience);
      gloo->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
      group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store_, rank, size, gloo);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      fail("process {} of {} could not join the others at {}:{}: {}", rank, size, address, port, first_line(error));
    }
  }

  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return size_; }
  void sum(Tensor& tensor) override {
    try {
      std::vector<at::Tensor> tensors = {tensor};
      group_->allreduce(tensors)->wait();
    } catch (const std::exception& error) {
      throw LostPeer(fmt::format("process {} of {} lost another one ({})", rank_, size_, first_line(error)));
    }
  }

 private:
  static std::string first_line(const std::exception& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
  }

  int rank_, size_;
  c10::intrusive_ptr<c10d::TCPStore> store_;
#if TORCH_VERSION_MAJOR >= 2
  c10::intrusive_ptr<c10d::Backend> group_;
#else
  c10::intrusive_ptr<c10d::ProcessGroup> group_;
#endif
};

#endif

}  // namespace

std::unique_ptr<Peers> join_peers([[maybe_unused]] torch::Device device) {
  const PeerEnvironment where = peer_environment();
  if (where.size == 1) return std::make_unique<Peers>();
#ifdef STEMLOOP_GLOO
  return std::make_unique<ProcessGroup>(static_cast<int>(where.rank), static_cast<int>(where.size), where.address,
                                        where.port, device);
#else
  fail("this is one of {} processes, but this build of libtorch cannot join them", where.size);
#endif
}

}  // namespace stemloop
