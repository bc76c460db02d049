#include "arms/cut_measures.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "arms/cut_guide.h"
#include "learn/learn.h"

namespace stemloop {

namespace {

constexpr std::size_t kFewestGuides = 50;

// Adds one compared cut; shares are divided by the count at the end.
void add(CutScore& score, int distance) {
  ++score.count;
  score.exact += distance == 0;
  score.within_1 += distance <= 1;
  score.within_2 += distance <= 2;
  score.distance += distance;
}

void finish(CutScore& score) {
  const auto n = static_cast<double>(std::max<std::int64_t>(1, score.count));
  for (double* value : {&score.exact, &score.within_1, &score.within_2, &score.distance}) *value /= n;
}

// Where the cuts of a record lie that nothing is known of: about its middle.
Cuts from_middle(const std::string& sequence) {
  constexpr int kDrosha = 30, kDicer = 8;
  const int n = static_cast<int>(sequence.size()), middle = n / 2;
  return {std::max(0, middle - kDrosha), std::max(0, middle - kDicer), std::min(n, middle + kDicer),
          std::min(n, middle + kDrosha)};
}

// Calls f(example, call, cut, raw distances' hits) for every cut of the examples that is known and predicted.
template <class Function>
void for_known_cuts(const CutModel& model, std::span<const CutExample> examples, Function f) {
  CutModel::Scratch scratch = model.scratch();
  for (const CutExample& example : examples) {
    const std::optional<ArmCall> call = model.predict(example.sequence, scratch);
    if (!call) continue;
    const std::array<int, kCuts> at = call->cuts.all();
    for (int cut = 0; cut < kCuts; ++cut) {
      if (example.cuts[cut] >= 0) f(*call, cut, std::abs(at[cut] - example.cuts[cut]));
    }
  }
}

std::vector<float> guide_weights(const CutModel& raw, std::span<const CutExample> guided) {
  Matrix rows{0, static_cast<std::int64_t>(kGuideSigns.size()), {}};
  std::vector<std::uint8_t> labels;
  CutModel::Scratch scratch = raw.scratch();
  for (const CutExample& example : guided) {
    const std::optional<ArmCall> call = raw.predict(example.sequence, scratch);
    if (!call || !call->plausible() || example.guide == Guide::kNotTold) continue;
    for (const double sign : guide_signs(example.sequence, *call)) rows.values.push_back(static_cast<float>(sign));
    labels.push_back(example.guide == Guide::k5p);
    ++rows.rows;
  }
  if (labels.size() < kFewestGuides) return {};
  const LogisticBlend fit = fit_logistic(rows, labels, 1.0);
  std::vector<float> weights;
  for (const double weight : fit.weights) weights.push_back(static_cast<float>(weight));
  weights.push_back(static_cast<float>(fit.bias));
  return weights;
}

}  // namespace

CutMeasures compare_cuts(std::span<const CutExample> examples, std::span<const Cuts> predicted) {
  CutMeasures measures;
  std::int64_t complete = 0;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const std::array<int, kCuts> at = predicted[i].all();
    int known = 0, exact = 0;
    for (int cut = 0; cut < kCuts; ++cut) {
      if (examples[i].cuts[cut] < 0) continue;
      const int distance = std::abs(at[cut] - examples[i].cuts[cut]);
      add(measures.cut[cut], distance);
      add(measures.all, distance);
      ++known;
      exact += distance == 0;
    }
    complete += known == kCuts;
    measures.all_four += known == kCuts && exact == kCuts;
    ++measures.records;
  }
  for (CutScore& score : measures.cut) finish(score);
  finish(measures.all);
  measures.all_four /= static_cast<double>(std::max<std::int64_t>(1, complete));
  return measures;
}

CutMeasures measure_cuts(const CutModel& model, std::span<const CutExample> examples, const CutContext& context) {
  CutModel::Scratch scratch = model.scratch();
  Folder folder(make_model(load_parameters("turner2004")));
  std::vector<Cuts> predicted;
  std::int64_t without = 0;
  for (const CutExample& example : examples) {
    const std::optional<ArmCall> call =
        model.predict(example.sequence, folder.fold(example.sequence).structure, context, scratch);
    without += !call;
    predicted.push_back(call ? call->cuts : from_middle(example.sequence));
  }
  CutMeasures measures = compare_cuts(examples, predicted);
  measures.without = without;
  return measures;
}

CutSettings fit_settings(const CutModel& raw, std::span<const CutExample> examples,
                         std::span<const CutExample> guided) {
  CutSettings settings = raw.settings();
  std::array<Matrix, 3> logits;
  std::array<std::vector<std::uint8_t>, 3> hits;
  for_known_cuts(raw, examples, [&](const ArmCall& call, int cut, int distance) {
    for (int off = 0; off < 3; ++off) {
      logits[off].values.push_back(static_cast<float>(logit(static_cast<double>(call.within[cut][off]))));
      hits[off].push_back(distance <= off);
    }
  });
  for (int off = 0; off < 3; ++off) {
    logits[off].rows = static_cast<std::int64_t>(hits[off].size());
    logits[off].columns = 1;
    const LogisticBlend fit = fit_blend(logits[off], hits[off]);
    settings.calibration[off] = {static_cast<float>(fit.weights[0]), static_cast<float>(fit.bias)};
  }
  settings.guide = guide_weights(raw, guided);
  return settings;
}

GuideMeasures measure_guides(const CutModel& model, std::span<const CutExample> guided) {
  GuideMeasures measures;
  CutModel::Scratch scratch = model.scratch();
  double told = 0, right = 0, forced = 0;
  for (const CutExample& example : guided) {
    if (example.guide == Guide::kNotTold) continue;
    ++measures.records;
    const std::optional<ArmCall> call = model.predict(example.sequence, scratch);
    if (!call) continue;
    told += call->guide != Guide::kNotTold;
    right += call->guide == example.guide;
    forced += (call->guide_5p > 0.5F) == (example.guide == Guide::k5p);
  }
  const auto n = static_cast<double>(std::max<std::int64_t>(1, measures.records));
  measures.told = told / n;
  measures.right = told > 0 ? right / told : 0;
  measures.right_if_forced = forced / n;
  return measures;
}

CertaintyMeasures measure_certainty(const CutModel& model, std::span<const CutExample> examples) {
  CertaintyMeasures measures;
  std::array<std::vector<float>, 3> claimed;
  std::array<std::vector<std::uint8_t>, 3> hits;
  for_known_cuts(model, examples, [&](const ArmCall& call, int cut, int distance) {
    for (int off = 0; off < 3; ++off) {
      claimed[off].push_back(call.within[cut][off]);
      hits[off].push_back(distance <= off);
    }
  });
  for (int off = 0; off < 3; ++off) {
    const auto curve = calibration_curve(claimed[off], hits[off], 10);
    measures.error[off] = expected_calibration_error(curve);
    for (std::size_t k = 0; k < hits[off].size(); ++k) {
      measures.claimed[off] += static_cast<double>(claimed[off][k]) / static_cast<double>(hits[off].size());
      measures.right[off] += static_cast<double>(hits[off][k]) / static_cast<double>(hits[off].size());
    }
  }
  return measures;
}

}  // namespace stemloop
