// experiment: folds, and the cells of a fold.
#include "study/experiment_folds.h"
#include "data/similarity.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

namespace stemloop {

namespace {

// One fold of one repeat: its real records and the synthetic ones made from them.
class FoldRun {
 public:
  FoldRun(const ExperimentOptions& c, const SequenceSet& set, const std::map<std::string, Shown>& real,
          const Split& split, int repeat, int fold)
      : c_(c),
        set_(set),
        real_(real),
        split_(split),
        repeat_(repeat),
        fold_(fold),
        seed_(Random(c.seed + static_cast<std::uint64_t>(repeat - 1), static_cast<std::uint64_t>(fold)).next()) {}

  void run(std::vector<Cell> cells, CellFile& file) {
    for (const Cell& cell : cells) prepare(source_of(cell.arm));
    const auto serial =
        std::stable_partition(cells.begin(), cells.end(), [](const Cell& cell) { return !is_neural(cell.classifier); });
    tbb::parallel_for(std::size_t{0}, static_cast<std::size_t>(serial - cells.begin()),
                      [&](std::size_t i) { file.add(finished(cells[i])); });
    for (auto cell = serial; cell != cells.end(); ++cell) file.add(finished(*cell));
  }

 private:
  // As many synthetic mirtrons of a source as any arm takes.
  void prepare(const std::string& source) {
    if (source.empty() || synthetic_.count(source) > 0) return;
    std::vector<std::size_t> mirtrons;
    std::int64_t canonical = 0;
    for (const auto* part : {&split_.learn, &split_.valid}) {
      for (const std::int64_t i : *part) {
        const auto at = static_cast<std::size_t>(i);
        if (set_.labels[at] == 1) mirtrons.push_back(at);
        canonical += set_.labels[at] == 0 ? 1 : 0;
      }
    }
    std::sort(mirtrons.begin(), mirtrons.end());
    const auto sequences = draw_mirtrons(c_, source, set_.select(mirtrons), canonical, seed_,
                                         fmt::format("{}/generators/{}_{}_{}", c_.run, repeat_, fold_, source));
    const std::vector<std::uint8_t> labels(sequences.size(), 1);
    for (const std::string& ends : c_.ends)
      synthetic_[source][ends] = show(sequences, labels, ends, load_model(c_.folding), c_.common.threads);
  }

  // The real training records of an arm.
  [[nodiscard]] Shown real_part(const Cell& cell, std::vector<std::int64_t> records) const {
    if (is_only(cell.arm))
      std::erase_if(records, [&](std::int64_t i) { return set_.labels[static_cast<std::size_t>(i)] == 1; });
    std::sort(records.begin(), records.end());
    return real_.at(cell.ends).select(records);
  }

  Cell finished(Cell cell) const {
    const bool validates = is_neural(cell.classifier);
    std::vector<std::int64_t> records = split_.learn;
    if (!validates) records.insert(records.end(), split_.valid.begin(), split_.valid.end());
    Shown train = real_part(cell, records), valid;
    if (validates) valid = real_part(cell, split_.valid);
    cell.real = std::count(train.labels.begin(), train.labels.end(), 1);
    cell.canonical = static_cast<std::int64_t>(train.size()) - cell.real;
    if (const std::string source = source_of(cell.arm); !source.empty()) {
      const Shown& made = synthetic_.at(source).at(cell.ends);
      const auto take = [&](Shown& to, std::int64_t first, std::int64_t count) {
        std::vector<std::int64_t> chosen;
        for (std::int64_t i = 0; i < count; ++i) chosen.push_back(first + i);
        to.append(made.select(chosen));
      };
      cell.synthetic = std::max<std::int64_t>(0, cell.canonical - cell.real);
      take(train, 0, cell.synthetic);
      // Without real mirtrons, validation has none either.
      if (validates && is_only(cell.arm)) take(valid, cell.synthetic, static_cast<std::int64_t>(valid.size()));
    }
    const Shown test = real_.at(cell.ends).select(split_.test);
    const std::string directory =
        fmt::format("{}/network_{}_{}_{}_{}_{}", c_.run, repeat_, fold_, cell.ends, cell.arm, cell.classifier);
    cell.metrics = metrics_of(train_and_test(c_, cell.classifier, train, valid, test, seed_, directory), test.labels);
    return cell;
  }

  const ExperimentOptions& c_;
  const SequenceSet& set_;
  const std::map<std::string, Shown>& real_;  // by ends
  const Split& split_;
  int repeat_, fold_;
  std::uint64_t seed_;
  std::map<std::string, std::map<std::string, Shown>> synthetic_;  // by source and ends
};

}  // namespace

std::vector<std::int64_t> groups_of(const SequenceSet& set) {
  std::map<std::string, std::int64_t> groups;
  std::vector<std::int64_t> group;
  for (const std::string& sequence : set.sequences)
    group.push_back(groups.emplace(shown(sequence, "masked"), static_cast<std::int64_t>(groups.size())).first->second);
  return group;
}

Split split_of(const ExperimentOptions& c, const SequenceSet& set, const std::vector<std::int64_t>& groups, int repeat,
               int fold) {
  constexpr double kValid = 0.1;
  const std::uint64_t seed = c.seed + static_cast<std::uint64_t>(repeat - 1);
  const std::vector<double> shares(static_cast<std::size_t>(c.folds), 1.0 / c.folds);
  const std::vector<int> parts = split_groups(groups, set.labels, shares, seed);
  Split split;
  std::vector<std::int64_t> rest, rest_groups;
  std::vector<std::uint8_t> rest_labels;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto record = static_cast<std::int64_t>(i);
    if (parts[i] == fold - 1) {
      split.test.push_back(record);
      continue;
    }
    rest.push_back(record);
    rest_groups.push_back(groups[i]);
    rest_labels.push_back(set.labels[i]);
  }
  const double valid_shares[] = {1 - kValid, kValid};
  const auto valid =
      split_groups(rest_groups, rest_labels, valid_shares, Random(seed, static_cast<std::uint64_t>(fold)).next());
  for (std::size_t i = 0; i < rest.size(); ++i) (valid[i] == 0 ? split.learn : split.valid).push_back(rest[i]);
  return split;
}

void check_validation(const ExperimentOptions& c, const SequenceSet& set, const std::vector<std::int64_t>& groups) {
  if (std::none_of(c.classifiers.begin(), c.classifiers.end(), is_neural)) return;
  for (int repeat = 1; repeat <= c.repeats; ++repeat) {
    for (int fold = 1; fold <= c.folds; ++fold) {
      const Split split = split_of(c, set, groups, repeat, fold);
      for (const auto* records : {&split.learn, &split.valid}) {
        const auto mirtrons = std::count_if(records->begin(), records->end(), [&](std::int64_t i) {
          return set.labels[static_cast<std::size_t>(i)] == 1;
        });
        require(
            mirtrons > 0 && mirtrons < static_cast<std::int64_t>(records->size()),
            "fold {} of repeat {} leaves one class only to {}: these are too few different sequences for CNNs; take "
            "cnn-zheng and cnn-aziz off --classifiers",
            fold, repeat, records == &split.valid ? "validate on" : "learn from");
      }
    }
  }
}

void run_fold(const ExperimentOptions& options, const SequenceSet& set, const std::map<std::string, Shown>& real,
              const Split& split, std::vector<Cell> cells, CellFile& file) {
  if (cells.empty()) return;
  const int repeat = cells.front().repeat, fold = cells.front().fold;
  FoldRun(options, set, real, split, repeat, fold).run(std::move(cells), file);
}

}  // namespace stemloop
