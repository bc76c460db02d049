#include "net/inference_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "net/read_out.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::int64_t kPadding = kTaps / 2;
// Places behind those wanted that the next layer may read: five of a convolution, three of one of stride 2.
constexpr std::int64_t kMargin = 8;
constexpr std::int64_t kConvolved = 12;  // hairpins whose layers stay in a core's cache
constexpr float kResidualShare = 0.2F;
constexpr float kSmallestSigma = 1e-4F;
constexpr float kGateBias = 1.5F;

// Columns up to the last with a bar.
std::int64_t filled(const Picture& picture) {
  std::int64_t width = kPictureColumns;
  const auto blank = [&](std::int64_t x) {
    const auto at = static_cast<std::size_t>(x);
    return picture.colour[0][at] == kBlank && picture.colour[1][at] == kBlank && picture.height[0][at] == 0 &&
           picture.height[1][at] == 0;
  };
  while (width > 0 && blank(width - 1)) --width;
  return width;
}

// Sequences with room for a convolution's padding on both sides.
Sequences framed(std::vector<float>& buffer, std::int64_t count, std::int64_t length, std::int64_t channels) {
  const std::int64_t step = (length + 2 * kPadding) * channels;
  return {room(buffer, count * step) + kPadding * channels, step, length, channels};
}

// The padding, and `margin` places behind the first `done` of a sequence.
void complete(const Sequences& y, std::int64_t number, std::int64_t done, const std::vector<float>& blank,
              std::int64_t margin = kMargin) {
  float* const row = y.at(number);
  const std::int64_t end = std::min(y.length, done + margin);
  if (done < end)
    std::memcpy(row + done * y.channels, blank.data() + done * y.channels,
                static_cast<std::size_t>((end - done) * y.channels) * sizeof(float));
  std::fill_n(row - kPadding * y.channels, kPadding * y.channels, 0.0F);
  std::fill_n(row + y.length * y.channels, kPadding * y.channels, 0.0F);
}

}  // namespace

LatentEncoder::LatentEncoder(const DivaConfig& config, const TensorFile& weights, const std::string& path,
                             std::int64_t group)
    : latent_(config.latent), width_(config.width) {
  const EncoderWeights from = {config, weights, path, group};
  read_stem(from);
  const std::int64_t length = read_residuals(from);
  read_heads(from, length);
  read_codes(from);
  read_flow(from);

  Scratch scratch;
  blank_.resize(1 + 2 * residuals_.size());
  const Picture none;
  convolve({&none, 1}, true, scratch, [&](std::size_t number, const Sequences& y) {
    blank_[number].assign(y.first, y.first + y.length * y.channels);
  });
}

void LatentEncoder::add_bonds(const Picture& picture, float* z) const {
  const auto bonds = column_bonds(picture);
  for (std::int64_t i = 0; i < kBondLength; ++i) {
    const float* const row = bond_code_.data() + i * latent_;
    for (std::int64_t k = 0; bonds[static_cast<std::size_t>(i)] != 0 && k < latent_; ++k) z[k] += row[k];
  }
}

void LatentEncoder::add_letters(const Picture& picture, float* mu) const {
  for (std::int64_t x = 0; x < kPictureColumns; ++x) {
    for (std::int64_t strand = 0; strand < 2; ++strand) {
      const std::uint8_t colour = picture.colour[static_cast<std::size_t>(strand)][static_cast<std::size_t>(x)];
      const std::int64_t input = x * kLetterInputs + strand * kColourClasses + (colour == kBlank ? kNoBar : colour);
      const float* const row = letters_.data() + input * latent_;
      for (std::int64_t k = 0; k < latent_; ++k) mu[k] += row[k];
    }
  }
}

void LatentEncoder::stem(const Picture& picture, std::int64_t wanted, float* y) const {
  std::int64_t inputs[kPictureColumns][4];  // which of a column's inputs are one
  for (std::int64_t x = 0; x < std::min<std::int64_t>(kPictureColumns, wanted + kPadding); ++x) {
    const auto at = static_cast<std::size_t>(x);
    for (std::size_t strand = 0; strand < 2; ++strand) {
      const std::uint8_t colour = picture.colour[strand][at];
      const auto number = static_cast<std::int64_t>(strand);
      inputs[x][strand] = number * kColourClasses + (colour == kBlank ? kNoBar : colour);
      inputs[x][2 + strand] = 2 * kColourClasses + number * kTopHeights + picture.height[strand][at];
    }
  }
  std::fill_n(y, wanted * width_, 0.0F);
  for (std::int64_t x = 0; x < wanted; ++x) {
    float* const sum = y + x * width_;
    for (std::int64_t k = 0; k < kTaps; ++k) {
      const std::int64_t from = x + k - kPadding;
      if (from < 0 || from >= kPictureColumns) continue;
      const auto row = [&](int i) { return stem_.data() + (k * kColumnInputs + inputs[from][i]) * width_; };
      const float *a = row(0), *b = row(1), *c = row(2), *d = row(3);
      for (std::int64_t o = 0; o < width_; ++o) sum[o] += (a[o] + b[o]) + (c[o] + d[o]);
    }
  }
  stem_finish_(y, wanted);
}

template <class Layer>
void LatentEncoder::convolve(std::span<const Picture> pictures, bool whole, Scratch& scratch, Layer layer) const {
  const auto count = std::ssize(pictures);
  const TrainingKernels& kernels = training_kernels();
  std::vector<std::int64_t> reach(pictures.size());  // places that a hairpin's columns reach
  const auto grow = [&](std::int64_t length) {
    for (std::int64_t& r : reach) r = whole ? length : std::min(length, r + kPadding);
  };
  std::transform(pictures.begin(), pictures.end(), reach.begin(), filled);
  grow(kPictureColumns);
  std::vector<float>*at_input = &scratch.sequences[0], *at_middle = &scratch.sequences[1],
  *at_output = &scratch.sequences[2];
  Sequences x = framed(*at_input, count, kPictureColumns, width_);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t done = reach[static_cast<std::size_t>(i)];
    stem(pictures[static_cast<std::size_t>(i)], done, x.at(i));
    complete(x, i, done, blank_[0]);
  }
  layer(std::size_t{0}, x);

  for (std::size_t number = 0; number < residuals_.size(); ++number) {
    const Residual& r = residuals_[number];
    const Sequences h = framed(*at_middle, count, r.length, r.out);
    const Sequences y = framed(*at_output, count, r.length, r.out);
    const std::vector<float>&blank_middle = blank_[1 + 2 * number], &blank_last = blank_[2 + 2 * number];
    const std::int64_t margin = number + 1 < residuals_.size() ? kMargin : r.length;  // the heads read every place
    const auto middle = [&](std::int64_t i) {
      r.middle(h.at(i), reach[static_cast<std::size_t>(i)]);
      complete(h, i, reach[static_cast<std::size_t>(i)], blank_middle);
    };
    if (r.half) {
      for (std::int64_t& places : reach) places = whole ? r.length : std::min(r.length, (places + kPadding + 1) / 2);
      for (std::int64_t i = 0; i < count; ++i) {
        r.first_half(x.at(i) - kPadding * r.in, 2 * r.in, reach[static_cast<std::size_t>(i)], h.at(i));
        middle(i);
      }
    } else {
      grow(r.length);
      r.first(x, h, reach, scratch.convolution, middle);
    }
    layer(1 + 2 * number, h);

    grow(r.length);
    r.second(h, y, reach, scratch.convolution, [&](std::int64_t i) {
      const std::int64_t done = reach[static_cast<std::size_t>(i)];
      const float* skip = x.at(i);
      if (r.half) {
        float* const halved = room(scratch.skip, r.length * r.out);
        r.skip(x.at(i), 2 * r.in, done, halved);
        skip = halved;
      }
      kernels.add_normalise(y.at(i), skip, kResidualShare, done, r.out, r.last.scale.data(), r.last.shift.data(),
                            r.last.activation, y.at(i));
      complete(y, i, done, blank_last, margin);
    });
    layer(2 + 2 * number, y);
    x = y;
    std::swap(at_input, at_output);
  }
}

void LatentEncoder::operator()(std::span<const Picture> pictures, Scratch& scratch, float* mu, float* sigma,
                               float* z) const {
  const auto count = std::ssize(pictures);
  float* const features = room(scratch.features, count * std::ssize(blank_.back()));
  for (std::int64_t first = 0; first < count; first += kConvolved) {
    const auto some = pictures.subspan(static_cast<std::size_t>(first))
                          .first(static_cast<std::size_t>(std::min(kConvolved, count - first)));
    convolve(some, false, scratch, [&](std::size_t number, const Sequences& y) {
      if (number + 1 < blank_.size()) return;
      const std::int64_t size = y.length * y.channels;
      for (std::int64_t i = 0; i < std::ssize(some); ++i) std::copy_n(y.at(i), size, features + (first + i) * size);
    });
  }
  float* const heads = room(scratch.heads, count * heads_.columns());
  heads_(features, std::ssize(blank_.back()), count, heads);
  heads_finish_(heads, count);
  for (std::int64_t i = 0; i < count; ++i) {
    const float* const row = heads + i * heads_.columns();
    for (std::int64_t k = 0; k < latent_; ++k) {
      constexpr float kStraight = 20;  // beyond it softplus is a straight line
      const float s = row[latent_ + k];
      mu[i * latent_ + k] = row[k];
      sigma[i * latent_ + k] = (s > kStraight ? s : std::log1p(std::exp(s))) + kSmallestSigma;
    }
  }
  for (std::int64_t i = 0; i < count && !letters_.empty(); ++i)
    add_letters(pictures[static_cast<std::size_t>(i)], mu + i * latent_);
  std::copy_n(mu, count * latent_, z);
  if (!flow_.empty()) flow(count, scratch, z);
  for (std::int64_t i = 0; i < count && !bond_code_.empty(); ++i)
    add_bonds(pictures[static_cast<std::size_t>(i)], z + i * latent_);
}

void LatentEncoder::flow(std::int64_t rows, Scratch& scratch, float* z) const {
  const std::int64_t step = context_.columns();
  float* const context = room(scratch.context, rows * step);
  context_(scratch.heads.data() + 2 * latent_, heads_.columns(), rows, context);
  context_finish_(context, rows);
  for (std::size_t b = 0; b < flow_.size(); ++b) {
    const float* from[2];
    std::int64_t columns = 0;
    for (std::size_t part = 0; part < 2; ++part) {
      const Network& network = flow_[b][part];
      std::vector<float>* const to[] = {&scratch.hidden[0], &scratch.hidden[1], &scratch.shift_scale[part]};
      const float* x = z;
      columns = latent_;
      for (std::size_t i = 0; i < 3; ++i) {
        float* const y = room(*to[i], rows * network.product[i].columns());
        network.product[i](x, columns, rows, y);
        network.finish[i](y, rows);
        columns = network.product[i].columns();
        x = y;
      }
      from[part] = x;
    }
    for (std::int64_t i = 0; i < rows; ++i) {
      float* const row = z + i * latent_;
      const float* const c = context + i * step + static_cast<std::int64_t>(b) * 2 * latent_;
      for (std::int64_t k = 0; k < latent_; ++k) {
        const float gate = 1 / (1 + std::exp(-(from[0][i * columns + k] + c[k] + kGateBias)));
        const float t = from[1][i * columns + k] + c[latent_ + k];
        row[k] = t + gate * (row[k] - t);
      }
      std::reverse(row, row + latent_);
    }
  }
}

}  // namespace stemloop
