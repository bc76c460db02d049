#include "train/train.h"

#include "train/kinds.h"

namespace stemloop {

bool learns_sequences(const std::string& model) { return model == "wgan" || model == "fbgan" || model == "cnn"; }

void prepare_run(TrainJob& job) { learns_sequences(job.model) ? prepare_sequences(job) : prepare_pictures(job); }

TrainResult carry_out(TrainJob& job) {
  return learns_sequences(job.model) ? train_sequences(job) : train_pictures(job);
}

}  // namespace stemloop
