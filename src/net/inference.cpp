#include "net/inference.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>

#include "net/inference_encoder.h"
#include "net/model_directory.h"
#include "net/read_out.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::int64_t kTogether = 48;  // records that a thread takes at once: their weights are read once for all
constexpr std::int64_t kEncoded = 12;   // columns the decoder begins with
constexpr std::int64_t kUpsampled = 3;  // columns that one becomes, twice

void to_log_probabilities(std::span<float> logits) {
  const float highest = *std::max_element(logits.begin(), logits.end());
  float sum = 0;
  for (const float l : logits) sum += std::exp(l - highest);
  const float log_sum = highest + std::log(sum);
  for (float& l : logits) l -= log_sum;
}

// --- decoder ---------------------------------------------------------------------------------------------------------

class Decoder {
 public:
  struct Scratch {
    std::vector<float> narrow[2], wide[2], scores;
    Convolution::Scratch convolution;
  };

  Decoder(const DivaConfig& config, const TensorFile& file, const std::string& path) : config_(config) {
    const std::int64_t w = config.decoder_width, z = config.latents() * config.latent;
    const auto floats = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
      return stored_floats(file, path, name, shape);
    };
    const auto norm = [&](const std::string& name, std::int64_t channels) {
      return normalisation(file, path, name, 1, 0, channels, Activation::kElu);
    };
    in_ = Product(floats("decoder_in.weight", {w * kEncoded, z}).data(), z, w * kEncoded, 1, z);
    in_finish_ = norm("decoder_norm", w * kEncoded);
    const auto bias = floats("decoder_in.bias", {w * kEncoded});
    for (std::size_t c = 0; c < bias.size(); ++c) in_finish_.shift[c] += in_finish_.scale[c] * bias[c];
    const auto upsample = [&](const std::string& name) {
      return Product(floats(name, {w, kUpsampled * w}).data(), w, kUpsampled * w, kUpsampled * w, 1);
    };
    upsample_[0] = upsample("ladder.0.weight");
    upsample_[1] = upsample("ladder.4.weight");
    upsample_finish_[0] = norm("ladder.1", w);
    upsample_finish_[1] = norm("ladder.5", w);
    constexpr const char* kConvolutions[] = {"ladder.2.weight", "ladder.6.weight", "ladder.8.weight"};
    constexpr const char* kNorms[] = {"ladder.3", "ladder.7", "ladder.9"};
    for (std::size_t i = 0; i < 3; ++i) {
      convolution_[i] = Convolution(floats(kConvolutions[i], {w, w, 1, kTaps}), w, w);
      finish_[i] = norm(kNorms[i], w);
    }
    out_ = Product(floats("ladder.10.weight", {kColumnInputs, w}).data(), w, kColumnInputs, 1, w);
    out_finish_ = add_bias(floats("ladder.10.bias", {kColumnInputs}), out_.columns(), Activation::kNone);
  }

  std::vector<Picture> operator()(const float* z, std::int64_t count, const ReadOut& how, Scratch& scratch) const {
    const std::int64_t w = config_.decoder_width;
    constexpr std::int64_t kNarrow = kEncoded * kUpsampled, kWide = kNarrow * kUpsampled;
    const auto narrow = [&](int i) {
      return Sequences{room(scratch.narrow[i], count * kNarrow * w), kNarrow * w, kNarrow, w};
    };
    const auto wide = [&](int i) { return Sequences{room(scratch.wide[i], count * kWide * w), kWide * w, kWide, w}; };
    const auto finished = [&](std::size_t i, const Sequences& y, std::int64_t places) {
      return [this, i, y, places](std::int64_t number) { finish_[i](y.at(number), places); };
    };
    const auto places = [&](std::int64_t n) { return std::vector<std::int64_t>(static_cast<std::size_t>(count), n); };

    in_(z, config_.latents() * config_.latent, count, narrow(1).first);
    in_finish_(narrow(1).first, count);
    upsample_[0](narrow(1).first, w, count * kEncoded, narrow(0).first);
    upsample_finish_[0](narrow(0).first, count * kNarrow);
    convolution_[0](narrow(0), narrow(1), places(kNarrow), scratch.convolution, finished(0, narrow(1), kNarrow));
    upsample_[1](narrow(1).first, w, count * kNarrow, wide(0).first);
    upsample_finish_[1](wide(0).first, count * kWide);
    // The ladder ends at 108 columns, the picture at 100.
    constexpr std::int64_t kNext = kPictureColumns + kTaps / 2;
    convolution_[1](wide(0), wide(1), places(kNext), scratch.convolution, finished(1, wide(1), kNext));
    float* const scores = room(scratch.scores, count * kPictureColumns * out_.columns());
    convolution_[2](wide(1), wide(0), places(kPictureColumns), scratch.convolution, [&](std::int64_t i) {
      finish_[2](wide(0).at(i), kPictureColumns);
      out_(wide(0).at(i), w, kPictureColumns, scores + i * kPictureColumns * out_.columns());
    });
    out_finish_(scores, count * kPictureColumns);
    return read(scores, count, how);
  }

 private:
  [[nodiscard]] std::vector<Picture> read(float* scores, std::int64_t count, const ReadOut& how) const {
    constexpr std::int64_t kFirst[] = {0, kColourClasses, 2 * kColourClasses, 2 * kColourClasses + kTopHeights};
    constexpr std::int64_t kCount[] = {kColourClasses, kColourClasses, kTopHeights, kBottomHeights};
    if (wants_log_probabilities(how)) {
      for (std::int64_t column = 0; column < count * kPictureColumns; ++column) {
        for (int i = 0; i < 4; ++i)
          to_log_probabilities({scores + column * out_.columns() + kFirst[i], static_cast<std::size_t>(kCount[i])});
      }
    }
    const auto classes = [&](int i) { return BarScores::Classes{scores + kFirst[i], out_.columns(), kCount[i]}; };
    return read_out(config_, BarScores{count, {classes(0), classes(1)}, {classes(2), classes(3)}}, how);
  }

  DivaConfig config_;
  Product in_, upsample_[2], out_;
  Convolution convolution_[3];
  Finish in_finish_, upsample_finish_[2], finish_[3], out_finish_;
};

// --- a class from a latent space
// ---------------------------------------------------------------------------------------

class Predictor {
 public:
  Predictor(const DivaConfig& config, const TensorFile& file, const std::string& path, const std::string& name) {
    constexpr std::int64_t kHidden = 64;
    const std::int64_t from[] = {config.latent, kHidden}, to[] = {kHidden, kClasses};
    constexpr const char* kLayers[] = {".0", ".2"};
    for (std::size_t i = 0; i < 2; ++i) {
      const std::int64_t shape[] = {to[i], from[i]}, length[] = {to[i]};
      product_[i] =
          Product(stored_floats(file, path, name + kLayers[i] + ".weight", shape).data(), from[i], to[i], 1, from[i]);
      finish_[i] = add_bias(stored_floats(file, path, name + kLayers[i] + ".bias", length), product_[i].columns(),
                            i == 0 ? Activation::kLeakyRelu : Activation::kNone);
    }
  }
  // Probabilities of class 1.
  void operator()(const float* z, std::int64_t step, std::int64_t count, float* p) const {
    std::vector<float> hidden(static_cast<std::size_t>(count * product_[0].columns()));
    std::vector<float> logits(static_cast<std::size_t>(count * product_[1].columns()));
    product_[0](z, step, count, hidden.data());
    finish_[0](hidden.data(), count);
    product_[1](hidden.data(), product_[0].columns(), count, logits.data());
    finish_[1](logits.data(), count);
    for (std::int64_t i = 0; i < count; ++i) {
      const float* const row = logits.data() + i * product_[1].columns();
      p[i] = 1 / (1 + std::exp(row[0] - row[1]));
    }
  }

 private:
  Product product_[2];
  Finish finish_[2];
};

// --- the network
// -------------------------------------------------------------------------------------------------------

class InferenceNetwork : public HairpinNetwork {
 public:
  InferenceNetwork(const std::string& directory, ModelDirectory&& model, int threads)
      : directory_(directory),
        threads_(threads),
        config_(model.config),
        training_(std::move(model.training)),
        decoder_(config_, model.weights, weights_of(directory)) {
    for (std::int64_t g = 0; g < config_.latents(); ++g)
      encoders_.emplace_back(config_, model.weights, weights_of(directory), g);
    if (!config_.disentangled) return;
    from_y_.emplace(config_, model.weights, weights_of(directory), "class_from_y");
    from_m_.emplace(config_, model.weights, weights_of(directory), "class_from_m");
  }

  [[nodiscard]] const DivaConfig& config() const override { return config_; }
  [[nodiscard]] const std::string& training() const override { return training_; }
  [[nodiscard]] const std::vector<std::array<std::uint8_t, kBondLength>>& bond_patterns(int label) const override {
    return library().bond_patterns(label);
  }

  Encoded encode(std::span<const Picture> pictures) override {
    const std::int64_t count = std::ssize(pictures), width = config_.latent;
    const auto cells = static_cast<std::size_t>(count * width);
    Encoded encoded;
    for (std::size_t g = 0; g < encoders_.size(); ++g) {
      const Matrix empty{count, width, std::vector<float>(cells)};
      encoded.latents.push_back({kLatentNames.at(g), empty, empty, empty});
    }
    if (config_.disentangled) {
      encoded.class_from_y.resize(pictures.size());
      encoded.class_from_m.resize(pictures.size());
    }
    in_parts(count, [&](std::int64_t first, std::int64_t n) {
      const auto part = pictures.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(n));
      for (std::size_t g = 0; g < encoders_.size(); ++g) {
        EncodedLatent& latent = encoded.latents[g];
        const auto at = [&](Matrix& matrix) { return matrix.values.data() + first * width; };
        encoders_[g](part, encoder_scratch_.local(), at(latent.mu), at(latent.sigma), at(latent.z));
        if (g == 1) (*from_y_)(at(latent.z), width, n, encoded.class_from_y.data() + first);
        if (g == 2) (*from_m_)(at(latent.z), width, n, encoded.class_from_m.data() + first);
      }
    });
    return encoded;
  }

  [[nodiscard]] bool concurrent() const override { return true; }

  std::vector<Picture> decode(const Matrix& z, const ReadOut& how) override {
    require(z.columns == config_.latents() * config_.latent, "the decoder takes {} numbers a hairpin, not {}",
            config_.latents() * config_.latent, z.columns);
    std::vector<Picture> pictures(static_cast<std::size_t>(z.rows));
    in_parts(z.rows, [&](std::int64_t first, std::int64_t n) {
      ReadOut part = how;
      part.first_item += static_cast<std::uint64_t>(first);
      const auto some = decoder_(z.values.data() + first * z.columns, n, part, decoder_scratch_.local());
      std::copy(some.begin(), some.end(), pictures.begin() + first);
    });
    return pictures;
  }

  [[nodiscard]] bool knows_latents() const override { return library().knows_latents(); }
  Matrix draw_like_training(std::span<const std::uint8_t> labels, double temperature, std::uint64_t seed,
                            std::uint64_t first) override {
    return library().draw_like_training(labels, temperature, seed, first);
  }
  Matrix draw_rest(std::int64_t count, double temperature, std::uint64_t seed, std::uint64_t first) override {
    return library().draw_rest(count, temperature, seed, first);
  }
  Matrix draw_for_class(std::span<const std::uint8_t> labels, double temperature, std::uint64_t seed,
                        std::uint64_t first) override {
    return library().draw_for_class(labels, temperature, seed, first);
  }
  Matrix draw_for_bonds(std::span<const std::array<std::uint8_t, kBondLength>> bonds, double temperature,
                        std::uint64_t seed, std::uint64_t first) override {
    return library().draw_for_bonds(bonds, temperature, seed, first);
  }
  Matrix move_bonds(const Matrix& z_m, std::span<const std::array<std::uint8_t, kBondLength>> from,
                    std::span<const std::array<std::uint8_t, kBondLength>> to, double kept, double temperature,
                    std::uint64_t seed, std::uint64_t first) override {
    return library().move_bonds(z_m, from, to, kept, temperature, seed, first);
  }

 private:
  static std::string weights_of(const std::string& directory) { return directory + "/model.safetensors"; }

  template <class Function>
  void in_parts(std::int64_t count, Function f) const {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads_));
    tbb::parallel_for(std::int64_t{0}, (count + kTogether - 1) / kTogether,
                      [&](std::int64_t part) { f(part * kTogether, std::min(kTogether, count - part * kTogether)); });
  }

  // The same model in libtorch, for what is not written out here.
  HairpinNetwork& library() const {
    std::call_once(opened_, [&] { library_ = neural().open(directory_, "cpu", threads_); });
    return *library_;
  }

  std::string directory_;
  int threads_;
  DivaConfig config_;
  std::string training_;
  Decoder decoder_;
  std::vector<LatentEncoder> encoders_;
  std::optional<Predictor> from_y_, from_m_;
  tbb::enumerable_thread_specific<LatentEncoder::Scratch> encoder_scratch_;
  tbb::enumerable_thread_specific<Decoder::Scratch> decoder_scratch_;
  mutable std::once_flag opened_;
  mutable std::unique_ptr<HairpinNetwork> library_;
};

// Of the small size, and of widths that the kernels take.
bool runs_here(const DivaConfig& config) {
  constexpr std::int64_t kStep = 16, kWidest = 1024;
  return config.backbone == "columns" && config.decoder == "deconvolution" && config.width % (2 * kStep) == 0 &&
         2 * config.width <= kWidest && config.decoder_width % kStep == 0 && config.decoder_width <= kWidest;
}

}  // namespace

std::unique_ptr<HairpinNetwork> open_network(const std::string& directory, const std::string& device, int threads) {
  if (device == "cpu" || device == "auto") {
    ModelDirectory model = read_model_directory(directory);
    if (runs_here(model.config)) return std::make_unique<InferenceNetwork>(directory, std::move(model), threads);
  }
  return neural().open(directory, device, threads);
}

}  // namespace stemloop
