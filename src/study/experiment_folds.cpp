// experiment: folds, and the cells of a fold.
#include "study/experiment_folds.h"
#include "data/lineage.h"
#include "data/similarity.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

namespace stemloop {

namespace {

// One fold of one repeat: its real records and the synthetic ones made from them.
class FoldRun {
 public:
  FoldRun(const ExperimentOptions& c, const SequenceSet& set, const ShownSets& shown, const Split& split, int repeat,
          int fold)
      : c_(c),
        set_(set),
        shown_(shown),
        split_(split),
        repeat_(repeat),
        fold_(fold),
        seed_(Random(c.seed + static_cast<std::uint64_t>(repeat - 1), static_cast<std::uint64_t>(fold)).next()) {}

  void run(std::vector<Cell> cells, CellFile& file) {
    rank_mirtrons();
    for (const Cell& cell : cells) prepare(source_of(cell.arm), real_of(cell.arm));
    const auto serial =
        std::stable_partition(cells.begin(), cells.end(), [](const Cell& cell) { return !is_neural(cell.classifier); });
    tbb::parallel_for(std::size_t{0}, static_cast<std::size_t>(serial - cells.begin()),
                      [&](std::size_t i) { finish(cells[i], file); });
    for (auto cell = serial; cell != cells.end(); ++cell) finish(*cell, file);
  }

 private:
  // As many synthetic mirtrons of a source as any arm takes.
  void prepare(const std::string& source, std::int64_t real) {
    const std::pair key(source, real);
    if (source.empty() || synthetic_.count(key) > 0) return;
    std::vector<std::size_t> mirtrons;
    std::int64_t canonical = 0;
    for (const auto* part : {&split_.learn, &split_.valid}) {
      for (const std::int64_t i : *part) {
        const auto at = static_cast<std::size_t>(i);
        if (set_.labels[at] == 1 && is_chosen(i, real)) mirtrons.push_back(at);
        canonical += set_.labels[at] == 0 ? 1 : 0;
      }
    }
    std::sort(mirtrons.begin(), mirtrons.end());
    const auto sequences = draw_mirtrons(c_, source, set_.select(mirtrons), canonical, seed_,
                                         fmt::format("{}/generators/{}_{}_{}{}", c_.run, repeat_, fold_,
                                                     generator_of(source), real > 0 ? fmt::format("_{}", real) : ""));
    const std::vector<std::uint8_t> labels(sequences.size(), 1);
    for (const std::string& ends : c_.ends)
      synthetic_[key][ends] = show(sequences, labels, ends, load_model(c_.folding), c_.common.threads);
  }

  // The first `real` training mirtrons in an order drawn for the fold, so that more real ones are those and others;
  // every tenth of them is one to validate on. All if it is 0.
  void rank_mirtrons() {
    std::vector<std::int64_t> learn, valid;
    for (const auto* part : {&split_.learn, &split_.valid}) {
      for (const std::int64_t i : *part) {
        if (set_.labels[static_cast<std::size_t>(i)] == 1) (part == &split_.learn ? learn : valid).push_back(i);
      }
    }
    Random random(seed_, kChoiceStream);
    for (auto* list : {&learn, &valid}) {
      for (std::size_t k = list->size(); k > 1; --k) std::swap((*list)[k - 1], (*list)[random.below(k)]);
    }
    constexpr std::size_t kEvery = 10;
    std::size_t next_learn = 0, next_valid = 0;
    for (std::size_t k = 0; next_learn < learn.size() || next_valid < valid.size(); ++k) {
      const bool take_valid = next_learn == learn.size() || (k % kEvery == kEvery / 2 && next_valid < valid.size());
      rank_.emplace(take_valid ? valid[next_valid++] : learn[next_learn++], static_cast<std::int64_t>(k));
    }
  }
  [[nodiscard]] bool is_chosen(std::int64_t record, std::int64_t real) const {
    return real == 0 || rank_.at(record) < real;
  }

  // The real training records of an arm.
  [[nodiscard]] Shown real_part(const Cell& cell, std::vector<std::int64_t> records) const {
    if (is_only(cell.arm))
      std::erase_if(records, [&](std::int64_t i) { return set_.labels[static_cast<std::size_t>(i)] == 1; });
    if (const std::int64_t real = real_of(cell.arm); real > 0)
      std::erase_if(records, [&](std::int64_t i) {
        return set_.labels[static_cast<std::size_t>(i)] == 1 && !is_chosen(i, real);
      });
    std::sort(records.begin(), records.end());
    return shown_.real.at(cell.ends).select(records);
  }

  void finish(Cell cell, CellFile& file) const {
    const bool validates = is_neural(cell.classifier);
    std::vector<std::int64_t> records = split_.learn;
    if (!validates) records.insert(records.end(), split_.valid.begin(), split_.valid.end());
    Shown train = real_part(cell, records), valid;
    if (validates) valid = real_part(cell, split_.valid);
    cell.real = std::count(train.labels.begin(), train.labels.end(), 1);
    cell.canonical = static_cast<std::int64_t>(train.size()) - cell.real;
    if (const std::string source = source_of(cell.arm); !source.empty()) {
      const Shown& made = synthetic_.at({source, real_of(cell.arm)}).at(cell.ends);
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
    // One classifier is asked about both test sets.
    Shown test = shown_.real.at(cell.ends).select(split_.test);
    const auto tested = std::ssize(test.labels);
    if (!shown_.blind.empty()) test.append(shown_.blind.at(cell.ends));
    const std::string directory =
        fmt::format("{}/network_{}_{}_{}_{}_{}", c_.run, repeat_, fold_, cell.ends, cell.arm, cell.classifier);
    const std::string arm = without_number(cell.arm);
    std::vector<float> probability =
        train_and_test(c_, cell.classifier, train, valid, test, arm == kWeighted, seed_, directory);
    if (arm == kThreshold)
      as_if_equal(probability, static_cast<double>(cell.real) / static_cast<double>(cell.real + cell.canonical));
    const std::span<const float> all(probability);
    const std::span<const std::uint8_t> labels(test.labels);
    if (!shown_.blind.empty()) {
      // First, since a fold whose own line is there is not done again.
      Cell blind = cell;
      blind.test = kBlindTest;
      blind.metrics =
          metrics_of(all.subspan(static_cast<std::size_t>(tested)), labels.subspan(static_cast<std::size_t>(tested)));
      if (!file.has(blind)) file.add(blind);
    }
    cell.metrics =
        metrics_of(all.first(static_cast<std::size_t>(tested)), labels.first(static_cast<std::size_t>(tested)));
    file.add(cell);
  }

  const ExperimentOptions& c_;
  const SequenceSet& set_;
  const ShownSets& shown_;
  const Split& split_;
  int repeat_, fold_;
  std::uint64_t seed_;
  static constexpr std::uint64_t kChoiceStream = std::uint64_t{1} << 40U;
  std::map<std::pair<std::string, std::int64_t>, std::map<std::string, Shown>> synthetic_;  // by source, real, and ends
  std::map<std::int64_t, std::int64_t> rank_;                                               // of training mirtrons
};

}  // namespace

std::vector<std::int64_t> groups_of(const SequenceSet& set, int threads) {
  SimilarityOptions near;
  near.threads = threads;
  std::vector<SimilarPair> links = similar_links(set.sequences, near);
  std::map<std::string, std::int64_t> first_of;
  for (std::int64_t i = 0; i < std::ssize(set.sequences); ++i) {
    const auto [first, fresh] = first_of.emplace(shown(set.sequences[static_cast<std::size_t>(i)], "masked"), i);
    if (!fresh) links.push_back({first->second, i, 1, 1});
  }
  return linked_groups(std::ssize(set.sequences), links);
}

std::int64_t leave_out_synthetic(SequenceSet& set) {
  std::vector<std::size_t> real;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.parents.empty() || set.parents[i].empty()) real.push_back(i);
  }
  const auto left_out = static_cast<std::int64_t>(set.size() - real.size());
  if (left_out == 0) return 0;
  const Tally tally = set.tally;
  set = set.select(real);
  set.tally = tally;
  return left_out;
}

void check_real(const ExperimentOptions& c, const SequenceSet& set, const std::vector<std::int64_t>& groups) {
  if (c.real.empty()) return;
  const std::int64_t most = *std::max_element(c.real.begin(), c.real.end());
  for (int repeat = 1; repeat <= c.repeats; ++repeat) {
    for (int fold = 1; fold <= c.folds; ++fold) {
      const Split split = split_of(c, set, groups, repeat, fold);
      std::int64_t mirtrons = 0;
      for (const auto* part : {&split.learn, &split.valid}) {
        for (const std::int64_t i : *part) mirtrons += set.labels[static_cast<std::size_t>(i)] == 1 ? 1 : 0;
      }
      require(most <= mirtrons, "--real {}: fold {} of repeat {} leaves {} real mirtrons to learn from", most, fold,
              repeat, mirtrons);
    }
  }
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

std::int64_t leave_out_alike(SequenceSet& blind, const SequenceSet& set, int threads) {
  const std::vector<std::uint8_t> known = alike(blind.sequences, set.sequences, threads);
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < blind.size(); ++i) {
    if (known[i] == 0) others.push_back(i);
  }
  const auto left_out = static_cast<std::int64_t>(blind.size() - others.size());
  if (left_out > 0) blind = blind.select(others);
  return left_out;
}

void run_fold(const ExperimentOptions& options, const SequenceSet& set, const ShownSets& shown, const Split& split,
              std::vector<Cell> cells, CellFile& file) {
  if (cells.empty()) return;
  const int repeat = cells.front().repeat, fold = cells.front().fold;
  FoldRun(options, set, shown, split, repeat, fold).run(std::move(cells), file);
}

}  // namespace stemloop
