// A model of cuts from two tables: networks that vote, calibrated on families they have not seen.
#pragma once

#include <string>

#include "arms/cut_training.h"

namespace stemloop {

struct ArmTraining {
  CutTrainOptions options;
  std::string table, validation;  // read_cut_examples()
  std::string output;             // directory; replaced as a whole, at the end
  std::string windows = "local";  // or folds
  int networks = 3;
  int threads = 1;
};

/// Trains, measures on the validation table, says so, and writes the model.
void train_arms(ArmTraining c);

}  // namespace stemloop
