// The neural library behind its door.
#include <ATen/Parallel.h>
#include <torch/version.h>

#include "net/kernels.h"
#include "net/torch/diva/diva_use.h"
#include "net/torch/loop/training.h"
#include "net/torch/sequences/gan_training.h"

namespace stemloop {

namespace {

class TorchNeural : public Neural {
 public:
  [[nodiscard]] std::string version() const override {
    return fmt::format("libtorch {}.{}.{}, training kernels {}", TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR,
                       TORCH_VERSION_PATCH, training_kernels().name);
  }

  TrainOutcome train(const DivaConfig& config, const DivaObjective& objective, const PictureData& train,
                     const PictureData& valid, const TrainOptions& options, bool resume,
                     TrainWatcher& watcher) override {
    set_up(options.threads);
    set_precision(options.precision);
    return run_diva_training(config, objective, train, valid, options, resume, watcher);
  }

  std::unique_ptr<HairpinNetwork> open(const std::string& directory, const std::string& device, int threads) override {
    set_up(threads);
    return open_diva_network(directory, device_named(device));
  }

  TrainOutcome train_gan(const SequenceNetConfig& config, const GanObjective& objective, const SymbolData& data,
                         const GanOptions& gan, const TrainOptions& options, bool resume,
                         TrainWatcher& watcher) override {
    set_up(options.threads);
    return run_gan_training(config, objective, data, gan, options, resume, watcher);
  }
  TrainOutcome train_scorer(const SequenceNetConfig& config, const SymbolData& train, const SymbolData& valid,
                            const TrainOptions& options, bool resume, TrainWatcher& watcher) override {
    set_up(options.threads);
    return run_scorer_training(config, train, valid, options, resume, watcher);
  }
  std::unique_ptr<SequenceGenerator> open_generator(const std::string& directory, const std::string& device,
                                                    int threads) override {
    set_up(threads);
    return open_sequence_generator(directory, device_named(device));
  }
  std::unique_ptr<SequenceScorer> open_scorer(const std::string& directory, const std::string& device,
                                              int threads) override {
    set_up(threads);
    return open_sequence_scorer(directory, device_named(device));
  }

 private:
  static void set_up(int threads) {
    keep_freed_memory();
    torch::set_num_threads(threads);
    set_precision("tf32");
  }
};

}  // namespace

Neural& torch_neural() {
  static TorchNeural neural;
  return neural;
}

}  // namespace stemloop
