// Laws of the networks: what must hold whatever the weights are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fold/fold.h"
#include "learn/learn.h"
#include "net/model_directory.h"
#include "net/read_out.h"
#include "net/torch/diva/diva.h"
#include "net/torch/loop/training.h"
#include "net/training_pictures.h"
#include "nn_support.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::example_pictures;
using ::testing::HasSubstr;
using testing::tiny_config;

double difference(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

std::vector<std::int64_t> all_of(const PictureData& data) {
  std::vector<std::int64_t> records(static_cast<std::size_t>(data.size()));
  std::iota(records.begin(), records.end(), std::int64_t{0});
  return records;
}

// --- layers ----------------------------------------------------------------------------------------------------------

struct PlainLayers {
  PlainLayers() { plain_layers() = true; }
  ~PlainLayers() { plain_layers() = false; }
  PlainLayers(const PlainLayers&) = delete;
  PlainLayers& operator=(const PlainLayers&) = delete;
};

TEST(Layers, ConvolutionOfWidthFiveEqualsTorchs) {
  torch::manual_seed(1);
  struct Case {
    std::int64_t groups, in, out, length, padding;
  };
  for (const auto& [groups, in, out, length, padding] :
       {Case{1, 16, 32, 23, kSamePadding}, {3, 32, 48, 25, kSamePadding}, {2, 16, 16, 100, 0}, {1, 32, 16, 64, 4}}) {
    Conv conv(groups, in, out, 1, 5, 1, padding);
    const Tensor x = torch::randn({7, 1, length, groups * in}).requires_grad_();
    const Tensor y = conv->forward(x);
    const Tensor dy = torch::randn_like(y);
    y.backward(dy);
    const Tensor dx = x.grad().clone(), dw = conv->weight.grad().clone();
    x.mutable_grad() = Tensor();
    conv->weight.mutable_grad() = Tensor();
    const PlainLayers plain;
    const Tensor expected = conv->forward(x);
    expected.backward(dy);
    EXPECT_LT(difference(y, expected), 2e-5) << length;
    EXPECT_LT(difference(dx, x.grad()), 2e-5) << length;
    EXPECT_LT(difference(dw, conv->weight.grad()), 2e-4 * conv->weight.grad().abs().max().item<double>()) << length;
  }
}

TEST(Layers, NormalisationEqualsTorchs) {
  torch::manual_seed(2);
  for (const Activation activation : {Activation::kNone, Activation::kElu, Activation::kLeakyRelu}) {
    Norm fast(24, activation, nullptr), plain(24, activation, nullptr);
    fast->weight.data().uniform_(0.5, 2);
    fast->bias.data().uniform_(-1, 1);
    plain->weight.data().copy_(fast->weight.data());
    plain->bias.data().copy_(fast->bias.data());
    const Tensor x = (3 * torch::randn({11, 1, 50, 24}) + 5).requires_grad_();
    const Tensor dy = torch::randn({11, 1, 50, 24});
    const Tensor y = fast->forward(x);
    y.backward(dy);
    const Tensor dx = x.grad().clone();
    x.mutable_grad() = Tensor();
    // torch's own batch normalisation, channels first.
    const Tensor normal = torch::batch_norm(x.permute({0, 3, 1, 2}), plain->weight, plain->bias, plain->running_mean,
                                            plain->running_var, true, 0.1, 1e-5, false)
                              .permute({0, 2, 3, 1});
    const Tensor expected = activation == Activation::kElu         ? torch::elu(normal)
                            : activation == Activation::kLeakyRelu ? torch::leaky_relu(normal, 0.01)
                                                                   : normal;
    expected.backward(dy);
    EXPECT_LT(difference(y, expected), 1e-5);
    EXPECT_LT(difference(dx, x.grad()), 1e-5);
    EXPECT_LT(difference(fast->weight.grad(), plain->weight.grad()), 1e-3);
    EXPECT_LT(difference(fast->bias.grad(), plain->bias.grad()), 1e-3);
    EXPECT_LT(difference(fast->running_mean, plain->running_mean), 1e-5);
    EXPECT_LT(difference(fast->running_var, plain->running_var), 1e-4);
  }
}

TEST(Layers, UpsamplingIsTorchsTransposedConvolution) {
  torch::manual_seed(3);
  Upsample up(4, 6, 3, 2);
  const Tensor x = torch::randn({2, 5, 7, 4});
  const Tensor weight = up->weight.view({4, 3, 2, 6}).permute({0, 3, 1, 2});
  const Tensor expected = torch::conv_transpose2d(x.permute({0, 3, 1, 2}), weight, {}, {3, 2}).permute({0, 2, 3, 1});
  EXPECT_LT(difference(up->forward(x), expected), 1e-5);
}

// --- flow ------------------------------------------------------------------------------------------------------------

Flow tiny_flow(std::int64_t groups, std::int64_t blocks) {
  torch::manual_seed(4);
  Flow flow(groups, 6, 3, blocks, 20);
  for (const auto& [weight, mask] : flow->masks()) {
    Tensor(weight).data().mul_(2);  // far from the identity
  }
  return flow;
}

TEST(Flow, JacobianOfAMadeIsStrictlyTriangular) {
  Flow flow = tiny_flow(2, 1);
  const Tensor context = flow->context_terms(torch::randn({2, 1, 3}))[0];
  const Tensor z = torch::randn({2, 1, 6}).requires_grad_();
  double reach = 0;
  for (int network = 0; network < 2; ++network) {
    for (std::int64_t i = 0; i < 6; ++i) {
      const Tensor out = flow->networks(0, z, context);
      const Tensor gradient =
          torch::autograd::grad({out.select(1, network).select(-1, i).sum()}, {z}, {}, true, false, true)[0];
      if (!gradient.defined()) continue;
      EXPECT_EQ(gradient.slice(-1, i).abs().max().item<double>(), 0) << "network " << network << " output " << i;
      if (i > 0) reach += gradient.slice(-1, 0, i).abs().min().item<double>();
    }
  }
  EXPECT_GT(reach, 0);  // and it does see the inputs before
}

TEST(Flow, LogDeterminantIsThatOfTheJacobian) {
  Flow flow = tiny_flow(1, 3);
  const Tensor context = torch::randn({1, 1, 3});
  const Tensor z = torch::randn({1, 1, 6}).requires_grad_();
  const Flowed out = flow->forward(z, context);
  std::vector<Tensor> rows;
  for (std::int64_t i = 0; i < 6; ++i)
    rows.push_back(torch::autograd::grad({out.z_GBD[0][0][i]}, {z}, {}, true)[0].flatten());
  const Tensor jacobian = torch::stack(rows).to(torch::kFloat64);
  // Products of triangular matrices and reversals: take the determinant by elimination in double.
  double log_det = 0;
  Tensor a = jacobian.clone();
  for (std::int64_t i = 0; i < 6; ++i) {
    const std::int64_t pivot = i + a.slice(0, i).select(1, i).abs().argmax().item<std::int64_t>();
    const Tensor row = a[pivot].clone();
    a[pivot].copy_(a[i]);
    a[i].copy_(row);
    log_det += std::log(std::abs(a[i][i].item<double>()));
    for (std::int64_t r = i + 1; r < 6; ++r) a[r] -= a[i] * (a[r][i] / a[i][i]);
  }
  EXPECT_NEAR(out.log_det_GB.item<double>(), log_det, 1e-4);
}

TEST(Flow, InverseAfterForwardIsTheIdentity) {
  Flow flow = tiny_flow(3, 4);
  const Tensor z = torch::randn({3, 5, 6});
  const Tensor context = torch::randn({3, 5, 3});
  torch::NoGradGuard no_gradient;
  const Tensor there = flow->forward(z, context).z_GBD;
  EXPECT_GT(difference(there, z), 0.1);
  EXPECT_LT(difference(flow->inverse(there, context), z), 1e-3);
}

// --- DIVA ------------------------------------------------------------------------------------------------------------

TEST(Diva, KlOfEqualDistributionsIsZero) {
  const Tensor mu = torch::randn({4, 8}), sigma = torch::rand({4, 8}) + 0.5;
  const Tensor noise = torch::randn({4, 8});
  const Tensor z = mu + sigma * noise;
  const Tensor log_q = (-0.5 * noise.square() - torch::log(sigma) - 0.5 * std::log(2 * M_PI)).sum(-1);
  EXPECT_LT(difference(log_q, log_normal(z, mu, sigma)), 1e-4);
}

TEST(Diva, PaperPresetHasThePublishedSize) {
  const DivaNet network(diva_preset("diva", "paper").config, nullptr);
  std::int64_t all = 0, in_flows = 0;
  for (const auto& p : network->named_parameters()) {
    all += p.value().numel();
    if (p.key().rfind("flow", 0) == 0) in_flows += p.value().numel();
  }
  EXPECT_NEAR(static_cast<double>(all), 67.6e6, 0.1e6);
  EXPECT_NEAR(static_cast<double>(in_flows), 62.8e6, 0.05e6);
}

TEST(Diva, LetterCodeGivesEveryDimensionALetterOfItsOwn) {
  DivaConfig config = tiny_config();
  config.latent = 64;
  const Tensor code = letter_code(config);
  ASSERT_EQ(code.sizes(), torch::IntArrayRef({192, kPictureColumns * kLetterInputs}));
  const Tensor by_letter = code.view({192, 2 * kPictureColumns, kColourClasses});
  const Tensor reads = by_letter.abs().sum(-1) > 0;  // (dimension, letter of the hairpin)
  EXPECT_TRUE((reads.sum(1) == 1).all().item<bool>());
  EXPECT_TRUE((reads.sum(0) <= 1).all().item<bool>());
  EXPECT_EQ(by_letter.select(-1, kRed).sum().item<float>(), -by_letter.select(-1, kBlue).sum().item<float>());
  EXPECT_EQ(by_letter.select(-1, kYellow).sum().item<float>(), -by_letter.select(-1, kGreen).sum().item<float>());

  // A new network hears it: another letter in column 7 of the bottom strand moves dimension 7 of z_y most.
  torch::manual_seed(3);
  torch::NoGradGuard no_gradient;
  DivaNet network(config, nullptr);
  network->eval();
  PictureData data = example_pictures(2);
  Picture other = data.picture(0);
  std::uint8_t& letter = other.colour[1][7];
  letter = letter == kRed ? kBlue : kRed;
  data.add(other, 0);
  const std::int64_t records[] = {0, 2};
  const DivaBatch batch = expand_batch(config, data, records);
  const Tensor mu = network->encode(batch.x_NHWC, batch.bonds_NSL).mu;  // (3, 2, 64)
  const Tensor moved = (mu.select(1, 0) - mu.select(1, 1)).abs().flatten();
  EXPECT_EQ(moved.argmax().item<std::int64_t>(), 64 + 7);
}

TEST(Diva, BondCodeShiftsTheLatentAndItsPriorAlike) {
  torch::manual_seed(2);
  DivaConfig config = tiny_config();
  config.latent = 64;
  const PictureData data = example_pictures(3);
  DivaNet network(config, nullptr);
  network->eval();
  const DivaBatch batch = expand_batch(config, data, all_of(data));
  const Posterior posterior = network->encode(batch.x_NHWC, batch.bonds_NSL);
  Posterior without = posterior;
  without.bonds = Tensor();
  const Tensor shift = network->flow(posterior.mu, posterior).z_GBD - network->flow(posterior.mu, without).z_GBD;
  const Normal prior = network->bond_prior(batch.bonds_NSL);
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const auto bonds = column_bonds(data.picture(i));
    for (std::int64_t d = 0; d < 64; ++d) {
      const auto column = static_cast<std::size_t>(d);
      const double expected = bonds[column] != 0 ? 1 : bonds[kPictureColumns + column] != 0 ? -0.5 : 0;
      EXPECT_NEAR(shift[2][i][d].item<double>(), expected, 1e-5) << i << ' ' << d;
      EXPECT_EQ(shift[0][i][d].item<double>(), 0);
      EXPECT_EQ(shift[1][i][d].item<double>(), 0);
    }
  }
  EXPECT_LT(difference(prior.mu - posterior.bonds, torch::zeros_like(prior.mu)), 1);
}

TEST(Diva, ConfigurationsOfEarlierVersionsAreRead) {
  DivaConfig config = tiny_config();
  EXPECT_EQ(config_from_json(config_json(config), "x"), config);
  config.letter_code = false;
  EXPECT_EQ(config_json(config).find("letter_code"), std::string::npos);
  EXPECT_EQ(config_from_json(config_json(config), "x"), config);
}

TEST(Diva, ExpectedImageHasOneColourPerCoveredPixel) {
  torch::manual_seed(5);
  for (const char* size : {"small", "paper"}) {
    DivaConfig config = diva_preset("dc-beta-iaf-vae", size).config;
    config.flow_blocks = 0;
    DivaNet network(config, nullptr);
    network->eval();
    torch::NoGradGuard no_gradient;
    const BarLogits logits = network->decode(torch::randn({3, config.latent}), nullptr);
    const Tensor image = expected_image(config, logits);
    ASSERT_EQ(image.sizes().vec(), (std::vector<std::int64_t>{3, 5, 25, 100}));
    const Tensor covered = image.sum(1);  // P(this pixel is covered)
    EXPECT_LE(covered.max().item<double>(), 1 + 1e-5);
    EXPECT_GE(covered.min().item<double>(), 0);
    // From the centre outwards it can only fall.
    EXPECT_GE((covered.slice(1, 1, 13) - covered.slice(1, 0, 12)).min().item<double>(), -1e-5) << size;
    EXPECT_GE((covered.slice(1, 13, 24) - covered.slice(1, 14, 25)).min().item<double>(), -1e-5) << size;
    // The sum over colours is the chance of the height alone: of two pixels or more, next to the centre.
    const std::int64_t none = 1;
    const Tensor bar = 1 - torch::softmax(logits.top, -1).slice(-1, 0, none).squeeze(-1);
    EXPECT_LT(difference(covered.select(1, 12), bar), 1e-5) << size;
  }
}

TEST(Diva, ExpectedImageOfACertainPictureIsThePicture) {
  for (const char* size : {"small", "paper"}) {
    DivaConfig picture_config = diva_preset("vae", "paper").config;
    const DivaConfig config = diva_preset("vae", size).config;
    const PictureData data = example_pictures(4);
    const DivaBatch batch = expand_batch(picture_config, data, all_of(data));
    const bool columns = config.backbone == "columns";
    const auto certain = [](const Tensor& classes, std::int64_t count) {
      return 60 * torch::one_hot(classes, count).to(torch::kFloat32);
    };
    const Tensor colour = batch.colour_NSL.permute({0, 2, 1});
    const auto height = [&](int strand) {
      const Tensor pixels = batch.height_NSL.select(1, strand);
      return columns ? pixels : (pixels - 1).clamp_min(0);
    };
    const BarLogits logits = {columns ? certain(colour, 6) : certain(colour.clamp_max(4), 5),
                              certain(height(0), columns ? 14 : 13), certain(height(1), 13)};
    EXPECT_LT(difference(expected_image(config, logits), batch.x_NHWC.permute({0, 3, 1, 2})), 1e-5) << size;
    const auto pictures = read_out(config, logits, {});
    for (std::int64_t i = 0; i < data.size(); ++i)
      EXPECT_EQ(pictures[static_cast<std::size_t>(i)], data.picture(i)) << size;
  }
}

TEST(Diva, PicturesReadOutAreAlwaysValid) {
  torch::manual_seed(6);
  for (const char* size : {"small", "paper"}) {
    const DivaConfig config = diva_preset("vae", size).config;
    const bool columns = config.backbone == "columns";
    const BarLogits logits = {torch::randn({40, 100, 2, columns ? 6 : 5}), torch::randn({40, 100, columns ? 14 : 13}),
                              torch::randn({40, 100, 13})};
    for (const double temperature : {0.0, 1.0}) {
      PictureSet set;
      for (const Picture& p : read_out(config, logits, {false, temperature, 3, 0})) {
        set.pictures.push_back(p);
        set.ids.push_back("p");
      }
      // Writing and reading checks every bar.
      EXPECT_EQ(pictures_from_tensors(picture_tensors(set), "test").pictures.size(), 40U);
    }
  }
}

TEST(Diva, HairpinsReadOutHoldTheirWholeSequence) {
  torch::manual_seed(6);
  for (const char* size : {"small", "paper"}) {
    const DivaConfig config = diva_preset("vae", size).config;
    const bool columns = config.backbone == "columns";
    BarLogits logits = {torch::randn({40, 100, 2, columns ? 6 : 5}), torch::randn({40, 100, columns ? 14 : 13}),
                        torch::randn({40, 100, 13})};
    logits.top.slice(1, 80).select(-1, 0) += 20;  // no bars from column 80 on: nothing is cut off
    for (const double temperature : {0.0, 1.0}) {
      for (const Picture& p : read_out(config, logits, {true, temperature, 3, 0})) {
        const DecodedPicture decoded = decode_picture(p);
        EXPECT_TRUE(decoded.complete);
        EXPECT_LE(decoded.sequence.size(), 160U);
      }
    }
  }
}

TEST(Diva, HairpinReadOutOfACertainPictureIsThePicture) {
  const DivaConfig config = diva_preset("vae", "small").config;
  const PictureData data = example_pictures(26);
  const DivaBatch batch = expand_batch(config, data, all_of(data));
  const auto certain = [](const Tensor& classes, std::int64_t count) {
    return 60 * torch::one_hot(classes, count).to(torch::kFloat32);
  };
  const BarLogits logits = {certain(batch.colour_NSL.permute({0, 2, 1}), 6), certain(batch.height_NSL.select(1, 0), 14),
                            certain(batch.height_NSL.select(1, 1), 13)};
  const auto pictures = read_out(config, logits, {true, 0, 1, 0});
  int compared = 0;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    if (!decode_picture(data.picture(i)).complete) continue;
    EXPECT_EQ(pictures[static_cast<std::size_t>(i)], data.picture(i)) << i;
    ++compared;
  }
  EXPECT_GT(compared, 15);
}

TEST(Diva, KernelsAndTorchGiveTheSameLossAndGradients) {
  torch::manual_seed(7);
  const DivaConfig config = tiny_config();
  const PictureData data = example_pictures(16);
  const DivaBatch batch = expand_batch(config, data, all_of(data));
  DivaNet network(config, nullptr);
  const auto run = [&] {
    network->zero_grad();
    Draws draws(1, 2, 0, data.size(), torch::kCPU);
    const DivaLoss loss = network->loss(batch, DivaObjective{}, torch::ones({}), data.size(), draws);
    loss.total.backward();
    std::vector<Tensor> gradients;
    for (const auto& p : network->parameters()) gradients.push_back(p.grad().clone());
    return std::pair(loss.total.item<double>(), gradients);
  };
  const auto fast = run();
  const PlainLayers plain;
  const auto expected = run();
  EXPECT_NEAR(fast.first, expected.first, 1e-4 * std::abs(expected.first));
  for (std::size_t i = 0; i < fast.second.size(); ++i) {
    // As a whole: a unit that is zero but for rounding may take either slope of its activation.
    const double size = std::max(5e-2, expected.second[i].norm().item<double>());
    EXPECT_LT((fast.second[i] - expected.second[i]).norm().item<double>(), 3e-3 * size)
        << network->named_parameters()[i].key();
  }
}

TEST(Diva, CounterfactualLossOfHairpinsAsTheyAreIsThePlainLoss) {
  torch::manual_seed(4);
  const PictureData data = example_pictures(8);
  DivaNet network(tiny_config(), nullptr);
  network->eval();
  const auto loss = [&](const DivaBatch& batch) {
    Draws draws(3, 0, 0, data.size(), torch::kCPU);
    return network->loss(batch, {}, torch::ones({}), data.size(), draws);
  };
  const std::vector<std::uint8_t> none(8, 0), all(8, 1);
  const DivaLoss plain = loss(expand_batch(tiny_config(), data, all_of(data))),
                 same = loss(counterfactual_batch(tiny_config(), data, data, none)),
                 drawn = loss(counterfactual_batch(tiny_config(), data, data, all));
  EXPECT_NEAR(plain.total.item<double>(), same.total.item<double>(), 1e-3);
  // All counterfactual: the decoder hears nothing of a hairpin's own z_m, and no class is asked for.
  EXPECT_EQ(drawn.terms[0].second.item<double>(), 0);
  EXPECT_GT(drawn.terms[1].second.item<double>(), 0);
  for (const auto& [name, term] : drawn.terms)
    EXPECT_TRUE(name.rfind("class", 0) != 0 || term.item<double>() == 0) << name;
}

}  // namespace
}  // namespace stemloop
