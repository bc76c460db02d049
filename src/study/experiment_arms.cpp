// experiment mirtron: synthetic mirtrons of every source.
#include <algorithm>
#include <filesystem>

#include "data/smote.h"
#include "net/net.h"
#include "study/analyzer.h"
#include "study/baselines.h"
#include "study/experiment_seeds.h"
#include "study/selector.h"
#include "study/sequence_quality.h"
#include "util/util.h"

namespace stemloop {

namespace {

// Sequences that can be used, in the order of their draws.
class Sieve {
 public:
  Sieve(const ExperimentOptions& options, std::int64_t wanted)
      : longest_(options.folding.max_length), wanted_(wanted) {}

  void offer(const std::string& sequence) {
    ++offered_;
    if (!done() && sequence.size() >= kShortest && sequence.size() <= longest_) kept_.push_back(sequence);
  }
  [[nodiscard]] bool done() const { return static_cast<std::int64_t>(kept_.size()) >= wanted_; }
  std::vector<std::string> finish(const std::string& source) {
    require(done(), "{}: only {} of {} draws can be used as synthetic mirtrons, {} are wanted", source, kept_.size(),
            offered_, wanted_);
    return std::move(kept_);
  }

 private:
  std::size_t longest_;
  std::int64_t wanted_, offered_ = 0;
  std::vector<std::string> kept_;
};

constexpr std::int64_t kTries = 50;  // draws for each sequence wanted
constexpr std::int64_t kDrawn = 256;

std::vector<std::string> draw_smote(const ExperimentOptions& c, const std::string& source, const SequenceSet& mirtrons,
                                    std::int64_t count, std::uint64_t seed) {
  SmoteOptions smote;
  smote.mode = source == "smote-a"   ? SmoteMode::kReject
               : source == "smote-b" ? SmoteMode::kFill
               : source == "smote-c" ? SmoteMode::kDelete
                                     : SmoteMode::kAligned;
  smote.seed = seed_for(seed, kDrawSmote);
  smote.threads = c.common.threads;
  const Smote maker(mirtrons.sequences, mirtrons.structures, smote);
  Sieve sieve(c, count);
  for (std::int64_t drawn = 0; !sieve.done() && drawn < kTries * count; drawn += kDrawn) {
    for (const SyntheticSequence& one : maker.draw(drawn, kDrawn)) sieve.offer(one.sequence);
  }
  return sieve.finish(source);
}

// The i-th draw is made from the i-th mirtron, round and round.
std::vector<std::string> draw_control(const ExperimentOptions& c, const std::string& source,
                                      const SequenceSet& mirtrons, std::int64_t count, std::uint64_t seed) {
  Sieve sieve(c, count);
  const std::size_t rounds = static_cast<std::size_t>(kTries) + static_cast<std::size_t>(count) / mirtrons.size();
  for (std::size_t round = 0; !sieve.done() && round < rounds; ++round) {
    const std::vector<std::string> drawn =
        source == "oversample"
            ? mirtrons.sequences
            : baseline_set(mirtrons.sequences, source == "markov" ? Baseline::kMarkov : Baseline::kDinucleotides,
                           Random(seed, kDrawControl).next() + round);
    for (const std::string& sequence : drawn) sieve.offer(sequence);
  }
  return sieve.finish(source);
}

// Says nothing; folds, and asks the analyzer of an FBGAN.
class QuietWatcher : public TrainWatcher {
 public:
  QuietWatcher(Analyzer* analyzer, const FoldingOptions& folding) : analyzer_(analyzer), folder_(load_model(folding)) {}
  std::vector<double> analyze(const std::vector<std::string>& sequences) override {
    return analyzer_->score(sequences);
  }
  std::vector<std::string> fold(const std::vector<std::string>& sequences) override {
    return folder_.structures(sequences);
  }

 private:
  Analyzer* analyzer_;
  SequenceFolder folder_;
};

// A generator learns from the mirtrons its layout can hold: those of one hairpin, or of 121 nt.
SymbolData rows_for_generator(const SequenceSet& mirtrons, SequenceNetConfig& network) {
  constexpr std::size_t kStep = 8;
  const SequenceLayout layout = sequence_layout(network.layout);
  const bool strand = layout == SequenceLayout::kStrand;
  std::vector<std::vector<std::uint8_t>> rows;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < mirtrons.size(); ++i) {
    if (!strand && lay_out(mirtrons.sequences[i], mirtrons.structures[i]).hairpins != 1) continue;
    auto row = sequence_symbols(layout, mirtrons.sequences[i], mirtrons.structures[i]);
    if (strand && row.size() > static_cast<std::size_t>(network.length)) continue;
    longest = std::max(longest, row.size());
    rows.push_back(std::move(row));
  }
  if (!strand) network.length = static_cast<std::int64_t>((longest + kStep - 1) / kStep * kStep);
  SymbolData data;
  data.length = network.length;
  for (const auto& row : rows) data.add(row, 1);
  return data;
}

void train_generator(const ExperimentOptions& c, const std::string& model, const SequenceSet& mirtrons,
                     std::uint64_t seed, const std::string& directory) {
  GanPreset preset = gan_preset(model, c.gan_size);
  const SymbolData data = rows_for_generator(mirtrons, preset.network);
  TrainOptions train;
  train.run_directory = directory;
  train.device = c.device;
  train.threads = c.common.threads;
  train.seed = seed_for(seed, kTrainGan);
  constexpr std::int64_t kBatch = 32;
  train.batch = std::min(kBatch, data.size());
  // With feedback, accepted sequences make an epoch longer.
  const std::int64_t rows = data.size() + (preset.objective.feedback ? preset.objective.newest : 0);
  const std::int64_t steps_per_epoch = std::max<std::int64_t>(1, rows / train.batch);
  train.epochs = c.gan_steps > 0 ? (c.gan_steps + steps_per_epoch - 1) / steps_per_epoch : c.gan_epochs;
  train.rate = c.gan_rate;
  train.schedule = "constant";
  train.warm_steps = 0;
  const auto analyzer = preset.objective.feedback ? structure_analyzer(mirtrons, c.folding) : nullptr;
  QuietWatcher watcher(analyzer.get(), c.folding);
  const bool resume = std::filesystem::exists(directory + "/checkpoint.safetensors");
  if (!resume) std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  neural().train_gan(preset.network, preset.objective, data, {}, train, resume, watcher);
}

std::vector<std::string> draws_of(SequenceGenerator& generator, std::int64_t count, std::uint64_t seed,
                                  std::int64_t first) {
  std::vector<std::string> usable;
  for (auto& one : generator.draw(count, seed, static_cast<std::uint64_t>(first))) {
    if (one && one->size() >= kShortest) usable.push_back(std::move(*one));
  }
  return usable;
}

// Tells draws from the training mirtrons of the fold alone.
Selector selector_of(const ExperimentOptions& c, SequenceGenerator& generator, const SequenceSet& mirtrons,
                     std::uint64_t seed) {
  constexpr std::int64_t kDrawnForOne = 10, kMost = 2000;
  constexpr std::int64_t kFirst = std::int64_t{1} << 32U;  // none of the draws that are kept
  QualityOptions all;
  all.most = kMost;
  all.threads = c.common.threads;
  const auto energy = load_model(c.folding);
  const std::int64_t drawn = std::min(kMost, kDrawnForOne * std::ssize(mirtrons.sequences));
  return fit_selector(measure_set(mirtrons.sequences, energy, all),
                      measure_set(draws_of(generator, drawn, seed, kFirst), energy, all), c.folding.parameters);
}

std::vector<std::string> draw_generator(const ExperimentOptions& c, const std::string& source,
                                        const SequenceSet& mirtrons, std::int64_t count, std::uint64_t seed,
                                        const std::string& directory) {
  const std::string model = generator_of(source);
  // "finished" stands in the folder once the model is that of the last epoch.
  const std::string mark = directory + "/finished";
  if (!std::filesystem::exists(mark)) {
    train_generator(c, model, mirtrons, seed, directory);
    replace_file(mark, "");
    std::filesystem::remove(directory + "/checkpoint.safetensors");
  }
  const auto generator = neural().open_generator(directory + "/model", c.device, c.common.threads);
  const std::uint64_t draw_seed = seed_for(seed, kDrawGan);
  std::optional<Selector> selector;
  if (source != model) selector = selector_of(c, *generator, mirtrons, draw_seed);
  const auto energy = load_model(c.folding);
  QualityOptions all;
  all.most = kDrawn;
  all.threads = c.common.threads;
  Sieve sieve(c, count);
  for (std::int64_t drawn = 0; !sieve.done() && drawn < kTries * count; drawn += kDrawn) {
    std::vector<std::string> batch = draws_of(*generator, kDrawn, draw_seed, drawn);
    if (batch.empty()) continue;
    std::vector<double> keep(batch.size(), 1);
    if (selector) keep = keep_probabilities(*selector, measure_set(batch, energy, all));
    Random random(seed_for(seed, kSelect), static_cast<std::uint64_t>(drawn));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (random.uniform() < keep[i]) sieve.offer(batch[i]);
    }
  }
  return sieve.finish(source);
}

}  // namespace

std::vector<std::string> draw_mirtrons(const ExperimentOptions& c, const std::string& source,
                                       const SequenceSet& mirtrons, std::int64_t count, std::uint64_t seed,
                                       const std::string& directory) {
  if (is_generator(source)) return draw_generator(c, source, mirtrons, count, seed, directory);
  if (std::find(std::begin(kControls), std::end(kControls), source) != std::end(kControls))
    return draw_control(c, source, mirtrons, count, seed);
  return draw_smote(c, source, mirtrons, count, seed);
}

}  // namespace stemloop
