#include "net/inference_layers.h"

#include <algorithm>
#include <cmath>

#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::int64_t kPanel = 64;         // columns that the matrix product keeps in registers at once
constexpr std::int64_t kLeastColumns = 16;  // and the fewest it takes
constexpr std::int64_t kRowsAtOnce = 256;   // rows of a panel that stay in the core's cache while all of x passes
constexpr std::int64_t kRunTiles = 48;      // tiles whose transforms stay there
constexpr float kNormEpsilon = 1e-5F;

}  // namespace

float* room(std::vector<float>& buffer, std::int64_t size) {
  if (std::ssize(buffer) < size) buffer.resize(static_cast<std::size_t>(size));
  return buffer.data();
}

std::span<const float> stored_floats(const TensorFile& file, const std::string& path, const std::string& tensor,
                                     std::span<const std::int64_t> shape) {
  const StoredTensor& stored = expect_tensor(file, tensor, "F32", shape, path);
  return {reinterpret_cast<const float*>(stored.bytes.data()), stored.bytes.size() / sizeof(float)};
}

void Finish::operator()(float* x, std::int64_t rows) const {
  training_kernels().normalise(x, rows, static_cast<std::int64_t>(scale.size()), scale.data(), shift.data(), activation,
                               x);
}

Finish add_bias(std::span<const float> bias, std::int64_t channels, Activation activation) {
  Finish finish{std::vector<float>(static_cast<std::size_t>(channels), 1.0F), {bias.begin(), bias.end()}, activation};
  finish.shift.resize(static_cast<std::size_t>(channels));
  return finish;
}

Finish normalisation(const TensorFile& file, const std::string& path, const std::string& name, std::int64_t groups,
                     std::int64_t group, std::int64_t channels, Activation activation) {
  const std::int64_t shape[] = {groups * channels};
  const auto part = [&](const char* what) {
    return stored_floats(file, path, name + "." + what, shape)
        .subspan(static_cast<std::size_t>(group * channels), static_cast<std::size_t>(channels));
  };
  const auto weight = part("weight"), bias = part("bias"), mean = part("running_mean"), var = part("running_var");
  Finish finish{{}, {}, activation};
  for (std::size_t c = 0; c < weight.size(); ++c) {
    finish.scale.push_back(weight[c] / std::sqrt(var[c] + kNormEpsilon));
    finish.shift.push_back(bias[c] - mean[c] * finish.scale.back());
  }
  return finish;
}

Product::Product(const float* weight, std::int64_t rows, std::int64_t columns, std::int64_t row_step,
                 std::int64_t column_step)
    : columns_((columns + kLeastColumns - 1) / kLeastColumns * kLeastColumns) {
  const auto element = [&](std::int64_t row, std::int64_t column) {
    return column < columns ? weight[row * row_step + column * column_step] : 0.0F;
  };
  for (std::int64_t first = 0; first < columns_; first += kPanel) {
    Panel panel{first, std::min(kPanel, columns_ - first), 0, {}};
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t k = 0; k < panel.width; ++k) {
        panel.weight.push_back(element(row, first + k));
        if (panel.weight.back() != 0) panel.rows = row + 1;
      }
    }
    panel.weight.resize(static_cast<std::size_t>(panel.rows * panel.width));
    panel.weight.shrink_to_fit();
    panels_.push_back(std::move(panel));
  }
}

void Product::operator()(const float* x, std::int64_t step, std::int64_t rows, float* y) const {
  const TrainingKernels& kernels = training_kernels();
  for (const Panel& panel : panels_) {
    std::int64_t done = 0;
    do {  // a panel without rows still makes zeros
      const std::int64_t now = std::min(kRowsAtOnce, panel.rows - done);
      kernels.multiply(false, done > 0, rows, panel.width, now, x + done, step,
                       panel.weight.data() + done * panel.width, panel.width, y + panel.first, columns_);
      done += now;
    } while (done < panel.rows);
  }
}

Convolution::Convolution(std::span<const float> weight, std::int64_t in, std::int64_t out) : in_(in), out_(out) {
  std::vector<float> filter(static_cast<std::size_t>(in * out));
  for (int i = 0; i < kTileInputs; ++i) {
    for (std::size_t at = 0; at < filter.size(); ++at) {
      filter[at] = 0;
      for (std::size_t k = 0; k < kTaps; ++k) filter[at] += kFilterTransform[i][k] * weight[at * kTaps + k];
    }
    filters_[i] = Product(filter.data(), in, out, 1, in);
  }
}

std::size_t Convolution::run(const Sequences& x, const Sequences& y, std::span<const std::int64_t> wanted,
                             std::size_t begin, Scratch& scratch) const {
  const auto tiles_of = [&](std::size_t i) { return (wanted[i] + kTileOutputs - 1) / kTileOutputs; };
  std::size_t end = begin + 1;
  std::int64_t tiles = tiles_of(begin);
  while (end < wanted.size() && tiles + tiles_of(end) <= kRunTiles) tiles += tiles_of(end++);

  const std::int64_t together = tile_room(tiles);
  float* const inputs = room(scratch.inputs, kTileInputs * together * in_);
  float* const products = room(scratch.products, kTileInputs * together * out_);
  const TrainingKernels& kernels = training_kernels();
  const auto for_sequences = [&](auto f) {
    std::int64_t before = 0;
    for (std::size_t i = begin; i < end; before += tiles_of(i++)) f(static_cast<std::int64_t>(i), tiles_of(i), before);
  };
  for_sequences([&](std::int64_t i, std::int64_t count, std::int64_t before) {
    kernels.tile_input({0, count, count, x.length, kTaps / 2, in_, in_, together}, x.at(i), inputs + before * in_);
  });
  for (int k = 0; k < kTileInputs; ++k)
    filters_[k](inputs + k * together * in_, in_, tiles, products + k * together * out_);
  for_sequences([&](std::int64_t i, std::int64_t count, std::int64_t before) {
    kernels.tile_output({0, count, count, y.length, 0, out_, out_, together}, products + before * out_, y.at(i));
  });
  return end;
}

}  // namespace stemloop
