// Batches of DIVA, and the codes its letters and bonds begin with.
#include <numeric>

#include "net/read_out.h"
#include "net/torch/diva/diva.h"

namespace stemloop {

namespace {

constexpr std::int64_t kBarColours = kColourClasses - 1;  // gap, G, C, U, A

}  // namespace

Letter letter_of(const DivaConfig& config, std::int64_t dimension) {
  const std::int64_t space = dimension / config.latent, d = dimension % config.latent;
  return space < 2 ? Letter{d, space} : Letter{config.latent + d / 2, d % 2};
}

Tensor letter_code(const DivaConfig& config) {
  constexpr std::pair<PictureColour, float> kAmplitudes[] = {
      {kRed, -2.0F}, {kBlue, 2.0F}, {kGreen, 1.0F}, {kYellow, -1.0F}};
  const std::int64_t dimensions = config.latents() * config.latent;
  Tensor code = torch::zeros({dimensions, kPictureColumns, 2, kColourClasses});
  auto at = code.accessor<float, 4>();
  for (std::int64_t d = 0; d < dimensions; ++d) {
    const Letter letter = letter_of(config, d);
    if (letter.column >= kPictureColumns) continue;
    for (const auto& [colour, amplitude] : kAmplitudes) at[d][letter.column][letter.strand][colour] = amplitude;
  }
  return code.flatten(1);
}

Tensor bond_code(const DivaConfig& config) {
  Tensor code = torch::zeros({config.latent, 2, kPictureColumns});
  auto at = code.accessor<float, 3>();
  for (std::int64_t d = 0; d < std::min<std::int64_t>(config.latent, kPictureColumns); ++d) {
    at[d][0][d] = 1;
    at[d][1][d] = -0.5;
  }
  return code.flatten(1);
}

DivaBatch expand_batch(const DivaConfig& config, const PictureData& data, std::span<const std::int64_t> records) {
  const bool columns = config.backbone == "columns";
  const auto n = static_cast<std::int64_t>(records.size());
  DivaBatch batch;
  batch.colour_NSL = torch::empty({n, 2, kPictureColumns}, torch::kInt64);
  batch.height_NSL = torch::empty({n, 2, kPictureColumns}, torch::kInt64);
  batch.bonds_NSL = torch::empty({n, 2, kPictureColumns});
  batch.label_N = torch::empty({n}, torch::kInt64);
  batch.x_NHWC = columns ? torch::empty({n, 1, kPictureColumns, kColumnInputs})
                         : torch::empty({n, kPictureRows, kPictureColumns, kBarColours});
  auto* colour = batch.colour_NSL.data_ptr<std::int64_t>();
  auto* height = batch.height_NSL.data_ptr<std::int64_t>();
  auto* bonds = batch.bonds_NSL.data_ptr<float>();
  auto* x = batch.x_NHWC.data_ptr<float>();
  std::fill_n(x, batch.x_NHWC.numel(), 0.0F);  // by this thread: torch's own fill would wake a team of its own
  const std::int64_t record_size = batch.x_NHWC.numel() / std::max<std::int64_t>(n, 1);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t record = records[static_cast<std::size_t>(i)];
    batch.label_N.data_ptr<std::int64_t>()[i] = data.labels[static_cast<std::size_t>(record)];
    if (config.bond_code) {
      const auto of_columns = column_bonds(data.picture(record));
      std::copy(of_columns.begin(), of_columns.end(), bonds + i * kBondLength);
    } else {
      std::copy_n(data.bonds.begin() + record * kBondLength, kBondLength, bonds + i * kBondLength);
    }
    for (std::int64_t strand = 0; strand < 2; ++strand) {
      for (std::int64_t column = 0; column < kPictureColumns; ++column) {
        const std::int64_t at = strand * kPictureColumns + column;
        const auto from = static_cast<std::size_t>(record * 2 * kPictureColumns + at);
        const std::int64_t c = data.colour[from] == kBlank ? kNoBar : data.colour[from];
        const std::int64_t h = data.height[from];
        colour[i * 2 * kPictureColumns + at] = c;
        height[i * 2 * kPictureColumns + at] = h;
        if (columns) {
          float* cell = x + i * record_size + column * kColumnInputs;
          cell[strand * kColourClasses + c] = 1;
          cell[2 * kColourClasses + strand * kTopHeights + h] = 1;
        } else {
          for (std::int64_t pixel = 0; pixel < h; ++pixel) {
            const std::int64_t row = strand == 0 ? kTopRows - 1 - pixel : kTopRows + pixel;
            x[i * record_size + (row * kPictureColumns + column) * kBarColours + c] = 1;
          }
        }
      }
    }
  }
  return batch;
}

DivaBatch counterfactual_batch(const DivaConfig& config, const PictureData& encoded, const PictureData& drawn,
                               std::span<const std::uint8_t> counterfactual) {
  std::vector<std::int64_t> all(counterfactual.size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  DivaBatch batch = expand_batch(config, encoded, all);
  const DivaBatch asked = expand_batch(config, drawn, all);
  batch.colour_NSL = asked.colour_NSL;
  batch.height_NSL = asked.height_NSL;
  batch.asked_NSL = asked.bonds_NSL;
  batch.counterfactual_N = torch::empty({std::ssize(all)}, torch::kBool);
  std::copy(counterfactual.begin(), counterfactual.end(), batch.counterfactual_N.data_ptr<bool>());
  return batch;
}

namespace {

// f(tensor) of every tensor there is.
template <class Function>
DivaBatch each_tensor(const DivaBatch& batch, Function f) {
  const auto of = [&](const Tensor& tensor) { return tensor.defined() ? f(tensor) : tensor; };
  return {of(batch.x_NHWC),  of(batch.colour_NSL), of(batch.height_NSL),      of(batch.bonds_NSL),
          of(batch.label_N), of(batch.asked_NSL),  of(batch.counterfactual_N)};
}

}  // namespace

DivaBatch to_device(const DivaBatch& batch, torch::Device device) {
  return device.is_cpu() ? batch : each_tensor(batch, [&](const Tensor& tensor) { return tensor.to(device); });
}

DivaBatch pinned_batch(const DivaBatch& batch) {
  return each_tensor(batch, [](const Tensor& tensor) { return tensor.pin_memory(); });
}

void copy_batch(const DivaBatch& from, DivaBatch& to) {
  const auto copy = [](const Tensor& source, Tensor& place) {
    if (place.defined()) place.copy_(source, /*non_blocking=*/true);
  };
  copy(from.x_NHWC, to.x_NHWC);
  copy(from.colour_NSL, to.colour_NSL);
  copy(from.height_NSL, to.height_NSL);
  copy(from.bonds_NSL, to.bonds_NSL);
  copy(from.label_N, to.label_N);
  copy(from.asked_NSL, to.asked_NSL);
  copy(from.counterfactual_N, to.counterfactual_N);
}

}  // namespace stemloop
