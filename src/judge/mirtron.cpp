#include "judge/mirtron.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "net/model_files.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr double kRangeTail = 0.001;

void check_training(const LabelledHairpins& data, const MirtronTraining& how) {
  std::set<std::string_view> distinct[2];
  for (std::size_t i = 0; i < data.labels.size(); ++i) distinct[data.labels[i]].insert(data.hairpins[i].sequence);
  for (const int label : {1, 0}) {
    const auto fewest = static_cast<std::size_t>(2 * how.folds);
    require(distinct[label].size() >= fewest, "{} different sequences called {} are too few; {} are wanted",
            distinct[label].size(), kMirtronClasses[label], fewest);
  }
}

}  // namespace

std::vector<MirtronCall> MirtronModel::classify(std::span<const FoldedHairpin> hairpins) const {
  if (hairpins.empty()) return {};
  const MirtronRows rows = mirtron_rows(hairpins);
  const Matrix contributions = booster_->contributions(rows.matrix);
  const auto logits = booster_->logits(rows.matrix);
  const double slope = calibration_.weights[0];
  std::vector<MirtronCall> calls;
  for (std::size_t i = 0; i < hairpins.size(); ++i) {
    const auto record = static_cast<std::int64_t>(i);
    const auto added = contributions.row(record);
    const std::string& s = hairpins[i].sequence;
    MirtronCall call;
    call.probability = calibrated(calibration_, logits[i]);
    call.reasons = contributions_of(rows, record, added);
    call.base = slope * added.back() + calibration_.bias;
    for (Contribution& reason : call.reasons) reason.log_odds *= slope;
    std::stable_sort(call.reasons.begin(), call.reasons.end(), [](const Contribution& a, const Contribution& b) {
      return std::abs(a.log_odds) > std::abs(b.log_odds);
    });
    call.starts_gu = s.rfind("GU", 0) == 0;
    call.ends_ag = s.size() >= 2 && s.compare(s.size() - 2, 2, "AG") == 0;
    const auto words = sketch_of(s);
    call.closest = known_.closest(words);
    call.trained_on = known_.holds(words);
    for (const MeasureRange& range : ranges_) {
      const double value = column_named(range.name, rows.measures).values[i];
      if (value < range.low || value > range.high)
        call.unusual.push_back(fmt::format("{} is {:.4g}, training hairpins have {:.4g} to {:.4g}",
                                           name_in_words(range.name), value, range.low,
                                           range.high));
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

MirtronModel MirtronModel::train(const std::string& directory, const LabelledHairpins& data,
                                 const MirtronTraining& how) {
  check_training(data, how);
  // Whole hairpins, then the same without the letters next to the splice sites: half of the work each.
  MirtronTraining half = how;
  const auto from = [&](double begin) {
    half.progress = [&how, begin](double share) {
      if (how.progress) how.progress(begin + share / 2);
    };
  };
  from(0);
  const OutOfFold whole = out_of_fold(data, half);
  from(0.5);
  half.cut = how.masked;
  const LabelledHairpins cut = without_ends(data, how);
  const OutOfFold masked = out_of_fold(cut, half);
  MirtronModel m;
  m.figures_ = {{"whole", figures_of(whole, whole.labels)}, {"masked", figures_of(masked, masked.labels)}};
  if (how.augment) {  // beside them, what the same folds give without it
    half.augment = {};
    half.progress = {};
    const OutOfFold plain = out_of_fold(data, half), plain_masked = out_of_fold(cut, half);
    m.figures_["whole, not augmented"] = figures_of(plain, plain.labels);
    m.figures_["masked, not augmented"] = figures_of(plain_masked, plain_masked.labels);
  }
  m.calibration_ = calibrate(whole, whole.labels);
  m.parameters_ = how.parameters;

  const auto [rows, measures] = mirtron_rows(data.hairpins);
  const BoosterOptions trees = choose_trees(rows, data, how);
  if (how.augment) {
    const LabelledHairpins all = augmented(data, how);
    m.booster_ = train_xgboost(mirtron_matrix(all.hairpins), all.labels, trees);
  } else {
    m.booster_ = train_xgboost(rows, data.labels, trees);
  }
  m.importance_ = importance_of(m.booster_->contributions(rows));
  m.known_ = known_hairpins(data);
  for (const char* name : kRanged) {
    const auto& values = column_named(name, measures).values;
    m.ranges_.push_back({name, quantile(values, kRangeTail), quantile(values, 1 - kRangeTail)});
  }
  m.write(directory, how, trees);
  return open(directory);
}

}  // namespace stemloop
