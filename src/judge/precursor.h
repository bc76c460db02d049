// Pre-miRNA or not, wherever the sequence comes from: cut first, then judge.
//
//   sequence -> stem-loops (fold/local.h) -> the four cuts of each (arms) -> measures of that (hairpin_measures.h)
//            -> boosted trees -> calibrated probability -> the best hairpin's, the others listed
//
// So neither length nor flanks nor the place where somebody cut the sequence count, and no hairpin is an answer. A
// model is a directory:
//   config.json             family "precursor", checksums, calibration, prior, figures, how it was trained
//   cuts/                   networks of cuts that were shown what is no precursor too; their log odds are a measure
//   booster.ubj             boosted trees on hairpin_measures()
//   first.ubj               trees on first_measures(), which a scan asks before
//   percentiles.safetensors of every measure among pre-miRNAs and among others
//   tree/                   network and latent tree that describe a hairpin beside the call (network_words.h); may be
//   missing README.md               the card
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fold/fold.h"
#include "fold/local.h"
#include "judge/hairpin_measures.h"
#include "judge/labelled_rows.h"
#include "learn/learn.h"

namespace stemloop {

inline constexpr const char* kPrecursorFamily = "precursor";
inline constexpr const char* kPrecursorCuts = "cuts";  // directory of its networks of cuts
/// Directory of a model of the family premirna, learnt from hairpins as these are cut out: what its network says in
/// words stands beside the call. A model may be without.
inline constexpr const char* kPrecursorTree = "tree";
inline constexpr const char* kNoHairpin = "no hairpin";

/// A hairpin found in a sequence, cut and measured.
struct FoundHairpin {
  CutHairpin cut;
  std::vector<float> measures;  // hairpin_measures()
  int of = 1;                   // hairpins of the record that are judged: any of them may be the precursor
};

/// Stem-loops of a record whose cuts are predicted, and that are judged, at most.
inline constexpr std::size_t kMostStems = 8;
inline constexpr int kMostHairpins = 4;
/// Nats by which a stem-loop may be cut less clearly than the record's clearest and still be judged.
inline constexpr float kClearlyWorse = 4;

/// A stem-loop and its four cuts.
struct StemCuts {
  LocalStemLoop stem;
  ArmCall arms;
};

/// Share of the precursors of training that may lie below PrecursorClassifier::least_cut_log_odds().
inline constexpr double kGateLoss = 0.02;
/// Share of the hairpins of precursors that are called that a first look may lose.
inline constexpr double kFirstLookLoss = 0.003;

/// Memory of one worker.
class HairpinFinder {
 public:
  explicit HairpinFinder(const CutModel& cuts);
  /// Hairpins of `sequence` (RNA, upper case), at most `most`, the most clearly cut first; those cut clearly worse are
  /// left out.
  std::vector<FoundHairpin> find(std::string_view sequence, int most);

  /// The two steps of it. The `kMostStems` best-scored stem-loops that can be cut, the most clearly cut first.
  std::vector<StemCuts> stems(std::string_view sequence);
  /// Nothing if what lies between the cuts does not fold.
  std::optional<FoundHairpin> measure(std::string_view sequence, StemCuts stem);

 private:
  const CutModel* cuts_;
  CutModel::Scratch scratch_;
  LocalFolder local_;
  Folder folder_;
};

/// What a measure says for or against.
struct Reason {
  std::size_t measure = 0;                        // of hairpin_measures()
  float value = 0;                                // NaN: missing
  double log_odds = 0;                            // above 0 speaks for a pre-miRNA
  double among_precursors = 0, among_others = 0;  // share of each that have less, 0 to 1; NaN where missing
};

/// What is said of one hairpin.
struct PrecursorCall {
  float log_odds = 0;  // of the trees, less the logarithm of FoundHairpin::of; before calibration
  double probability = 0;
  bool outside = false;              // measures lie where hardly any training hairpin does
  std::vector<std::string> unusual;  // which, in words
  std::vector<Reason> reasons;       // weightiest first; words are summed up as one measure "composition"
};

/// How calls spread on validation records of one kind (or length, or flank).
struct PrecursorFigure {
  std::string kind;
  int label = 0;
  std::int64_t records = 0;
  double called = 0;  // share at the threshold of the prior
};

class PrecursorClassifier {
 public:
  /// Everything in the directory is checked. Error naming the file and what is wrong.
  static PrecursorClassifier open(const std::string& directory);

  [[nodiscard]] const CutModel& cuts() const { return *cuts_; }
  /// One call a row of hairpin_measures(), at a prior probability of `prior`; with reasons if wanted (they cost).
  [[nodiscard]] std::vector<PrecursorCall> judge(std::span<const FoundHairpin* const> hairpins, double prior,
                                                 bool reasons) const;
  /// Log odds of the cuts that hardly any precursor falls below (kGateLoss of them); a scan judges no stem-loop that
  /// does.
  [[nodiscard]] double least_cut_log_odds() const { return least_cut_log_odds_; }
  /// Whether a first look (first_look.h) at each of the rows finds it worth judging; a scan judges no others.
  [[nodiscard]] std::vector<bool> worth_judging(const Matrix& first_measures) const;
  /// The prior the probabilities hold for unless another is asked for.
  [[nodiscard]] double prior() const { return prior_; }
  [[nodiscard]] const std::vector<PrecursorFigure>& figures() const { return figures_; }
  /// Share of precursors and of others whose probability (at prior()) is at least `threshold`, on validation records.
  [[nodiscard]] std::pair<double, double> called_at(double threshold) const;

 private:
  friend class PrecursorTraining;
  std::unique_ptr<CutModel> cuts_;
  std::unique_ptr<Booster> booster_, first_;
  LogisticBlend calibration_;  // log odds of the trees to those at equal numbers
  double prior_ = 0.5, least_cut_log_odds_ = 0, least_first_log_odds_ = 0;
  Matrix percentiles_;                        // 2 x measures rows of kPercentiles values: precursors, others
  std::vector<std::array<double, 3>> curve_;  // threshold, share of precursors, share of others
  std::vector<PrecursorFigure> figures_;
};

/// Log odds that one of so many hairpins is the precursor of its record, each having been as likely as the others.
float log_odds_of_one(float log_odds, int hairpins);

/// Expected precision where a share `prior` of the candidates are precursors: of a cut that `sensitivity` of the
/// precursors and `false_positives` of the others pass.
double precision_at(double prior, double sensitivity, double false_positives);

/// A labelled record to learn from; see scripts/world_data.py.
struct WorldRecord : LabelledRow {
  int label = 0;
  KnownCuts cuts = kNothingKnown;
};

/// Reads a table with columns id, label, kind, group, weight, flank5, flank3, sequence and the four cuts. Error with
/// file and line.
std::vector<WorldRecord> read_world(const std::string& path);

struct PrecursorTrainingOptions {
  BoosterOptions booster = {.rounds = 400, .depth = 4, .rate = 0.1, .rows = 0.7, .columns = 0.3};
  /// Of a first look: fewer trees.
  BoosterOptions first_booster = {.rounds = 150, .depth = 4, .rate = 0.15, .rows = 0.7, .columns = 0.5};
  int folds = 5;
  int epochs = 12;    // of the networks of cuts
  int channels = 32;  // of these
  double prior = 0.5;
  int threads = 1;
  std::uint64_t seed = 1;
  std::string networks;  // directory where networks of cuts are kept between runs; empty: trained anew
  std::string left_out;  // measures whose names begin so are not learnt from; empty: all are
  std::string calls;     // TSV of what is said of every record out of fold; empty: none
  std::string origin = "{}";
  std::function<void(const std::string&)> talk = [](const std::string&) {};
};

/// Trains and writes `directory`. The groups are dealt into three parts; three networks of cuts, each on the records of
/// two of them, measure those of the third. Trees learn from these measures and are validated by group over `folds`,
/// which calibrates them. The model has a fourth network, trained on all groups, and trees of all records. Error, with
/// nothing written, if one class is missing.
void train_precursor(const std::string& directory, std::span<const WorldRecord> records,
                     const PrecursorTrainingOptions& how);

}  // namespace stemloop
