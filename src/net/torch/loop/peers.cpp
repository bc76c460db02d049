// Several processes that train together, over libtorch's c10d: Gloo between CPUs, NCCL between GPUs where libtorch has
// it. Who they are comes from the environment, as torchrun, srun and mpirun set it.
#include <torch/version.h>

#include <chrono>
#include <functional>
#include <thread>

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
// A sum is waited for without sleeping so long, and when the process was asked to stop not longer than that.
constexpr std::chrono::milliseconds kShortWait{2};
constexpr std::chrono::seconds kWaitWhenStopped{2};

class ProcessGroup : public Peers {
 public:
  ProcessGroup(int rank, int size, const std::string& address, std::int64_t port, torch::Device device,
               const std::string& identity, std::function<bool()> stop)
      : rank_(rank), size_(size), stop_(std::move(stop)) {
    try {
      meet(address, port);
      compare(identity);
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
  void set_stop(const std::function<bool()>& stop) override { stop_ = stop; }
  void sum(Tensor& tensor) override {
    try {
      std::vector<at::Tensor> tensors = {tensor};
      const auto work = group_->allreduce(tensors);
      // Most sums are there at once; a wait of some length looks up whether it should end.
      const auto start = std::chrono::steady_clock::now();
      while (!tensor.is_cuda() && !work->isCompleted()) {
        const auto waited = std::chrono::steady_clock::now() - start;
        if (waited < kShortWait) {
          std::this_thread::yield();
          continue;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        if (waited > kWaitWhenStopped && stop_ && stop_())
          throw LostPeer(
              fmt::format("process {} of {} was asked to stop while it waited for the others", rank_, size_));
      }
      work->wait();
    } catch (const LostPeer&) {
      throw;
    } catch (const std::exception& error) {
      throw LostPeer(fmt::format("process {} of {} lost another one ({})", rank_, size_, first_line(error)));
    }
  }

 private:
  static std::string first_line(const std::exception& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
  }

  // Process 0 keeps the store that all others find; whoever waits looks up whether it should end.
  void meet(const std::string& address, std::int64_t port) {
    const auto start = std::chrono::steady_clock::now();
    const auto wait = [&](const std::string& why) {
      require(!stop_ || !stop_(), "process {} of {} was asked to stop while it waited for the others", rank_, size_);
      require(std::chrono::steady_clock::now() - start < kPatience,
              "process {} of {} waited {} s for the others at {}:{}{}", rank_, size_, kPatience.count(), address, port,
              why);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    };
    while (!store_) {
      c10d::TCPStoreOptions options;
      options.port = static_cast<std::uint16_t>(port);
      options.isServer = rank_ == 0;
      options.numWorkers = size_;
      options.waitWorkers = false;
      options.timeout = std::chrono::seconds(2);
      try {
        store_ = c10::make_intrusive<c10d::TCPStore>(address, options);
      } catch (const std::exception& error) {
        if (rank_ == 0) throw;  // the port is taken: that does not pass
        wait(": " + first_line(error));
      }
    }
    store_->setTimeout(kPatience);
    store_->add("stemloop.here", 1);
    while (store_->add("stemloop.here", 0) < size_) wait("");
  }

  // All that is trained is the same everywhere, or the sums would be of different things.
  void compare(const std::string& identity) {
    const auto key = [](int rank) { return "stemloop.run." + std::to_string(rank); };
    store_->set(key(rank_), std::vector<std::uint8_t>(identity.begin(), identity.end()));
    for (int other = 0; other < size_; ++other) {
      const std::vector<std::uint8_t> its = store_->get(key(other));
      require(std::string(its.begin(), its.end()) == identity,
              "process {} of {} was begun with other options or data than process {}", other, size_, rank_);
    }
  }

  int rank_, size_;
  std::function<bool()> stop_;
  c10::intrusive_ptr<c10d::TCPStore> store_;
#if TORCH_VERSION_MAJOR >= 2
  c10::intrusive_ptr<c10d::Backend> group_;
#else
  c10::intrusive_ptr<c10d::ProcessGroup> group_;
#endif
};

#endif

}  // namespace

std::unique_ptr<Peers> join_peers([[maybe_unused]] torch::Device device, [[maybe_unused]] const std::string& identity,
                                  [[maybe_unused]] std::function<bool()> stop) {
  const PeerEnvironment where = peer_environment();
  if (where.size == 1) return std::make_unique<Peers>();
#ifdef STEMLOOP_GLOO
  return std::make_unique<ProcessGroup>(static_cast<int>(where.rank), static_cast<int>(where.size), where.address,
                                        where.port, device, identity, std::move(stop));
#else
  fail("this is one of {} processes, but this build of libtorch cannot join them", where.size);
#endif
}

}  // namespace stemloop
