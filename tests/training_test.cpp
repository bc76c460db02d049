// Training and what it leaves behind: resumed runs, models, their directories.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learn/learn.h"
#include "net/model_directory.h"
#include "nn_support.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::example_pictures;
using ::testing::HasSubstr;
using testing::tiny_config;

class Stopper : public TrainWatcher {
 public:
  explicit Stopper(std::int64_t after = -1) : after_(after) {}
  void progress(const TrainProgress& p) override { step_ = p.step; }
  void metrics(const std::string& line) override { lines.push_back(line); }
  bool stop_asked() override { return after_ >= 0 && step_ + 1 >= after_; }
  std::vector<std::string> lines;

 private:
  std::int64_t after_, step_ = 0;
};

TrainOptions tiny_options(const std::string& run) {
  TrainOptions options;
  options.run_directory = run;
  options.threads = 1;
  options.device = "cpu";
  options.batch = 16;
  options.epochs = 3;
  options.mutate = 0.1;
  options.counterfactual = 0.3;
  options.seed = 11;
  std::filesystem::create_directories(run);
  return options;
}

// A network after an epoch or a few, for laws that hold whatever it learned.
std::unique_ptr<HairpinNetwork> hardly_trained(const std::string& run, const PictureData& data,
                                               std::int64_t epochs = 1) {
  TrainOptions options = tiny_options(run);
  options.epochs = epochs;
  Stopper watcher;
  torch_neural().train(tiny_config(), {}, data, data, options, false, watcher);
  return torch_neural().open(run + "/model", "cpu", 1);
}

std::vector<std::byte> bytes_of(const std::string& path) { return read_bytes(path); }

TEST(Training, TinyNetworkLearnsThirtyTwoHairpinsByHeart) {
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(32);
  PictureData many;  // an epoch sees each of them twenty times
  for (std::int64_t i = 0; i < 20 * data.size(); ++i)
    many.add(data.picture(i % data.size()), data.labels[static_cast<std::size_t>(i % data.size())]);
  TrainOptions options = tiny_options(folder.path("run"));
  options.epochs = 40;
  options.batch = 32;
  options.mutate = options.counterfactual = 0;
  options.rate = 4e-3;
  DivaConfig config = tiny_config();
  config.disentangled = config.bond_code = false;
  config.latent = 48;
  DivaObjective objective;
  objective.beta_x = objective.beta_y = objective.beta_m = 1e-3;
  Stopper watcher;
  torch_neural().train(config, objective, many, PictureData{}, options, false, watcher);
  const auto network = torch_neural().open(folder.path("run/model"), "cpu", 1);
  std::vector<Picture> pictures;
  for (std::int64_t i = 0; i < data.size(); ++i) pictures.push_back(data.picture(i));
  const Encoded encoded = network->encode(pictures);
  ReconstructionError error;
  Matrix z{data.size(), 0, {}};
  for (std::int64_t i = 0; i < data.size(); ++i) {
    for (const auto& latent : encoded.latents) {
      const auto row = latent.z.row(i);
      z.values.insert(z.values.end(), row.begin(), row.end());
    }
  }
  z.columns = static_cast<std::int64_t>(z.values.size()) / z.rows;
  const auto back = network->decode(z, {});
  for (std::size_t i = 0; i < back.size(); ++i) error.add(pictures[i], back[i]);
  EXPECT_EQ(error.means().exact, 1) << error.means().nucleotides;
}

TEST(Training, ResumedRunEqualsTheUninterruptedOne) {
  const testing::TemporaryFolder folder;
  const PictureData train = example_pictures(64), valid = example_pictures(10);
  for (const std::int64_t stop : {2, 4, 7}) {  // within an epoch, at its end, within the next
    const std::string whole = folder.path(fmt::format("whole{}", stop)),
                      broken = folder.path(fmt::format("broken{}", stop));
    Stopper quiet;
    torch_neural().train(tiny_config(), {}, train, valid, tiny_options(whole), false, quiet);
    Stopper stopper(stop);
    const auto outcome = torch_neural().train(tiny_config(), {}, train, valid, tiny_options(broken), false, stopper);
    EXPECT_EQ(outcome.end, TrainEnd::kStopped);
    Stopper again;
    EXPECT_EQ(torch_neural().train(tiny_config(), {}, train, valid, tiny_options(broken), true, again).end,
              TrainEnd::kFinished);
    EXPECT_EQ(bytes_of(whole + "/checkpoint.safetensors"), bytes_of(broken + "/checkpoint.safetensors")) << stop;
    EXPECT_EQ(bytes_of(whole + "/model/model.safetensors"), bytes_of(broken + "/model/model.safetensors")) << stop;
  }
}

TEST(Training, NetworkWithoutLetterCodeGoesOnWithoutOne) {
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(16);
  DivaConfig config = tiny_config();
  config.letter_code = false;
  TrainOptions options = tiny_options(folder.path("run"));
  options.epochs = 1;
  Stopper watcher;
  torch_neural().train(config, {}, data, data, options, false, watcher);
  TrainOptions onward = tiny_options(folder.path("onward"));
  onward.epochs = 1;
  onward.start = folder.path("run/model");
  EXPECT_THAT(testing::error_of([&] { torch_neural().train(tiny_config(), {}, data, data, onward, false, watcher); }),
              HasSubstr("go on with it by --no-letter-code"));
  torch_neural().train(config, {}, data, data, onward, false, watcher);
  EXPECT_EQ(read_model_directory(folder.path("onward/model")).config, config);
}

TEST(Training, SavedModelOpensWithTheSameBits) {
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(32);
  TrainOptions options = tiny_options(folder.path("run"));
  options.epochs = 1;
  Stopper watcher;
  torch_neural().train(tiny_config(), {}, data, data, options, false, watcher);
  const ModelDirectory once = read_model_directory(folder.path("run/model"));
  write_model_directory(folder.path("copy"), once.config, "{}", once.weights);
  EXPECT_EQ(read_bytes(folder.path("run/model/model.safetensors")), read_bytes(folder.path("copy/model.safetensors")));
  const auto a = torch_neural().open(folder.path("run/model"), "cpu", 1);
  const auto b = torch_neural().open(folder.path("copy"), "cpu", 1);
  const std::vector<Picture> pictures = {data.picture(0), data.picture(1)};
  EXPECT_EQ(a->encode(pictures).latents[2].z.values, b->encode(pictures).latents[2].z.values);
}

TEST(Training, NotANumberEndsTheRunWithAMessage) {
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(32);
  TrainOptions options = tiny_options(folder.path("run"));
  options.rate = 1e30;
  Stopper watcher;
  EXPECT_THAT(testing::error_of([&] { torch_neural().train(tiny_config(), {}, data, data, options, false, watcher); }),
              HasSubstr("the gradient is not a number at epoch"));
}

TEST(Training, PatienceEndsARunEarly) {
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(32);
  TrainOptions options = tiny_options(folder.path("run"));
  options.rate = 1e-12;  // validation cannot get better for long
  options.epochs = 200;
  options.patience = 2;
  Stopper watcher;
  const auto outcome = torch_neural().train(tiny_config(), {}, data, data, options, false, watcher);
  EXPECT_EQ(outcome.end, TrainEnd::kEarly);
  EXPECT_LT(outcome.epochs, 200);
}

TEST(Training, ValidatesAsOftenAsAskedAndAtTheEnd) {
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(32);
  TrainOptions options = tiny_options(folder.path("run"));
  options.epochs = 5;
  options.validate_every = 2;
  Stopper watcher;
  torch_neural().train(tiny_config(), {}, data, data, options, false, watcher);
  std::vector<int> validated;
  for (const std::string& text : watcher.lines) {
    const nlohmann::json line = nlohmann::json::parse(text);
    if (line.contains("valid")) validated.push_back(line.at("epoch").get<int>());
  }
  EXPECT_THAT(validated, ::testing::ElementsAre(2, 4, 5));
}

// What a recording on a GPU relies on, batch, noise and weights kept in their places, changes no bit.
TEST(Training, RecordedStepsAreTheSameSteps) {
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(64);
  DivaObjective objective;
  objective.warmup_epochs = 2;
  TrainOptions options = tiny_options(folder.path("plain"));
  Stopper watcher;
  torch_neural().train(tiny_config(), objective, data, data, options, false, watcher);
  TrainOptions recorded = tiny_options(folder.path("recorded"));
  recorded.recorded = true;
  torch_neural().train(tiny_config(), objective, data, data, recorded, false, watcher);
  EXPECT_EQ(bytes_of(folder.path("plain/model/model.safetensors")),
            bytes_of(folder.path("recorded/model/model.safetensors")));
}

TEST(Training, EncodingOneByOneOrAllAtOnceIsTheSame) {
  // Encoding one by one or all at once gives the same numbers.
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(20);
  const auto network = hardly_trained(folder.path("run"), data);
  std::vector<Picture> pictures;
  for (std::int64_t i = 0; i < data.size(); ++i) pictures.push_back(data.picture(i));
  const Encoded all = network->encode(pictures);
  const Encoded one = network->encode(std::span(pictures).subspan(7, 1));
  for (std::size_t g = 0; g < 3; ++g) {
    for (std::int64_t k = 0; k < one.latents[g].z.columns; ++k)
      EXPECT_NEAR(all.latents[g].z.row(7)[k], one.latents[g].z.row(0)[k], 1e-4);
  }
}

TEST(Training, BondsMoveFromOnePatternToAnother) {
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(20);
  const auto network = hardly_trained(folder.path("run"), data, 10);
  std::vector<Picture> pictures;
  std::vector<std::array<std::uint8_t, kBondLength>> own, other;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    pictures.push_back(data.picture(i));
    own.push_back(bond_rows(pictures.back()));
    other.push_back(bond_rows(data.picture((i + 1) % data.size())));
  }
  const Matrix z = network->encode(pictures).latents[2].z;
  const Matrix there = network->move_bonds(z, own, other, 1, 1, 3, 0),
               back = network->move_bonds(there, other, own, 1, 1, 4, 0);
  double moved = 0;
  for (std::size_t i = 0; i < z.values.size(); ++i) {
    EXPECT_NEAR(back.values[i], z.values[i], 1e-5);
    moved = std::max(moved, std::abs(static_cast<double>(there.values[i]) - z.values[i]));
  }
  EXPECT_GT(moved, 1e-4);
  EXPECT_EQ(network->move_bonds(z, own, other, 0, 0.7, 3, 5).values, network->draw_for_bonds(other, 0.7, 3, 5).values);
}

TEST(Training, LatentsAreDrawnAsTrainingHairpinsFillThem) {
  const testing::TemporaryFolder folder;
  const PictureData data = example_pictures(64);
  const auto network = hardly_trained(folder.path("run"), data, 5);
  ASSERT_TRUE(network->knows_latents());
  std::vector<Picture> pictures;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    if (data.labels[static_cast<std::size_t>(i)] == 1) pictures.push_back(data.picture(i));
  }
  const Encoded encoded = network->encode(pictures);
  constexpr std::int64_t kDraws = 4000;
  const std::vector<std::uint8_t> labels(kDraws, 1);
  const Matrix drawn = network->draw_like_training(labels, 1, 5, 0);
  const std::int64_t latent = network->config().latent;
  ASSERT_EQ(drawn.columns, 2 * latent);
  const auto moments = [](const Matrix& z, std::int64_t column) {
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < z.rows; ++i) {
      const double value = z.row(i)[static_cast<std::size_t>(column)];
      sum += value;
      squares += value * value;
    }
    const auto n = static_cast<double>(z.rows);
    return std::pair(sum / n, std::sqrt(squares / n - sum * sum / n / n));
  };
  for (std::int64_t d = 0; d < 2 * latent; ++d) {
    const auto [mean, deviation] = moments(encoded.latents[static_cast<std::size_t>(d / latent)].z, d % latent);
    const auto [drawn_mean, drawn_deviation] = moments(drawn, d);
    EXPECT_NEAR(drawn_mean, mean, 0.08 * deviation + 0.01) << d;
    EXPECT_NEAR(drawn_deviation, std::sqrt(deviation * deviation + 1e-3), 0.06 * deviation + 0.01) << d;
  }
  // A draw depends on its number, not on its batch.
  const Matrix later = network->draw_like_training(std::span(labels).first(1), 1, 5, 7);
  for (std::int64_t d = 0; d < 2 * latent; ++d)
    EXPECT_NEAR(later.row(0)[static_cast<std::size_t>(d)], drawn.row(7)[static_cast<std::size_t>(d)], 1e-5);
}

// --- model directories -----------------------------------------------------------------------------------------------

class ModelFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    const PictureData data = example_pictures(16);
    TrainOptions options = tiny_options(folder_.path("run"));
    options.epochs = 1;
    Stopper watcher;
    torch_neural().train(tiny_config(), {}, data, PictureData{}, options, false, watcher);
    const auto bytes = read_bytes(model() + "/config.json");
    config_ = nlohmann::ordered_json::parse(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  [[nodiscard]] std::string model() const { return folder_.path("run/model"); }
  std::string message(const nlohmann::ordered_json& config) {
    write_bytes(model() + "/config.json", config.dump());
    return testing::error_of([&] { torch_neural().open(model(), "cpu", 1); });
  }
  testing::TemporaryFolder folder_;
  nlohmann::ordered_json config_;
};

TEST_F(ModelFiles, SayWhatDiffers) {
  EXPECT_EQ(message(config_), "(no error)");
  const auto changed = [&](const char* key, const nlohmann::ordered_json& value) {
    auto config = config_;
    config[key] = value;
    return message(config);
  };
  EXPECT_THAT(changed("format", 2), HasSubstr("format 2 is not known here"));
  EXPECT_THAT(changed("family", "wgan"), HasSubstr("family 'wgan'"));
  EXPECT_THAT(changed("weights_md5", "0"), HasSubstr("the file is damaged or from another model"));
  const auto network = [&](const char* key, const nlohmann::ordered_json& value) {
    auto config = config_;
    config["network"][key] = value;
    return message(config);
  };
  EXPECT_THAT(network("latent", 17), HasSubstr("heads.weight"));
  EXPECT_THAT(network("flow_blocks", 1), HasSubstr("flow"));
  EXPECT_THAT(network("flow_blocks", 1000000), HasSubstr("outside 0 to 64"));
  EXPECT_THAT(network("backbone", "rows"), HasSubstr("choose columns or picture"));
  EXPECT_THAT(network("colour", "red"), HasSubstr("'colour' is not known here"));
  EXPECT_THAT(message(nlohmann::ordered_json::array()), HasSubstr("is no JSON object"));
}

TEST_F(ModelFiles, TruncatedWeightsAreRefused) {
  const auto bytes = read_bytes(model() + "/model.safetensors");
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{100}, text.size() / 2, text.size() - 1}) {
    write_bytes(model() + "/model.safetensors", text.substr(0, size));
    auto config = config_;
    EXPECT_THAT(message(config), HasSubstr("damaged")) << size;
    // Even with a checksum that fits.
    config["weights_md5"] = md5_hex(std::as_bytes(std::span(text.data(), size)));
    EXPECT_THAT(message(config), HasSubstr("model.safetensors")) << size;
  }
}

}  // namespace
}  // namespace stemloop
