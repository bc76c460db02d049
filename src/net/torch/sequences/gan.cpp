#include "net/torch/sequences/gan.h"

#include <cmath>

namespace stemloop {

namespace {

constexpr double kResidual = 0.3;
constexpr std::int64_t kBlockTaps = 5;
constexpr std::int64_t kPooled = 4;  // places of which classifiers keep the largest

Tensor with_height(const Tensor& x_NLC) { return x_NLC.unsqueeze(1); }

Tensor conv(Conv& layer, const Tensor& x_NLC) { return layer->forward(with_height(x_NLC)).squeeze(1); }

// dP/dx of the relu whose output is `after`.
Tensor through_relu(const Tensor& gradient, const Tensor& after) { return gradient * (after > 0); }

void add_to_gradient(const Tensor& parameter, const Tensor& gradient) {
  Tensor& grad = const_cast<Tensor&>(parameter).mutable_grad();  // NOLINT: the gradient, not the value
  if (grad.defined()) {
    grad.add_(gradient.view_as(grad));
  } else {
    grad = gradient.clone().view_as(parameter);
  }
}

}  // namespace

Blocks::Blocks(torch::nn::Module& owner, const SequenceNetConfig& config) {
  const std::int64_t c = config.hidden;
  for (std::int64_t k = 0; k < config.blocks; ++k) {
    const std::string name = "block" + std::to_string(k + 1);
    outer.push_back(owner.register_module(name + "_outer", Conv(1, c, c, 1, kBlockTaps)));
    outer_bias.push_back(owner.register_parameter(name + "_outer_bias", initial_weights({c}, c * kBlockTaps)));
    inner.push_back(owner.register_module(name + "_inner", Conv(1, c, c, 1, kBlockTaps)));
    inner_bias.push_back(owner.register_parameter(name + "_inner_bias", initial_weights({c}, c * kBlockTaps)));
  }
}

// --- generator -------------------------------------------------------------------------------------------------------

GeneratorImpl::GeneratorImpl(const SequenceNetConfig& config)
    : config_(config),
      first_weight_(register_parameter("first_weight",
                                       initial_weights({config.noise, config.length * config.hidden}, config.noise))),
      first_bias_(register_parameter("first_bias", initial_weights({config.length * config.hidden}, config.noise))),
      blocks_(*this, config),
      last_weight_(
          register_parameter("last_weight", initial_weights({config.hidden, config.symbols()}, config.hidden))),
      last_bias_(register_parameter("last_bias", config.fitted ? torch::zeros({config.length, config.symbols()})
                                                               : initial_weights({config.symbols()}, config.hidden))) {
  if (!config.fitted) return;
  inside_ = register_parameter("inside", initial_weights({config.hidden}, 1));
  end_bias_ = register_parameter("end_bias", torch::zeros({config.length, config.symbols()}));
  lengths_ = register_buffer("lengths", torch::zeros({config.length + 1}));
}

namespace {

// Numbers of places in each row: those before the pads.
Tensor row_lengths(const Tensor& rows_NLV) { return (rows_NLV.select(-1, 0) == 0).sum(1); }

// For each row and place its distance from the last place inside, 0 behind it: (N, L).
Tensor places_from_end(const Tensor& length_N, std::int64_t places) {
  const Tensor place_L = torch::arange(places, length_N.options());
  return (length_N.unsqueeze(1) - 1 - place_L.unsqueeze(0)).clamp_min(0);
}

}  // namespace

void GeneratorImpl::fit(const Tensor& real_NLV) {
  torch::NoGradGuard no_gradient;
  // Symbols never seen at a place stay possible.
  constexpr double kUnseen = 0.1;
  const Tensor length_N = row_lengths(real_NLV);
  const auto log_shares = [](const Tensor& counts) {
    return ((counts + kUnseen) / (counts + kUnseen).sum(-1, true)).log();
  };
  // Pads are ruled by the lengths and do not count.
  Tensor letters_NLV = real_NLV.clone();
  letters_NLV.select(-1, 0).zero_();
  const Tensor from_end_NL = places_from_end(length_N, config_.length);
  Tensor end_LV = torch::zeros({config_.length, config_.symbols()});
  end_LV.index_add_(0, from_end_NL.reshape({-1}), letters_NLV.reshape({-1, config_.symbols()}));
  // Place and place from the end as if each spoke for itself: p(place) p(from the end) / p.
  last_bias_.copy_(log_shares(letters_NLV.sum(0)));
  end_bias_.copy_(log_shares(end_LV) - log_shares(letters_NLV.sum(0).sum(0)));
  const Tensor counts = torch::bincount(length_N, {}, config_.length + 1).to(torch::kFloat32);
  lengths_.copy_(counts.cumsum(0) / counts.sum());
}

Tensor GeneratorImpl::logits(const Noise& noise) {
  Tensor h_NLC = torch::addmm(first_bias_, noise.normal_NZ, first_weight_).view({-1, config_.length, config_.hidden});
  Tensor inside_NL1, end_NLV;
  if (config_.fitted) {
    // The shortest length whose share of shorter or equal ones is above the number drawn.
    const Tensor length_N = (lengths_.unsqueeze(0) <= noise.length_N.unsqueeze(1)).sum(1);
    const Tensor place_L = torch::arange(config_.length, length_N.options());
    inside_NL1 = (place_L.unsqueeze(0) < length_N.unsqueeze(1)).unsqueeze(-1);
    h_NLC = h_NLC + inside_NL1 * inside_;
    end_NLV = torch::embedding(end_bias_, places_from_end(length_N, config_.length));
  }
  for (std::size_t k = 0; k < blocks_.outer.size(); ++k) {
    const Tensor u = conv(blocks_.outer[k], torch::relu(h_NLC)) + blocks_.outer_bias[k];
    h_NLC = h_NLC + kResidual * (conv(blocks_.inner[k], torch::relu(u)) + blocks_.inner_bias[k]);
  }
  Tensor logits_NLV = torch::matmul(h_NLC, last_weight_) + last_bias_;
  if (!config_.fitted) return logits_NLV;
  constexpr double kNoChance = -1e9;
  const Tensor pad_V = torch::arange(config_.symbols(), inside_NL1.device()) == 0;
  return torch::masked_fill(logits_NLV + end_NLV, inside_NL1 == pad_V, kNoChance);  // pads inside, others outside
}

Tensor GeneratorImpl::forward(const Noise& noise, const Tensor& gumbel_NLV) {
  return torch::softmax((logits(noise) + gumbel_NLV) / config_.temperature, -1);
}

// --- critic ----------------------------------------------------------------------------------------------------------

CriticImpl::CriticImpl(const SequenceNetConfig& config)
    : first_weight_(
          register_parameter("first_weight", initial_weights({config.symbols(), config.hidden}, config.symbols()))),
      first_bias_(register_parameter("first_bias", initial_weights({config.hidden}, config.symbols()))),
      blocks_(*this, config),
      last_weight_(register_parameter("last_weight",
                                      initial_weights({config.length * config.hidden}, config.length * config.hidden))),
      last_bias_(register_parameter("last_bias", initial_weights({1}, config.length * config.hidden))) {}

Tensor CriticImpl::residual(const Tensor& h, const Tensor& update) const { return torch::add(h, update, kResidual); }

CriticImpl::Trace CriticImpl::forward(const Tensor& x_NLV) {
  torch::NoGradGuard no_gradient;
  Trace trace;
  trace.x_NLV = x_NLV;
  Tensor h_NLC = torch::matmul(x_NLV, first_weight_).add_(first_bias_);
  for (std::size_t k = 0; k < blocks_.outer.size(); ++k) {
    trace.outer.push_back(torch::relu(h_NLC));
    trace.inner.push_back(conv(blocks_.outer[k], trace.outer.back()).add_(blocks_.outer_bias[k]).relu_());
    h_NLC = residual(h_NLC, conv(blocks_.inner[k], trace.inner.back()).add_(blocks_.inner_bias[k]));
  }
  trace.last_NLC = h_NLC;
  trace.score_N = torch::addmv(last_bias_, h_NLC.reshape({h_NLC.size(0), -1}), last_weight_);
  return trace;
}

CriticImpl::Trace CriticImpl::along(const Trace& at, const Tensor& direction_NLV) {
  torch::NoGradGuard no_gradient;
  Trace trace;
  trace.x_NLV = direction_NLV;
  Tensor t_NLC = torch::matmul(direction_NLV, first_weight_);
  for (std::size_t k = 0; k < blocks_.outer.size(); ++k) {
    trace.outer.push_back(through_relu(t_NLC, at.outer[k]));
    trace.inner.push_back(through_relu(conv(blocks_.outer[k], trace.outer.back()), at.inner[k]));
    t_NLC = residual(t_NLC, conv(blocks_.inner[k], trace.inner.back()));
  }
  trace.last_NLC = t_NLC;
  trace.score_N = torch::mv(t_NLC.reshape({t_NLC.size(0), -1}), last_weight_);
  return trace;
}

CriticImpl::Adjoint CriticImpl::backward(const Trace& trace, const Tensor& cotangent_N) {
  torch::NoGradGuard no_gradient;
  Adjoint adjoint;
  adjoint.cotangent_N = cotangent_N;
  Tensor d_NLC = torch::outer(cotangent_N, last_weight_).view_as(trace.last_NLC);
  const std::size_t blocks = blocks_.outer.size();
  adjoint.outer.resize(blocks);
  adjoint.inner.resize(blocks);
  for (std::size_t k = blocks; k-- > 0;) {
    adjoint.inner[k] = d_NLC * kResidual;
    adjoint.outer[k] =
        through_relu(convolution_input_gradient(adjoint.inner[k], blocks_.inner[k]->weight), trace.inner[k]);
    d_NLC =
        d_NLC + through_relu(convolution_input_gradient(adjoint.outer[k], blocks_.outer[k]->weight), trace.outer[k]);
  }
  adjoint.first_NLC = d_NLC;
  adjoint.x_NLV = torch::matmul(d_NLC, first_weight_.t());
  return adjoint;
}

void CriticImpl::add_gradients(const Trace& inputs, const Adjoint& adjoint, std::int64_t biased) {
  torch::NoGradGuard no_gradient;
  const std::int64_t n = inputs.x_NLV.size(0);
  const auto outer_product = [](const Tensor& in, const Tensor& out) {
    return torch::mm(in.reshape({-1, in.size(-1)}).t(), out.reshape({-1, out.size(-1)}));
  };
  const auto bias_sum = [&](const Tensor& out) { return out.narrow(0, 0, biased).flatten(0, 1).sum(0); };
  add_to_gradient(first_weight_, outer_product(inputs.x_NLV, adjoint.first_NLC));
  add_to_gradient(first_bias_, bias_sum(adjoint.first_NLC));
  for (std::size_t k = 0; k < blocks_.outer.size(); ++k) {
    add_to_gradient(blocks_.outer[k]->weight,
                    convolution_weight_gradient(inputs.outer[k], adjoint.outer[k], kBlockTaps));
    add_to_gradient(blocks_.outer_bias[k], bias_sum(adjoint.outer[k]));
    add_to_gradient(blocks_.inner[k]->weight,
                    convolution_weight_gradient(inputs.inner[k], adjoint.inner[k], kBlockTaps));
    add_to_gradient(blocks_.inner_bias[k], bias_sum(adjoint.inner[k]));
  }
  add_to_gradient(last_weight_, torch::mv(inputs.last_NLC.reshape({n, -1}).t(), adjoint.cotangent_N));
  add_to_gradient(last_bias_, adjoint.cotangent_N.narrow(0, 0, biased).sum().view({1}));
}

Tensor CriticImpl::plain_score(const Tensor& x_NLV) {
  Tensor h_NLC = torch::matmul(x_NLV, first_weight_) + first_bias_;
  const auto convolved = [](const Tensor& x, const Tensor& weight, const Tensor& bias) {
    return torch::conv1d(x.permute({0, 2, 1}), weight.squeeze(2), bias, 1, kBlockTaps / 2).permute({0, 2, 1});
  };
  for (std::size_t k = 0; k < blocks_.outer.size(); ++k) {
    const Tensor u = convolved(torch::relu(h_NLC), blocks_.outer[k]->weight, blocks_.outer_bias[k]);
    h_NLC = h_NLC + kResidual * convolved(torch::relu(u), blocks_.inner[k]->weight, blocks_.inner_bias[k]);
  }
  return torch::mv(h_NLC.reshape({h_NLC.size(0), -1}), last_weight_) + last_bias_;
}

// --- other classifiers -----------------------------------------------------------------------------------------------

SequenceCnnImpl::SequenceCnnImpl(const SequenceNetConfig& config) {
  struct Shape {
    std::int64_t narrowest, widest, filters, layer;
  };
  const Shape shape = config.architecture == "mixed" ? Shape{3, 7, 32, 1024} : Shape{6, 6, 128, 128};
  for (std::int64_t width = shape.narrowest; width <= shape.widest; ++width) {
    const std::int64_t fan_in = width * config.symbols();
    const std::string name = "width" + std::to_string(width);
    // Copies: what register_parameter() returns is gone with the next one.
    const Tensor bias = register_parameter(name + "_bias", initial_weights({shape.filters}, fan_in));
    const Tensor filters = register_parameter(name, initial_weights({shape.filters, config.symbols(), width}, fan_in));
    filters_.emplace_back(filters, bias);
  }
  features_ = static_cast<std::int64_t>(filters_.size()) * shape.filters * (config.length / kPooled);
  layer_weight_ = register_parameter("layer_weight", initial_weights({features_, shape.layer}, features_));
  layer_bias_ = register_parameter("layer_bias", initial_weights({shape.layer}, features_));
  last_weight_ = register_parameter("last_weight", initial_weights({shape.layer}, shape.layer));
  last_bias_ = register_parameter("last_bias", initial_weights({1}, shape.layer));
}

Tensor SequenceCnnImpl::forward(const Tensor& x_NLV, const Tensor& keep_NF) {
  const Tensor x_NVL = x_NLV.permute({0, 2, 1});
  std::vector<Tensor> pooled;
  for (const auto& [weight, bias] : filters_) {
    // As many places out as in: an even width looks one place further ahead.
    const std::int64_t width = weight.size(2);
    const Tensor padded = torch::constant_pad_nd(x_NVL, {(width - 1) / 2, width / 2});
    pooled.push_back(torch::max_pool1d(torch::relu(torch::conv1d(padded, weight, bias)), kPooled).flatten(1));
  }
  Tensor features_NF = torch::cat(pooled, 1);
  if (keep_NF.defined()) features_NF = features_NF * keep_NF;
  return torch::addmv(last_bias_, torch::relu(torch::addmm(layer_bias_, features_NF, layer_weight_)), last_weight_);
}

}  // namespace stemloop
