#include "judge/precursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fold/local.h"
#include "judge/first_look.h"
#include "judge/precursor_files.h"
#include "net/model_files.h"
#include "net/model_reading.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kOutsideTail = 1;  // percentile below and 100 less it above which a measure is unusual
// Measures whose place among training precursors says whether a hairpin is like them at all.
constexpr std::array<const char*, 5> kRanged = {"length", "gc", "mfe_per_nt", "stem_pairs", "between_arms"};

// Where a value lies among sorted percentiles, 0 to 1.
double place_among(std::span<const float> percentiles, float value) {
  const auto at = std::upper_bound(percentiles.begin(), percentiles.end(), value);
  const auto below = std::lower_bound(percentiles.begin(), percentiles.end(), value);
  const double middle = static_cast<double>((at - percentiles.begin()) + (below - percentiles.begin())) / 2;
  return std::clamp(middle / static_cast<double>(percentiles.size()), 0.0, 1.0);
}

}  // namespace

HairpinFinder::HairpinFinder(const CutModel& cuts)
    : cuts_(&cuts),
      scratch_(cuts.scratch()),
      local_(make_model(load_parameters("turner2004"))),
      folder_(make_model(load_parameters("turner2004"))) {}

std::vector<StemCuts> HairpinFinder::stems(std::string_view sequence) {
  std::vector<LocalStemLoop> stems = local_.stem_loops(sequence);
  std::stable_sort(stems.begin(), stems.end(),
                   [](const LocalStemLoop& a, const LocalStemLoop& b) { return a.score < b.score; });
  if (stems.size() > kMostStems) stems.resize(kMostStems);
  std::vector<StemCuts> cut;
  for (LocalStemLoop& stem : stems) {
    std::optional<ArmCall> arms = cuts_->predict(sequence, stem, scratch_);
    if (!arms || !can_be_judged(*arms, sequence)) continue;
    // Two local stem-loops may be cut alike: one is enough.
    const bool known = std::any_of(cut.begin(), cut.end(), [&](const StemCuts& other) {
      return other.arms.cuts.drosha5 == arms->cuts.drosha5 && other.arms.cuts.drosha3 == arms->cuts.drosha3;
    });
    if (!known) cut.push_back({std::move(stem), std::move(*arms)});
  }
  std::stable_sort(cut.begin(), cut.end(),
                   [](const StemCuts& a, const StemCuts& b) { return a.arms.log_odds > b.arms.log_odds; });
  return cut;
}

std::optional<FoundHairpin> HairpinFinder::measure(std::string_view sequence, StemCuts stem) {
  std::optional<CutHairpin> cut = cut_hairpin(sequence, stem.stem, std::move(stem.arms), folder_);
  if (!cut) return std::nullopt;
  FoundHairpin hairpin{std::move(*cut), {}, 1};
  measure_hairpin(hairpin.cut, hairpin.measures);
  return hairpin;
}

std::vector<FoundHairpin> HairpinFinder::find(std::string_view sequence, int most) {
  std::vector<FoundHairpin> found;
  float best = 0;
  for (StemCuts& stem : stems(sequence)) {
    const float clear = stem.arms.log_odds;
    if (!found.empty() && (std::ssize(found) >= most || clear < best - kClearlyWorse)) break;
    std::optional<FoundHairpin> hairpin = measure(sequence, std::move(stem));
    if (!hairpin) continue;
    if (found.empty()) best = clear;
    found.push_back(std::move(*hairpin));
  }
  for (FoundHairpin& hairpin : found) hairpin.of = static_cast<int>(found.size());
  return found;
}

std::vector<PrecursorCall> PrecursorClassifier::judge(std::span<const FoundHairpin* const> hairpins, double prior,
                                                      bool reasons) const {
  std::vector<PrecursorCall> calls(hairpins.size());
  if (hairpins.empty()) return calls;
  const std::vector<Measure>& measures = hairpin_measures();
  Matrix rows{static_cast<std::int64_t>(hairpins.size()), static_cast<std::int64_t>(measures.size()), {}};
  for (const FoundHairpin* hairpin : hairpins)
    rows.values.insert(rows.values.end(), hairpin->measures.begin(), hairpin->measures.end());
  const std::vector<float> logits = booster_->logits(rows);
  const Matrix added = reasons ? booster_->contributions(rows) : Matrix{};
  const auto among = [&](std::size_t measure, bool precursor) {
    return percentiles_.row(static_cast<std::int64_t>(precursor ? measure : measures.size() + measure));
  };
  for (std::size_t i = 0; i < hairpins.size(); ++i) {
    PrecursorCall& call = calls[i];
    call.log_odds = log_odds_of_one(logits[i], hairpins[i]->of);
    const double x = calibration_.weights[0] * call.log_odds + calibration_.bias + logit(prior);
    call.probability = 1 / (1 + std::exp(-x));
    const std::span<const float> values = rows.row(static_cast<std::int64_t>(i));
    for (std::size_t m = 0; m < measures.size(); ++m) {
      if (std::find(kRanged.begin(), kRanged.end(), measures[m].name) == kRanged.end()) continue;
      const std::span<const float> usual = among(m, true);
      const float low = usual[kOutsideTail], high = usual[usual.size() - 1 - kOutsideTail];
      if (values[m] >= low && values[m] <= high) continue;
      call.unusual.push_back(
          fmt::format("{} is {:.4g}, pre-miRNAs have {:.4g} to {:.4g}", measures[m].words, values[m], low, high));
    }
    call.outside = !call.unusual.empty();
    if (!reasons) continue;
    const std::span<const float> parts = added.row(static_cast<std::int64_t>(i));
    double words = 0;
    for (std::size_t m = 0; m < measures.size(); ++m) {
      const double weight = calibration_.weights[0] * parts[m];
      if (measures[m].word()) {
        words += weight;
        continue;
      }
      Reason reason{m, values[m], weight, std::nan(""), std::nan("")};
      if (values[m] == values[m]) {
        reason.among_precursors = place_among(among(m, true), values[m]);
        reason.among_others = place_among(among(m, false), values[m]);
      }
      call.reasons.push_back(reason);
    }
    call.reasons.push_back({measures.size(), std::nanf(""), words, std::nan(""), std::nan("")});
    std::stable_sort(call.reasons.begin(), call.reasons.end(),
                     [](const Reason& a, const Reason& b) { return std::abs(a.log_odds) > std::abs(b.log_odds); });
  }
  return calls;
}

std::vector<bool> PrecursorClassifier::worth_judging(const Matrix& first_measures) const {
  std::vector<bool> worth;
  if (first_measures.rows == 0) return worth;
  for (const float x : first_->logits(first_measures)) worth.push_back(x >= least_first_log_odds_);
  return worth;
}

std::pair<double, double> PrecursorClassifier::called_at(double threshold) const {
  // The curve falls with the threshold; between its points it is a straight line.
  if (threshold <= curve_.front()[0]) return {curve_.front()[1], curve_.front()[2]};
  for (std::size_t k = 1; k < curve_.size(); ++k) {
    if (threshold > curve_[k][0]) continue;
    const double share = (threshold - curve_[k - 1][0]) / (curve_[k][0] - curve_[k - 1][0]);
    const auto between = [&](std::size_t c) { return curve_[k - 1][c] + share * (curve_[k][c] - curve_[k - 1][c]); };
    return {between(1), between(2)};
  }
  return {curve_.back()[1], curve_.back()[2]};
}

float log_odds_of_one(float log_odds, int hairpins) {
  return log_odds - std::log(static_cast<float>(std::max(1, hairpins)));
}

double precision_at(double prior, double sensitivity, double false_positives) {
  const double right = prior * sensitivity, wrong = (1 - prior) * false_positives;
  return right + wrong > 0 ? right / (right + wrong) : std::nan("");
}

PrecursorClassifier PrecursorClassifier::open(const std::string& directory) {
  const Json config = read_config(directory);
  const std::string name = directory + "/config.json";
  const auto number = [&](const Json& json, const char* key) {
    require(json.is_object() && json.contains(key) && json[key].is_number() && std::isfinite(json[key].get<double>()),
            "{}: '{}' is missing or no number", name, key);
    return json[key].get<double>();
  };
  const Json format = config.value("format", Json()), family = config.value("family", Json());
  require(format.is_number_integer(), "{}: 'format' is missing: this is no stemloop model", name);
  require(format == kPrecursorFormat,
          "{}: format {} is not known here (this is {}); was it written by another stemloop?", name,
          printable(format.dump()), kPrecursorFormat);
  require(family == kPrecursorFamily, "{}: this is a model of family '{}', not '{}'", name,
          family.is_string() ? printable(family.get<std::string>()) : "", kPrecursorFamily);
  PrecursorClassifier c;
  const Json calibration = config.value("calibration", Json());
  c.calibration_.weights = {number(calibration, "slope")};
  c.calibration_.bias = number(calibration, "bias");
  c.prior_ = number(config, "prior");
  c.least_cut_log_odds_ = number(config, "least_cut_log_odds");
  c.least_first_log_odds_ = number(config.value("first_look", Json()), "least_log_odds");
  require(c.prior_ > 0 && c.prior_ < 1, "{}: prior {} is no probability between 0 and 1", name, c.prior_);
  const Json curve = config.value("curve", Json());
  require(curve.is_array() && curve.size() >= 2, "{}: 'curve' is missing", name);
  for (const Json& point : curve) {
    require(point.is_array() && point.size() == 3, "{}: 'curve' is no list of three numbers each", name);
    std::array<double, 3> values{};
    for (std::size_t k = 0; k < 3; ++k) {
      require(point[k].is_number() && point[k] >= 0 && point[k] <= 1, "{}: 'curve' has a value outside 0 to 1", name);
      values[k] = point[k].get<double>();
    }
    require(c.curve_.empty() || values[0] > c.curve_.back()[0], "{}: the thresholds of 'curve' do not rise", name);
    c.curve_.push_back(values);
  }
  const Json figures = config.value("figures", Json::array());
  require(figures.is_array(), "{}: 'figures' is no list", name);
  for (const Json& figure : figures) {
    require(figure.is_object() && figure.value("kind", Json()).is_string(), "{}: a figure has no kind", name);
    c.figures_.push_back({printable(figure["kind"].get<std::string>()), number(figure, "label") > 0 ? 1 : 0,
                          static_cast<std::int64_t>(number(figure, "records")), number(figure, "called")});
  }
  const auto measures = static_cast<std::int64_t>(hairpin_measures().size());
  c.percentiles_ = decode_percentiles(checked_file(config, directory, kPercentilesFile),
                                      directory + "/" + kPercentilesFile, 2 * measures);
  const auto trees = [&](const char* file, std::int64_t columns) {
    const std::string path = directory + "/" + file;
    // One thread: rows come a few at a time, from several threads.
    std::unique_ptr<Booster> booster = load_xgboost(checked_file(config, directory, file), path, 1);
    require(booster->columns() == columns, "{}: is for {} measures, not {}", path, booster->columns(), columns);
    return booster;
  };
  c.booster_ = trees(kBoosterFile, measures);
  c.first_ = trees(kFirstBooster, std::ssize(first_measures()));
  c.cuts_ = std::make_unique<CutModel>(CutModel::open(model_part(directory, kPrecursorCuts)));
  require(c.cuts_->settings().local, "{}/{}: these networks of cuts do not see local stem-loops; train the model again",
          directory, kPrecursorCuts);
  return c;
}

}  // namespace stemloop
