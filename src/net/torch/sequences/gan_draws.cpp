#include "net/torch/sequences/gan_draws.h"

#include <cmath>

#include "net/model_directory.h"
#include "net/read_out.h"
#include "net/torch/sequences/gan_training.h"
#include "net/torch/sequences/symbol_rows.h"
#include "net/torch/weights.h"

namespace stemloop {

SymbolData draw_rows(GeneratorImpl& generator, std::int64_t count, std::uint64_t seed, std::uint64_t first,
                     torch::Device device) {
  torch::NoGradGuard no_gradient;
  const SequenceNetConfig& config = generator.config();
  SymbolData rows;
  rows.length = config.length;
  for (std::int64_t begin = 0; begin < count; begin += kSymbolRowsAtOnce) {
    const std::int64_t n = std::min(kSymbolRowsAtOnce, count - begin);
    Tensor noise_NZ = torch::empty({n, config.noise}), length_N = torch::empty({n});
    Tensor gumbel_NLV = torch::empty({n, config.length, config.symbols()});
    for (std::int64_t i = 0; i < n; ++i) {
      Random random(seed, first + static_cast<std::uint64_t>(begin + i));
      length_N.data_ptr<float>()[i] = static_cast<float>(random.uniform());
      auto* z = noise_NZ.data_ptr<float>() + i * config.noise;
      for (std::int64_t k = 0; k < config.noise; ++k) z[k] = static_cast<float>(standard_normal(random));
      const std::int64_t numbers = config.length * config.symbols();
      auto* g = gumbel_NLV.data_ptr<float>() + i * numbers;
      for (std::int64_t k = 0; k < numbers; ++k)
        g[k] = -std::log(-std::log(std::max(static_cast<float>(random.uniform()), 1e-12F)) + 1e-12F);
    }
    const Tensor symbols_NL =
        (generator.logits({noise_NZ.to(device), length_N.to(device)}).to(torch::kCPU) + gumbel_NLV)
            .argmax(-1)
            .to(torch::kUInt8)
            .contiguous();
    for (std::int64_t i = 0; i < n; ++i)
      rows.add({symbols_NL.data_ptr<std::uint8_t>() + i * config.length, static_cast<std::size_t>(config.length)}, 1);
  }
  return rows;
}

std::vector<std::optional<std::string>> sequences_of(const SequenceNetConfig& config, const SymbolData& rows) {
  std::vector<std::optional<std::string>> sequences;
  for (std::int64_t i = 0; i < rows.size(); ++i)
    sequences.push_back(symbols_sequence(sequence_layout(config.layout), rows.row(i)));
  return sequences;
}

namespace {

class GanGenerator : public SequenceGenerator {
 public:
  GanGenerator(const std::string& directory, torch::Device device) : device_(device) {
    StoredModel model = read_stored_model(directory, kGanFamily);
    config_ = sequence_net_from_json(model.network, directory + "/config.json");
    training_ = std::move(model.training);
    const WeightBudget budget(model.weights, directory);
    generator_ = Generator(config_);
    set_weights(*generator_, model.weights, directory + "/model.safetensors");
    generator_->to(device);
  }
  [[nodiscard]] const SequenceNetConfig& config() const override { return config_; }
  [[nodiscard]] const std::string& training() const override { return training_; }
  std::vector<std::optional<std::string>> draw(std::int64_t count, std::uint64_t seed, std::uint64_t first) override {
    return sequences_of(config_, draw_rows(*generator_, count, seed, first, device_));
  }

 private:
  torch::Device device_;
  SequenceNetConfig config_;
  std::string training_;
  Generator generator_{nullptr};
};

}  // namespace

std::unique_ptr<SequenceGenerator> open_sequence_generator(const std::string& directory, torch::Device device) {
  return std::make_unique<GanGenerator>(directory, device);
}

}  // namespace stemloop
