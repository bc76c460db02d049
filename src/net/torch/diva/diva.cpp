#include "net/torch/diva/diva.h"

#include <cmath>

#include "net/read_out.h"

namespace stemloop {

namespace {

constexpr std::int64_t kColumns = kPictureColumns;
constexpr std::int64_t kColours = 5;         // gap, G, C, U, A
constexpr std::int64_t kHeightClasses = 13;  // picture: none, 2 to 13 pixels
constexpr std::int64_t kEncoded = 12;        // columns the decoder begins with; twice three-fold gives 108
constexpr double kResidualShare = 0.2;
constexpr double kSmallestSigma = 1e-4;
constexpr double kCodedSigma = -2.25;       // softplus of it is 0.1: noise that leaves the letter code legible
constexpr double kCodedPriorSigma = -1.25;  // softplus of it is 0.25: a prior that leaves the bond code legible
constexpr double kHalfLogTwoPi = 0.91893853320467274178;

bool is_columns(const DivaConfig& config) { return config.backbone == "columns"; }

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

// --- the network -----------------------------------------------------------------------------------------------------

DivaNetImpl::DivaNetImpl(const DivaConfig& config, Peers* peers)
    : config_(config), peers_(peers), groups_(config.latents()) {
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

  if (config.disentangled) {
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

  const std::int64_t z = g * latent;
  if (config.decoder == "dense") {
    decoder_in_ = register_module("decoder_in", torch::nn::Linear(z, 1152));
    decoder_norm_ = register_module("decoder_norm", Norm(1152, Activation::kElu, peers));
    dense_ = register_module("dense", torch::nn::Linear(1152, 512));
    dense_norm_ = register_module("dense_norm", Norm(512, Activation::kElu, peers));
    dense_out_ = register_module("dense_out", torch::nn::Linear(512, kColumns * logits_per_column(config)));
  } else if (is_columns(config)) {
    const std::int64_t w = config.decoder_width;
    decoder_in_ = register_module("decoder_in", torch::nn::Linear(z, w * kEncoded));
    if (config.letter_code) {  // a place of the decoder hears the letters of its own columns most
      constexpr float kNear = 2, kFar = 0.2F;
      constexpr std::int64_t kPlace = 9;  // columns
      Tensor loudness = torch::full({kEncoded, 1, z}, kFar);
      auto at = loudness.accessor<float, 3>();
      for (std::int64_t d = 0; d < z; ++d) {
        const std::int64_t place = letter_of(config, d).column / kPlace;
        if (place < kEncoded) at[place][0][d] = kNear;
        const std::int64_t column = d - 2 * latent;  // of the bond code
        if (config.bond_code && column >= 0 && column < kColumns) at[column / kPlace][0][d] = kNear;
      }
      torch::NoGradGuard no_gradient;
      decoder_in_->weight.view({kEncoded, w, z}).mul_(loudness);
    }
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

// --- the objective ---------------------------------------------------------------------------------------------------

BarLogits log_probabilities(const BarLogits& logits) {
  return {torch::log_softmax(logits.colour, -1), torch::log_softmax(logits.top, -1),
          torch::log_softmax(logits.bottom, -1)};
}

std::vector<Picture> read_out(const DivaConfig& config, const BarLogits& logits, const ReadOut& how) {
  const BarLogits log_p = log_probabilities(logits);
  const Tensor colour = log_p.colour.to(torch::kCPU).contiguous();
  const Tensor top = log_p.top.to(torch::kCPU).contiguous();
  const Tensor bottom = log_p.bottom.to(torch::kCPU).contiguous();
  const auto classes = [](const Tensor& t, std::int64_t strand, std::int64_t strands) {
    const std::int64_t count = t.size(-1);
    return BarScores::Classes{t.data_ptr<float>() + strand * count, strands * count, count};
  };
  return read_out(
      config,
      BarScores{
          colour.size(0), {classes(colour, 0, 2), classes(colour, 1, 2)}, {classes(top, 0, 1), classes(bottom, 0, 1)}},
      how);
}

Tensor expected_image(const DivaConfig& config, const BarLogits& logits) {
  const std::int64_t n = logits.colour.size(0);
  const Tensor colour = torch::softmax(logits.colour.slice(-1, 0, kColours), -1);  // (N, 100, 2, 5)
  // P(the bar reaches pixel d) for d = 1 ... rows: classes are pixels, or none and pixels - 1.
  const auto reach = [&](const Tensor& height, std::int64_t rows) {
    Tensor p = torch::softmax(height, -1);
    const Tensor at_least = p.flip(-1).cumsum(-1).flip(-1);  // P(class >= k)
    if (is_columns(config)) return at_least.slice(-1, 1, rows + 1);
    // Pixels 1 and 2 are both reached by every bar, of class 1 or more.
    return torch::cat({at_least.slice(-1, 1, 2), at_least.slice(-1, 1, rows)}, -1);
  };
  const Tensor top = reach(logits.top, kTopRows).flip(-1);  // row 0 is the farthest
  const Tensor bottom = reach(logits.bottom, kBottomRows);
  const Tensor image_top = top.unsqueeze(-1) * colour.select(2, 0).unsqueeze(2);        // (N, 100, 13, 5)
  const Tensor image_bottom = bottom.unsqueeze(-1) * colour.select(2, 1).unsqueeze(2);  // (N, 100, 12, 5)
  return torch::cat({image_top, image_bottom}, 2).permute({0, 3, 2, 1}).reshape({n, kColours, kPictureRows, kColumns});
}

Tensor DivaNetImpl::log_likelihood(const BarLogits& logits, const DivaBatch& batch) {
  if (config_.likelihood == "gaussian") {
    Tensor image = batch.x_NHWC;
    if (is_columns(config_)) {
      // The picture of the batch: its own bars, certain.
      const auto certain = [](const Tensor& classes, std::int64_t count) {
        return torch::log(torch::one_hot(classes, count).to(torch::kFloat32) + 1e-30);
      };
      const Tensor colour = batch.colour_NSL.permute({0, 2, 1});
      image =
          expected_image(config_, {certain(colour, kColours + 1), certain(batch.height_NSL.select(1, 0), kTopHeights),
                                   certain(batch.height_NSL.select(1, 1), kBottomHeights)})
              .permute({0, 2, 3, 1});
    }
    const Tensor error = expected_image(config_, logits).permute({0, 2, 3, 1}) - image;
    return -error.square().sum({1, 2, 3});
  }
  const BarLogits log_p = log_probabilities(logits);
  const Tensor colour_NLS = batch.colour_NSL.permute({0, 2, 1});
  const auto height_class = [&](std::int64_t strand) {
    const Tensor pixels = batch.height_NSL.select(1, strand);
    return is_columns(config_) ? pixels : (pixels - 1).clamp_min(0);
  };
  const auto picked = [](const Tensor& p, const Tensor& classes) {
    return p.gather(-1, classes.unsqueeze(-1)).squeeze(-1);
  };
  Tensor colour;
  if (is_columns(config_)) {
    colour = picked(log_p.colour, colour_NLS);
  } else {  // five colours; where there is no bar there is none to get right
    const Tensor present = colour_NLS < kColours;
    colour = picked(log_p.colour, colour_NLS.clamp_max(kColours - 1)) * present;
  }
  return colour.sum({1, 2}) + picked(log_p.top, height_class(0)).sum(1) + picked(log_p.bottom, height_class(1)).sum(1);
}

Tensor log_normal(const Tensor& z, const Tensor& mu, const Tensor& sigma) {
  return (-0.5 * ((z - mu) / sigma).square() - torch::log(sigma) - kHalfLogTwoPi).sum(-1);
}

DivaLoss DivaNetImpl::loss(const DivaBatch& batch, const DivaObjective& objective, const Tensor& beta_scale,
                           std::int64_t rows, Draws& draws) {
  const std::int64_t n = batch.x_NHWC.size(0);
  const Posterior posterior = encode(batch.x_NHWC, batch.bonds_NSL);
  const Tensor noise = draws.normal(groups_, n, config_.latent);
  const Tensor z0 = posterior.mu + posterior.sigma * noise;
  const Flowed flowed = flow(z0, posterior);

  // Where the picture is to have other bonds than the hairpin encoded, z_m is drawn for them.
  const bool counterfactual = batch.asked_NSL.defined();
  Tensor z_GND = flowed.z_GBD;
  Normal prior_m;
  if (config_.disentangled) {
    prior_m = bond_prior(counterfactual ? torch::cat({batch.bonds_NSL, batch.asked_NSL}) : batch.bonds_NSL);
    if (counterfactual) {
      const Tensor drawn = prior_m.mu.slice(0, n) + prior_m.sigma.slice(0, n) * draws.normal(1, n, config_.latent)[0];
      const Tensor z_m = torch::where(batch.counterfactual_N.unsqueeze(1), drawn, z_GND[2]);
      z_GND = torch::stack({z_GND[0], z_GND[1], z_m});
      prior_m = {prior_m.mu.slice(0, 0, n), prior_m.sigma.slice(0, 0, n)};
    }
  }
  const BarLogits logits = decode(z_GND.permute({1, 0, 2}).reshape({n, -1}), &draws);

  // KL by Monte Carlo at the flow's output: log q(z0 | x) - log|det| - log p(zK).
  const Tensor log_q_GN =
      (-0.5 * noise.square() - torch::log(posterior.sigma) - kHalfLogTwoPi).sum(-1) - flowed.log_det_GB;
  const Tensor zero = torch::zeros({1, config_.latent}, z0.options());
  const auto mean = [&](const Tensor& per_record) { return per_record.sum() / static_cast<double>(rows); };

  DivaLoss loss;
  const auto add = [&](const char* name, const Tensor& term, const auto& weight) {
    loss.terms.emplace_back(name, term.detach());
    loss.total = loss.total.defined() ? loss.total + weight * term : weight * term;
  };
  const Tensor surprise_N = -log_likelihood(logits, batch);
  // Of records that are drawn as they are.
  const auto plain = [&](const Tensor& per_record) {
    return mean(counterfactual ? per_record.masked_fill(batch.counterfactual_N, 0) : per_record);
  };
  add("reconstruction", plain(surprise_N), 1);
  if (counterfactual) add("counterfactual", mean(surprise_N.masked_fill(~batch.counterfactual_N, 0)), 1);
  add("kl_x", mean(log_q_GN[0] - log_normal(flowed.z_GBD[0], zero, torch::ones_like(zero))),
      beta_scale * objective.beta_x);
  if (!config_.disentangled) return loss;

  const Tensor z_y = flowed.z_GBD[1];
  const Tensor z_m = flowed.z_GBD[2];
  const Normal prior_y = class_prior(batch.label_N);
  add("kl_y", mean(log_q_GN[1] - log_normal(z_y, prior_y.mu, prior_y.sigma)), beta_scale * objective.beta_y);
  add("kl_m", mean(log_q_GN[2] - log_normal(z_m, prior_m.mu, prior_m.sigma)), beta_scale * objective.beta_m);
  // An edited hairpin's class is not known.
  const auto class_term = [&](const Tensor& class_logits) {
    return plain(-torch::log_softmax(class_logits, -1).gather(1, batch.label_N.unsqueeze(1)).squeeze(1));
  };
  add("class_from_y", class_term(class_logits_from_y(z_y)), objective.alpha_y1);
  add("class_from_m", class_term(class_logits_from_m(z_m)), objective.alpha_y2);
  add("bonds_from_m",
      torch::binary_cross_entropy_with_logits(bond_logits(z_m), batch.bonds_NSL, {}, {}, at::Reduction::Sum) /
          static_cast<double>(rows),
      objective.alpha_m);
  return loss;
}

// --- random numbers --------------------------------------------------------------------------------------------------

Draws::Draws(std::uint64_t seed, std::uint64_t step, std::int64_t first_row, std::int64_t all_rows,
             torch::Device device)
    : generator_(at::detail::createCPUGenerator()), first_row_(first_row), all_rows_(all_rows), device_(device) {
  this->seed(seed, step);
}

void Draws::seed(std::uint64_t seed, std::uint64_t step) { generator_.set_current_seed(Random(seed, step).next()); }

Tensor Draws::normal(std::int64_t groups, std::int64_t rows, std::int64_t width) {
  return placed([=, this] {
    const Tensor all = torch::empty({all_rows_, groups, width}).normal_(0, 1, generator_);
    return all.narrow(0, first_row_, rows).permute({1, 0, 2}).contiguous();
  });
}

Tensor Draws::uniform(std::int64_t rows, std::int64_t width) {
  return placed([=, this] {
    return torch::empty({all_rows_, width}).uniform_(0, 1, generator_).narrow(0, first_row_, rows);
  });
}

Tensor Draws::dropout(std::int64_t rows, std::int64_t width, double p) {
  return placed([=, this] {
    const Tensor all = torch::empty({all_rows_, width}).bernoulli_(1 - p, generator_) / (1 - p);
    return all.narrow(0, first_row_, rows);
  });
}

void KeptDraws::begin(std::uint64_t seed, std::uint64_t step) {
  this->seed(seed, step);
  for (const Place& place : places_) place.numbers.copy_(place.make());
  next_ = 0;
}

Tensor KeptDraws::placed(const std::function<Tensor()>& make) {
  if (next_ == places_.size()) places_.push_back({make, Draws::placed(make)});
  return places_[next_++].numbers;
}

}  // namespace stemloop
