// Mirtron or canonical miRNA, wherever the sequence was cut: cut first, then judge. Mirtrons are short introns that
// fold to a hairpin: splicing, not Drosha, cuts their precursor, so that splice sites lie at its cuts, or, in tailed
// ones, at one of them. A model is a directory:
//   config.json              family "mirtron", checksums, measures, calibration, usual ranges, importance, figures
//   cuts/                    networks of cuts (of models/premirna)
//   booster.ubj              boosted trees on mirtron_measures(): mirtron against canonical
//   others.ubj               trees on the same: mirtron against introns and other RNAs that are none; if it was shown
//   index.safetensors        names, labels and word sketches of the training hairpins, if any; no sequence can be read
//                            from it
//   README.md                the card
//
// Log odds are the mean over all looks at a hairpin (mirtron_measures.h), on a logistic curve fitted to records left
// out of training. The reasons are the trees' own: what each measure adds to the log odds (Shapley values).
//
//   mirtron_measures.cpp     what the trees see        mirtron_shown.cpp      records as they are learned from
//   mirtron_folds.cpp        trees, out of fold        mirtron_training.cpp   from these to a model, its figures
//   mirtron_files.cpp        the directory             mirtron_told.cpp       a call in words, JSON, cells
//   known_hairpins.cpp       the training hairpins that go with the model
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "judge/classifier.h"
#include "judge/known_hairpins.h"
#include "judge/mirtron_measures.h"
#include "learn/learn.h"

namespace stemloop {

inline constexpr const char* kMirtronFamily = "mirtron";
inline const ClassNames kMirtronClasses = {"canonical", "mirtron"};
inline constexpr const char* kOtherRna = "other";
inline constexpr double kMirtronCalled = 0.5;

/// What a measure says for or against.
struct MirtronReason {
  std::size_t measure = 0;  // of mirtron_measures(); one beyond: all shares of words together
  float value = 0;          // at the first look; NaN: missing
  double log_odds = 0;      // above 0 speaks for a mirtron
};

struct MirtronCall {
  bool hairpin = false;                // false: there is none, and nothing below is said
  CutHairpin cut;                      // the hairpin that is likeliest a mirtron
  double probability = 0;              // of a mirtron, if it is a precursor, calibrated
  double against_others = 1;           // of a mirtron, if it is no canonical precursor; 1 of models that know no others
  double base = 0;                     // log odds before any measure is looked at
  std::vector<MirtronReason> reasons;  // the weightiest first; base and they sum to the log odds of `probability`
  std::optional<SpliceSite> donor, acceptor;  // at the cuts
  ClosestKnown closest;
  bool trained_on = false;  // a training hairpin has the same words: it is that one, or differs by a few letters
  bool outside = false;     // unlike the mirtrons and the canonical precursors it was trained on
  std::vector<std::string> unusual;  // why, in words
  /// "no hairpin", "canonical", "mirtron", or "other": nearer to mirtrons than to canonical precursors, but an intron
  /// or another RNA that is none.
  [[nodiscard]] std::string label() const;
};

/// One figure of cross-validation: its value, and 95 % of bootstrap draws of the records.
struct Figure {
  double mean = 0, low = 0, high = 0;
};
using Figures = std::map<std::string, Figure>;
inline constexpr const char* kFigureNames[] = {"accuracy", "sensitivity", "specificity", "mcc",
                                               "auroc",    "auprc",       "ece"};

/// A labelled sequence to learn from; scripts/mirtron_data.py writes tables of them.
struct MirtronRecord {
  std::string id, kind, sequence;  // kind: mirtron, canonical, or what else it is
  int label = 0;                   // 1 mirtron
  bool other = false;              // neither mirtron nor canonical
  std::int64_t group = 0;          // one is on one side of every fold
  float weight = 1;
  int flank5 = 0, flank3 = 0;        // letters of flank that it brings
  std::vector<std::string> parents;  // of synthetic records
};

/// Whether a table has the columns kind and group, as read_mirtron_records() wants them. Error if it cannot be read.
bool is_mirtron_table(const std::string& path);
/// Reads a table with columns id, kind (mirtron, canonical, or what else it is), group, weight, flank5, flank3,
/// sequence. Error with file and line.
std::vector<MirtronRecord> read_mirtron_records(const std::string& path);
struct SequenceSet;  // data/sequence_set.h
/// Records of a labelled set: 1 mirtrons, 0 canonical ones; near-duplicates are one group.
std::vector<MirtronRecord> mirtron_records(const SequenceSet& set, int threads);

struct MirtronTraining {
  BoosterOptions booster = {.rounds = 250, .depth = 4, .rate = 0.06, .rows = 0.7, .columns = 0.3};
  int folds = 5;
  int repeats = 1;  // of the cross-validation, with other folds
  int shown = 8;    // ways to show a mirtron; canonical ones are shown in as many, others in a third of them
  int threads = 1;
  std::uint64_t seed = 1;     // of folds, flanks and trees
  std::string cuts;           // directory of a model of cuts
  std::string origin = "{}";  // JSON kept in config.json
  std::string calls;          // TSV of what is said out of fold; empty: none
  std::function<void(const std::string&)> talk = [](const std::string&) {};
  /// Synthetic mirtrons to learn from beside the real ones: made of `records`, real mirtrons of the training part, to
  /// fill up `missing` that there are fewer than canonical ones; drawn by `seed`.
  std::function<std::vector<std::string>(std::span<const std::int64_t> records, std::int64_t missing,
                                         std::uint64_t seed)>
      augment;
};

class MirtronModel {
 public:
  /// Opens a directory; everything in it is checked. Error naming the file and what is wrong.
  static MirtronModel open(const std::string& directory);
  /// Trains on all records, calibrates and measures out of fold, writes and opens `directory`.
  /// Error, with nothing written, if a class has fewer different sequences than twice the folds.
  static MirtronModel train(const std::string& directory, std::span<const MirtronRecord> records,
                            const MirtronTraining& how);

  [[nodiscard]] const CutModel& cuts() const { return *cuts_; }
  /// One call a record: its sequence (RNA, upper case) and the hairpins a SplicedFinder found in it.
  [[nodiscard]] std::vector<MirtronCall> judge(std::span<const std::string_view> sequences,
                                               std::span<const std::vector<SplicedHairpin>* const> hairpins,
                                               bool reasons = true) const;

  [[nodiscard]] bool knows_others() const { return others_ != nullptr; }
  /// p = 1 / (1 + exp(-(slope * log odds + bias))), against canonical ones and against others.
  [[nodiscard]] const LogisticBlend& calibration() const { return calibration_; }
  [[nodiscard]] const LogisticBlend& calibration_of_others() const { return others_calibration_; }
  /// Measures with what they add to or take from the log odds of training hairpins on average, the weightiest first.
  [[nodiscard]] const std::vector<std::pair<std::string, double>>& importance() const { return importance_; }
  /// Out of fold, mirtron against canonical, by the way records were shown.
  [[nodiscard]] const std::map<std::string, Figures>& figures() const { return figures_; }
  /// Out of fold, of each kind of record: how many there are, and the share called mirtron.
  [[nodiscard]] const std::map<std::string, std::pair<std::int64_t, double>>& called() const { return called_; }

 private:
  friend class MirtronTrainer;
  MirtronModel() = default;
  void write(const std::string& directory, const MirtronTraining& how) const;
  void tell_outside(std::span<const float> look, MirtronCall& call) const;

  std::unique_ptr<CutModel> cuts_;
  std::vector<std::size_t> columns_;  // of mirtron_measures(), that the trees know
  std::unique_ptr<Booster> booster_, others_;
  LogisticBlend calibration_, others_calibration_;
  KnownHairpins known_;
  std::vector<MeasureRange> ranges_;                 // of the training precursors, of both classes
  double mirtron_gc_low_ = 0, mirtron_gc_high_ = 1;  // of the training mirtrons alone
  double mirtron_sites_ = 0;                         // score of both splice sites that half of those reach
  std::vector<std::pair<std::string, double>> importance_;
  std::map<std::string, Figures> figures_;
  std::map<std::string, std::pair<std::int64_t, double>> called_;
};

}  // namespace stemloop
