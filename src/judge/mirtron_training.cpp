// Learns a model of mirtrons: every record shown in several ways, trees, cross-validation by group, calibration,
// figures.
#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "data/lineage.h"
#include "judge/mirtron_parts.h"
#include "net/model_files.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

// Ways to show a record; of those drawn there are several.
enum Way : int { kAsGiven, kTenFlank, kThirtyFlank, kTrimmed, kDrawn, kDrawnTrimmed };
constexpr std::array<const char*, kDrawn> kWayNames = {"as given", "10 nt of flank", "30 nt of flank",
                                                       "trimmed to the cuts"};
constexpr int kMostFlank = 60, kMostTrim = 5;
constexpr double kOneSided = 0.25;  // of the draws have no flank at one end
constexpr double kPrior =
    3.0 / 7;  // of mirtrons among precursors, for which the probability holds; best MCC out of fold
constexpr std::uint64_t kDraws = 64;  // numbers of draws that a record has

struct Shown {
  std::size_t record = 0;
  int way = 0;
  int flank5 = 0, letters = 0;  // the record's own letters are `letters` from `flank5` on
  std::string sequence;
};

// Looks at a hairpin of something shown.
struct LookedAt {
  std::size_t shown = 0;
  bool own = false;  // its loop lies in the middle of the record's own letters
  SplicedHairpin hairpin;
};

std::string random_letters(int count, Random& random) {
  constexpr double kLeastGc = 0.35, kGcSpread = 0.3;
  const double gc = kLeastGc + kGcSpread * random.uniform();
  std::string letters;
  for (int i = 0; i < count; ++i) {
    const bool strong = random.uniform() < gc;
    letters += strong ? (random.uniform() < 0.5 ? 'G' : 'C') : (random.uniform() < 0.5 ? 'A' : 'U');
  }
  return letters;
}

// Half of the flanks are random letters, half pieces of records that are neither mirtrons nor canonical, if there are
// any.
std::string flank_of(int count, std::span<const std::string_view> natural, Random& random) {
  if (!natural.empty() && random.uniform() < 0.5) {
    const std::string_view from = natural[random.below(natural.size())];
    if (std::ssize(from) > count)
      return std::string(
          from.substr(random.below(from.size() - static_cast<std::size_t>(count)), static_cast<std::size_t>(count)));
  }
  return random_letters(count, random);
}

struct Trainer {
  Trainer(std::span<const MirtronRecord> records, const MirtronTraining& how, const CutModel& cuts)
      : records_(records.begin(), records.end()), how_(how), cuts_(cuts), real_(records_.size()) {
    for (const MirtronRecord& record : records_) {
      if (record.other) natural_.emplace_back(record.sequence);
    }
    columns_.resize(mirtron_measures().size());
    std::iota(columns_.begin(), columns_.end(), std::size_t{0});
    std::vector<std::string> ids;
    std::vector<std::vector<std::string>> parents;
    for (const MirtronRecord& record : records_) ids.push_back(record.id), parents.push_back(record.parents);
    lineage_ = lineage_of(ids, parents);
    for (std::size_t i = 0; i < records_.size(); ++i) show(i);
    look(0);
  }

  // Trees on records of `learned`, `other`: mirtrons against others instead of canonical ones.
  std::unique_ptr<Booster> grow(const std::vector<char>& learned, bool other, std::uint64_t seed) const {
    std::vector<std::size_t> chosen;
    std::map<std::size_t, double> rows_of;  // of a record
    for (std::size_t k = 0; k < looked_.size(); ++k) {
      const std::size_t i = shown_[looked_[k].shown].record;
      const MirtronRecord& record = records_[i];
      if (learned[i] == 0 || (record.label == 0 && record.other != other)) continue;
      if (record.label == 1 && !looked_[k].own) continue;
      chosen.push_back(k);
      rows_of[i] += static_cast<double>(looked_[k].hairpin.looks.size());
    }
    // Both classes weigh alike, as the larger one has records.
    std::array<double, 2> weights{}, counts{};
    for (const auto& [i, count] : rows_of) {
      const auto label = static_cast<std::size_t>(records_[i].label);
      weights[label] += records_[i].weight;
      counts[label] += 1;
    }
    const double total = std::max(counts[0], counts[1]);
    Matrix rows{0, static_cast<std::int64_t>(mirtron_measures().size()), {}};
    std::vector<std::uint8_t> labels;
    std::vector<float> weight;
    for (const std::size_t k : chosen) {
      const std::size_t i = shown_[looked_[k].shown].record;
      const auto label = static_cast<std::size_t>(records_[i].label);
      for (const auto& one : looked_[k].hairpin.looks) {
        rows.values.insert(rows.values.end(), one.begin(), one.end());
        ++rows.rows;
        labels.push_back(static_cast<std::uint8_t>(label));
        weight.push_back(static_cast<float>(records_[i].weight / rows_of[i] * total / weights[label]));
      }
    }
    BoosterOptions options = how_.booster;
    options.seed = static_cast<int>(seed);
    options.threads = how_.threads;
    return train_xgboost(rows, labels, options, weight);
  }

  // The likeliest hairpin's log odds of everything shown of records not learned from.
  void ask(const Booster& booster, const std::vector<char>& learned, std::vector<float>& log_odds) const {
    for (const LookedAt& one : looked_) {
      if (learned[shown_[one.shown].record] != 0) continue;
      float& best = log_odds[one.shown];
      best = std::max(best, static_cast<float>(mean_log_odds(booster, one.hairpin, columns_)));
    }
  }

  std::vector<MirtronRecord> records_;  // with what augmentation adds
  const MirtronTraining& how_;
  const CutModel& cuts_;
  std::size_t real_;
  Lineage lineage_;
  std::vector<std::string_view> natural_;
  std::vector<std::size_t> columns_;  // all measures
  std::vector<Shown> shown_;
  std::vector<LookedAt> looked_;

  void show(std::size_t i) {
    const MirtronRecord& record = records_[i];
    const int n = static_cast<int>(record.sequence.size());
    const int ways = record.other ? std::max(1, how_.shown / 3) : std::max<int>(kDrawn, how_.shown);
    Shown plain{i, kAsGiven, record.flank5, n - record.flank5 - record.flank3, record.sequence};
    shown_.push_back(plain);
    for (int way = 1; way < ways; ++way) {
      Random random(how_.seed + 100, i * kDraws + static_cast<std::uint64_t>(way));
      const int kind = record.other ? kDrawn : way < kDrawn ? way : way % 2 == 0 ? kDrawn : kDrawnTrimmed;
      if (kind == kTrimmed) {
        shown_.push_back({i, kTrimmed, 0, n, record.sequence});  // cut when its cuts are known
        continue;
      }
      const auto some = [&] { return static_cast<int>(random.below(kMostFlank + 1)); };
      int five = kind == kTenFlank ? 10 : kind == kThirtyFlank ? 30 : some();
      int three = kind == kTenFlank ? 10 : kind == kThirtyFlank ? 30 : some();
      if (kind >= kDrawn && random.uniform() < kOneSided) (random.uniform() < 0.5 ? five : three) = 0;
      const std::string before = flank_of(five, natural_, random), behind = flank_of(three, natural_, random);
      shown_.push_back({i, kind, five + record.flank5, plain.letters, before + record.sequence + behind});
    }
  }

  // Finds and measures hairpins of everything shown from `first` on.
  void look(std::size_t first) {
    std::vector<std::vector<LookedAt>> found(shown_.size() - first);
    tbb::enumerable_thread_specific<SplicedFinder> finders([&] { return SplicedFinder(cuts_); });
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(how_.threads));
    tbb::parallel_for(std::size_t{0}, found.size(), [&](std::size_t k) {
      Shown& shown = shown_[first + k];
      if (shown.way == kTrimmed || shown.way == kDrawnTrimmed) trim(shown, first + k, finders.local());
      for (SplicedHairpin& hairpin : finders.local().find(shown.sequence)) {
        const int middle = (hairpin.cut.arms.stem.open + hairpin.cut.arms.stem.close) / 2 - shown.flank5;
        LookedAt one{first + k, middle > shown.letters / 5 && middle < shown.letters - shown.letters / 5, {}};
        hairpin.cut = {};
        one.hairpin = std::move(hairpin);
        found[k].push_back(std::move(one));
      }
      bool had = false;  // only the first of its own hairpins is taken for the record's
      for (LookedAt& one : found[k]) {
        one.own = one.own && !had;
        had = had || one.own;
      }
    });
    for (auto& some : found) std::move(some.begin(), some.end(), std::back_inserter(looked_));
  }

  // Takes off what lies outside the cuts but for a few letters, flanks that were drawn stay.
  void trim(Shown& shown, std::size_t number, SplicedFinder& finder) const {
    const MirtronRecord& record = records_[shown.record];
    const std::vector<SplicedHairpin> hairpins = finder.find(record.sequence, 1);
    if (hairpins.empty()) return;
    Random random(how_.seed + 200, number);
    const int n = static_cast<int>(record.sequence.size());
    const int begin = std::max(0, hairpins[0].cut.begin - static_cast<int>(random.below(kMostTrim + 1)));
    const int end = std::min(n, hairpins[0].cut.end + static_cast<int>(random.below(kMostTrim + 1)));
    const int before = shown.flank5 - record.flank5;
    const std::size_t at = static_cast<std::size_t>(shown.way == kTrimmed ? 0 : before);
    const std::string five = shown.sequence.substr(0, at), three = shown.sequence.substr(at + record.sequence.size());
    shown.sequence =
        five + record.sequence.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)) + three;
    shown.flank5 = static_cast<int>(at);
    shown.letters = end - begin;
  }

  // Adds what `augment` makes of the mirtrons learned from; undone by forget().
  void augment(std::vector<char>& learned, std::uint64_t seed) {
    std::vector<std::int64_t> mirtrons;
    std::int64_t canonical = 0, all = 0;
    for (std::size_t i = 0; i < real_; ++i) {
      if (learned[i] == 0 || records_[i].other) continue;
      canonical += records_[i].label == 0 ? 1 : 0;
      all += records_[i].label;
      if (records_[i].label == 1 && lineage_.synthetic[i] == 0) mirtrons.push_back(static_cast<std::int64_t>(i));
    }
    const std::size_t first = shown_.size();
    int number = 0;
    for (const std::string& sequence : how_.augment(mirtrons, std::max<std::int64_t>(0, canonical - all), seed)) {
      MirtronRecord made;
      made.id = fmt::format("augmented_{}", ++number);
      made.kind = "mirtron", made.label = 1, made.sequence = sequence;
      records_.push_back(made);
      learned.push_back(1);
      show(records_.size() - 1);
    }
    look(first);
  }
  void forget() {
    records_.resize(real_);
    std::erase_if(looked_, [&](const LookedAt& one) { return shown_[one.shown].record >= real_; });
    std::erase_if(shown_, [&](const Shown& one) { return one.record >= real_; });
  }
};

struct OutOfFold {
  std::vector<std::vector<float>> against_canonical, against_others;  // of each repeat, of everything shown
};

OutOfFold out_of_fold(Trainer& trainer, const MirtronTraining& how, bool augmented, bool others) {
  constexpr float kNone = -15;  // log odds where there is no hairpin
  OutOfFold result;
  std::vector<std::int64_t> groups;
  std::vector<std::uint8_t> labels;
  for (const MirtronRecord& record : trainer.records_) {
    groups.push_back(record.group);
    labels.push_back(static_cast<std::uint8_t>(record.label));
  }
  const std::vector<double> shares(static_cast<std::size_t>(how.folds), 1.0 / how.folds);
  for (int repeat = 0; repeat < how.repeats; ++repeat) {
    const std::vector<int> parts = split_groups(groups, labels, shares, how.seed + static_cast<std::uint64_t>(repeat));
    std::vector<float> canonical(trainer.shown_.size(), kNone), other(trainer.shown_.size(), kNone);
    for (int part = 0; part < how.folds; ++part) {
      std::vector<char> learned;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        bool in = parts[i] != part;
        if (trainer.lineage_.synthetic[i] != 0) {
          in = trainer.lineage_.is_known(static_cast<std::int64_t>(i));
          for (const std::int64_t p : trainer.lineage_.parents[i])
            in = in && parts[static_cast<std::size_t>(p)] != part;
        }
        learned.push_back(in ? 1 : 0);
      }
      const std::uint64_t seed = how.seed + static_cast<std::uint64_t>(repeat * how.folds + part);
      std::vector<char> with = learned;
      if (augmented) trainer.augment(with, seed);
      const auto trees = trainer.grow(with, false, seed);
      const auto of_others = others ? trainer.grow(with, true, seed) : nullptr;
      if (augmented) trainer.forget();
      trainer.ask(*trees, learned, canonical);
      if (of_others) trainer.ask(*of_others, learned, other);
      how.talk(fmt::format("repeat {} of {}, fold {} of {}", repeat + 1, how.repeats, part + 1, how.folds));
    }
    result.against_canonical.push_back(std::move(canonical));
    result.against_others.push_back(std::move(other));
  }
  return result;
}

double curved(const LogisticBlend& curve, double x) { return 1 / (1 + std::exp(-(curve.weights[0] * x + curve.bias))); }

// A curve for a prior probability of `prior`, from log odds of both classes in any numbers.
LogisticBlend fit_curve(const std::vector<float>& log_odds, const std::vector<std::uint8_t>& labels, double prior) {
  LogisticBlend curve = fit_blend({static_cast<std::int64_t>(log_odds.size()), 1, log_odds}, labels);
  const auto positives = static_cast<double>(std::count(labels.begin(), labels.end(), std::uint8_t{1}));
  curve.bias += logit(prior) - std::log(positives / (static_cast<double>(labels.size()) - positives));
  return curve;
}

using FigureRow = std::array<double, std::size(kFigureNames)>;

FigureRow figures_once(std::span<const float> p, std::span<const std::uint8_t> labels) {
  const ClassificationScore s = score_classification(p, labels);
  return {s.accuracy,
          s.sensitivity,
          s.specificity,
          s.mcc,
          s.auroc,
          s.auprc,
          expected_calibration_error(calibration_curve(p, labels))};
}

// The mean over repeats, and 95 % of bootstrap draws of the records.
Figures figures_of(const std::vector<std::vector<float>>& repeats, const std::vector<std::uint8_t>& labels) {
  constexpr std::size_t kResamples = 500;
  constexpr double kTail = 0.025;
  const auto means = [&](const std::vector<std::size_t>& records) {
    FigureRow sum{};
    for (const std::vector<float>& p : repeats) {
      std::vector<float> some;
      std::vector<std::uint8_t> of_some;
      for (const std::size_t i : records) some.push_back(p[i]), of_some.push_back(labels[i]);
      const FigureRow one = figures_once(some, of_some);
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += one[k] / static_cast<double>(repeats.size());
    }
    return sum;
  };
  std::vector<std::size_t> records(labels.size());
  std::iota(records.begin(), records.end(), std::size_t{0});
  const FigureRow mean = means(records);
  std::array<std::vector<double>, std::size(kFigureNames)> drawn;
  for (std::size_t draw = 0; draw < kResamples; ++draw) {
    Random random(1, draw);
    for (std::size_t& i : records) i = random.below(labels.size());
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

// What goes from a Trainer into a model.
class MirtronTrainer {
 public:
  static void fill(MirtronModel& m, Trainer& trainer, const MirtronTraining& how, bool others) {
    const OutOfFold found = out_of_fold(trainer, how, static_cast<bool>(how.augment), others);
    m.calibration_ = curve_of(trainer, found, false);
    if (others) m.others_calibration_ = curve_of(trainer, found, true);
    tell_figures(m, trainer, found, m.calibration_, "");
    if (how.augment) {  // what a model trained plainly would say, its own calibration included
      const OutOfFold plain = out_of_fold(trainer, how, false, false);
      tell_figures(m, trainer, plain, curve_of(trainer, plain, false), ", not augmented");
    }
    if (!how.calls.empty()) write_calls(m, trainer, found, how.calls);
    std::vector<char> all(trainer.records_.size(), 1);
    if (how.augment) trainer.augment(all, how.seed);
    m.booster_ = trainer.grow(all, false, how.seed);
    if (others) m.others_ = trainer.grow(all, true, how.seed);
    if (how.augment) trainer.forget();
    tell_usual(m, trainer);
  }

 private:
  static bool tested(const Trainer& trainer, std::size_t shown) {
    return trainer.lineage_.synthetic[trainer.shown_[shown].record] == 0;
  }

  // Of mirtrons against canonical precursors, or against others.
  static LogisticBlend curve_of(const Trainer& trainer, const OutOfFold& found, bool other) {
    std::vector<float> log_odds;
    std::vector<std::uint8_t> labels;
    for (const auto& repeat : other ? found.against_others : found.against_canonical) {
      for (std::size_t s = 0; s < repeat.size(); ++s) {
        const MirtronRecord& record = trainer.records_[trainer.shown_[s].record];
        if (!tested(trainer, s) || (record.label == 0 && record.other != other)) continue;
        log_odds.push_back(repeat[s]);
        labels.push_back(static_cast<std::uint8_t>(record.label));
      }
    }
    return fit_curve(log_odds, labels, other ? 0.5 : kPrior);
  }

  static void tell_figures(MirtronModel& m, const Trainer& trainer, const OutOfFold& found, const LogisticBlend& curve,
                           const char* suffix) {
    for (int way = 0; way < kDrawn; ++way) {
      std::vector<std::uint8_t> labels;
      std::vector<std::vector<float>> repeats(found.against_canonical.size());
      for (std::size_t s = 0; s < trainer.shown_.size(); ++s) {
        const MirtronRecord& record = trainer.records_[trainer.shown_[s].record];
        if (trainer.shown_[s].way != way || record.other || !tested(trainer, s)) continue;
        labels.push_back(static_cast<std::uint8_t>(record.label));
        for (std::size_t r = 0; r < repeats.size(); ++r)
          repeats[r].push_back(static_cast<float>(curved(curve, found.against_canonical[r][s])));
      }
      m.figures_[std::string(kWayNames[static_cast<std::size_t>(way)]) + suffix] = figures_of(repeats, labels);
    }
    if (*suffix != '\0') return;
    std::map<std::string, std::pair<std::int64_t, double>> called;
    for (std::size_t s = 0; s < trainer.shown_.size(); ++s) {
      if (trainer.shown_[s].way != kAsGiven || !tested(trainer, s)) continue;
      auto& [count, sum] = called[trainer.records_[trainer.shown_[s].record].kind];
      ++count;
      for (std::size_t r = 0; r < found.against_canonical.size(); ++r) {
        const bool mirtron = curved(m.calibration_, found.against_canonical[r][s]) >= kMirtronCalled;
        const bool no_other = m.others_calibration_.weights.empty() ||
                              curved(m.others_calibration_, found.against_others[r][s]) >= kMirtronCalled;
        sum += mirtron && no_other ? 1.0 / static_cast<double>(found.against_canonical.size()) : 0;
      }
    }
    for (const auto& [kind, count] : called)
      m.called_[kind] = {count.first, count.second / static_cast<double>(count.first)};
  }

  static void write_calls(const MirtronModel& m, const Trainer& trainer, const OutOfFold& found,
                          const std::string& path) {
    TextWriter out(path);
    out.write("id\tkind\tlabel\tshown\tlength\tlog_odds\tprobability\tagainst_others\n");
    for (std::size_t s = 0; s < trainer.shown_.size(); ++s) {
      if (!tested(trainer, s)) continue;
      const Shown& shown = trainer.shown_[s];
      const MirtronRecord& record = trainer.records_[shown.record];
      const float x = found.against_canonical.front()[s], other = found.against_others.front()[s];
      out.write(fmt::format("{}\t{}\t{}\t{}\t{}\t{:.4f}\t{:.5f}\t{:.5f}\n", record.id, record.kind, record.label,
                            shown.way < kDrawn ? kWayNames[static_cast<std::size_t>(shown.way)] : "drawn",
                            shown.sequence.size(), x, curved(m.calibration_, x),
                            m.others_calibration_.weights.empty() ? 1.0 : curved(m.others_calibration_, other)));
    }
    out.close();
  }

  // Usual ranges, importance, and the training hairpins that go with the model.
  static void tell_usual(MirtronModel& m, const Trainer& trainer) {
    constexpr double kTail = 0.005, kMirtronTail = 0.01;
    Matrix rows{0, static_cast<std::int64_t>(mirtron_measures().size()), {}};
    std::vector<std::uint8_t> labels;
    for (const LookedAt& one : trainer.looked_) {
      const Shown& shown = trainer.shown_[one.shown];
      if (shown.way != kAsGiven || !one.own || trainer.records_[shown.record].other) continue;
      rows.values.insert(rows.values.end(), one.hairpin.looks.front().begin(), one.hairpin.looks.front().end());
      labels.push_back(static_cast<std::uint8_t>(trainer.records_[shown.record].label));
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
    for (const MirtronRecord& record : trainer.records_) {
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
  Trainer trainer(records, how, *m.cuts_);
  how.talk(fmt::format("{} hairpins of {} shown sequences measured", trainer.looked_.size(), trainer.shown_.size()));
  MirtronTrainer::fill(m, trainer, how, others);
  m.write(directory, how);
  return open(directory);
}

}  // namespace stemloop
