#include "net/torch/diva/diva.h"

#include <cmath>

#include "net/torch/diva/diva_shape.h"

namespace stemloop {

namespace {

constexpr std::int64_t kEncoded = 12;  // columns the decoder begins with; twice three-fold gives 108
constexpr double kResidualShare = 0.2;
constexpr double kSmallestSigma = 1e-4;
constexpr double kCodedSigma = -2.25;       // softplus of it is 0.1: noise that leaves the letter code legible
constexpr double kCodedPriorSigma = -1.25;  // softplus of it is 0.25: a prior that leaves the bond code legible

std::int64_t logits_per_column(const DivaConfig& config) {
  return is_columns(config) ? kColumnInputs : 2 * kHeightClasses + 2 * kColours;
}

// Conv, Norm, ELU.
void add_conv(torch::nn::Sequential& to, std::int64_t in, std::int64_t out, std::int64_t h, std::int64_t w,
              Peers* peers) {
  to->push_back(Conv(1, in, out, h, w));
  to->push_back(Norm(out, Activation::kElu, peers));
}

void add_upsample(torch::nn::Sequential& to, std::int64_t in, std::int64_t out, std::int64_t h, std::int64_t w,
                  Peers* peers) {
  to->push_back(Upsample(in, out, h, w));
  to->push_back(Norm(out, Activation::kElu, peers));
}

// The ladder of the paper's decoder, 2-D (h = 3) or 1-D (h = 1).
torch::nn::Sequential paper_ladder(std::int64_t h, std::int64_t w, std::int64_t out, Peers* peers) {
  torch::nn::Sequential ladder;
  add_upsample(ladder, 32, 32, h, w, peers);
  add_conv(ladder, 32, 32, h, w, peers);
  add_upsample(ladder, 32, 64, h, w, peers);
  add_conv(ladder, 64, 64, h, w, peers);
  add_conv(ladder, 64, 32, h, w, peers);
  ladder->push_back(Linear(32, out));
  return ladder;
}

Tensor softplus_sigma(const Tensor& x) { return torch::softplus(x) + kSmallestSigma; }

}  // namespace

DivaNetImpl::DivaNetImpl(const DivaConfig& config, Peers* peers)
    : config_(config), peers_(peers), groups_(config.latents()) {
  add_encoder();
  if (config.disentangled) add_priors();
  add_decoder();
}

void DivaNetImpl::add_encoder() {
  const DivaConfig& config = config_;
  Peers* const peers = peers_;
  const std::int64_t g = groups_;
  const std::int64_t latent = config.latent;
  const auto add_stem = [&](const Conv& conv, std::int64_t channels) {
    const std::string number = std::to_string(stem_.size());
    stem_.push_back(register_module("stem" + number, conv));
    stem_norm_.push_back(register_module("stem_norm" + number, Norm(g * channels, Activation::kElu, peers)));
  };
  std::int64_t features = 0;
  if (is_columns(config)) {
    const std::int64_t w = config.width;
    add_stem(Conv(1, kColumnInputs, g * w, 1, 5), w);  // all encoders see the same input
    add_residual(w, w, false);
    add_residual(w, w * 3 / 2, true);
    add_residual(w * 3 / 2, w * 3 / 2, false);
    add_residual(w * 3 / 2, w * 2, true);
    features = w * 2 * 25;
  } else {
    add_stem(Conv(1, kColours, g * 32, 5, 5), 32);
    add_stem(Conv(g, 32, 48, 5, 5), 48);
    add_residual(48, 48, false);
    add_residual(48, 96, true);
    add_residual(96, 96, false);
    add_residual(96, 128, true);
    features = 128 * 3 * 13;
  }
  heads_ = register_module("heads", GroupLinear(g, features, 2 * latent + config.context));
  if (config.letter_code) {
    require(is_columns(config), "the letter code is for the columns backbone");
    letters_ = register_module(
        "letters", torch::nn::Linear(torch::nn::LinearOptions(kLetterInputs * kColumns, g * latent).bias(false)));
    torch::NoGradGuard no_gradient;
    letters_->weight.copy_(letter_code(config));
    heads_->bias.slice(2, latent, 2 * latent).fill_(kCodedSigma / kCodedHeads);
  }
  if (config.bond_code) {
    require(is_columns(config) && config.disentangled, "the bond code is for DIVA with the columns backbone");
    bond_code_ = register_module("bond_code",
                                 torch::nn::Linear(torch::nn::LinearOptions(kBondLength, config.latent).bias(false)));
    torch::NoGradGuard no_gradient;
    bond_code_->weight.copy_(bond_code(config));
  }
  if (config.flow_blocks > 0)
    flow_ = register_module("flow", Flow(g, latent, config.context, config.flow_blocks, config.flow_hidden));
}

void DivaNetImpl::add_priors() {
  const DivaConfig& config = config_;
  Peers* const peers = peers_;
  const std::int64_t latent = config.latent;
  constexpr std::int64_t kHidden = 64;
  class_prior_ = register_module(
      "class_prior",
      torch::nn::Sequential(torch::nn::Linear(kClasses, kHidden), Norm(kHidden, Activation::kLeakyRelu, peers),
                            torch::nn::Linear(kHidden, kHidden), Norm(kHidden, Activation::kLeakyRelu, peers)));
  class_prior_head_ = register_module("class_prior_head", torch::nn::Linear(kHidden, 2 * latent));
  const auto classifier = [&] {
    return torch::nn::Sequential(torch::nn::Linear(latent, kHidden), torch::nn::LeakyReLU(),
                                 torch::nn::Linear(kHidden, kClasses));
  };
  class_from_y_ = register_module("class_from_y", classifier());
  class_from_m_ = register_module("class_from_m", classifier());
  // 100 -> 64 columns, and back; kernels as published.
  struct Stage {
    std::int64_t in, out, kernel;
  };
  bond_prior_ = register_module("bond_prior", torch::nn::Sequential());
  for (const auto& [in, out, kernel] :
       {Stage{2, 8, 13}, {8, 16, 9}, {16, 32, 5}, {32, 64, 5}, {64, 32, 5}, {32, 32, 5}}) {
    bond_prior_->push_back(Conv(1, in, out, 1, kernel, 1, 0));
    bond_prior_->push_back(Norm(out, Activation::kLeakyRelu, peers));
  }
  bond_prior_->push_back(Linear(32, 1));
  bond_prior_->push_back(torch::nn::LeakyReLU());
  bond_prior_head_ = register_module("bond_prior_head", torch::nn::Linear(kHidden, 2 * latent));
  if (config.bond_code) {
    torch::NoGradGuard no_gradient;
    bond_prior_head_->bias.slice(0, latent).fill_(kCodedPriorSigma);
  }
  bonds_in_ = register_module("bonds_in", torch::nn::Linear(latent, kHidden));
  bonds_out_ = register_module("bonds_out", torch::nn::Sequential(Norm(kHidden, Activation::kLeakyRelu, peers)));
  bonds_out_->push_back(torch::nn::Unflatten(1, std::vector<std::int64_t>{1, kHidden, 1}));
  for (const auto& [in, out, kernel] :
       {Stage{1, 16, 5}, {16, 32, 5}, {32, 64, 5}, {64, 64, 5}, {64, 32, 5}, {32, 16, 7}}) {
    bonds_out_->push_back(Conv(1, in, out, 1, kernel, 1, kernel - 1));
    bonds_out_->push_back(Norm(out, Activation::kLeakyRelu, peers));
  }
  bonds_out_->push_back(Conv(1, 16, 2, 1, 11, 1, 10));
}

// A place of the decoder hears the letters of its own columns most.
void DivaNetImpl::scale_by_place() {
  const DivaConfig& config = config_;
  const std::int64_t w = config.decoder_width, z = groups_ * config.latent;
  constexpr float kNear = 2, kFar = 0.2F;
  constexpr std::int64_t kPlace = 9;  // columns
  Tensor loudness = torch::full({kEncoded, 1, z}, kFar);
  auto at = loudness.accessor<float, 3>();
  for (std::int64_t d = 0; d < z; ++d) {
    const std::int64_t place = letter_of(config, d).column / kPlace;
    if (place < kEncoded) at[place][0][d] = kNear;
    const std::int64_t column = d - 2 * config.latent;  // of the bond code
    if (config.bond_code && column >= 0 && column < kColumns) at[column / kPlace][0][d] = kNear;
  }
  torch::NoGradGuard no_gradient;
  decoder_in_->weight.view({kEncoded, w, z}).mul_(loudness);
}

void DivaNetImpl::add_decoder() {
  const DivaConfig& config = config_;
  Peers* const peers = peers_;
  const std::int64_t z = groups_ * config.latent;
  if (config.decoder == "dense") {
    decoder_in_ = register_module("decoder_in", torch::nn::Linear(z, 1152));
    decoder_norm_ = register_module("decoder_norm", Norm(1152, Activation::kElu, peers));
    dense_ = register_module("dense", torch::nn::Linear(1152, 512));
    dense_norm_ = register_module("dense_norm", Norm(512, Activation::kElu, peers));
    dense_out_ = register_module("dense_out", torch::nn::Linear(512, kColumns * logits_per_column(config)));
  } else if (is_columns(config)) {
    const std::int64_t w = config.decoder_width;
    decoder_in_ = register_module("decoder_in", torch::nn::Linear(z, w * kEncoded));
    if (config.letter_code) scale_by_place();
    decoder_norm_ = register_module("decoder_norm", Norm(w * kEncoded, Activation::kElu, peers));
    ladder_ = register_module("ladder", torch::nn::Sequential());
    add_upsample(ladder_, w, w, 1, 3, peers);
    add_conv(ladder_, w, w, 1, 5, peers);
    add_upsample(ladder_, w, w, 1, 3, peers);
    add_conv(ladder_, w, w, 1, 5, peers);
    add_conv(ladder_, w, w, 1, 5, peers);
    ladder_->push_back(Linear(w, kColumnInputs));
  } else {
    decoder_in_ = register_module("decoder_in", torch::nn::Linear(z, 32 * kEncoded * 3));
    decoder_norm_ = register_module("decoder_norm", Norm(32 * kEncoded * 3, Activation::kElu, peers));
    ladder_ = register_module("height_ladder", paper_ladder(3, 3, 1, peers));
    colour_ladder_ = register_module("colour_ladder", paper_ladder(1, 3, 2 * kColours, peers));
  }
}

void DivaNetImpl::add_residual(std::int64_t in, std::int64_t out, bool half) {
  const std::int64_t h = is_columns(config_) ? 1 : 3;
  const std::int64_t w = is_columns(config_) ? 5 : 3;
  const std::int64_t stride = half ? 2 : 1;
  const std::string name = "residual" + std::to_string(residuals_.size());
  Residual block;
  block.first = register_module(name + "_first", Conv(groups_, in, out, h, w, stride));
  block.middle = register_module(name + "_middle", Norm(groups_ * out, Activation::kElu, peers_));
  block.second = register_module(name + "_second", Conv(groups_, out, out, h, w));
  block.last = register_module(name + "_last", Norm(groups_ * out, Activation::kElu, peers_));
  if (half) block.skip = register_module(name + "_skip", Conv(groups_, in, out, 1, 1, 2));
  residuals_.push_back(block);
}

Tensor DivaNetImpl::residual(std::size_t block, const Tensor& x_NHWC) {
  Residual& b = residuals_[block];
  const Tensor h = b.second->forward(b.middle->forward(b.first->forward(x_NHWC)));
  const Tensor skip = b.skip.is_empty() ? x_NHWC : b.skip->forward(x_NHWC);
  return b.last->forward(torch::add(skip, h, kResidualShare));
}

Posterior DivaNetImpl::encode(const Tensor& x_NHWC, const Tensor& bonds_NSL) {
  Tensor h = x_NHWC;
  for (std::size_t i = 0; i < stem_.size(); ++i) h = stem_norm_[i]->forward(stem_[i]->forward(h));
  if (!is_columns(config_)) h = torch::max_pool2d(h.permute({0, 3, 1, 2}), 2).permute({0, 2, 3, 1}).contiguous();
  for (std::size_t i = 0; i < residuals_.size(); ++i) h = residual(i, h);
  // (N, H, W, G * C) -> (G, N, H * W * C)
  const std::int64_t n = h.size(0), places = h.size(1) * h.size(2);
  h = h.view({n, places, groups_, -1}).permute({2, 0, 1, 3}).reshape({groups_, n, -1});
  Tensor all = heads_->forward(h);
  if (!letters_.is_empty()) all = all * kCodedHeads;
  const auto heads = all.split_with_sizes({config_.latent, config_.latent, config_.context}, -1);
  Tensor mu = heads[0];
  if (!letters_.is_empty()) {
    const Tensor letters = x_NHWC.slice(3, 0, kLetterInputs).reshape({n, -1});
    mu = mu + letters_->forward(letters).view({n, groups_, -1}).permute({1, 0, 2});
  }
  return {mu, softplus_sigma(heads[1]), heads[2],
          bond_code_.is_empty() ? Tensor() : bond_code_->forward(bonds_NSL.flatten(1))};
}

Flowed DivaNetImpl::flow(const Tensor& z0_GND, const Posterior& posterior) {
  Flowed flowed = flow_.is_empty() ? Flowed{z0_GND, torch::zeros({groups_, z0_GND.size(1)}, z0_GND.options())}
                                   : flow_->forward(z0_GND, posterior.context);
  if (posterior.bonds.defined())
    flowed.z_GBD = torch::stack({flowed.z_GBD[0], flowed.z_GBD[1], flowed.z_GBD[2] + posterior.bonds});
  return flowed;
}

BarLogits DivaNetImpl::decode(const Tensor& z_NZ, Draws* draws) {
  const std::int64_t n = z_NZ.size(0);
  Tensor h = decoder_norm_->forward(decoder_in_->forward(z_NZ));
  Tensor columns;  // (N, 100, logits)
  if (config_.decoder == "dense") {
    if (is_training() && draws != nullptr) h = h * draws->dropout(n, h.size(1), 0.1);
    h = dense_norm_->forward(dense_->forward(h));
    if (is_training() && draws != nullptr) h = h * draws->dropout(n, h.size(1), 0.2);
    columns = dense_out_->forward(h).view({n, kColumns, -1});
  } else if (is_columns(config_)) {
    columns = ladder_->forward(h.view({n, 1, kEncoded, config_.decoder_width})).squeeze(1).slice(1, 0, kColumns);
  } else {
    const Tensor places = h.view({n, kEncoded, 3, 32});
    const Tensor heights = ladder_->forward(places).squeeze(3).slice(1, 0, kColumns).slice(2, 0, 2 * kHeightClasses);
    const Tensor colours = colour_ladder_->forward(places.sum(2).unsqueeze(1)).squeeze(1).slice(1, 0, kColumns);
    columns = torch::cat({colours, heights}, 2);
  }
  const std::int64_t colours = is_columns(config_) ? kColours + 1 : kColours;
  const std::int64_t tops = is_columns(config_) ? kTopHeights : kHeightClasses;
  return {columns.slice(2, 0, 2 * colours).reshape({n, kColumns, 2, colours}),
          columns.slice(2, 2 * colours, 2 * colours + tops), columns.slice(2, 2 * colours + tops)};
}

Normal DivaNetImpl::class_prior(const Tensor& label_N) {
  const Tensor y = torch::one_hot(label_N, kClasses).to(torch::kFloat32);
  const auto heads = class_prior_head_->forward(class_prior_->forward(y)).chunk(2, -1);
  return {heads[0], softplus_sigma(heads[1])};
}

Normal DivaNetImpl::bond_prior(const Tensor& bonds_NSL) {
  const Tensor m_NHWC = bonds_NSL.permute({0, 2, 1}).unsqueeze(1).contiguous();
  const auto heads = bond_prior_head_->forward(bond_prior_->forward(m_NHWC).flatten(1)).chunk(2, -1);
  const Tensor mu = bond_code_.is_empty() ? heads[0] : heads[0] + bond_code_->forward(bonds_NSL.flatten(1));
  return {mu, softplus_sigma(heads[1])};
}

Tensor DivaNetImpl::bond_logits(const Tensor& z_ND) {
  return bonds_out_->forward(bonds_in_->forward(z_ND)).to(torch::kFloat32).squeeze(1).permute({0, 2, 1});
}

std::vector<std::pair<Tensor, Tensor>> DivaNetImpl::masks() const {
  return flow_.is_empty() ? std::vector<std::pair<Tensor, Tensor>>{} : flow_->masks();
}

}  // namespace stemloop
