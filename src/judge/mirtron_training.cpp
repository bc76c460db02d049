// Learns a model of mirtrons of records shown in several ways: calibration, figures, usual ranges.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "judge/mirtron_figures.h"
#include "judge/mirtron_folds.h"
#include "judge/mirtron_parts.h"
#include "judge/mirtron_shown.h"
#include "net/model_files.h"
#include "util/util.h"

namespace stemloop {

namespace {

// Of mirtrons among precursors, for which the probability holds; best MCC out of fold.
constexpr double kPrior = 3.0 / 7;

// A curve for a prior probability of `prior`, from log odds of both classes in any numbers.
LogisticBlend fit_curve(const std::vector<float>& log_odds, const std::vector<std::uint8_t>& labels, double prior) {
  LogisticBlend curve = fit_blend({static_cast<std::int64_t>(log_odds.size()), 1, log_odds}, labels);
  const auto positives = static_cast<double>(std::count(labels.begin(), labels.end(), std::uint8_t{1}));
  curve.bias += logit(prior) - std::log(positives / (static_cast<double>(labels.size()) - positives));
  return curve;
}

void check_training(std::span<const MirtronRecord> records, const MirtronTraining& how) {
  std::set<std::string_view> distinct[2];
  for (const MirtronRecord& record : records) {
    if (!record.other) distinct[record.label].insert(record.sequence);
  }
  for (const int label : {1, 0}) {
    const auto fewest = static_cast<std::size_t>(2 * how.folds);
    require(distinct[label].size() >= fewest, "{} different sequences called {} are too few; {} are wanted",
            distinct[label].size(), kMirtronClasses[label], fewest);
  }
}

}  // namespace

// What goes from shown records into a model.
class MirtronTrainer {
 public:
  static void fill(MirtronModel& m, ShownRecords& data, const MirtronTraining& how, bool others) {
    const OutOfFold found = out_of_fold(data, how, static_cast<bool>(how.augment), others);
    m.calibration_ = curve_of(data, found, false);
    if (others) m.others_calibration_ = curve_of(data, found, true);
    tell_figures(m, data, found, m.calibration_, "");
    if (how.augment) {  // what a model trained plainly would say, its own calibration included
      const OutOfFold plain = out_of_fold(data, how, false, false);
      tell_figures(m, data, plain, curve_of(data, plain, false), ", not augmented");
    }
    if (!how.calls.empty()) write_calls(m, data, found, how.calls);
    std::vector<char> all(data.records.size(), 1);
    if (how.augment) data.augment(all, how.seed);
    m.booster_ = grow_trees(data, how, all, false, how.seed);
    if (others) m.others_ = grow_trees(data, how, all, true, how.seed);
    if (how.augment) data.forget();
    tell_usual(m, data);
  }

 private:
  static bool tested(const ShownRecords& data, std::size_t shown) {
    return data.lineage.synthetic[data.shown[shown].record] == 0;
  }

  // Of mirtrons against canonical precursors, or against others.
  static LogisticBlend curve_of(const ShownRecords& data, const OutOfFold& found, bool other) {
    std::vector<float> log_odds;
    std::vector<std::uint8_t> labels;
    for (const auto& repeat : other ? found.against_others : found.against_canonical) {
      for (std::size_t s = 0; s < repeat.size(); ++s) {
        const MirtronRecord& record = data.records[data.shown[s].record];
        if (!tested(data, s) || (record.label == 0 && record.other != other)) continue;
        log_odds.push_back(repeat[s]);
        labels.push_back(static_cast<std::uint8_t>(record.label));
      }
    }
    return fit_curve(log_odds, labels, other ? 0.5 : kPrior);
  }

  static void tell_figures(MirtronModel& m, const ShownRecords& data, const OutOfFold& found,
                           const LogisticBlend& curve, const char* suffix) {
    for (int way = 0; way < kDrawn; ++way) {
      std::vector<std::uint8_t> labels;
      std::vector<std::vector<float>> repeats(found.against_canonical.size());
      for (std::size_t s = 0; s < data.shown.size(); ++s) {
        const MirtronRecord& record = data.records[data.shown[s].record];
        if (data.shown[s].way != way || record.other || !tested(data, s)) continue;
        labels.push_back(static_cast<std::uint8_t>(record.label));
        for (std::size_t r = 0; r < repeats.size(); ++r)
          repeats[r].push_back(static_cast<float>(probability_of(curve, found.against_canonical[r][s])));
      }
      m.figures_[std::string(kShownWays[static_cast<std::size_t>(way)]) + suffix] = mirtron_figures(repeats, labels);
    }
    if (*suffix != '\0') return;
    std::map<std::string, std::pair<std::int64_t, double>> called;
    for (std::size_t s = 0; s < data.shown.size(); ++s) {
      if (data.shown[s].way != kAsGiven || !tested(data, s)) continue;
      auto& [count, sum] = called[data.records[data.shown[s].record].kind];
      ++count;
      for (std::size_t r = 0; r < found.against_canonical.size(); ++r) {
        const bool mirtron = probability_of(m.calibration_, found.against_canonical[r][s]) >= kMirtronCalled;
        const bool no_other = m.others_calibration_.weights.empty() ||
                              probability_of(m.others_calibration_, found.against_others[r][s]) >= kMirtronCalled;
        sum += mirtron && no_other ? 1.0 / static_cast<double>(found.against_canonical.size()) : 0;
      }
    }
    for (const auto& [kind, count] : called)
      m.called_[kind] = {count.first, count.second / static_cast<double>(count.first)};
  }

  static void write_calls(const MirtronModel& m, const ShownRecords& data, const OutOfFold& found,
                          const std::string& path) {
    TextWriter out(path);
    out.write("id\tkind\tlabel\tshown\tlength\tlog_odds\tprobability\tagainst_others\n");
    for (std::size_t s = 0; s < data.shown.size(); ++s) {
      if (!tested(data, s)) continue;
      const ShownRecord& shown = data.shown[s];
      const MirtronRecord& record = data.records[shown.record];
      const float x = found.against_canonical.front()[s], other = found.against_others.front()[s];
      out.write(
          fmt::format("{}\t{}\t{}\t{}\t{}\t{:.4f}\t{:.5f}\t{:.5f}\n", record.id, record.kind, record.label,
                      shown.way < kDrawn ? kShownWays[static_cast<std::size_t>(shown.way)] : "drawn",
                      shown.sequence.size(), x, probability_of(m.calibration_, x),
                      m.others_calibration_.weights.empty() ? 1.0 : probability_of(m.others_calibration_, other)));
    }
    out.close();
  }

  // Usual ranges, importance, and the training hairpins that go with the model.
  static void tell_usual(MirtronModel& m, const ShownRecords& data) {
    constexpr double kTail = 0.005, kMirtronTail = 0.01;
    Matrix rows{0, static_cast<std::int64_t>(mirtron_measures().size()), {}};
    std::vector<std::uint8_t> labels;
    for (const ShownHairpin& one : data.looked) {
      const ShownRecord& shown = data.shown[one.shown];
      if (shown.way != kAsGiven || !one.own || data.records[shown.record].other) continue;
      rows.values.insert(rows.values.end(), one.hairpin.looks.front().begin(), one.hairpin.looks.front().end());
      labels.push_back(static_cast<std::uint8_t>(data.records[shown.record].label));
      ++rows.rows;
    }
    const auto values_of = [&](const char* name, bool mirtrons) {
      std::vector<double> values;
      const std::size_t at = measure_number(name);
      for (std::int64_t row = 0; row < rows.rows; ++row) {
        const float value = rows.row(row)[at];
        if ((!mirtrons || labels[static_cast<std::size_t>(row)] == 1) && value == value) values.push_back(value);
      }
      return values;
    };
    for (const char* name : kMirtronRanged) {
      const std::vector<double> values = values_of(name, false);
      m.ranges_.push_back({name, quantile(values, kTail), quantile(values, 1 - kTail)});
    }
    const std::vector<double> gc = values_of("gc", true);
    m.mirtron_gc_low_ = quantile(gc, kMirtronTail), m.mirtron_gc_high_ = quantile(gc, 1 - kMirtronTail);
    std::vector<double> sites = values_of("acceptor_score", true);
    const std::vector<double> donors = values_of("donor_score", true);
    for (std::size_t k = 0; k < sites.size(); ++k) sites[k] += donors[k];
    m.mirtron_sites_ = quantile(sites, 0.5);

    const Matrix added = m.booster_->contributions(rows);
    const std::vector<Measure>& measures = mirtron_measures();
    for (std::size_t k = 0; k < measures.size(); ++k) {
      double sum = 0;
      for (std::int64_t row = 0; row < added.rows; ++row) sum += std::abs(added.row(row)[k]);
      m.importance_.emplace_back(measures[k].name, std::round(1e4 * sum / static_cast<double>(added.rows)) / 1e4);
    }
    std::stable_sort(m.importance_.begin(), m.importance_.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });

    std::vector<std::string> names, sequences;
    std::vector<std::uint8_t> known;
    for (const MirtronRecord& record : data.records) {
      if (record.other) continue;
      names.push_back(record.id);
      known.push_back(static_cast<std::uint8_t>(record.label));
      sequences.push_back(record.sequence);
    }
    m.known_ = known_hairpins(std::move(names), std::move(known), sequences);
  }
};

MirtronModel MirtronModel::train(const std::string& directory, std::span<const MirtronRecord> records,
                                 const MirtronTraining& how) {
  check_training(records, how);
  MirtronModel m;
  {
    const CutModel given = CutModel::open(how.cuts);
    CutSettings settings = given.settings();
    settings.reaches = {44, 36};  // mirtrons are short, and flanks in the window only harm
    m.cuts_ = std::make_unique<CutModel>(CutModel::of(given.networks(), settings));
  }
  const bool others = std::any_of(records.begin(), records.end(), [](const MirtronRecord& r) { return r.other; });
  ShownRecords data(records, how, *m.cuts_);
  how.talk(fmt::format("{} hairpins of {} shown sequences measured", data.looked.size(), data.shown.size()));
  MirtronTrainer::fill(m, data, how, others);
  m.write(directory, how);
  return open(directory);
}

}  // namespace stemloop
