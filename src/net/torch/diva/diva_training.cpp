// Training DIVA: batches, the step, validation, what is saved.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <numeric>
#include <thread>

#include "learn/learn.h"
#include "net/model_directory.h"
#include "net/torch/diva/diva_use.h"
#include "net/torch/loop/recorded_work.h"
#include "net/torch/loop/training.h"
#include "net/torch/weights.h"
#include "net/training_pictures.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// The batches of an epoch, expanded by a thread of its own a few ahead of the network.
class BatchLoader {
 public:
  BatchLoader(const DivaConfig& config, const PictureData& data, const TrainOptions& options, int rank, int peers)
      : config_(config), data_(data), options_(options), rank_(rank), peers_(peers) {}
  ~BatchLoader() { stop(); }
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  [[nodiscard]] std::int64_t steps() const { return data_.size() / options_.batch; }
  [[nodiscard]] std::int64_t share() const { return options_.batch / peers_; }

  void begin(std::int64_t epoch, std::int64_t step) {
    stop();
    // Records in an order of the epoch's own; those that fill no batch have their turn in another epoch.
    Random random(options_.seed, kOrderStream + static_cast<std::uint64_t>(epoch));
    order_ = epoch_records(data_, options_.even_lengths, random);
    stopping_ = false;
    thread_ = std::thread([this, epoch, step] { work(epoch, step); });
  }

  DivaBatch next() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !ready_.empty(); });
    DivaBatch batch = std::move(ready_.front());
    ready_.pop_front();
    emptied_.notify_one();
    return batch;
  }

 private:
  static constexpr std::size_t kAhead = 4;
  static constexpr std::uint64_t kOrderStream = std::uint64_t{1} << 40U;
  static constexpr std::uint64_t kSubstitutionStream = std::uint64_t{1} << 48U;

  void work(std::int64_t epoch, std::int64_t step) {
    for (; step < steps(); ++step) {
      const std::int64_t first = step * options_.batch + rank_ * share();
      const std::vector<std::int64_t> records(order_.begin() + first, order_.begin() + first + share());
      DivaBatch batch = options_.mutate > 0 || options_.graft > 0 || options_.counterfactual > 0
                            ? changed(records, epoch * data_.size() + first)
                            : expand_batch(config_, data_, records);
      std::unique_lock lock(mutex_);
      emptied_.wait(lock, [this] { return stopping_ || ready_.size() < kAhead; });
      if (stopping_) return;
      ready_.push_back(std::move(batch));
      filled_.notify_one();
    }
  }

  // The records with the changes of these visits, numbers `visit`, visit + 1, ... of the run.
  [[nodiscard]] DivaBatch changed(std::span<const std::int64_t> records, std::int64_t visit) const {
    constexpr double kScrambled = 0.25;  // of the counterfactual ones
    PictureData encoded, drawn;
    std::vector<std::uint8_t> counterfactual;
    for (const std::int64_t record : records) {
      Random random(options_.seed, kSubstitutionStream + static_cast<std::uint64_t>(visit++));
      Picture from = substitute(visited(record, random), options_.mutate, random);
      Picture to = from;
      counterfactual.push_back(options_.counterfactual > 0 && random.uniform() < options_.counterfactual ? 1 : 0);
      if (counterfactual.back() != 0) {
        const bool scrambled = random.uniform() < kScrambled;
        from = rebonded(to, scrambled, random);
        if (!scrambled && random.below(2) == 0) std::swap(from, to);  // scrambled letters are nothing to draw
      }
      const int label = data_.labels[static_cast<std::size_t>(record)];
      encoded.add(from, label);
      if (options_.counterfactual > 0) drawn.add(to, label);
    }
    if (options_.counterfactual > 0) return counterfactual_batch(config_, encoded, drawn, counterfactual);
    std::vector<std::int64_t> all(records.size());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return expand_batch(config_, encoded, all);
  }

  // A record, or at some visits one with the loop end of a shorter one of its class.
  Picture visited(std::int64_t record, Random& random) const {
    constexpr int kTries = 8;
    const Picture picture = data_.picture(record);
    if (options_.graft == 0 || random.uniform() >= options_.graft) return picture;
    for (int i = 0; i < kTries; ++i) {
      const auto other = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(data_.size())));
      if (data_.labels[static_cast<std::size_t>(other)] != data_.labels[static_cast<std::size_t>(record)]) continue;
      const Picture grafted = graft(picture, data_.picture(other));
      if (grafted != picture) return grafted;
    }
    return picture;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      emptied_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    ready_.clear();
  }

  const DivaConfig& config_;
  const PictureData& data_;
  const TrainOptions& options_;
  int rank_, peers_;
  std::vector<std::int64_t> order_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable filled_, emptied_;
  std::deque<DivaBatch> ready_;
  bool stopping_ = false;
};

class DivaTrainee : public Trainee {
 public:
  DivaTrainee(DivaNet network, const DivaObjective& objective, const PictureData& train, const PictureData& valid,
              const TrainOptions& options, Peers& peers, torch::Device device)
      : network_(std::move(network)),
        objective_(objective),
        train_(train),
        valid_(valid),
        options_(options),
        peers_(peers),
        device_(device),
        loader_(network_->config(), train, options, peers.rank(), peers.size()) {}

  [[nodiscard]] torch::Device device() const override { return device_; }
  std::vector<Learned> learned() override { return {{network_.get(), network_->masks()}}; }
  std::vector<std::pair<std::string, Tensor>> state() override { return buffers_of(*network_); }
  [[nodiscard]] std::int64_t steps_per_epoch() const override { return loader_.steps(); }
  void begin(std::int64_t epoch, std::int64_t step) override { loader_.begin(epoch, step); }

  NamedTerms step(std::size_t, double epochs_done, std::int64_t step) override {
    const DivaBatch batch = loader_.next();
    network_->train();
    const auto number = static_cast<std::uint64_t>(step);
    const std::int64_t first_row = peers_.rank() * loader_.share();
    if (options_.recorded) return recorded_step(batch, epochs_done, number);
    Draws draws(options_.seed, number, first_row, options_.batch, device_);
    return learn(to_device(batch, device_), torch::full({}, beta_scale(epochs_done), device_), draws);
  }

  Json validate(bool) override {
    Json json = Json::object();
    if (valid_.size() == 0) return json;
    torch::NoGradGuard no_gradient;
    network_->eval();
    std::vector<double> sums;
    std::vector<std::string> names;
    ReconstructionError error;
    std::vector<float> from_y, from_m;
    for (std::int64_t begin = 0; begin < valid_.size(); begin += kEvaluationBatch) {
      const std::int64_t n = std::min(kEvaluationBatch, valid_.size() - begin);
      std::vector<std::int64_t> records(static_cast<std::size_t>(n));
      std::iota(records.begin(), records.end(), begin);
      const DivaBatch batch = to_device(expand_batch(network_->config(), valid_, records), device_);
      Draws draws(options_.seed, kValidationStream + static_cast<std::uint64_t>(begin), 0, n, device_);
      // The weights of the whole objective, also while the training's are still growing: epochs stay comparable.
      const DivaLoss loss = network_->loss(batch, objective_, torch::ones({}, device_), valid_.size(), draws);
      sums.resize(loss.terms.size() + 1);
      names = {"loss"};
      sums[0] += loss.total.item<double>();
      for (std::size_t i = 0; i < loss.terms.size(); ++i) {
        names.push_back(loss.terms[i].first);
        sums[i + 1] += loss.terms[i].second.item<double>();
      }
      const Posterior posterior = network_->encode(batch.x_NHWC, batch.bonds_NSL);
      const Tensor z_GND = network_->flow(posterior.mu, posterior).z_GBD;
      const auto pictures = read_out(network_->config(), network_->decode(joined(z_GND), nullptr), {});
      for (std::int64_t i = 0; i < n; ++i) error.add(valid_.picture(begin + i), pictures[static_cast<std::size_t>(i)]);
      if (network_->config().disentangled) {
        append_probabilities(network_->class_logits_from_y(z_GND[1]), from_y);
        append_probabilities(network_->class_logits_from_m(z_GND[2]), from_m);
      }
    }
    for (std::size_t i = 0; i < names.size(); ++i) json[names[i]] = sums[i];
    const ReconstructionError means = error.means();
    json["mae"] = means.pixels;
    json["mae_nucleotide"] = means.nucleotides;
    json["mae_length"] = means.length;
    if (network_->config().disentangled) {
      json["accuracy_y"] = score_classification(from_y, valid_.labels).accuracy;
      json["accuracy_m"] = score_classification(from_m, valid_.labels).accuracy;
    }
    return json;
  }

  void save_model(const std::string& directory, const Json& metrics) override {
    TensorFile weights = weights_of(*network_);
    add_generation(*network_, train_, options_.seed, device_, weights);
    const Json training = {{"origin", Json::parse(options_.origin)}, {"metrics", metrics}};
    write_model_directory(directory, network_->config(), training.dump(), weights);
  }

 private:
  static constexpr std::uint64_t kValidationStream = std::uint64_t{1} << 50U;

  NamedTerms learn(const DivaBatch& batch, const Tensor& beta_scale, Draws& draws) {
    const DivaLoss loss = network_->loss(batch, objective_, beta_scale, options_.batch, draws);
    loss.total.backward();
    NamedTerms terms = {{"loss", loss.total.detach()}};
    terms.insert(terms.end(), loss.terms.begin(), loss.terms.end());
    return terms;
  }

  // All that changes from step to step is written to where the recording of the first steps reads it.
  NamedTerms recorded_step(const DivaBatch& batch, double epochs_done, std::uint64_t step) {
    if (!recorded_) recorded_ = std::make_unique<RecordedStep>(batch, options_, device_);
    RecordedStep& r = *recorded_;
    copy_batch(batch, r.pinned);
    copy_batch(r.pinned, r.batch);
    r.beta_scale.fill_(beta_scale(epochs_done));
    r.draws.begin(options_.seed, step);
    r.work.run([&] { r.terms = learn(r.batch, r.beta_scale, r.draws); });
    return r.terms;
  }

  [[nodiscard]] double beta_scale(double epochs_done) const {
    return objective_.warmup_epochs > 0 ? std::min(1.0, epochs_done / objective_.warmup_epochs) : 1.0;
  }

  struct RecordedStep {
    RecordedStep(const DivaBatch& like, const TrainOptions& options, torch::Device device)
        : pinned(device.is_cuda() ? pinned_batch(like) : like),
          batch(to_device(like, device)),
          beta_scale(torch::zeros({}, device)),
          draws(options.seed, 0, 0, options.batch, device),
          work(device) {}
    DivaBatch pinned, batch;
    Tensor beta_scale;
    KeptDraws draws;
    NamedTerms terms;
    RecordedWork work;
  };

  DivaNet network_;
  const DivaObjective& objective_;
  const PictureData& train_;
  const PictureData& valid_;
  const TrainOptions& options_;
  Peers& peers_;
  torch::Device device_;
  BatchLoader loader_;
  std::unique_ptr<RecordedStep> recorded_;
};

}  // namespace

TrainOutcome run_diva_training(const DivaConfig& config, const DivaObjective& objective, const PictureData& train,
                               const PictureData& valid, const TrainOptions& options, bool resume,
                               TrainWatcher& watcher) {
  const torch::Device device = device_named(options.device);
  const auto peers = join_peers(device, identity_of(options), [&watcher] { return watcher.stop_asked(); });
  require(options.batch % peers->size() == 0, "a batch of {} cannot be shared by {} processes evenly", options.batch,
          peers->size());
  require(train.size() >= options.batch, "{} training records are fewer than one batch of {}", train.size(),
          options.batch);
  require(config.disentangled || options.counterfactual == 0,
          "counterfactual visits need a network with a latent space of the bonds");
  require(!options.recorded || peers->size() == 1, "a recorded step cannot wait for other processes");
  torch::manual_seed(options.seed);
  DivaNet network(config, peers.get());
  if (!options.start.empty() && !resume) {
    const ModelDirectory start = read_model_directory(options.start);
    require(start.config.letter_code || !config.letter_code,
            "{}: this network has no letter code; go on with it by --no-letter-code", options.start);
    require(start.config.bond_code || !config.bond_code,
            "{}: this network has no bond code; go on with it by --no-bond-code", options.start);
    require(start.config == config, "{}: this network differs from the one to be trained", options.start);
    set_weights(*network, start.weights, options.start + "/model.safetensors", generation_tensors());
  }
  network->to(device);
  if (device.is_cuda()) at::globalContext().setBenchmarkCuDNN(true);  // the same shapes over and over
  DivaTrainee trainee(network, objective, train, valid, options, *peers, device);
  return run_training(trainee, options, resume, *peers, watcher);
}

}  // namespace stemloop
