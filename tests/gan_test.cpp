// Laws of the sequence networks: hand-written gradients are those of automatic differentiation, resumed runs repeat
// uninterrupted ones, and what can be learned is learned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "net/model_directory.h"
#include "net/torch/sequences/critic_loss.h"
#include "net/torch/sequences/gan_training.h"
#include "net/torch/sequences/symbol_rows.h"
#include "net/torch/weights.h"
#include "nn_support.h"
#include "support.h"

namespace stemloop {

namespace {

using ::testing::HasSubstr;

SequenceNetConfig tiny_net(const std::string& layout, std::int64_t hidden) {
  SequenceNetConfig config;
  config.layout = layout;
  config.length = 24;
  config.noise = 8;
  config.hidden = hidden;
  config.blocks = 2;
  return config;
}

// Sequences of 16 letters; those of class 1 end in AG.
SymbolData letters(std::int64_t count, std::int64_t length) {
  SymbolData data;
  data.length = length;
  for (std::int64_t i = 0; i < count; ++i) {
    std::string sequence = testing::random_sequence(16, 0.5, 5, static_cast<std::uint64_t>(i));
    sequence.replace(14, 2, i % 2 == 0 ? "AG" : "CU");
    data.add(sequence_symbols(SequenceLayout::kStrand, sequence), i % 2 == 0 ? 1 : 0);
  }
  return data;
}

// 16 channels run on the kernels, 12 on torch's own operations.
class CriticGradient : public ::testing::TestWithParam<std::int64_t> {};
INSTANTIATE_TEST_SUITE_P(Channels, CriticGradient, ::testing::Values(16, 12));

TEST_P(CriticGradient, IsThatOfAutomaticDifferentiation) {
  torch::manual_seed(3);
  const SequenceNetConfig config = tiny_net("strand", GetParam());
  Critic critic(config);
  const Tensor real = one_hot_rows(letters(6, config.length), config.symbols(), torch::kCPU);
  const Tensor fake = torch::softmax(torch::randn({6, config.length, config.symbols()}), -1);
  const Tensor share = torch::rand({6});
  const CriticLoss loss = critic_gradient(*critic, real, fake, share, 10, 6);
  std::vector<Tensor> by_hand;
  for (const Tensor& p : critic->parameters()) by_hand.push_back(p.grad().clone());
  critic->zero_grad();
  const Tensor plain = plain_critic_loss(*critic, real, fake, share, 10);
  plain.backward();
  EXPECT_NEAR(loss.total, plain.item<double>(), 1e-4);
  std::size_t i = 0;
  for (const auto& p : critic->named_parameters()) {
    const Tensor difference = (by_hand[i++] - p.value().grad()).abs().max();
    EXPECT_LT(difference.item<double>(), 1e-4 * (1 + p.value().grad().abs().max().item<double>())) << p.key();
  }
}

TEST_P(CriticGradient, AddsUpOverProcesses) {
  torch::manual_seed(4);
  const SequenceNetConfig config = tiny_net("strand", GetParam());
  Critic critic(config);
  const Tensor real = one_hot_rows(letters(8, config.length), config.symbols(), torch::kCPU);
  const Tensor fake = torch::softmax(torch::randn({8, config.length, config.symbols()}), -1);
  const Tensor share = torch::rand({8});
  critic_gradient(*critic, real, fake, share, 10, 8);
  const Tensor whole = critic->parameters()[2].grad().clone();
  critic->zero_grad();
  for (int half = 0; half < 2; ++half)
    critic_gradient(*critic, real.narrow(0, 4 * half, 4), fake.narrow(0, 4 * half, 4), share.narrow(0, 4 * half, 4), 10,
                    8);
  EXPECT_LT((whole - critic->parameters()[2].grad()).abs().max().item<double>(), 1e-5);
}

TEST(Generator, GivesADistributionAtEveryPlace) {
  torch::manual_seed(1);
  const SequenceNetConfig config = tiny_net("columns", 16);
  Generator generator(config);
  const Tensor x =
      generator->forward({torch::randn({3, config.noise}), torch::rand({3})}, torch::zeros({3, config.length, 25}));
  EXPECT_EQ(x.sizes(), torch::IntArrayRef({3, 24, 25}));
  EXPECT_LT((x.sum(-1) - 1).abs().max().item<double>(), 1e-5);
}

TEST(Generator, FittedDrawsTheRealLengthsAndNoPadInside) {
  torch::manual_seed(1);
  SequenceNetConfig config = tiny_net("strand", 16);
  config.fitted = true;
  Generator generator(config);
  // One sequence of 12 letters and three of 16, which end in AG.
  SymbolData data;
  data.length = config.length;
  for (int i = 0; i < 4; ++i) {
    const std::string sequence =
        testing::random_sequence(i == 0 ? 10 : 14, 0.5, 5, static_cast<std::uint64_t>(i)) + "AG";
    data.add(sequence_symbols(SequenceLayout::kStrand, sequence), 1);
  }
  generator->fit(one_hot_rows(data, config.symbols(), torch::kCPU));
  // A quarter of the numbers in [0, 1) means the shorter length.
  const Tensor drawn = torch::linspace(0, 0.999, 100);
  const Tensor symbols = generator->logits({torch::randn({100, config.noise}), drawn}).argmax(-1);
  const Tensor length = (symbols != 0).sum(1);
  EXPECT_EQ((length == 12).sum().item<int>(), 25);
  EXPECT_EQ((length == 16).sum().item<int>(), 75);
  EXPECT_EQ((symbols.narrow(1, 16, 8) != 0).sum().item<int>(), 0);
  // The last letter is G (3) wherever it stands; weights that were not trained may spoil a few.
  EXPECT_GE((symbols.gather(1, (length - 1).unsqueeze(1)) == 3).sum().item<int>(), 90);
  EXPECT_EQ((symbols.narrow(1, 0, 12) == 0).sum().item<int>(), 0);
}

// Runs until `stop` steps are done.
class FeedbackStopper : public TrainWatcher {
 public:
  explicit FeedbackStopper(std::int64_t stop) : left_(stop) {}
  bool stop_asked() override { return left_-- == 0; }
  std::vector<double> analyze(const std::vector<std::string>& sequences) override {
    std::vector<double> scores;
    for (const std::string& s : sequences) scores.push_back(s.back() == 'G' ? 1 : 0);
    return scores;
  }
  // Whatever the letters: five pairs around a loop.
  std::vector<std::string> fold(const std::vector<std::string>& sequences) override {
    std::vector<std::string> structures;
    for (const std::string& s : sequences) {
      structures.emplace_back(s.size(), '.');
      if (s.size() < 2 * kPairs) continue;
      std::fill_n(structures.back().begin(), kPairs, '(');
      std::fill_n(structures.back().rbegin(), kPairs, ')');
    }
    folded_ += sequences.size();
    return structures;
  }
  [[nodiscard]] std::size_t folded() const { return folded_; }

 private:
  static constexpr std::size_t kPairs = 5;
  std::int64_t left_;
  std::size_t folded_ = 0;
};

// Sequences of 16 letters as columns.
SymbolData folded_letters(std::int64_t count, std::int64_t length) {
  SymbolData data;
  data.length = length;
  for (std::int64_t i = 0; i < count; ++i)
    data.add(sequence_symbols(SequenceLayout::kColumns,
                              testing::random_sequence(16, 0.5, 5, static_cast<std::uint64_t>(i)), "(((((......)))))"),
             1);
  return data;
}

class GanOfLayout : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Both, GanOfLayout, ::testing::Values("strand", "columns"));

TEST_P(GanOfLayout, ResumedRunRepeatsTheUninterruptedOne) {
  const testing::TemporaryFolder folder;
  const SequenceNetConfig config = tiny_net(GetParam(), 16);
  GanObjective objective = gan_preset("fbgan", "small").objective;
  objective.critic_steps = 2;
  objective.shortest = 1;
  objective.newest = 4;
  objective.refold = config.layout == "columns" ? 0.6 : 0;
  const SymbolData data = config.layout == "columns" ? folded_letters(20, config.length) : letters(20, config.length);
  TrainOptions options;
  options.epochs = 4;
  options.batch = 8;
  options.schedule = "constant";
  const auto train = [&](const std::string& run, std::int64_t stop, bool resume) {
    options.run_directory = folder.path(run);
    std::filesystem::create_directories(options.run_directory);
    FeedbackStopper watcher(stop);
    return torch_neural().train_gan(config, objective, data, {}, options, resume, watcher);
  };
  EXPECT_EQ(train("whole", -1, false).end, TrainEnd::kFinished);
  EXPECT_EQ(train("halves", 4, false).end, TrainEnd::kStopped);
  EXPECT_EQ(train("halves", -1, true).end, TrainEnd::kFinished);
  const auto weights = [&](const std::string& run) {
    return read_stored_model(folder.path(run) + "/model", kGanFamily).weights;
  };
  const TensorFile whole = weights("whole"), halves = weights("halves");
  ASSERT_EQ(whole.tensors.size(), halves.tensors.size());
  for (const auto& [name, tensor] : whole.tensors) EXPECT_EQ(tensor.bytes, halves.tensors.at(name).bytes) << name;
}

TEST(Gan, CriticSeesDrawnSequencesFoldedAnew) {
  const testing::TemporaryFolder folder;
  const SequenceNetConfig config = tiny_net("columns", 16);
  GanObjective objective = gan_preset("wgan", "small").objective;
  TrainOptions options;
  options.epochs = 5;
  options.batch = 8;
  const auto train = [&](double refold) {
    objective.refold = refold;
    options.run_directory = folder.path(std::to_string(refold));
    std::filesystem::create_directories(options.run_directory);
    FeedbackStopper watcher(-1);
    torch_neural().train_gan(config, objective, folded_letters(16, config.length), {}, options, false, watcher);
    return watcher.folded();
  };
  constexpr std::size_t kAnEpoch = 2 * 8;
  EXPECT_EQ(train(0), 0U);
  EXPECT_EQ(train(0.4), 2 * kAnEpoch);
  EXPECT_EQ(train(1), 5 * kAnEpoch);
  const auto weights = [&](double refold) {
    return read_stored_model(folder.path(std::to_string(refold)) + "/model", kGanFamily)
        .weights.tensors.at("last_weight")
        .bytes;
  };
  EXPECT_NE(weights(0), weights(0.4));
  // Letters of one strand do not fold here.
  const SequenceNetConfig strand = tiny_net("strand", 16);
  FeedbackStopper watcher(-1);
  EXPECT_THROW(torch_neural().train_gan(strand, objective, letters(16, strand.length), {}, options, false, watcher),
               Error);
}

TEST(Gan, DrawsDependOnTheirNumberAlone) {
  const testing::TemporaryFolder folder;
  torch::manual_seed(2);
  const SequenceNetConfig config = tiny_net("columns", 16);
  Generator generator(config);
  write_stored_model(folder.path("model"), kGanFamily, {sequence_net_json(config), "{}", weights_of(*generator)});
  const auto opened = torch_neural().open_generator(folder.path("model"), "cpu", 1);
  const auto all = opened->draw(100, 5, 0);
  const auto some = opened->draw(10, 5, 90);
  EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin() + 90));
}

class Architecture : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Architecture, ::testing::Values("residual", "convolutions", "mixed"));

TEST_P(Architecture, LearnsEndsAndKeepsThemOnDisk) {
  const testing::TemporaryFolder folder;
  SequenceNetConfig config = tiny_net("strand", 16);
  config.architecture = GetParam();
  const SymbolData train = letters(80, config.length), valid = letters(120, config.length);
  TrainOptions options;
  options.run_directory = folder.path("run");
  std::filesystem::create_directories(options.run_directory);
  options.epochs = 25;
  options.batch = 16;
  options.rate = 2e-3;
  TrainWatcher watcher;
  const TrainOutcome outcome = torch_neural().train_scorer(config, train, valid, options, false, watcher);
  EXPECT_LE(outcome.best_loss, 0.05);
  const auto scorer = torch_neural().open_scorer(folder.path("run") + "/model", "cpu", 1);
  const std::vector<float> p = scorer->score(valid);
  int right = 0;
  for (std::size_t i = 0; i < p.size(); ++i) right += (p[i] >= 0.5F) == (valid.labels[i] == 1) ? 1 : 0;
  EXPECT_NEAR(1 - right / 120.0, outcome.best_loss, 1e-9);
}

TEST(SequenceNetConfig, OtherFamiliesAreRefused) {
  const testing::TemporaryFolder folder;
  torch::manual_seed(2);
  const SequenceNetConfig config = tiny_net("strand", 16);
  Critic critic(config);
  write_stored_model(folder.path("model"), kCnnFamily, {sequence_net_json(config), "{}", weights_of(*critic)});
  try {
    torch_neural().open_generator(folder.path("model"), "cpu", 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("family 'cnn', not 'gan'"));
  }
}

}  // namespace
}  // namespace stemloop
