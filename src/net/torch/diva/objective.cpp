// What DIVA's draws are worth: likelihoods of pictures, the terms of the loss, pictures read from the logits.
#include <cmath>

#include "net/read_out.h"
#include "net/torch/diva/diva_shape.h"

namespace stemloop {

namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;

}  // namespace

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

}  // namespace stemloop
