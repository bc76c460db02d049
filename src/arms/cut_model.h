// Predicts the four cuts of a precursor from its letters and its fold, whatever flanks it came with.
//
//   const CutModel model = CutModel::open("models/arms");
//   CutModel::Scratch scratch = model.scratch();             // one per worker
//   std::optional<ArmCall> call = model.predict(sequence, scratch);
//
// What is looked at is the window of `kReach` letters on either side of the terminal loop, folded anew on its own
// (Turner 2004, 37 C), so that neither far flanks nor the caller's folding options change the answer.
#pragma once

#include <memory>
#include <optional>

#include "arms/cuts.h"
#include "fold/fold.h"

namespace stemloop {

/// Which arm is likelier loaded.
enum class Guide : char { k5p, k3p, kNotTold };

struct ArmCall {
  Cuts cuts;
  StemLoop stem;          // in the sequence that was asked about
  std::string structure;  // of the whole sequence: the window's fold, dots outside it
  /// Calibrated probabilities that a cut is off by at most 0, 1, 2 letters.
  std::array<std::array<float, 3>, kCuts> within{};
  std::array<float, kCuts> entropy{};  // bits, of each cut's distribution over positions
  float log_odds = 0;         // nats: how much likelier some four cuts are than none at all, as trained (see the card)
  float log_probability = 0;  // nats, of `cuts` among all quadruples
  Overhangs overhang;
  Guide guide = Guide::kNotTold;
  float guide_5p = 0.5F;  // probability that the 5p arm is the guide
  std::string fault;      // why these arms cannot be (arm_fault()); empty if they can
  [[nodiscard]] bool plausible() const { return fault.empty(); }
};

class CutModel {
 public:
  /// Letters looked at on either side of the middle of the terminal loop.
  static constexpr int kReach = 64;

  /// Reads a model directory (config.json, model.safetensors). Error if it is none.
  static CutModel open(const std::string& directory);
  /// Without a network: fixed distances from the terminal loop, the baseline every model must beat.
  static CutModel offsets();

  class Scratch;
  [[nodiscard]] Scratch scratch() const;

  /// Cuts of the stem-loop with most pairs; nothing if the sequence folds into none.
  std::optional<ArmCall> predict(std::string_view sequence, Scratch& scratch) const;
  /// Cuts of one stem-loop of the sequence, `stem.open` and `stem.close` say which. Nothing if its window does not fold
  /// into a stem-loop that overlaps it.
  std::optional<ArmCall> predict(std::string_view sequence, const StemLoop& stem, Scratch& scratch) const;

  CutModel(CutModel&&) noexcept;
  CutModel& operator=(CutModel&&) noexcept;
  ~CutModel();

 private:
  struct Parts;
  explicit CutModel(std::unique_ptr<const Parts> parts);
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
