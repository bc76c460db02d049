// Training and use of the networks of net/torch/sequences/gan.h, behind the door of net/neural.h.
#pragma once

#include "net/neural.h"
#include "net/torch/loop/training.h"
#include "net/torch/sequences/gan.h"

namespace stemloop {

/// See Neural.
TrainOutcome run_gan_training(const SequenceNetConfig& config, const GanObjective& objective, const SymbolData& data,
                              const GanOptions& gan, const TrainOptions& options, bool resume, TrainWatcher& watcher);
TrainOutcome run_scorer_training(const SequenceNetConfig& config, const SymbolData& train, const SymbolData& valid,
                                 const TrainOptions& options, bool resume, TrainWatcher& watcher);
std::unique_ptr<SequenceGenerator> open_sequence_generator(const std::string& directory, torch::Device device);
std::unique_ptr<SequenceScorer> open_sequence_scorer(const std::string& directory, torch::Device device);

}  // namespace stemloop
