// The door to the neural library, free of libtorch. The library (libstemloop_neural.so) is opened when it is first
// needed: commands without a network start in milliseconds.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/data.h"
#include "hairpin/hairpin.h"
#include "net/config.h"

namespace stemloop {

struct TrainOptions {
  std::string run_directory;
  std::string origin = "{}";       // JSON object kept in the model's config.json: data, command, energy parameters
  std::string start;               // model directory whose weights the run begins with; empty: drawn by the seed
  std::string device = "auto";     // auto, cpu, cuda, cuda:N
  std::string precision = "tf32";  // of products on a GPU: fp32, tf32, bf16 (convolutions and normalisation alone)
  bool recorded = false;           // DIVA, one process: a step is recorded once (CUDA graph) and played from there on
  int threads = 1;
  std::uint64_t seed = 1;
  std::int64_t epochs = 30;
  std::int64_t batch = 64;          // of all processes together
  double rate = 1e-3;               // Adam's step size
  std::string schedule = "cosine";  // constant, or cosine to a hundredth of the rate after a linear start
  double clip = 0;                  // longest gradient, 0 for no limit
  std::int64_t warm_steps = 200;    // linear start of the step size, at most a twentieth of the run
  double mutate = 0;                // share of positions substituted at each visit, the structure kept
  double graft = 0;                 // share of the visits at which the loop end is that of another of the class
  double counterfactual = 0;        // share of the visits at which a hairpin is drawn with other bonds than encoded
  double even_lengths = 0;          // how far records are visited evenly over their lengths, in [0, 1]
  std::int64_t validate_every = 1;  // epochs between validations, after which a better model is kept; the last always
  std::int64_t patience = 0;        // validations without a better loss before it stops; 0 for never
  double checkpoint_seconds = 300;
};

/// What a training run tells while it runs.
struct TrainProgress {
  std::int64_t epoch = 0;  // finished or in progress, from 0
  std::int64_t step = 0;
  std::int64_t steps = 0;  // of the whole run
  double records_per_second = 0;
  double loss = 0;  // mean of the epoch so far
  double learning_rate = 0;
};

class TrainWatcher {
 public:
  virtual ~TrainWatcher() = default;
  virtual void progress(const TrainProgress&) {}
  /// One finished line of metrics.jsonl.
  virtual void metrics(const std::string& /*json*/) {}
  /// True once the run should write a checkpoint and end.
  virtual bool stop_asked() { return false; }
  /// Generators: how good drawn sequences are; the first number, called "loss", decides which epoch is kept. Empty: the
  /// last epoch is kept.
  virtual std::vector<std::pair<std::string, double>> judge(const std::vector<std::string>& /*sequences*/) {
    return {};
  }
  /// FBGAN: how likely each drawn sequence is one of those wanted, in [0, 1].
  virtual std::vector<double> analyze(const std::vector<std::string>& sequences) {
    return std::vector<double>(sequences.size(), 0.0);
  }
  /// Generators of columns with GanObjective::refold: the structure each drawn sequence folds into, as dot-bracket.
  virtual std::vector<std::string> fold(const std::vector<std::string>& sequences) {
    std::vector<std::string> open;
    open.reserve(sequences.size());
    for (const std::string& sequence : sequences) open.emplace_back(sequence.size(), '.');
    return open;
  }
};

/// Sequences to learn from, as rows of symbols (data/sequence_code.h), padded to one length.
struct SymbolData {
  std::int64_t length = 0;
  std::vector<std::uint8_t> symbols;  // N x length
  std::vector<std::uint8_t> labels;   // N

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  [[nodiscard]] std::span<const std::uint8_t> row(std::int64_t record) const {
    return {symbols.data() + record * length, static_cast<std::size_t>(length)};
  }
  /// Error if there are more symbols than `length`.
  void add(std::span<const std::uint8_t> unpadded, int label);
};

/// How a generator is watched while it trains.
struct GanOptions {
  std::int64_t judge_every = 0;  // epochs; 0: never, the last epoch is kept
  std::int64_t judged = 500;     // sequences drawn for it
};

enum class TrainEnd : std::uint8_t { kFinished, kEarly, kStopped };

struct TrainOutcome {
  TrainEnd end = TrainEnd::kFinished;
  std::int64_t epochs = 0;      // finished
  std::int64_t best_epoch = 0;  // its weights are in RUN/model
  double best_loss = 0;
  double seconds = 0;  // of this call
};

/// One latent space of encoded hairpins; all N x 64.
struct EncodedLatent {
  std::string name;  // "x", "y", "m"
  Matrix mu, sigma;
  Matrix z;  // the flow's output from mu: what the decoder takes
};

struct Encoded {
  std::vector<EncodedLatent> latents;
  std::vector<float> class_from_y, class_from_m;  // probability of class 1; empty without these latents
};

struct ReadOut {
  /// false: the most probable bars, each for itself; true: the most probable whole hairpin, whose strands meet in one
  /// terminal loop and whose heights are those of its letters and pairs.
  bool hairpin = false;
  double temperature = 0;  // 0: the most probable bars; else colours and heights are drawn
  std::uint64_t seed = 1;
  std::uint64_t first_item = 0;  // record i draws from (seed, first_item + i)
};

/// A trained network, for use.
class HairpinNetwork {
 public:
  virtual ~HairpinNetwork() = default;
  [[nodiscard]] virtual const DivaConfig& config() const = 0;
  /// What the trainer wrote into config.json: a JSON object with "origin" and "metrics".
  [[nodiscard]] virtual const std::string& training() const = 0;
  /// Bond patterns of training hairpins of a class: what the prior of z_m is asked for when no pattern is given.
  [[nodiscard]] virtual const std::vector<std::array<std::uint8_t, kBondLength>>& bond_patterns(int label) const = 0;
  /// Whether several threads may encode and decode at once.
  [[nodiscard]] virtual bool concurrent() const { return false; }
  virtual Encoded encode(std::span<const Picture> pictures) = 0;
  /// z: N x (latents * 64), side by side in the order x, y, m. Every picture is valid: bars from column 0 without a
  /// gap.
  virtual std::vector<Picture> decode(const Matrix& z, const ReadOut& read_out) = 0;
  /// Whether the model knows how training hairpins fill its latents (models of earlier versions do not).
  [[nodiscard]] virtual bool knows_latents() const = 0;
  /// Draws of all latents but z_m, side by side, from a normal distribution like that of training hairpins of the
  /// class: N x 128 (N x 64 of models with one latent). REQUIRES: knows_latents().
  virtual Matrix draw_like_training(std::span<const std::uint8_t> labels, double temperature, std::uint64_t seed,
                                    std::uint64_t first_item) = 0;
  /// Draws from the priors, N x 64; temperature scales sigma. REQUIRES: the latents y, m for the last two.
  virtual Matrix draw_rest(std::int64_t count, double temperature, std::uint64_t seed, std::uint64_t first_item) = 0;
  virtual Matrix draw_for_class(std::span<const std::uint8_t> labels, double temperature, std::uint64_t seed,
                                std::uint64_t first_item) = 0;
  virtual Matrix draw_for_bonds(std::span<const std::array<std::uint8_t, kBondLength>> bonds, double temperature,
                                std::uint64_t seed, std::uint64_t first_item) = 0;
  /// z_m of hairpins with the bonds `from`, as it would be with the bonds `to`: what those bonds do not tell of it, in
  /// deviations of the prior, is a share `kept` of its own and for the rest drawn (a counterfactual: Pawlowski, Castro
  /// & Glocker 2020). Kept 0 is draw_for_bonds(to), kept 1 draws nothing. REQUIRES: the latent m.
  virtual Matrix move_bonds(const Matrix& z_m, std::span<const std::array<std::uint8_t, kBondLength>> from,
                            std::span<const std::array<std::uint8_t, kBondLength>> to, double kept, double temperature,
                            std::uint64_t seed, std::uint64_t first_item) = 0;
};

/// A trained generator of sequences, for use.
class SequenceGenerator {
 public:
  virtual ~SequenceGenerator() = default;
  [[nodiscard]] virtual const SequenceNetConfig& config() const = 0;
  [[nodiscard]] virtual const std::string& training() const = 0;  // as HairpinNetwork's
  /// Draws number first, first + 1, ...; each depends on the seed and its number alone. None where the network drew a
  /// pad inside a sequence.
  virtual std::vector<std::optional<std::string>> draw(std::int64_t count, std::uint64_t seed, std::uint64_t first) = 0;
};

/// A trained classifier of sequences (the CNN analyzer), for use.
class SequenceScorer {
 public:
  virtual ~SequenceScorer() = default;
  [[nodiscard]] virtual const SequenceNetConfig& config() const = 0;
  /// Probability of class 1 of each row. REQUIRES: rows of config().length symbols of its layout.
  virtual std::vector<float> score(const SymbolData& data) = 0;
};

/// The neural library.
class Neural {
 public:
  virtual ~Neural() = default;
  /// "libtorch 1.13.0, cpu" and the like.
  [[nodiscard]] virtual std::string version() const = 0;
  /// Trains into options.run_directory (see docs/formats.md), or goes on with what lies there if `resume`.
  virtual TrainOutcome train(const DivaConfig& config, const DivaObjective& objective, const PictureData& train,
                             const PictureData& valid, const TrainOptions& options, bool resume,
                             TrainWatcher& watcher) = 0;
  /// Opens a model directory (config.json, model.safetensors).
  virtual std::unique_ptr<HairpinNetwork> open(const std::string& directory, const std::string& device,
                                               int threads) = 0;
  /// Trains a generator on all records into options.run_directory.
  virtual TrainOutcome train_gan(const SequenceNetConfig& config, const GanObjective& objective, const SymbolData& data,
                                 const GanOptions& gan, const TrainOptions& options, bool resume,
                                 TrainWatcher& watcher) = 0;
  /// Trains a classifier of sequences; the epoch of the best accuracy on `valid` is kept.
  virtual TrainOutcome train_scorer(const SequenceNetConfig& config, const SymbolData& train, const SymbolData& valid,
                                    const TrainOptions& options, bool resume, TrainWatcher& watcher) = 0;
  virtual std::unique_ptr<SequenceGenerator> open_generator(const std::string& directory, const std::string& device,
                                                            int threads) = 0;
  virtual std::unique_ptr<SequenceScorer> open_scorer(const std::string& directory, const std::string& device,
                                                      int threads) = 0;
};

/// Opens the library at the first call. Error if this build has none or it cannot be opened.
Neural& neural();

}  // namespace stemloop
