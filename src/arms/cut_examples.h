// Hairpins with some of their cuts known: a table of them, one with other flanks, and the windows in which a network is
// asked for the cuts (cut_training.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arms/cut_model.h"
#include "arms/cut_network.h"
#include "util/util.h"

namespace stemloop {

/// A hairpin; cuts count letters before them, -1 where not known. One without any known cut has none: it is no
/// precursor.
struct CutExample {
  std::string id;
  std::string sequence;  // RNA
  KnownCuts cuts = kNothingKnown;
  Guide guide = Guide::kNotTold;
  Convention convention = Convention::kMirbase;
  float weight = 1;  // share of the epochs in which it is seen
  [[nodiscard]] bool is_precursor() const { return cuts != kNothingKnown; }
};

/// Reads a table with columns sequence, drosha5, dicer5, dicer3, drosha3 (empty: not known) and, if there, id, weight,
/// guide (5p, 3p or empty) and convention (mirbase or mirgenedb). Error with file and line where a cut lies outside its
/// sequence or cuts are out of order.
std::vector<CutExample> read_cut_examples(const std::string& path);

struct CutTrainOptions;
/// One example as a visit shows it. Cuts keep their places between the letters.
CutExample with_other_flanks(const CutExample& example, const CutTrainOptions& options, Random& random);

/// The window of an example whose cuts agree with its fold, in window coordinates; nothing if they cannot be.
struct CutTask {
  CutWindow window;
  KnownCuts cuts;
  bool is_precursor = true;
};
std::optional<CutTask> cut_task(const CutExample& example, int reach, Folder& folder);
/// Moves the known cuts of a task, given in its sequence, to its window. False if one lies outside of it, or if no
/// quadruple agrees with them; without a known cut always true.
bool agrees(CutTask& task);
/// The window of the stem-loop with most pairs that the known cuts do not belong to, to be told to have none.
std::optional<CutTask> other_stem_task(const CutExample& example, int reach, Folder& folder);

}  // namespace stemloop
