// Classifiers trained from labelled records, one function a family: what is read, what is said, what the model keeps of
// how it was made. Each writes the model directory and says what it measured.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/sequence_set.h"
#include "judge/classifier.h"
#include "judge/mirtron.h"
#include "judge/precursor.h"

namespace stemloop {

struct TrainingOrder {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  std::string model;    // directory to write
  std::string network;  // premirna: DIVA model; precursor: folder of its networks of cuts
  std::string device = "auto";
  std::string label_column = "label";  // mirtron
  std::uint64_t seed = 1;
  ClassifierTraining premirna;
  MirtronTraining mirtron;
  PrecursorTrainingOptions precursor;
  std::vector<std::string> command;  // the command line and the program's version, for the model's origin
  std::string version;
};

/// The published protocol's: a latent tree, trees boosted on evidence. REQUIRES: folding as of the network's hairpins.
Tally train_premirna(TrainingOrder& c);

/// Precursors of any sequence, from a table that read_world() takes.
void train_precursors(TrainingOrder& c);

/// Is shown the records read, and makes of them what adds synthetic mirtrons to those of a fold (none: nothing does).
using MakeAugment = std::function<decltype(MirtronTraining::augment)(const SequenceSet&)>;

/// Mirtrons, from labelled sequences or a table with kinds and groups (is_mirtron_table()), which takes no `augment`.
Tally train_mirtron(TrainingOrder& c, const MakeAugment& make_augment);

}  // namespace stemloop
