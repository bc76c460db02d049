#include "judge/mirtron.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "judge/mirtron_parts.h"
#include "util/util.h"

namespace stemloop {

namespace {

// Rows of all looks at one hairpin, of the measures that a model knows.
Matrix rows_of(const SplicedHairpin& hairpin, std::span<const std::size_t> columns) {
  Matrix rows{std::ssize(hairpin.looks), std::ssize(columns), {}};
  for (const std::vector<float>& look : hairpin.looks) {
    for (const std::size_t m : columns) rows.values.push_back(look[m]);
  }
  return rows;
}

// What every measure adds, the mean over the looks; shares of words are summed up.
void give_reasons(const Booster& booster, const LogisticBlend& curve, const SplicedHairpin& hairpin,
                  std::span<const std::size_t> columns, MirtronCall& call) {
  const std::vector<Measure>& measures = mirtron_measures();
  const Matrix added = booster.contributions(rows_of(hairpin, columns));
  const double scale = curve.weights[0] / static_cast<double>(added.rows);
  std::vector<double> sums(columns.size() + 1);
  for (std::int64_t row = 0; row < added.rows; ++row) {
    const auto values = added.row(row);
    for (std::size_t m = 0; m < sums.size(); ++m) sums[m] += scale * values[m];
  }
  call.base = sums.back() + curve.bias;
  double words = 0;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const std::size_t m = columns[k];
    if (measures[m].word()) {
      words += sums[k];
    } else {
      call.reasons.push_back({m, hairpin.looks.front()[m], sums[k]});
    }
  }
  call.reasons.push_back({measures.size(), std::nanf(""), words});
  std::stable_sort(call.reasons.begin(), call.reasons.end(), [](const MirtronReason& a, const MirtronReason& b) {
    return std::abs(a.log_odds) > std::abs(b.log_odds);
  });
}

}  // namespace

double probability_of(const LogisticBlend& curve, double log_odds) {
  return 1 / (1 + std::exp(-(curve.weights[0] * log_odds + curve.bias)));
}

double mean_log_odds(const Booster& booster, const SplicedHairpin& hairpin, std::span<const std::size_t> columns) {
  const std::vector<float> logits = booster.logits(rows_of(hairpin, columns));
  double sum = 0;
  for (const float x : logits) sum += x;
  return sum / static_cast<double>(logits.size());
}

std::size_t measure_number(std::string_view name) {
  const std::vector<Measure>& measures = mirtron_measures();
  const auto found = std::find_if(measures.begin(), measures.end(), [&](const Measure& m) { return m.name == name; });
  require(found != measures.end(), "there is no measure '{}'", name);
  return static_cast<std::size_t>(found - measures.begin());
}

std::string MirtronCall::label() const {
  if (!hairpin) return kNoHairpin;
  if (probability < kMirtronCalled) return kMirtronClasses[0];
  return against_others < kMirtronCalled ? kOtherRna : kMirtronClasses[1];
}

std::vector<MirtronCall> MirtronModel::judge(std::span<const std::string_view> sequences,
                                             std::span<const std::vector<SplicedHairpin>* const> hairpins,
                                             bool reasons) const {
  std::vector<MirtronCall> calls(sequences.size());
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    MirtronCall& call = calls[i];
    const SplicedHairpin* best = nullptr;
    double most = 0;
    for (const SplicedHairpin& hairpin : *hairpins[i]) {
      const double log_odds = mean_log_odds(*booster_, hairpin, columns_);
      if (best == nullptr || log_odds > most) best = &hairpin, most = log_odds;
    }
    const auto words = sketch_of(std::string(sequences[i]));
    call.closest = known_.closest(words);
    call.trained_on = known_.holds(words);
    if (best == nullptr) continue;
    call.hairpin = true;
    call.cut = best->cut;
    call.probability = probability_of(calibration_, most);
    if (others_) call.against_others = probability_of(others_calibration_, mean_log_odds(*others_, *best, columns_));
    call.donor = donor_near(sequences[i], best->cut.arms.cuts.drosha5);
    call.acceptor = acceptor_near(sequences[i], best->cut.arms.cuts.drosha3);
    if (reasons) give_reasons(*booster_, calibration_, *best, columns_, call);
    tell_outside(best->looks.front(), call);
  }
  return calls;
}

void MirtronModel::tell_outside(std::span<const float> look, MirtronCall& call) const {
  for (const MeasureRange& range : ranges_) {
    const std::size_t m = measure_number(range.name);
    const double value = look[m];
    if (value < range.low || value > range.high)
      call.unusual.push_back(fmt::format("{} is {:.4g}, training hairpins have {:.4g} to {:.4g}",
                                         mirtron_measures()[m].words, value, range.low, range.high));
  }
  // Spliced like a mirtron, made of other letters than those of the training mirtrons: another clade's, perhaps.
  const double gc = look[measure_number("gc")];
  const bool sites = call.donor && call.acceptor && call.donor->score + call.acceptor->score >= mirtron_sites_;
  if (sites && (gc < mirtron_gc_low_ || gc > mirtron_gc_high_))
    call.unusual.push_back(
        fmt::format("splice sites at both cuts, but GC content {:.2f}; training mirtrons have {:.2f} to {:.2f}", gc,
                    mirtron_gc_low_, mirtron_gc_high_));
  call.outside = !call.unusual.empty();
}

}  // namespace stemloop
