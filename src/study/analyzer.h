// What tells an FBGAN which of its sequences are good: scores in [0, 1], one a sequence.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/sequence_set.h"

namespace stemloop {

class Analyzer {
 public:
  virtual ~Analyzer() = default;
  virtual std::vector<double> score(const std::vector<std::string>& sequences) = 0;
};

/// Folds: the score is the share of three conditions that hold: one hairpin; energy per nucleotide and share of paired
/// nucleotides between the 1 % and 99 % quantiles of the real sequences.
std::unique_ptr<Analyzer> structure_analyzer(const SequenceSet& real, const FoldingOptions& folding);

/// A trained CNN classifier (train cnn): the probability of class 1.
std::unique_ptr<Analyzer> cnn_analyzer(const std::string& directory, const std::string& device, int threads);

/// A program run by /bin/sh: FASTA on its stdin, one line `id<TAB>score` on its stdout for each record, in any order.
/// Error if it cannot be run, ends with a code other than 0, needs longer than `seconds`, or answers anything else.
std::unique_ptr<Analyzer> program_analyzer(const std::string& command, double seconds);

}  // namespace stemloop
