// The neural library behind its door: training DIVA, and using what was trained.
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <numeric>
#include <thread>

#include "data/data.h"
#include "eval/eval.h"
#include "nn/diva.h"
#include "nn/gan_training.h"
#include "nn/model_directory.h"
#include "nn/picture_data.h"
#include "nn/read_out.h"
#include "nn/training.h"
#include "nn/weights.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kEvaluationBatch = 256;

// Beside the weights of a model with a latent space of the bonds: see HairpinNetwork::bond_patterns().
constexpr const char* kBondPatterns = "bond_patterns";

Tensor joined(const Tensor& z_GND) { return z_GND.permute({1, 0, 2}).reshape({z_GND.size(1), -1}); }

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
      std::vector<std::int64_t> records(order_.begin() + first, order_.begin() + first + share());
      DivaBatch batch;
      if (options_.mutate > 0 || options_.graft > 0) {
        PictureData changed;
        for (std::int64_t i = 0; i < share(); ++i) {
          Random random(options_.seed,
                        kSubstitutionStream + static_cast<std::uint64_t>(epoch * data_.size() + first + i));
          const std::int64_t record = records[static_cast<std::size_t>(i)];
          changed.add(substitute(visited(record, random), options_.mutate, random),
                      data_.labels[static_cast<std::size_t>(record)]);
        }
        std::iota(records.begin(), records.end(), std::int64_t{0});
        batch = expand_batch(config_, changed, records);
      } else {
        batch = expand_batch(config_, data_, records);
      }
      std::unique_lock lock(mutex_);
      emptied_.wait(lock, [this] { return stopping_ || ready_.size() < kAhead; });
      if (stopping_) return;
      ready_.push_back(std::move(batch));
      filled_.notify_one();
    }
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

  std::vector<Learned> learned() override { return {{network_.get(), network_->masks()}}; }
  std::vector<std::pair<std::string, Tensor>> state() override { return buffers_of(*network_); }
  [[nodiscard]] std::int64_t steps_per_epoch() const override { return loader_.steps(); }
  void begin(std::int64_t epoch, std::int64_t step) override { loader_.begin(epoch, step); }

  NamedTerms step(std::size_t, double epochs_done, std::int64_t step) override {
    const DivaBatch batch = to_device(loader_.next(), device_);
    network_->train();
    Draws draws(options_.seed, static_cast<std::uint64_t>(step), peers_.rank() * loader_.share(), options_.batch,
                device_);
    const DivaLoss loss = network_->loss(batch, objective_, beta_scale(epochs_done), options_.batch, draws);
    loss.total.backward();
    NamedTerms terms = {{"loss", loss.total.detach()}};
    terms.insert(terms.end(), loss.terms.begin(), loss.terms.end());
    return terms;
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
      const DivaLoss loss = network_->loss(batch, objective_, 1, valid_.size(), draws);
      sums.resize(loss.terms.size() + 1);
      names = {"loss"};
      sums[0] += loss.total.item<double>();
      for (std::size_t i = 0; i < loss.terms.size(); ++i) {
        names.push_back(loss.terms[i].first);
        sums[i + 1] += loss.terms[i].second.item<double>();
      }
      const Posterior posterior = network_->encode(batch.x_NHWC);
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
    if (network_->config().disentangled) weights.tensors[kBondPatterns] = bond_patterns();
    const Json training = {{"origin", Json::parse(options_.origin)}, {"metrics", metrics}};
    write_model_directory(directory, network_->config(), training.dump(), weights);
  }

  static void append_probabilities(const Tensor& logits, std::vector<float>& to) {
    const Tensor p = torch::softmax(logits, -1).select(-1, 1).to(torch::kCPU).contiguous();
    to.insert(to.end(), p.data_ptr<float>(), p.data_ptr<float>() + p.numel());
  }

 private:
  static constexpr std::uint64_t kValidationStream = std::uint64_t{1} << 50U;

  // Bonds of some training records of each class, drawn by the seed: (K, 201), the label before the bonds.
  [[nodiscard]] StoredTensor bond_patterns() const {
    std::vector<std::int64_t> order(static_cast<std::size_t>(train_.size()));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    Random random(options_.seed, kPatternStream);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    StoredTensor patterns{"U8", {0, kBondLength + 1}, {}};
    int taken[kClasses] = {};
    for (const std::int64_t record : order) {
      const int label = train_.labels[static_cast<std::size_t>(record)];
      if (taken[label]++ >= kPatternsOfAClass) continue;
      ++patterns.shape[0];
      patterns.bytes.push_back(static_cast<std::byte>(label));
      const auto* bonds = reinterpret_cast<const std::byte*>(train_.bonds.data()) + record * kBondLength;
      patterns.bytes.insert(patterns.bytes.end(), bonds, bonds + kBondLength);
    }
    return patterns;
  }

  static constexpr std::uint64_t kPatternStream = std::uint64_t{1} << 51U;
  static constexpr int kPatternsOfAClass = 1000;

  [[nodiscard]] double beta_scale(double epochs_done) const {
    return objective_.warmup_epochs > 0 ? std::min(1.0, epochs_done / objective_.warmup_epochs) : 1.0;
  }

  DivaNet network_;
  const DivaObjective& objective_;
  const PictureData& train_;
  const PictureData& valid_;
  const TrainOptions& options_;
  Peers& peers_;
  torch::Device device_;
  BatchLoader loader_;
};

// --- use -------------------------------------------------------------------------------------------------------------

Matrix matrix_of(const Tensor& tensor) {
  const Tensor t = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  return {t.size(0), t.size(1), {t.data_ptr<float>(), t.data_ptr<float>() + t.numel()}};
}

void append(Matrix& to, const Tensor& tensor) {
  Matrix more = matrix_of(tensor);
  to.columns = more.columns;
  to.rows += more.rows;
  to.values.insert(to.values.end(), more.values.begin(), more.values.end());
}

class DivaNetwork : public HairpinNetwork {
 public:
  DivaNetwork(const std::string& directory, torch::Device device) : device_(device) {
    const ModelDirectory model = read_model_directory(directory);
    // Before memory is taken for it: flows grow with the square of a number that a damaged file may hold.
    std::int64_t stored_bytes = 0;
    for (const auto& tensor : model.weights.tensors)
      stored_bytes += static_cast<std::int64_t>(tensor.second.bytes.size());
    const DivaConfig& c = model.config;
    require(c.latents() * c.flow_blocks * 2 * c.flow_hidden * c.flow_hidden * 4 <= stored_bytes,
            "{}: the flow of config.json is larger than all of model.safetensors", directory);
    network_ = DivaNet(model.config, nullptr);
    set_weights(*network_, model.weights, directory + "/model.safetensors", {kBondPatterns});
    network_->to(device);
    network_->eval();
    training_ = model.training;
    if (model.weights.tensors.count(kBondPatterns) == 0) return;
    constexpr std::int64_t kShape[] = {-1, kBondLength + 1};
    const StoredTensor& patterns =
        expect_tensor(model.weights, kBondPatterns, "U8", kShape, directory + "/model.safetensors");
    for (std::int64_t i = 0; i < patterns.shape[0]; ++i) {
      const std::byte* row = patterns.bytes.data() + i * kShape[1];
      std::array<std::uint8_t, kBondLength> bonds{};
      for (std::size_t k = 0; k < bonds.size(); ++k) bonds[k] = row[k + 1] != std::byte{0} ? 1 : 0;
      patterns_[row[0] != std::byte{0} ? 1 : 0].push_back(bonds);
    }
  }

  [[nodiscard]] const std::string& training() const override { return training_; }
  [[nodiscard]] const std::vector<std::array<std::uint8_t, kBondLength>>& bond_patterns(int label) const override {
    return patterns_[label];
  }
  [[nodiscard]] const DivaConfig& config() const override { return network_->config(); }

  Encoded encode(std::span<const Picture> pictures) override {
    torch::NoGradGuard no_gradient;
    Encoded encoded;
    for (int g = 0; g < config().latents(); ++g) encoded.latents.push_back({kLatentNames[g], {}, {}, {}});
    in_batches(pictures, [&](const DivaBatch& batch) {
      const Posterior posterior = network_->encode(batch.x_NHWC);
      const Tensor z_GND = network_->flow(posterior.mu, posterior).z_GBD;
      for (int g = 0; g < config().latents(); ++g) {
        EncodedLatent& latent = encoded.latents[static_cast<std::size_t>(g)];
        append(latent.mu, posterior.mu[g]);
        append(latent.sigma, posterior.sigma[g]);
        append(latent.z, z_GND[g]);
      }
      if (!config().disentangled) return;
      DivaTrainee::append_probabilities(network_->class_logits_from_y(z_GND[1]), encoded.class_from_y);
      DivaTrainee::append_probabilities(network_->class_logits_from_m(z_GND[2]), encoded.class_from_m);
    });
    return encoded;
  }

  std::vector<Picture> decode(const Matrix& z, const ReadOut& how) override {
    torch::NoGradGuard no_gradient;
    require(z.columns == config().latents() * config().latent, "the decoder takes {} numbers a hairpin, not {}",
            config().latents() * config().latent, z.columns);
    std::vector<Picture> pictures;
    for (std::int64_t begin = 0; begin < z.rows; begin += kEvaluationBatch) {
      const std::int64_t n = std::min(kEvaluationBatch, z.rows - begin);
      const Tensor part =
          torch::from_blob(const_cast<float*>(z.values.data() + begin * z.columns),  // NOLINT: read only
                           {n, z.columns})
              .to(device_);
      ReadOut part_how = how;
      part_how.first_item += static_cast<std::uint64_t>(begin);
      const auto more = read_out(config(), network_->decode(part, nullptr), part_how);
      pictures.insert(pictures.end(), more.begin(), more.end());
    }
    return pictures;
  }

  Matrix draw_rest(std::int64_t count, double temperature, std::uint64_t seed, std::uint64_t first) override {
    const Tensor zero = torch::zeros({count, config().latent});
    return draw({zero, torch::ones_like(zero)}, temperature, seed, first);
  }

  Matrix draw_for_class(std::span<const std::uint8_t> labels, double temperature, std::uint64_t seed,
                        std::uint64_t first) override {
    torch::NoGradGuard no_gradient;
    require(config().disentangled, "this model has no latent space of the class");
    Tensor label = torch::empty({static_cast<std::int64_t>(labels.size())}, torch::kInt64);
    for (std::size_t i = 0; i < labels.size(); ++i) label.data_ptr<std::int64_t>()[i] = labels[i];
    return draw(network_->class_prior(label.to(device_)), temperature, seed, first);
  }

  Matrix draw_for_bonds(std::span<const std::array<std::uint8_t, kBondLength>> bonds, double temperature,
                        std::uint64_t seed, std::uint64_t first) override {
    return draw(bond_prior(bonds), temperature, seed, first);
  }

  Matrix move_bonds(const Matrix& z_m, std::span<const std::array<std::uint8_t, kBondLength>> from,
                    std::span<const std::array<std::uint8_t, kBondLength>> to, double kept, double temperature,
                    std::uint64_t seed, std::uint64_t first) override {
    const Normal prior = bond_prior(to), own = bond_prior(from);
    const Tensor z = torch::from_blob(const_cast<float*>(z_m.values.data()),  // NOLINT: read only
                                      {z_m.rows, z_m.columns})
                         .to(device_);
    const Tensor untold = (z - own.mu) / own.sigma;
    return draw({prior.mu + kept * prior.sigma * untold, prior.sigma}, std::sqrt(1 - kept * kept) * temperature, seed,
                first);
  }

 private:
  [[nodiscard]] Normal bond_prior(std::span<const std::array<std::uint8_t, kBondLength>> bonds) {
    torch::NoGradGuard no_gradient;
    require(config().disentangled, "this model has no latent space of the bonds");
    Tensor rows = torch::empty({static_cast<std::int64_t>(bonds.size()), 2, kPictureColumns});
    auto* to = rows.data_ptr<float>();
    for (const auto& one : bonds) to = std::copy(one.begin(), one.end(), to);
    return network_->bond_prior(rows.to(device_));
  }

  template <class Function>
  void in_batches(std::span<const Picture> pictures, Function f) {
    for (std::size_t begin = 0; begin < pictures.size(); begin += kEvaluationBatch) {
      PictureData data;
      std::vector<std::int64_t> records;
      for (const Picture& p :
           pictures.subspan(begin, std::min<std::size_t>(kEvaluationBatch, pictures.size() - begin))) {
        records.push_back(data.size());
        data.add(p, 0);
      }
      f(to_device(expand_batch(config(), data, records), device_));
    }
  }

  // Row i draws from (seed, first + i), whatever the batch.
  static Matrix draw(const Normal& normal, double temperature, std::uint64_t seed, std::uint64_t first) {
    const Tensor mu = normal.mu.to(torch::kCPU).contiguous();
    const Tensor sigma = normal.sigma.to(torch::kCPU).contiguous();
    Matrix z{mu.size(0), mu.size(1), {}};
    for (std::int64_t i = 0; i < z.rows; ++i) {
      Random random(seed, first + static_cast<std::uint64_t>(i));
      for (std::int64_t k = 0; k < z.columns; ++k) {
        const std::int64_t at = i * z.columns + k;
        z.values.push_back(static_cast<float>(mu.data_ptr<float>()[at] +
                                              temperature * sigma.data_ptr<float>()[at] * standard_normal(random)));
      }
    }
    return z;
  }

  torch::Device device_;
  DivaNet network_{nullptr};
  std::string training_;
  std::vector<std::array<std::uint8_t, kBondLength>> patterns_[kClasses];
};

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
    const torch::Device device = device_named(options.device);
    const auto peers = join_peers(device);
    require(options.batch % peers->size() == 0, "a batch of {} cannot be shared by {} processes evenly", options.batch,
            peers->size());
    require(train.size() >= options.batch, "{} training records are fewer than one batch of {}", train.size(),
            options.batch);
    torch::manual_seed(options.seed);
    DivaNet network(config, peers.get());
    if (!options.start.empty() && !resume) {
      const ModelDirectory start = read_model_directory(options.start);
      require(start.config.letter_code || !config.letter_code,
              "{}: this network has no letter code; go on with it by --no-letter-code", options.start);
      require(start.config == config, "{}: this network differs from the one to be trained", options.start);
      set_weights(*network, start.weights, options.start + "/model.safetensors", {kBondPatterns});
    }
    network->to(device);
    DivaTrainee trainee(network, objective, train, valid, options, *peers, device);
    return run_training(trainee, options, resume, *peers, watcher);
  }

  std::unique_ptr<HairpinNetwork> open(const std::string& directory, const std::string& device, int threads) override {
    set_up(threads);
    return std::make_unique<DivaNetwork>(directory, device_named(device));
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
    torch::set_num_threads(threads);
    at::globalContext().setAllowTF32CuBLAS(true);
    at::globalContext().setAllowTF32CuDNN(true);
  }
};

}  // namespace

Neural& torch_neural() {
  static TorchNeural neural;
  return neural;
}

}  // namespace stemloop
