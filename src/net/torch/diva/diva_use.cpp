// Trained DIVA networks: encoding, decoding, draws.
#include "net/torch/diva/diva_use.h"

#include <cmath>
#include <numeric>

#include "net/model_directory.h"
#include "net/read_out.h"
#include "net/torch/weights.h"
#include "net/training_pictures.h"

namespace stemloop {

namespace {

constexpr const char* kBondPatterns = "bond_patterns";
constexpr const char* kLatentMean = "latent_mean";
constexpr const char* kLatentFactor = "latent_factor";

// Numbers of a draw before z_m.
std::int64_t drawn_latents(const DivaConfig& config) { return (config.disentangled ? 2 : 1) * config.latent; }

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
    const WeightBudget budget(model.weights, directory);
    network_ = DivaNet(model.config, nullptr);
    set_weights(*network_, model.weights, directory + "/model.safetensors", generation_tensors());
    network_->to(device);
    network_->eval();
    training_ = model.training;
    read_generation(model.weights, directory + "/model.safetensors");
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
      const Posterior posterior = network_->encode(batch.x_NHWC, batch.bonds_NSL);
      const Tensor z_GND = network_->flow(posterior.mu, posterior).z_GBD;
      for (int g = 0; g < config().latents(); ++g) {
        EncodedLatent& latent = encoded.latents[static_cast<std::size_t>(g)];
        append(latent.mu, posterior.mu[g]);
        append(latent.sigma, posterior.sigma[g]);
        append(latent.z, z_GND[g]);
      }
      if (!config().disentangled) return;
      append_probabilities(network_->class_logits_from_y(z_GND[1]), encoded.class_from_y);
      append_probabilities(network_->class_logits_from_m(z_GND[2]), encoded.class_from_m);
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

  [[nodiscard]] bool knows_latents() const override { return latent_mean_.defined(); }

  Matrix draw_like_training(std::span<const std::uint8_t> labels, double temperature, std::uint64_t seed,
                            std::uint64_t first) override {
    require(knows_latents(), "this model does not know how its latents are filled");
    Tensor label = torch::empty({std::ssize(labels)}, torch::kInt64);
    std::copy(labels.begin(), labels.end(), label.data_ptr<std::int64_t>());
    const Tensor zero = torch::zeros({std::ssize(labels), latent_mean_.size(1)});
    const Matrix noise = draw({zero, torch::ones_like(zero)}, temperature, seed, first);
    const Tensor noise_ND = torch::from_blob(const_cast<float*>(noise.values.data()),  // NOLINT: read only
                                             {noise.rows, noise.columns});
    return matrix_of(latent_mean_.index_select(0, label) +
                     torch::bmm(latent_factor_.index_select(0, label), noise_ND.unsqueeze(2)).squeeze(2));
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
  void read_generation(const TensorFile& file, const std::string& path) {
    if (file.tensors.count(kBondPatterns) != 0) {
      constexpr std::int64_t kShape[] = {-1, kBondLength + 1};
      const StoredTensor& patterns = expect_tensor(file, kBondPatterns, "U8", kShape, path);
      for (std::int64_t i = 0; i < patterns.shape[0]; ++i) {
        const std::byte* row = patterns.bytes.data() + i * kShape[1];
        std::array<std::uint8_t, kBondLength> bonds{};
        for (std::size_t k = 0; k < bonds.size(); ++k) bonds[k] = row[k + 1] != std::byte{0} ? 1 : 0;
        patterns_[row[0] != std::byte{0} ? 1 : 0].push_back(bonds);
      }
    }
    if (file.tensors.count(kLatentMean) == 0) return;
    const std::int64_t d = drawn_latents(config());
    latent_mean_ = torch::empty({kClasses, d});
    latent_factor_ = torch::empty({kClasses, d, d});
    take_tensor(file, kLatentMean, latent_mean_, path);
    take_tensor(file, kLatentFactor, latent_factor_, path);
  }

  [[nodiscard]] Normal bond_prior(std::span<const std::array<std::uint8_t, kBondLength>> bonds) {
    torch::NoGradGuard no_gradient;
    require(config().disentangled, "this model has no latent space of the bonds");
    Tensor rows = torch::empty({static_cast<std::int64_t>(bonds.size()), 2, kPictureColumns});
    auto* to = rows.data_ptr<float>();
    for (const auto& one : bonds) {
      const auto asked = config().bond_code ? columns_of_rows(one) : one;
      to = std::copy(asked.begin(), asked.end(), to);
    }
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
  Tensor latent_mean_, latent_factor_;  // of earlier versions undefined
};

// Bonds of whole hairpins among these records: (K, 201), the label before the bonds.
StoredTensor whole_patterns(const PictureData& data, std::span<const std::int64_t> records) {
  StoredTensor patterns{"U8", {0, kBondLength + 1}, {}};
  for (const std::int64_t record : records) {
    if (!decode_picture(data.picture(record)).complete) continue;
    ++patterns.shape[0];
    patterns.bytes.push_back(static_cast<std::byte>(data.labels[static_cast<std::size_t>(record)]));
    const auto* bonds = reinterpret_cast<const std::byte*>(data.bonds.data()) + record * kBondLength;
    patterns.bytes.insert(patterns.bytes.end(), bonds, bonds + kBondLength);
  }
  return patterns;
}

// Mean and factor of the covariance of rows.
std::pair<Tensor, Tensor> normal_of(const Tensor& z_ND) {
  // Few records, or a dimension that is never used: a little of the identity keeps the factor defined.
  constexpr double kRidge = 1e-3;
  const Tensor mean = z_ND.mean(0);
  const Tensor centred = z_ND - mean;
  const Tensor covariance = centred.t().mm(centred) / static_cast<double>(z_ND.size(0));
  return {mean, at::linalg_cholesky(covariance + kRidge * torch::eye(z_ND.size(1)))};
}

}  // namespace

Tensor joined(const Tensor& z_GND) { return z_GND.permute({1, 0, 2}).reshape({z_GND.size(1), -1}); }

void append_probabilities(const Tensor& logits, std::vector<float>& to) {
  const Tensor p = torch::softmax(logits, -1).select(-1, 1).to(torch::kCPU).contiguous();
  to.insert(to.end(), p.data_ptr<float>(), p.data_ptr<float>() + p.numel());
}

const std::vector<std::string>& generation_tensors() {
  static const std::vector<std::string> names = {kBondPatterns, kLatentMean, kLatentFactor};
  return names;
}

void add_generation(DivaNetImpl& network, const PictureData& train, std::uint64_t seed, torch::Device device,
                    TensorFile& to) {
  constexpr std::uint64_t kPatternStream = std::uint64_t{1} << 51U;
  constexpr std::size_t kOfAClass = 2000;
  torch::NoGradGuard no_gradient;
  network.eval();
  std::vector<std::int64_t> order(static_cast<std::size_t>(train.size()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  Random random(seed, kPatternStream);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  std::vector<std::int64_t> of_class[kClasses];
  for (const std::int64_t record : order) {
    auto& records = of_class[train.labels[static_cast<std::size_t>(record)]];
    if (records.size() < kOfAClass) records.push_back(record);
  }
  if (network.config().disentangled) {
    std::vector<std::int64_t> both = of_class[0];
    both.insert(both.end(), of_class[1].begin(), of_class[1].end());
    to.tensors[kBondPatterns] = whole_patterns(train, both);
  }
  const std::int64_t d = drawn_latents(network.config());
  Tensor mean = torch::zeros({kClasses, d}), factor = torch::zeros({kClasses, d, d});
  for (int label = 0; label < kClasses; ++label) {
    // A class without records is drawn like the other.
    const auto& records = of_class[label].empty() ? of_class[1 - label] : of_class[label];
    std::vector<Tensor> parts;
    for (std::size_t begin = 0; begin < records.size(); begin += kEvaluationBatch) {
      const auto some =
          std::span(records).subspan(begin, std::min<std::size_t>(kEvaluationBatch, records.size() - begin));
      const DivaBatch batch = to_device(expand_batch(network.config(), train, some), device);
      const Posterior posterior = network.encode(batch.x_NHWC, batch.bonds_NSL);
      parts.push_back(joined(network.flow(posterior.mu, posterior).z_GBD).slice(1, 0, d).to(torch::kCPU));
    }
    const auto [m, l] = normal_of(torch::cat(parts));
    mean[label] = m;
    factor[label] = l;
  }
  put_tensor(to, kLatentMean, mean);
  put_tensor(to, kLatentFactor, factor);
}

std::unique_ptr<HairpinNetwork> open_diva_network(const std::string& directory, torch::Device device) {
  return std::make_unique<DivaNetwork>(directory, device);
}

}  // namespace stemloop
