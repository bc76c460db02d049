// The two kinds of training.
#pragma once

#include "train/train.h"

namespace stemloop {

void prepare_pictures(TrainJob& job);
TrainResult train_pictures(TrainJob& job);

void prepare_sequences(TrainJob& job);
TrainResult train_sequences(TrainJob& job);

}  // namespace stemloop
