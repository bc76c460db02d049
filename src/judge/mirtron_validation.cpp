#include "judge/mirtron_validation.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <unordered_map>

#include "net/model_files.h"
#include "util/util.h"
#include "data/lineage.h"
#include "data/similarity.h"

namespace stemloop {

namespace {

// Identical sequences and near-duplicates are one group; a synthetic record is in that of its first parent.
std::vector<std::int64_t> groups_of(const LabelledHairpins& data, const Lineage& lineage, int threads) {
  std::vector<std::string> sequences;
  for (const FoldedHairpin& h : data.hairpins) sequences.push_back(h.sequence);
  std::vector<std::int64_t> groups = near_groups(sequences, threads);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (!lineage.parents[i].empty()) groups[i] = groups[static_cast<std::size_t>(lineage.parents[i].front())];
  }
  return groups;
}

LabelledHairpins cut_ends(const LabelledHairpins& data, const MirtronTraining& how);

template <class Value>
std::vector<Value> picked(const std::vector<Value>& all, std::span<const std::int64_t> records) {
  std::vector<Value> some;
  for (const std::int64_t i : records) some.push_back(all[static_cast<std::size_t>(i)]);
  return some;
}

// Records in part `part`, and all others.
std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>> in_and_out(const std::vector<int>& parts, int part) {
  std::vector<std::int64_t> in, out;
  for (std::size_t i = 0; i < parts.size(); ++i) (parts[i] == part ? in : out).push_back(static_cast<std::int64_t>(i));
  return {in, out};
}

std::vector<int> even_parts(std::span<const std::int64_t> groups, std::span<const std::uint8_t> labels, int parts,
                            std::uint64_t seed) {
  const std::vector<double> shares(static_cast<std::size_t>(parts), 1.0 / parts);
  return split_groups(groups, labels, shares, seed);
}

BoosterOptions with_depth(const MirtronTraining& how, int depth) {
  BoosterOptions options = how.booster;
  options.depth = depth;
  options.seed = static_cast<int>(how.seed);
  options.threads = 1;  // folds run side by side
  return options;
}

// The depth whose trees predict a third of these records best when they learn from the rest.
int choose_depth(const Matrix& rows, const std::vector<std::uint8_t>& labels, std::span<const std::int64_t> groups,
                 const MirtronTraining& how, std::uint64_t seed) {
  if (how.depths.size() == 1) return how.depths.front();
  const auto [held_out, rest] = in_and_out(even_parts(groups, labels, 3, seed), 0);
  const Matrix test = rows.select(held_out), train = rows.select(rest);
  const auto train_labels = picked(labels, rest), test_labels = picked(labels, held_out);
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const int depth : how.depths) {
    const auto logits = train_xgboost(train, train_labels, with_depth(how, depth))->logits(test);
    double loss = 0;
    for (std::size_t i = 0; i < logits.size(); ++i)
      loss += std::log1p(std::exp(test_labels[i] == 1 ? -logits[i] : logits[i]));
    if (loss >= least) continue;
    least = loss;
    best = depth;
  }
  return best;
}

LogisticBlend calibrate(std::span<const float> logits, std::span<const std::uint8_t> labels) {
  return fit_blend({static_cast<std::int64_t>(logits.size()), 1, {logits.begin(), logits.end()}}, labels);
}

// What `augment` makes of the real mirtrons among `learned`, shown as these records are.
LabelledHairpins synthetic_of(const LabelledHairpins& data, const Lineage& lineage, std::span<const std::int64_t> learned,
                              const MirtronTraining& how, std::uint64_t seed) {
  std::vector<std::int64_t> mirtrons;
  std::int64_t canonical = 0, all = 0;
  for (const std::int64_t i : learned) {
    const bool mirtron = data.labels[static_cast<std::size_t>(i)] == 1;
    canonical += mirtron ? 0 : 1;
    all += mirtron ? 1 : 0;
    if (mirtron && !lineage.is_synthetic(i)) mirtrons.push_back(i);
  }
  LabelledHairpins made;
  if (!how.augment) return made;
  const auto sequences = how.augment(mirtrons, std::max<std::int64_t>(0, canonical - all), seed);
  made.hairpins = fold_hairpins(sequences, how.energy, 1);
  made.labels.assign(sequences.size(), 1);
  for (std::size_t k = 0; k < sequences.size(); ++k) made.ids.push_back(fmt::format("augmented_{}", k + 1));
  if (how.cut > 0) made = cut_ends(made, how);
  return made;
}

void add_synthetic(const LabelledHairpins& data, const Lineage& lineage, std::span<const std::int64_t> learned,
                   const MirtronTraining& how, std::uint64_t seed, Matrix& rows, std::vector<std::uint8_t>& labels) {
  if (!how.augment) return;
  const LabelledHairpins made = synthetic_of(data, lineage, learned, how, seed);
  if (made.labels.empty()) return;
  const Matrix more = mirtron_matrix(made.hairpins);
  rows.values.insert(rows.values.end(), more.values.begin(), more.values.end());
  rows.rows += more.rows;
  labels.insert(labels.end(), made.labels.begin(), made.labels.end());
}

using FigureRow = std::array<double, std::size(kFigureNames)>;  // in their order

FigureRow figures_once(std::span<const float> p, std::span<const std::uint8_t> labels) {
  const ClassificationScore s = score_classification(p, labels);
  const double ece = expected_calibration_error(calibration_curve(p, labels));
  return {s.accuracy, s.sensitivity, s.specificity, s.mcc, s.auroc, s.auprc, ece};
}

}  // namespace

LogisticBlend calibrate(const OutOfFold& predictions, std::span<const std::uint8_t> labels) {
  std::vector<float> logits;
  std::vector<std::uint8_t> repeated;
  for (const auto& repeat : predictions.logits) {
    logits.insert(logits.end(), repeat.begin(), repeat.end());
    repeated.insert(repeated.end(), labels.begin(), labels.end());
  }
  return calibrate(logits, repeated);
}

float calibrated(const LogisticBlend& curve, float logit) {
  const double x[] = {logit};
  return curve.probability(x);
}

OutOfFold out_of_fold(const LabelledHairpins& data, const MirtronTraining& how) {
  const Matrix rows = mirtron_matrix(data.hairpins);
  const Lineage lineage = lineage_of(data.ids, data.parents);
  const auto groups = groups_of(data, lineage, how.threads);
  OutOfFold result;
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (lineage.synthetic[i] == 0) result.records.push_back(static_cast<std::int64_t>(i));
  }
  result.labels = picked(data.labels, result.records);
  const auto real_groups = picked(groups, result.records);
  const std::size_t n = result.records.size();
  const auto folds = static_cast<std::size_t>(how.folds), repeats = static_cast<std::size_t>(how.repeats);
  result.logits.assign(repeats, std::vector<float>(n));
  result.probabilities = result.logits;
  for (std::size_t r = 0; r < repeats; ++r)
    result.parts.push_back(even_parts(real_groups, result.labels, how.folds, how.seed + r));

  // Records of `data` to learn from beside part `part`: real ones of the others, and synthetic ones whose parents are.
  const auto learned_from = [&](const std::vector<int>& parts, int part) {
    std::vector<std::uint8_t> tested(data.labels.size(), 0);
    std::vector<std::int64_t> learned;
    for (std::size_t k = 0; k < n; ++k) {
      if (parts[k] == part) tested[static_cast<std::size_t>(result.records[k])] = 1;
    }
    for (std::int64_t i = 0; i < std::ssize(data.labels); ++i) {
      const auto& parents = lineage.parents[static_cast<std::size_t>(i)];
      const bool leaks = std::any_of(parents.begin(), parents.end(),
                                     [&](std::int64_t p) { return tested[static_cast<std::size_t>(p)] != 0; });
      if (tested[static_cast<std::size_t>(i)] == 0 && !leaks && lineage.is_known(i)) learned.push_back(i);
    }
    return learned;
  };

  open_booster_library();  // by one thread
  std::mutex telling;
  int fits = 0;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(how.threads));
  tbb::parallel_for(std::size_t{0}, repeats * folds, [&](std::size_t task) {
    const std::size_t r = task / folds;
    const int part = static_cast<int>(task % folds);
    const auto held_out = in_and_out(result.parts[r], part).first;
    const auto rest = learned_from(result.parts[r], part);
    Matrix train = rows.select(rest);
    auto labels = picked(data.labels, rest);
    const int depth = choose_depth(train, labels, picked(groups, rest), how, how.seed + task);
    add_synthetic(data, lineage, rest, how, how.seed + task, train, labels);
    const auto logits =
        train_xgboost(train, labels, with_depth(how, depth))->logits(rows.select(picked(result.records, held_out)));
    for (std::size_t i = 0; i < logits.size(); ++i) result.logits[r][static_cast<std::size_t>(held_out[i])] = logits[i];
    const std::lock_guard lock(telling);
    ++fits;
    if (how.progress) how.progress(fits / static_cast<double>(repeats * folds));
  });
  // Each part is calibrated on the others.
  for (std::size_t r = 0; r < repeats; ++r) {
    for (int part = 0; part < how.folds; ++part) {
      const auto [held_out, rest] = in_and_out(result.parts[r], part);
      const LogisticBlend curve = calibrate(picked(result.logits[r], rest), picked(result.labels, rest));
      for (const std::int64_t i : held_out) {
        const auto at = static_cast<std::size_t>(i);
        result.probabilities[r][at] = calibrated(curve, result.logits[r][at]);
      }
    }
  }
  return result;
}

Figures figures_of(const OutOfFold& predictions, std::span<const std::uint8_t> labels) {
  constexpr std::size_t kResamples = 1000;
  constexpr double kTail = 0.025;
  const auto& repeats = predictions.probabilities;
  const auto count = static_cast<double>(repeats.size());
  const std::vector<std::uint8_t> all(labels.begin(), labels.end());
  // The mean over repeats, of some of the records.
  const auto means = [&](std::span<const std::int64_t> records) {
    const auto some = picked(all, records);
    FigureRow sum{};
    for (const std::vector<float>& p : repeats) {
      const FigureRow one = figures_once(picked(p, records), some);
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += one[k] / count;
    }
    return sum;
  };
  std::vector<std::int64_t> records(labels.size());
  std::iota(records.begin(), records.end(), std::int64_t{0});
  const FigureRow mean = means(records);
  std::array<std::vector<double>, std::size(kFigureNames)> drawn;
  for (std::size_t draw = 0; draw < kResamples; ++draw) {
    Random random(1, draw);
    for (std::int64_t& i : records) i = static_cast<std::int64_t>(random.below(labels.size()));
    const FigureRow one = means(records);
    for (std::size_t k = 0; k < one.size(); ++k) {
      if (!std::isnan(one[k])) drawn[k].push_back(one[k]);
    }
  }
  Figures figures;
  for (std::size_t k = 0; k < mean.size(); ++k)
    figures[kFigureNames[k]] = {mean[k], quantile(drawn[k], kTail), quantile(drawn[k], 1 - kTail)};
  return figures;
}

BoosterOptions choose_trees(const Matrix& rows, const LabelledHairpins& data, const MirtronTraining& how) {
  const Lineage lineage = lineage_of(data.ids, data.parents);
  return with_depth(how, choose_depth(rows, data.labels, groups_of(data, lineage, how.threads), how, how.seed));
}

LabelledHairpins augmented(const LabelledHairpins& data, const MirtronTraining& how) {
  LabelledHairpins all = data;
  if (!how.augment) return all;
  std::vector<std::int64_t> records(data.labels.size());
  std::iota(records.begin(), records.end(), std::int64_t{0});
  const LabelledHairpins made = synthetic_of(data, lineage_of(data.ids, data.parents), records, how, how.seed);
  all.ids.insert(all.ids.end(), made.ids.begin(), made.ids.end());
  all.hairpins.insert(all.hairpins.end(), made.hairpins.begin(), made.hairpins.end());
  all.labels.insert(all.labels.end(), made.labels.begin(), made.labels.end());
  return all;
}

LabelledHairpins without_ends(const LabelledHairpins& data, const MirtronTraining& how) {
  MirtronTraining cutting = how;
  cutting.cut = how.masked;
  return cut_ends(data, cutting);
}

namespace {

LabelledHairpins cut_ends(const LabelledHairpins& data, const MirtronTraining& how) {
  std::vector<std::string> shorter;
  for (const FoldedHairpin& h : data.hairpins) {
    const auto cut = std::min(static_cast<std::size_t>(how.cut), (h.sequence.size() - 1) / 2);
    shorter.push_back(h.sequence.substr(cut, h.sequence.size() - 2 * cut));
  }
  return {data.ids, fold_hairpins(shorter, how.energy, how.threads), data.labels, data.parents};
}

}  // namespace

}  // namespace stemloop
