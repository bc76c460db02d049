#include <numeric>

#include "learn/learn.h"
#include "net/model_directory.h"
#include "net/torch/sequences/gan_training.h"
#include "net/torch/sequences/symbol_rows.h"
#include "net/torch/weights.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// A classifier of any architecture.
class ScoreNetwork {
 public:
  ScoreNetwork(const SequenceNetConfig& config, torch::Device device) : config_(config), device_(device) {
    if (config.architecture == "residual") {
      critic_ = Critic(config);
    } else {
      cnn_ = SequenceCnn(config);
    }
    module().to(device);
  }
  [[nodiscard]] const SequenceNetConfig& config() const { return config_; }
  torch::nn::Module& module() {
    if (critic_) return *critic_;
    return *cnn_;
  }

  // Forward and backward of the binary cross-entropy summed over the rows, times `one`; returns it.
  Tensor add_gradients(const Tensor& x_NLV, const Tensor& label_N, double one, Draws& draws) {
    const auto loss = [&](const Tensor& score_N) {
      return torch::binary_cross_entropy_with_logits(score_N, label_N, {}, {}, at::Reduction::Sum) * one;
    };
    if (critic_) {
      torch::NoGradGuard no_gradient;
      const auto trace = critic_->forward(x_NLV);
      critic_->add_gradients(trace, critic_->backward(trace, (torch::sigmoid(trace.score_N) - label_N) * one),
                             x_NLV.size(0));
      return loss(trace.score_N);
    }
    constexpr double kDropped = 0.5;
    const Tensor total = loss(cnn_->forward(x_NLV, draws.dropout(x_NLV.size(0), cnn_->features(), kDropped)));
    total.backward();
    return total.detach();
  }

  std::vector<float> probabilities(const SymbolData& data) {
    torch::NoGradGuard no_gradient;
    std::vector<float> all;
    for (std::int64_t begin = 0; begin < data.size(); begin += kSymbolRowsAtOnce) {
      std::vector<std::int64_t> records(static_cast<std::size_t>(std::min(kSymbolRowsAtOnce, data.size() - begin)));
      std::iota(records.begin(), records.end(), begin);
      const Tensor x_NLV = one_hot_rows(data, records, config_.symbols(), device_);
      const Tensor p =
          torch::sigmoid(critic_ ? critic_->forward(x_NLV).score_N : cnn_->forward(x_NLV)).to(torch::kCPU).contiguous();
      all.insert(all.end(), p.data_ptr<float>(), p.data_ptr<float>() + p.numel());
    }
    return all;
  }

 private:
  SequenceNetConfig config_;
  torch::Device device_;
  Critic critic_{nullptr};
  SequenceCnn cnn_{nullptr};
};

class ScorerTrainee : public Trainee {
 public:
  ScorerTrainee(const SequenceNetConfig& config, const SymbolData& train, const SymbolData& valid,
                const TrainOptions& options, Peers& peers, torch::Device device)
      : network_(config, device), train_(train), valid_(valid), options_(options), peers_(peers), device_(device) {}

  [[nodiscard]] torch::Device device() const override { return device_; }
  std::vector<Learned> learned() override { return {{&network_.module(), {}}}; }
  // A batch larger than the set is the set: the published batch of 512 is half of the published data.
  [[nodiscard]] std::int64_t batch() const { return std::min(options_.batch, train_.size()); }
  [[nodiscard]] std::int64_t steps_per_epoch() const override { return train_.size() / batch(); }
  void begin(std::int64_t epoch, std::int64_t step_of_epoch) override {
    order_ = epoch_order(train_.size(), options_.seed, epoch);
    at_ = step_of_epoch * batch();
  }

  NamedTerms step(std::size_t, double, std::int64_t step) override {
    const std::int64_t share = batch() / peers_.size();
    const std::vector<std::int64_t> records(order_.begin() + at_ + peers_.rank() * share,
                                            order_.begin() + at_ + (peers_.rank() + 1) * share);
    at_ += batch();
    Tensor label_N = torch::empty({share});
    for (std::int64_t i = 0; i < share; ++i)
      label_N.data_ptr<float>()[i] = train_.labels[static_cast<std::size_t>(records[static_cast<std::size_t>(i)])];
    Draws draws(options_.seed, static_cast<std::uint64_t>(step), peers_.rank() * share, batch(), device_);
    const Tensor x_NLV = one_hot_rows(train_, records, network_.config().symbols(), device_);
    return {{"loss", network_.add_gradients(x_NLV, label_N.to(device_), 1.0 / static_cast<double>(batch()), draws)}};
  }

  Json validate(bool) override {
    Json json = Json::object();
    if (valid_.size() == 0) return json;
    const ClassificationScore score = score_classification(network_.probabilities(valid_), valid_.labels);
    json["loss"] = 1 - score.accuracy;  // the best accuracy is kept
    json["accuracy"] = score.accuracy;
    json["sensitivity"] = score.sensitivity;
    json["specificity"] = score.specificity;
    json["auroc"] = score.auroc;
    return json;
  }

  void save_model(const std::string& directory, const Json& metrics) override {
    const Json training = {{"origin", Json::parse(options_.origin)}, {"metrics", metrics}};
    write_stored_model(directory, kCnnFamily,
                       {sequence_net_json(network_.config()), training.dump(), weights_of(network_.module())});
  }
  std::vector<std::pair<std::string, Tensor>> state() override { return buffers_of(network_.module()); }

 private:
  ScoreNetwork network_;
  const SymbolData& train_;
  const SymbolData& valid_;
  const TrainOptions& options_;
  Peers& peers_;
  torch::Device device_;
  std::vector<std::int64_t> order_;
  std::int64_t at_ = 0;
};

class CnnScorer : public SequenceScorer {
 public:
  CnnScorer(const std::string& directory, const StoredModel& model, torch::Device device)
      : network_(made(directory, model, device)) {
    set_weights(network_.module(), model.weights, directory + "/model.safetensors");
  }
  [[nodiscard]] const SequenceNetConfig& config() const override { return network_.config(); }
  std::vector<float> score(const SymbolData& data) override { return network_.probabilities(data); }

 private:
  static ScoreNetwork made(const std::string& directory, const StoredModel& model, torch::Device device) {
    const WeightBudget budget(model.weights, directory);
    return ScoreNetwork(sequence_net_from_json(model.network, directory + "/config.json"), device);
  }

  ScoreNetwork network_;
};

}  // namespace

TrainOutcome run_scorer_training(const SequenceNetConfig& config, const SymbolData& train, const SymbolData& valid,
                                 const TrainOptions& options, bool resume, TrainWatcher& watcher) {
  const torch::Device device = device_named(options.device);
  const auto peers = join_peers(device, identity_of(options), [&watcher] { return watcher.stop_asked(); });
  check_batch(std::min(options.batch, train.size()), train.size(), *peers);
  torch::manual_seed(options.seed);
  ScorerTrainee trainee(config, train, valid, options, *peers, device);
  return run_training(trainee, options, resume, *peers, watcher);
}

std::unique_ptr<SequenceScorer> open_sequence_scorer(const std::string& directory, torch::Device device) {
  return std::make_unique<CnnScorer>(directory, read_stored_model(directory, kCnnFamily), device);
}

}  // namespace stemloop
