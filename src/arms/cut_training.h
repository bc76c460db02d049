// Learns a CutNetwork from hairpins with some of their cuts known. What is maximised is the likelihood of the known
// cuts: the sum over all quadruples that agree with them, over the sum of all quadruples and of "no cuts at all".
//
// Databases cut hairpins out where they like, so every visit shows one differently: as it is, with its flanks shortened
// to a few letters or none, and with random letters around it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "arms/cut_examples.h"
#include "arms/cut_network.h"
#include "util/util.h"

namespace stemloop {

struct CutTrainOptions {
  CutNetworkShape shape;
  std::vector<int> reaches = {64, 44};  // of the windows, in turns
  bool local = false;                   // windows of local stem-loops (local_window.h) instead, which have no reach
  int epochs = 12;
  int batch = 32;
  double rate = 2e-3;  // of Adam, at its highest
  double weight_decay = 0.1;
  double dropout = 0.2;
  double mutated = 0.05;   // share of the letters drawn anew at every visit, pairs as pairs
  double as_given = 0.4;   // share of visits without a change of flanks
  double shuffled = 0.15;  // visits to shuffled hairpins (dinucleotides kept), told to have no cuts, for each visit
  double others = 0.3;     // the same for another stem-loop of the sequence, if it has one
  int flankings = 5;       // ways to flank an example that take turns
  int most_flank = 60;     // random letters added at most on either side
  std::uint64_t seed = 1;  // of weights, order and dropout
  std::uint64_t flank_seed = 1;
};

struct CutProgress {
  int epoch = 0;
  double loss = 0;  // mean of the epoch's visits, nats
  int visits = 0;
  int skipped = 0;  // visits whose fold could not be cut as annotated
};

/// What is seen of an example under one way to flank it. Folding takes most of a visit's time, so each way is folded
/// once and seen again some epochs later; answers are made anew, they would take twenty times the memory.
struct CutSight {
  bool known = false, usable = false;
  std::string letters, structure;
  StemLoop stem;
  KnownCuts cuts{};
  bool is_precursor = true;
};
/// For each example and each way to flank it the hairpin, another stem-loop beside it, its shuffled letters.
using CutSights = std::vector<std::array<CutSight, 3>>;

/// Trains. `sights`, empty at first, may be handed to the next training with the same examples, flankings and
/// flank_seed, which then folds nothing; `watch` is called after every epoch with the network as it is.
CutNetwork train_cuts(std::span<const CutExample> examples, const CutTrainOptions& options, CutSights& sights,
                      const std::function<void(const CutProgress&, const CutNetwork&)>& watch);

/// Loss of one task and its gradient, added to `gradient` (as long as the parameters).
class CutGradient {
 public:
  /// `dropout` of a visit is drawn from `random`.
  double add(const CutNetwork& network, const CutTask& task, double dropout, Random& random, std::span<float> gradient);
  /// To be called when the parameters changed.
  void prepare(const CutNetwork& network);

 private:
  double backward_scores(const CutNetwork& network, const CutTask& task, std::span<const float> scores,
                         std::span<float> gradient);
  /// Of the last layer's output, added to `dy`; of the heads themselves to `g`.
  void backward_heads(const CutNetwork& network, const CutWindow& window, float* dy, float* g);
  void backward_layers(const CutNetwork& network, const CutWindow& window, double keep, std::span<float> gradient);

  CutForward forward_;
  QuadrupleSum sum_;
  std::vector<float> transposed_;                   // every square block of the parameters, transposed in its place
  std::vector<float> heads_before_, heads_behind_;  // (kHeadColumns, channels) each
  std::vector<float> d_scores_, d_x_, d_y_, d_u_, d_facing_, d_heads_;
  std::vector<float> known_scores_, marginals_;
};

}  // namespace stemloop
