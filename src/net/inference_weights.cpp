// An encoder's weights as they are stored, laid out for the kernels.
#include <algorithm>

#include "net/inference_encoder.h"
#include "net/read_out.h"
#include "util/util.h"

namespace stemloop {

namespace {

// Weights (outputs, inputs) of a linear map, input by input.
std::vector<float> transposed(std::span<const float> rows, std::size_t outputs) {
  std::vector<float> columns(rows.size());
  const std::size_t inputs = rows.size() / outputs;
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t i = 0; i < inputs; ++i) columns[i * outputs + o] = rows[o * inputs + i];
  }
  return columns;
}

}  // namespace

std::span<const float> EncoderWeights::floats(const std::string& name, const std::vector<std::int64_t>& shape,
                                              std::int64_t parts, std::int64_t part) const {
  const auto all = stored_floats(file, path, name, shape);
  const std::size_t size = all.size() / static_cast<std::size_t>(config.latents() * parts);
  return all.subspan(size * static_cast<std::size_t>(group * parts + part), size);
}

Finish EncoderWeights::norm(const std::string& name, std::int64_t channels) const {
  return normalisation(file, path, name, config.latents(), group, channels, Activation::kElu);
}

void LatentEncoder::read_stem(const EncoderWeights& from) {
  const std::int64_t groups = from.config.latents(), w = width_;
  const auto taps_last = from.floats("stem0.weight", {groups * w, kColumnInputs, 1, kTaps});
  stem_.resize(taps_last.size());
  for (std::int64_t o = 0; o < w; ++o) {
    for (std::int64_t i = 0; i < kColumnInputs; ++i) {
      for (std::int64_t k = 0; k < kTaps; ++k)
        stem_[static_cast<std::size_t>((k * kColumnInputs + i) * w + o)] =
            taps_last[static_cast<std::size_t>((o * kColumnInputs + i) * kTaps + k)];
    }
  }
  stem_finish_ = from.norm("stem_norm0", w);
}

LatentEncoder::Residual LatentEncoder::read_residual(const EncoderWeights& from, std::int64_t in, std::int64_t out,
                                                     bool half, std::int64_t length) {
  const std::int64_t groups = from.config.latents();
  const std::string name = "residual" + std::to_string(residuals_.size());
  Residual r;
  r.in = in;
  r.out = out;
  r.half = half;
  r.length = half ? (length + 1) / 2 : length;
  const auto first = from.floats(name + "_first.weight", {groups * out, in, 1, kTaps});
  if (half) {
    // Rows of the product: the five places under the filter, channel by channel, as they lie in memory.
    std::vector<float> places_first(first.size());
    for (std::int64_t o = 0; o < out; ++o) {
      for (std::int64_t c = 0; c < in; ++c) {
        for (std::int64_t k = 0; k < kTaps; ++k)
          places_first[static_cast<std::size_t>((k * in + c) * out + o)] =
              first[static_cast<std::size_t>((o * in + c) * kTaps + k)];
      }
    }
    r.first_half = Product(places_first.data(), kTaps * in, out, out, 1);
    r.skip = Product(from.floats(name + "_skip.weight", {groups * out, in, 1, 1}).data(), in, out, 1, in);
  } else {
    r.first = Convolution(first, in, out);
  }
  r.second = Convolution(from.floats(name + "_second.weight", {groups * out, out, 1, kTaps}), out, out);
  r.middle = from.norm(name + "_middle", out);
  r.last = from.norm(name + "_last", out);
  return r;
}

std::int64_t LatentEncoder::read_residuals(const EncoderWeights& from) {
  const std::int64_t w = width_;
  std::int64_t length = kPictureColumns;
  const auto add = [&](std::int64_t in, std::int64_t out, bool half) {
    residuals_.push_back(read_residual(from, in, out, half, length));
    length = residuals_.back().length;
  };
  add(w, w, false);
  add(w, w * 3 / 2, true);
  add(w * 3 / 2, w * 3 / 2, false);
  add(w * 3 / 2, w * 2, true);
  return length;
}

void LatentEncoder::read_heads(const EncoderWeights& from, std::int64_t length) {
  const DivaConfig& config = from.config;
  const std::int64_t groups = config.latents(), w = width_;
  const std::int64_t features = length * w * 2, head_columns = 2 * config.latent + config.context;
  heads_ = Product(from.floats("heads.weight", {groups, features, head_columns}).data(), features, head_columns,
                   head_columns, 1);
  heads_finish_ = add_bias(from.floats("heads.bias", {groups, 1, head_columns}), heads_.columns(), Activation::kNone);
}

// The direct ways of letters and bonds to the latents; beside letters the heads weigh less.
void LatentEncoder::read_codes(const EncoderWeights& from) {
  const DivaConfig& config = from.config;
  const std::int64_t groups = config.latents();
  if (config.letter_code) {
    std::fill(heads_finish_.scale.begin(), heads_finish_.scale.end(), kCodedHeads);
    for (float& b : heads_finish_.shift) b *= kCodedHeads;
    const auto rows = from.floats("letters.weight", {groups * latent_, kPictureColumns * kLetterInputs});
    letters_ = transposed(rows, static_cast<std::size_t>(latent_));
  }
  constexpr std::int64_t kBondGroup = 2;
  if (config.bond_code && from.group == kBondGroup) {
    const std::int64_t shape[] = {latent_, kBondLength};
    const auto rows = stored_floats(from.file, from.path, "bond_code.weight", shape);
    bond_code_ = transposed(rows, static_cast<std::size_t>(latent_));
  }
}

void LatentEncoder::read_flow(const EncoderWeights& from) {
  const DivaConfig& config = from.config;
  const std::int64_t groups = config.latents();
  if (config.flow_blocks > 0) {
    const std::int64_t columns = config.flow_blocks * 2 * config.latent;
    context_ = Product(from.floats("flow.context_weight", {groups, config.context, columns}).data(), config.context,
                       columns, columns, 1);
    context_finish_ =
        add_bias(from.floats("flow.context_bias", {groups, 1, columns}), context_.columns(), Activation::kNone);
  }
  for (std::int64_t b = 0; b < config.flow_blocks; ++b) {
    const std::int64_t widths[] = {config.latent, config.flow_hidden, config.flow_hidden, config.latent};
    std::array<Network, 2> networks;
    for (std::int64_t part = 0; part < 2; ++part) {
      for (std::size_t i = 0; i < 3; ++i) {
        const std::string weight = fmt::format("flow.block{}_weight{}", b, i + 1);
        const std::string bias = fmt::format("flow.block{}_bias{}", b, i + 1);
        const std::int64_t inputs = widths[i], outputs = widths[i + 1];
        Network& network = networks[static_cast<std::size_t>(part)];
        network.product[i] =
            Product(from.floats(weight, {2 * groups, inputs, outputs}, 2, part).data(), inputs, outputs, outputs, 1);
        network.finish[i] = add_bias(from.floats(bias, {2 * groups, 1, outputs}, 2, part), network.product[i].columns(),
                                     i < 2 ? Activation::kElu : Activation::kNone);
      }
    }
    flow_.push_back(std::move(networks));
  }
}

}  // namespace stemloop
