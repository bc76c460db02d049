// A whole experiment: its records, the cells that are missing, fold by fold, tables after each.
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "net/net.h"
#include "study/experiment_folds.h"
#include "util/run_folder.h"

namespace stemloop {

namespace {

std::vector<Cell> wanted_cells(const ExperimentOptions& c, int repeat, int fold, const CellFile& file) {
  std::vector<Cell> cells;
  std::vector<std::string> arms;
  for (const std::string& arm : c.arms) {
    if (c.real.empty()) arms.push_back(arm);
    for (const std::int64_t real : c.real) {
      if (!is_only(arm)) arms.push_back(fmt::format("{}@{}", arm, real));
    }
  }
  for (const std::string& arm : arms) {
    for (const std::string& ends : c.ends) {
      for (const std::string& classifier : c.classifiers) {
        if (classifier == kRule && without_number(arm) != kReal) continue;        // it learns nothing
        if (is_neural(classifier) && without_number(arm) == kWeighted) continue;  // oversample is the same to them
        Cell cell;
        cell.repeat = repeat;
        cell.fold = fold;
        cell.ends = ends;
        cell.arm = arm;
        cell.classifier = classifier;
        if (!file.has(cell)) cells.push_back(cell);
      }
    }
  }
  return cells;
}

bool needs_networks(const ExperimentOptions& c) {
  return std::any_of(c.arms.begin(), c.arms.end(),
                     [](const std::string& arm) { return is_generator(source_of(arm)); }) ||
         std::any_of(c.classifiers.begin(), c.classifiers.end(), is_neural);
}

// The second test set, without what is nearly alike the first; empty if none is asked for.
SequenceSet load_blind(const ExperimentOptions& c, const SequenceSet& set) {
  SequenceSet blind;
  if (c.blind.empty()) return blind;
  require(!c.real.empty(), "--blind is for the curve: give --real too");
  DatasetOptions source;
  source.tsv = c.blind;
  blind = load_sequences(source, c.label_column, c.common, c.folding);
  for (std::size_t i = 0; i < blind.size(); ++i)
    require(blind.sequences[i].size() >= kShortest, "{}: {}: {} nt; an experiment needs {} or more", c.blind,
            blind.ids[i], blind.sequences[i].size(), kShortest);
  if (const std::int64_t left_out = leave_out_alike(blind, set, c.common.threads); left_out > 0)
    say(Loud::kInfo, "{}: {} records are nearly alike one that is learned from and are left out", c.blind, left_out);
  const auto mirtrons = std::count(blind.labels.begin(), blind.labels.end(), 1);
  require(mirtrons > 0 && mirtrons < std::ssize(blind.labels),
          "{}: {} mirtrons of {} records: a test needs both classes", c.blind, mirtrons, blind.size());
  return blind;
}

// The records. Error if there are too few, or too short ones.
SequenceSet load_records(const ExperimentOptions& c) {
  SequenceSet set = load_sequences(c.data, c.label_column, c.common, c.folding);
  if (const std::int64_t left_out = leave_out_synthetic(set); left_out > 0)
    say(Loud::kWarning,
        "{} records are synthetic (they name parents) and are left out: an experiment tests on real ones and makes "
        "its own inside the folds",
        left_out);
  check_labels(set.sequences, set.labels, "sequences");
  for (std::size_t i = 0; i < set.size(); ++i)
    require(set.sequences[i].size() >= kShortest, "{}: {} nt; an experiment needs {} or more", set.ids[i],
            set.sequences[i].size(), kShortest);
  const auto mirtrons = std::count(set.labels.begin(), set.labels.end(), 1);
  const auto canonical = static_cast<std::int64_t>(set.size()) - mirtrons;
  require(
      mirtrons >= c.folds && canonical >= mirtrons,
      "{} mirtrons and {} canonical miRNAs: an experiment of {} folds needs {} mirtrons, and as many or more others",
      mirtrons, canonical, c.folds, c.folds);
  return set;
}

ShownSets show_all(const ExperimentOptions& c, const SequenceSet& set, const SequenceSet& blind) {
  ShownSets shown;
  for (const std::string& ends : c.ends) {
    shown.real[ends] = show(set.sequences, set.labels, ends, load_model(c.folding), c.common.threads);
    if (blind.size() > 0)
      shown.blind[ends] = show(blind.sequences, blind.labels, ends, load_model(c.folding), c.common.threads);
  }
  return shown;
}

void write_tables(const ExperimentOptions& c, const CellFile& file) {
  write_summary(c, file.cells());
  write_curve(c, file.cells());
}

}  // namespace

Tally run_experiment(const ExperimentOptions& c) {
  const SequenceSet set = load_records(c);
  const std::vector<std::int64_t> groups = groups_of(set, c.common.threads);
  check_real(c, set, groups);
  const SequenceSet blind = load_blind(c, set);
  const bool begun = run_has_begun(c, set, blind);
  check_validation(c, set, groups);
  if (needs_networks(c)) neural();  // fails before anything is done, and is opened by one thread
  std::filesystem::create_directories(c.run);
  const FolderLock lock(c.run);
  check_own_files(c.run);
  if (!begun) start_run(c, set, blind);
  CellFile file(c.run);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(c.common.threads));
  const ShownSets shown = show_all(c, set, blind);
  const auto mirtrons = std::count(set.labels.begin(), set.labels.end(), 1);
  say(Loud::kInfo, "{} mirtrons, {} canonical miRNAs in {} groups of alike sequences; {} cells are there", mirtrons,
      std::ssize(set.labels) - mirtrons, *std::max_element(groups.begin(), groups.end()) + 1, file.cells().size());
  for (int repeat = 1; repeat <= c.repeats; ++repeat) {
    for (int fold = 1; fold <= (c.first_folds > 0 ? std::min(c.folds, c.first_folds) : c.folds); ++fold) {
      const std::vector<Cell> cells = wanted_cells(c, repeat, fold, file);
      if (cells.empty()) continue;
      const auto start = std::chrono::steady_clock::now();
      run_fold(c, set, shown, split_of(c, set, groups, repeat, fold), cells, file);
      say(Loud::kInfo, "repeat {}/{}, fold {}/{}: {} cells in {:.0f} s", repeat, c.repeats, fold, c.folds, cells.size(),
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      write_tables(c, file);
    }
  }
  file.put_in_order();
  write_tables(c, file);
  return set.tally;
}

}  // namespace stemloop
