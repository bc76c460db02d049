// Folds of an experiment: which records are learned from and which tested, and the cells of a fold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "study/experiment_cells.h"

namespace stemloop {

/// Records that look alike are one group: identical ones, also once their ends are masked, and near-duplicates (single
/// linkage).
std::vector<std::int64_t> groups_of(const SequenceSet& set, int threads);

/// Takes out the records that name parents: an experiment makes synthetic ones itself, inside the folds. How many.
std::int64_t leave_out_synthetic(SequenceSet& set);

struct Split {
  std::vector<std::int64_t> learn, valid, test;  // valid: a tenth of what is not tested, for the epochs of CNNs
};

/// Fold `fold` of repeat `repeat`, both from 1: stratified, groups on one side.
Split split_of(const ExperimentOptions& options, const SequenceSet& set, const std::vector<std::int64_t>& groups,
               int repeat, int fold);

/// Error if a fold has fewer real mirtrons to learn from than some --real asks for.
void check_real(const ExperimentOptions& options, const SequenceSet& set, const std::vector<std::int64_t>& groups);

/// Error if CNNs are wanted and some fold has one class only to learn from or to validate on: all epochs that call
/// everything alike would be equally good, and the first would be kept.
void check_validation(const ExperimentOptions& options, const SequenceSet& set,
                      const std::vector<std::int64_t>& groups);

/// Takes out of a second test set what is nearly alike a record of the first, so that it is blind to that. How many.
std::int64_t leave_out_alike(SequenceSet& blind, const SequenceSet& set, int threads);

/// All records as classifiers see them, by ends.
struct ShownSets {
  std::map<std::string, Shown> real, blind;  // blind: none without a second test set
};

/// Carries out cells of one fold of one repeat; each is tested on the fold's records and on the blind ones.
void run_fold(const ExperimentOptions& options, const SequenceSet& set, const ShownSets& shown, const Split& split,
              std::vector<Cell> cells, CellFile& file);

/// Does the cells of `options` that RUN lacks, and writes its tables; says how it goes.
Tally run_experiment(const ExperimentOptions& options);

}  // namespace stemloop
