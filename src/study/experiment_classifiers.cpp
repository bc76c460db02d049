// experiment mirtron: what classifiers see of a sequence, and the classifiers.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "features/features.h"
#include "learn/learn.h"
#include "net/net.h"
#include "study/experiment_seeds.h"

namespace stemloop {

namespace {

// As in the published experiments: letters beyond the last place are cut off.
SymbolData symbols_of(const Shown& records) {
  SymbolData data;
  data.length = kLongestStrand;
  for (std::size_t i = 0; i < records.size(); ++i)
    data.add(
        sequence_symbols(SequenceLayout::kStrand, std::string_view(records.sequences[i]).substr(0, kLongestStrand)),
        records.labels[i]);
  return data;
}

std::vector<float> run_cnn(const ExperimentOptions& c, const std::string& classifier, const Shown& train,
                           const Shown& valid, const Shown& test, std::uint64_t seed, const std::string& directory) {
  SequenceNetConfig network = gan_preset("cnn", "small").network;
  network.architecture = classifier == "cnn-zheng" ? "convolutions" : "mixed";
  network.length = kLongestStrand;
  TrainOptions how;
  how.run_directory = directory;
  how.device = c.device;
  how.threads = c.common.threads;
  how.seed = seed_for(seed, kTrainCnn);
  how.epochs = c.cnn_epochs;
  how.rate = c.cnn_rate;
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  TrainWatcher silent;
  neural().train_scorer(network, symbols_of(train), symbols_of(valid), how, false, silent);
  auto scores = neural().open_scorer(directory + "/model", c.device, c.common.threads)->score(symbols_of(test));
  std::filesystem::remove_all(directory);
  return scores;
}

std::vector<float> run_booster(const Shown& train, const Shown& test, bool weighted, std::uint64_t seed) {
  BoosterOptions how;
  how.seed = static_cast<int>(seed_for(seed, kTrainBooster));
  const std::vector<float> weights = weighted ? balancing_weights(train.labels) : std::vector<float>();
  const auto logits = train_xgboost(train.rows, train.labels, how, weights)->logits(test.rows);
  std::vector<float> probabilities;
  probabilities.reserve(logits.size());
  for (const float logit : logits) probabilities.push_back(1 / (1 + std::exp(-logit)));
  return probabilities;
}

}  // namespace

Shown Shown::select(std::span<const std::int64_t> records) const {
  Shown chosen;
  for (const std::int64_t i : records) {
    chosen.sequences.push_back(sequences[static_cast<std::size_t>(i)]);
    chosen.labels.push_back(labels[static_cast<std::size_t>(i)]);
  }
  chosen.rows = rows.select(records);
  return chosen;
}

void Shown::append(const Shown& more) {
  sequences.insert(sequences.end(), more.sequences.begin(), more.sequences.end());
  labels.insert(labels.end(), more.labels.begin(), more.labels.end());
  rows.values.insert(rows.values.end(), more.rows.values.begin(), more.rows.values.end());
  rows.rows += more.rows.rows;
  rows.columns = std::max(rows.columns, more.rows.columns);
}

Shown show(std::span<const std::string> sequences, std::span<const std::uint8_t> labels, const std::string& ends,
           const std::shared_ptr<const Model>& model, int threads) {
  Shown records;
  for (const std::string& sequence : sequences) records.sequences.push_back(shown(sequence, ends));
  records.labels.assign(labels.begin(), labels.end());
  records.rows = feature_rows(records.sequences, model, threads);
  return records;
}

bool is_neural(const std::string& classifier) { return classifier == "cnn-zheng" || classifier == "cnn-aziz"; }

std::vector<float> train_and_test(const ExperimentOptions& c, const std::string& classifier, const Shown& train,
                                  const Shown& valid, const Shown& test, bool weighted, std::uint64_t seed,
                                  const std::string& directory) {
  if (classifier == kRule) {
    std::vector<float> calls;
    for (const std::string& sequence : test.sequences) calls.push_back(sequence.ends_with("AG") ? 1.0F : 0.0F);
    return calls;
  }
  if (is_neural(classifier)) return run_cnn(c, classifier, train, valid, test, seed, directory);
  Shown all = train;
  all.append(valid);
  if (classifier == "boosted") return run_booster(all, test, weighted, seed);
  LearnerOptions how;
  how.balanced = weighted;
  how.seed = seed_for(seed, kTrainForest);
  const auto* const kind = std::find_if(std::begin(kLearnerKinds), std::end(kLearnerKinds),
                                        [&](LearnerKind one) { return classifier == learner_name(one); });
  require(kind != std::end(kLearnerKinds), "there is no classifier '{}'", classifier);
  if (*kind == LearnerKind::kLogistic) how.c = 0.1;  // of columns this many and this alike
  return Learner::train(*kind, all.rows, all.labels, how)->probabilities(test.rows);
}

}  // namespace stemloop
