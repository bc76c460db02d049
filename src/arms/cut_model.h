// Predicts the four cuts of a precursor from its letters and its fold, whatever flanks it came with.
//
//   const CutModel model = CutModel::open("models/arms");
//   CutModel::Scratch scratch = model.scratch();             // one per worker
//   std::optional<ArmCall> call = model.predict(sequence, scratch);
//
// What is looked at are the sequence's stem-loops, each with some letters beyond it, found by local folding (Turner
// 2004, 37 C; CutSettings::local), or windows of some letters on either side of a terminal loop, each folded on its
// own. So neither far flanks nor the caller's folding options change the answer.
#pragma once

#include <array>
#include <limits>
#include <memory>
#include <optional>

#include "arms/cuts.h"
#include "fold/fold.h"
#include "fold/local.h"

namespace stemloop {

/// Which arm is likelier loaded.
enum class Guide : char { k5p, k3p, kNotTold };

struct ArmCall {
  Cuts cuts;
  KnownCuts given = kNothingKnown;  // those that were known and not predicted
  StemLoop stem;                    // in the sequence that was asked about
  std::string structure;            // of the whole sequence: the window's fold, dots outside it
  /// Calibrated probabilities that a cut is off by at most 0, 1, 2 letters.
  std::array<std::array<float, 3>, kCuts> within{};
  std::array<float, kCuts> entropy{};  // bits, of each cut's distribution over positions
  float log_odds = 0;         // nats: how much likelier some four cuts are than none at all, as trained (see the card)
  float log_probability = 0;  // nats, of `cuts` among all quadruples
  Overhangs overhang;
  Guide guide = Guide::kNotTold;
  float guide_5p = 0.5F;  // probability that the 5p arm is the guide
  std::string guide_why;  // the signs that speak for it; empty if it is not told
  /// Raw probability of every cut (columns, as kCutNames) at boundaries track_begin, track_begin + 1, ...
  std::vector<float> track;
  int track_begin = 0;
  std::string fault;  // why these arms cannot be (arm_fault()); empty if they can
  [[nodiscard]] bool plausible() const { return fault.empty(); }
};

/// What is known of a record beforehand.
struct CutContext {
  KnownCuts known = kNothingKnown;
  /// Letters of flank that records have outside Drosha's cuts, negative: nothing known; of them an error of so many
  /// letters is usual.
  double flank = -1, flank_error = 15;
  Convention convention = Convention::kMirbase;
};

struct CutNetwork;
struct CutWindow;

/// What of a model is neither weights nor their shape.
struct CutSettings {
  /// Whether windows are those of local stem-loops (local_window.h), which have no reach.
  bool local = false;
  /// Letters looked at on either side of the middle of the terminal loop; of several the fold that is likelier cut
  /// counts.
  std::vector<int> reaches = {64, 44};
  /// Of being off by at most 0, 1, 2 letters: slope and bias that turn the raw probability's logit into the real one's.
  std::array<std::array<float, 2>, 3> calibration = {{{1, 0}, {1, 0}, {1, 0}}};
  /// Weights of the guide's signs (cut_guide.h) and a bias; empty: the guide is not told.
  std::vector<float> guide;
};

class CutModel {
 public:
  /// Reads a model directory (config.json, model.safetensors). Error if it is none.
  static CutModel open(const std::string& directory);
  /// A model of networks that vote: their scores are averaged. REQUIRES: there is one.
  static CutModel of(std::vector<CutNetwork> networks, const CutSettings& settings);
  /// Writes the directory; `training` is a JSON object that says where the model comes from.
  void write(const std::string& directory, const std::string& training) const;
  [[nodiscard]] const CutSettings& settings() const;
  [[nodiscard]] const std::vector<CutNetwork>& networks() const;
  /// Without a network: fixed distances from the terminal loop, the baseline every model must beat.
  static CutModel offsets();

  class Scratch;
  [[nodiscard]] Scratch scratch() const;

  /// Cuts of the likeliest of the sequence's stem-loops; nothing if it folds into none or is too short for two arms.
  std::optional<ArmCall> predict(std::string_view sequence, Scratch& scratch) const;
  /// The same with a fold of the whole sequence that the caller has already: its stem-loops are looked at too.
  std::optional<ArmCall> predict(std::string_view sequence, std::string_view structure, Scratch& scratch) const;
  /// The same where something is known of the record: of known cuts the others are predicted for them, in stem-loops
  /// they may belong to.
  std::optional<ArmCall> predict(std::string_view sequence, std::string_view structure, const CutContext& context,
                                 Scratch& scratch) const;
  /// Cuts of one stem-loop of the sequence, `stem.open` and `stem.close` say which. Nothing if its window does not fold
  /// into a stem-loop that overlaps it.
  std::optional<ArmCall> predict(std::string_view sequence, const StemLoop& stem, Scratch& scratch) const;
  /// The same of a stem-loop as it was found, nothing folded again; for networks trained so (CutTrainOptions::local).
  /// Nothing, and soon, if its log odds are below `least`.
  std::optional<ArmCall> predict(std::string_view sequence, const LocalStemLoop& local, Scratch& scratch,
                                 double least = -std::numeric_limits<double>::infinity()) const;

  CutModel(CutModel&&) noexcept;
  CutModel& operator=(CutModel&&) noexcept;
  ~CutModel();

 private:
  struct Parts;
  explicit CutModel(std::unique_ptr<const Parts> parts);
  std::optional<ArmCall> judge(std::string_view sequence, std::string_view structure, const StemLoop& stem,
                               const CutContext& context, Scratch& scratch) const;
  std::optional<ArmCall> predict_local(std::string_view sequence, std::string_view structure, const CutContext& context,
                                       Scratch& scratch) const;
  std::optional<ArmCall> judge_window(std::string_view sequence, const CutWindow& window, const CutContext& context,
                                      Scratch& scratch, double least = -std::numeric_limits<double>::infinity()) const;
  float vote(const CutWindow& window, Scratch& scratch) const;
  float clearness(const CutWindow& window, Scratch& scratch) const;
  std::unique_ptr<const Parts> parts_;
};

/// Memory of one worker.
class CutModel::Scratch {
 public:
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;
  ~Scratch();

 private:
  friend class CutModel;
  struct Room;
  explicit Scratch(std::unique_ptr<Room> room);
  std::unique_ptr<Room> room_;
};

}  // namespace stemloop
