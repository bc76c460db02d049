// Networks in use on a CPU: the same numbers as libtorch's, whatever the hairpin, its neighbours and the threads.
#include "net/inference.h"

#include <gmock/gmock.h>

#include <cmath>

#include "net/model_directory.h"
#include "net/torch/diva/diva.h"
#include "net/torch/weights.h"
#include "nn_support.h"
#include "support.h"

namespace stemloop {

namespace {

using ::testing::HasSubstr;

DivaConfig small_config(const std::string& model) {
  DivaConfig config = diva_preset(model, "small").config;
  config.latent = 16;
  config.context = 8;
  config.flow_blocks = std::min<std::int64_t>(config.flow_blocks, 2);
  config.flow_hidden = 80;  // no multiple of a panel
  config.width = 32;
  config.decoder_width = 48;
  return config;
}

// A network with weights and statistics drawn by the seed, written to a directory.
void write_network(const DivaConfig& config, const std::string& directory, const std::string& left_out = "") {
  torch::manual_seed(4);
  torch::NoGradGuard no_gradient;
  DivaNet network(config, nullptr);
  for (auto& buffer : network->named_buffers()) {
    if (buffer.key().find("running_var") != std::string::npos) buffer.value().uniform_(0.5, 2);
    if (buffer.key().find("running_mean") != std::string::npos) buffer.value().uniform_(-0.5, 0.5);
  }
  for (auto& parameter : network->named_parameters()) {
    if (parameter.key().find("norm") != std::string::npos)
      parameter.value().add_(0.1 * torch::randn_like(parameter.value()));
  }
  TensorFile weights = weights_of(*network);
  weights.tensors.erase(left_out);
  write_model_directory(directory, config, "{}", weights);
}

// Bars of any colour and height in the first `width` columns.
Picture random_picture(int width, std::uint64_t item) {
  Random random(9, item);
  Picture picture;
  for (std::size_t strand = 0; strand < 2; ++strand) {
    const int rows = strand == 0 ? kTopRows : kBottomRows;
    for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x) {
      picture.colour[strand][x] = static_cast<std::uint8_t>(random.below(5));
      picture.height[strand][x] = static_cast<std::uint8_t>(2 + random.below(static_cast<std::uint64_t>(rows - 1)));
    }
  }
  return picture;
}

// Of every width from none to all columns.
std::vector<Picture> pictures_of_every_width() {
  std::vector<Picture> pictures;
  for (int width = 0; width <= kPictureColumns; ++width)
    pictures.push_back(random_picture(width, static_cast<std::uint64_t>(width)));
  return pictures;
}

double difference(const Matrix& a, const Matrix& b) {
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.columns, b.columns);
  double most = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    most = std::max(most, static_cast<double>(std::abs(a.values[i] - b.values[i])));
  return most;
}

Matrix side_by_side(const Encoded& encoded) {
  Matrix z{encoded.latents.front().z.rows, 0, {}};
  for (std::int64_t i = 0; i < z.rows; ++i) {
    for (const EncodedLatent& l : encoded.latents)
      z.values.insert(z.values.end(), l.z.row(i).begin(), l.z.row(i).end());
  }
  for (const EncodedLatent& l : encoded.latents) z.columns += l.z.columns;
  return z;
}

TEST(Inference, EqualsTheLibrary) {
  const std::vector<Picture> pictures = pictures_of_every_width();
  for (const std::string model : {"diva", "dc-beta-iaf-vae", "without flow", "without letter code"}) {
    const testing::TemporaryFolder folder;
    const std::string directory = folder.path("model");
    DivaConfig config = small_config(model.rfind("without", 0) == 0 ? "diva" : model);
    if (model == "without flow") config.flow_blocks = 0;
    if (model == "without letter code") config.letter_code = false;
    write_network(config, directory);
    const auto fast = open_network(directory, "cpu", 2);
    const auto plain = torch_neural().open(directory, "cpu", 2);
    const Encoded a = fast->encode(pictures), b = plain->encode(pictures);
    ASSERT_EQ(a.latents.size(), b.latents.size());
    for (std::size_t g = 0; g < a.latents.size(); ++g) {
      EXPECT_EQ(a.latents[g].name, b.latents[g].name);
      EXPECT_LT(difference(a.latents[g].mu, b.latents[g].mu), 1e-5) << model;
      EXPECT_LT(difference(a.latents[g].sigma, b.latents[g].sigma), 1e-5) << model;
      EXPECT_LT(difference(a.latents[g].z, b.latents[g].z), 1e-5) << model;
    }
    ASSERT_EQ(a.class_from_y.size(), b.class_from_y.size());
    for (std::size_t i = 0; i < a.class_from_y.size(); ++i) {
      EXPECT_NEAR(a.class_from_y[i], b.class_from_y[i], 1e-5) << model;
      EXPECT_NEAR(a.class_from_m[i], b.class_from_m[i], 1e-5) << model;
    }
    // Each way of reading out; a draw near the border between two bars may fall to either side.
    const Matrix z = side_by_side(b);
    for (const ReadOut& how : {ReadOut{false, 0, 1, 0}, {true, 0, 1, 0}, {false, 1, 3, 7}, {true, 1, 3, 7}}) {
      const auto ours = fast->decode(z, how), theirs = plain->decode(z, how);
      int unlike = 0;
      for (std::size_t i = 0; i < pictures.size(); ++i) unlike += ours[i] == theirs[i] ? 0 : 1;
      EXPECT_LE(unlike, 1) << model << " " << how.hairpin << " " << how.temperature;
    }
  }
}

TEST(Inference, NeighboursAndThreadsChangeNothing) {
  const testing::TemporaryFolder folder;
  const std::string directory = folder.path("model");
  write_network(small_config("diva"), directory);
  const std::vector<Picture> pictures = pictures_of_every_width();
  const auto network = open_network(directory, "cpu", 1);
  const Encoded all = network->encode(pictures);
  const Encoded threads = open_network(directory, "cpu", 3)->encode(pictures);
  const Matrix all_z = side_by_side(all);
  EXPECT_EQ(all_z.values, side_by_side(threads).values);
  const auto decoded = network->decode(all_z, {false, 1, 5, 0});
  for (const std::size_t i : {0U, 1U, 17U, 60U, 99U, 100U}) {
    const Encoded one = network->encode(std::span(pictures).subspan(i, 1));
    const Matrix z = side_by_side(one);
    const auto expected = all_z.row(static_cast<std::int64_t>(i));
    EXPECT_THAT(z.values, ::testing::ElementsAreArray(expected.begin(), expected.end())) << i;
    EXPECT_EQ(network->decode(z, {false, 1, 5, i}).front(), decoded[i]) << i;
  }
  EXPECT_EQ(network->encode({}).latents.front().z.rows, 0);
}

TEST(Inference, WeightsThatAreMissingAreNamed) {
  for (const char* name :
       {"residual1_skip.weight", "flow.block1_weight2", "ladder.9.running_var", "class_from_y.2.bias"}) {
    const testing::TemporaryFolder folder;
    const std::string directory = folder.path("model");
    write_network(small_config("diva"), directory, name);
    const std::string error = testing::error_of([&] { open_network(directory, "cpu", 1); });
    EXPECT_THAT(error, HasSubstr(name));
    EXPECT_THAT(error, HasSubstr("model.safetensors"));
  }
}

}  // namespace
}  // namespace stemloop
