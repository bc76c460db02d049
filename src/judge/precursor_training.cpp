// Learns a classifier of precursors: networks of cuts, measures of all records by the network that has not seen their
// group, trees, calibration, percentiles and figures.
#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "arms/arms.h"
#include "judge/precursor.h"
#include "judge/precursor_files.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

// Networks of cuts: each of the first has seen the groups of all parts but its own, which it measures; one has seen all.
constexpr int kParts = 5, kWhole = kParts;
constexpr float kUsualOthers = 0.5F;  // share of the epochs in which a network of cuts sees a record that is none
constexpr int kHairpinsOfOthers = 2;  // of one such record

// The same on every machine; a group's records go to one part, and to one fold.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211ULL;
  return hash ^ (hash >> 29U);
}
int part_of(const WorldRecord& record) { return static_cast<int>(hash_of(record.group) % kParts); }
int fold_of(const WorldRecord& record, int folds) {
  return static_cast<int>(hash_of("fold " + record.group) % static_cast<std::uint64_t>(folds));
}

// What a network of cuts is shown: precursors with what is known of their cuts, and of other records the letters around
// their best stem-loops, half of them cut close, as precursors come too.
std::vector<CutExample> cut_examples(std::span<const WorldRecord> records, int part) {
  std::vector<CutExample> examples;
  LocalFolder local(make_model(load_parameters("turner2004")));
  for (std::size_t k = 0; k < records.size(); ++k) {
    const WorldRecord& record = records[k];
    if (part_of(record) == part) continue;
    if (record.label == 1) {
      if (record.cuts == kNothingKnown) continue;
      examples.push_back({record.id, record.sequence, record.cuts, Guide::kNotTold, record.kind == "mirgenedb" ? Convention::kMirgenedb : Convention::kMirbase,
                          0.8F * record.weight});
      continue;
    }
    std::vector<LocalStemLoop> stems = local.stem_loops(record.sequence);
    std::stable_sort(stems.begin(), stems.end(),
                     [](const LocalStemLoop& a, const LocalStemLoop& b) { return a.score < b.score; });
    for (int number = 0; number < std::min(kHairpinsOfOthers, static_cast<int>(stems.size())); ++number) {
      constexpr int kLeast = 24, kSpread = 16, kFarReach = 64;
      Random random(77, (k + 1) * 4 + static_cast<std::uint64_t>(number));
      const bool close = random.uniform() < 0.5;
      const auto reach = [&] { return close ? kLeast + static_cast<int>(random.below(kSpread)) : kFarReach; };
      const LocalStemLoop& stem = stems[static_cast<std::size_t>(number)];
      const int middle = (stem.loop_open + stem.loop_close) / 2;
      const int begin = std::max(0, middle - reach());
      const int end = std::min(static_cast<int>(record.sequence.size()), middle + reach());
      const float share = std::min(1.0F, kUsualOthers * record.weight) * (number == 0 ? 1.0F : 0.5F);
      examples.push_back({record.id, record.sequence.substr(begin, end - begin), kNothingKnown, Guide::kNotTold,
                          Convention::kMirbase, share});
    }
  }
  return examples;
}

CutNetwork train_network(std::span<const WorldRecord> records, int part, const PrecursorTrainingOptions& how) {
  const std::vector<CutExample> examples = cut_examples(records, part);
  CutTrainOptions options;
  options.shape.channels = how.channels;
  options.epochs = how.epochs;
  options.batch = 48;
  options.flankings = 4;
  options.shuffled = 0.1;
  options.others = 0.2;
  options.weight_decay = 0.1;
  options.dropout = 0.15;
  options.as_given = 0.3;
  options.local = true;
  options.seed = how.seed + static_cast<std::uint64_t>(part);
  CutSights sights;
  return train_cuts(examples, options, sights, [&](const CutProgress& progress, const CutNetwork&) {
    how.talk(fmt::format("network of cuts {}, epoch {}: loss {:.4f} over {} visits, {} skipped", part + 1,
                         progress.epoch + 1, progress.loss, progress.visits, progress.skipped));
  });
}

CutSettings seen_locally() {
  CutSettings settings;
  settings.local = true;
  return settings;
}

// One for every part and the one of all; those kept in the folder that was named are taken as they are.
std::vector<CutNetwork> train_networks(std::span<const WorldRecord> records, const PrecursorTrainingOptions& how) {
  std::vector<CutNetwork> networks(kParts + 1);
  const auto make = [&](int part) {
    const std::string kept =
        fmt::format("{}/{}", how.networks, part == kWhole ? "whole" : fmt::format("part-{}", part + 1));
    CutNetwork& network = networks[static_cast<std::size_t>(part)];
    if (!how.networks.empty() && fs::exists(kept + "/config.json")) {
      network = CutModel::open(kept).networks().front();
      return;
    }
    network = train_network(records, part, how);
    if (how.networks.empty()) return;
    fs::create_directories(kept);
    CutModel::of({network}, seen_locally()).write(kept, "{}");
  };
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(how.threads));
  tbb::parallel_for(0, kParts + 1, make, tbb::simple_partitioner{});
  return networks;
}

// A hairpin of a record among the rows.
struct Row {
  std::size_t record = 0;
  bool asked = true;   // it would be judged
  bool learnt = true;  // its label is known
};

struct Rows {
  std::vector<Row> rows;
  Matrix measures;
};

struct RecordHairpin {
  FoundHairpin found;
  bool asked = true, learnt = true;
};

// Whether a stem-loop of a precursor's record is the precursor: its loop lies between the known arms, or in the middle of
// what is not flank.
bool is_own(const LocalStemLoop& stem, const WorldRecord& record) {
  if (record.cuts != kNothingKnown) return may_belong(StemLoop{stem.loop_open, stem.loop_close, 0, 0, 0}, record.cuts);
  const int n = static_cast<int>(record.sequence.size()) - record.flank5 - record.flank3;
  const int middle = (stem.loop_open + stem.loop_close) / 2 - record.flank5;
  return middle >= n / 5 && middle <= n - n / 5;
}

// Hairpins of a record that would be judged. What a precursor's other hairpins are nobody knows: only its own is learnt
// from, whether it would be judged or not. Half of the other records are shown once more without what lies outside the
// cuts.
std::vector<RecordHairpin> rows_of(const WorldRecord& record, HairpinFinder& finder) {
  std::vector<RecordHairpin> rows;
  for (FoundHairpin& hairpin : finder.find(record.sequence, kMostHairpins)) rows.push_back({std::move(hairpin), true, true});
  if (record.label == 1) {
    bool own_seen = false;
    for (RecordHairpin& row : rows) {
      row.learnt = !own_seen && is_own(row.found.cut.local, record);
      own_seen = own_seen || row.learnt;
    }
    if (own_seen) return rows;
    for (StemCuts& stem : finder.stems(record.sequence)) {
      if (!is_own(stem.stem, record)) continue;
      if (std::optional<FoundHairpin> own = finder.measure(record.sequence, std::move(stem))) rows.push_back({std::move(*own), false, true});
      break;
    }
    return rows;
  }
  constexpr std::uint64_t kWays = 2, kMargin = 7;
  const std::uint64_t way = hash_of("cut " + record.id);
  if (!rows.empty() && way % kWays == 0) {
    const CutHairpin& best = rows.front().found.cut;
    const int begin = std::max(0, best.begin - static_cast<int>(way / kWays % kMargin));
    const int end = std::min(static_cast<int>(record.sequence.size()),
                             best.end + static_cast<int>(way / kWays / kMargin % kMargin));
    std::vector<FoundHairpin> again =
        finder.find(std::string_view(record.sequence).substr(begin, static_cast<std::size_t>(end - begin)), 1);
    for (FoundHairpin& hairpin : again) rows.push_back({std::move(hairpin), false, true});
  }
  return rows;
}

Rows measure_all(std::span<const WorldRecord> records, std::span<const CutModel> parts, int threads) {
  std::vector<std::vector<RecordHairpin>> found(records.size());
  using Finders = std::vector<HairpinFinder>;
  tbb::enumerable_thread_specific<Finders> finders([&] {
    Finders all;
    for (const CutModel& part : parts) all.emplace_back(part);
    return all;
  });
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::parallel_for(std::size_t{0}, records.size(), [&](std::size_t i) {
    // By the network that has not seen its group.
    found[i] = rows_of(records[i], finders.local()[static_cast<std::size_t>(part_of(records[i]))]);
    for (RecordHairpin& row : found[i]) row.found.cut = CutHairpin{};  // measures are all that is kept
  });
  Rows rows;
  rows.measures.columns = static_cast<std::int64_t>(hairpin_measures().size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (const RecordHairpin& row : found[i]) {
      rows.rows.push_back({i, row.asked, row.learnt});
      rows.measures.values.insert(rows.measures.values.end(), row.found.measures.begin(), row.found.measures.end());
      ++rows.measures.rows;
    }
    found[i].clear();
  }
  return rows;
}

std::unique_ptr<Booster> boost(const Rows& rows, std::span<const WorldRecord> records,
                               const std::vector<std::int64_t>& chosen, const BoosterOptions& options) {
  std::vector<std::uint8_t> labels;
  std::vector<float> weights;
  for (const std::int64_t row : chosen) {
    const WorldRecord& record = records[rows.rows[static_cast<std::size_t>(row)].record];
    labels.push_back(static_cast<std::uint8_t>(record.label));
    weights.push_back(record.weight);
  }
  return train_xgboost(rows.measures.select(chosen), labels, options, weights);
}

Matrix percentiles_of(const Rows& rows, std::span<const WorldRecord> records) {
  Matrix result{0, kPercentiles, {}};
  for (const int label : {1, 0}) {
    for (std::int64_t m = 0; m < rows.measures.columns; ++m) {
      std::vector<float> values;
      for (std::int64_t row = 0; row < rows.measures.rows; ++row) {
        const float value = rows.measures.row(row)[static_cast<std::size_t>(m)];
        const Row& of = rows.rows[static_cast<std::size_t>(row)];
        if (of.learnt && records[of.record].label == label && value == value)
          values.push_back(value);
      }
      std::sort(values.begin(), values.end());
      for (int k = 0; k < kPercentiles; ++k)
        result.values.push_back(values.empty() ? 0.0F
                                               : values[static_cast<std::size_t>(k) * (values.size() - 1) / (kPercentiles - 1)]);
      ++result.rows;
    }
  }
  return result;
}

// The log odds of cuts that a share kGateLoss of the precursors' own hairpins falls below.
double least_cut_log_odds(const Rows& rows, std::span<const WorldRecord> records) {
  const std::vector<Measure>& measures = hairpin_measures();
  const auto column = static_cast<std::size_t>(
      std::find_if(measures.begin(), measures.end(), [](const Measure& m) { return m.name == "cut_log_odds"; }) - measures.begin());
  std::vector<float> values;
  for (std::size_t row = 0; row < rows.rows.size(); ++row) {
    const Row& of = rows.rows[row];
    if (of.learnt && records[of.record].label == 1) values.push_back(rows.measures.row(static_cast<std::int64_t>(row))[column]);
  }
  require(!values.empty(), "no precursor has a hairpin");
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(kGateLoss * static_cast<double>(values.size()));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// The best hairpin's log odds of every record out of fold; a record without a hairpin has the least there are.
std::vector<float> best_out_of_fold(const Rows& rows, std::span<const WorldRecord> records,
                                    const PrecursorTrainingOptions& how) {
  constexpr float kNone = -15;
  std::vector<float> best(records.size(), kNone);
  for (int fold = 0; fold < how.folds; ++fold) {
    std::vector<std::int64_t> learn, ask;
    for (std::int64_t row = 0; row < rows.measures.rows; ++row) {
      const Row& of = rows.rows[static_cast<std::size_t>(row)];
      const bool out = fold_of(records[of.record], how.folds) == fold;
      if (out && of.asked) ask.push_back(row);
      if (!out && of.learnt) learn.push_back(row);
    }
    const std::vector<float> logits = boost(rows, records, learn, how.booster)->logits(rows.measures.select(ask));
    for (std::size_t k = 0; k < ask.size(); ++k) {
      float& one = best[rows.rows[static_cast<std::size_t>(ask[k])].record];
      one = std::max(one, logits[k]);
    }
    how.talk(fmt::format("trees of fold {} of {}", fold + 1, how.folds));
  }
  std::vector<int> asked(records.size());
  for (const Row& row : rows.rows) asked[row.record] += row.asked ? 1 : 0;
  for (std::size_t i = 0; i < best.size(); ++i) best[i] = log_odds_of_one(best[i], asked[i]);
  return best;
}

// Calibration at equal numbers: both classes weigh alike, and so does every kind of others, for their numbers here are
// our choice. Precursors of less weight than 1 are left out: a probability is of what is certainly one.
std::vector<double> even_weights(std::span<const WorldRecord> records) {
  const auto kind_of = [](const WorldRecord& record) {
    // All precursors are one kind, and so are all classes of structured RNA.
    return std::pair(record.label, record.label == 1 ? std::string("precursor") : record.kind.substr(0, record.kind.find('_')));
  };
  const bool some_certain = std::any_of(records.begin(), records.end(),
                                        [](const WorldRecord& r) { return r.label == 1 && r.weight >= 1; });
  const auto counts = [&](const WorldRecord& record) {
    return record.label == 1 && some_certain && record.weight < 1 ? 0.0 : static_cast<double>(record.weight);
  };
  std::map<std::pair<int, std::string>, double> totals;
  std::map<int, int> kinds;
  for (const WorldRecord& record : records) totals[kind_of(record)] += counts(record);
  for (const auto& [kind, total] : totals) ++kinds[kind.first];
  std::vector<double> weights;
  for (const WorldRecord& record : records)
    weights.push_back(counts(record) / totals[kind_of(record)] / kinds[record.label]);
  return weights;
}

LogisticBlend fit_calibration(std::span<const float> logits, std::span<const WorldRecord> records,
                              std::span<const double> weights) {
  // Newton's method on the weighted likelihood of slope and bias.
  double a = 1, b = 0;
  for (int step = 0; step < 50; ++step) {
    double ga = 0, gb = 0, haa = 1e-9, hab = 0, hbb = 1e-9;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const double p = 1 / (1 + std::exp(-(a * logits[i] + b)));
      const double error = weights[i] * (records[i].label - p), curve = weights[i] * p * (1 - p);
      ga += error * logits[i], gb += error;
      haa += curve * logits[i] * logits[i], hab += curve * logits[i], hbb += curve;
    }
    const double determinant = haa * hbb - hab * hab;
    const double da = (hbb * ga - hab * gb) / determinant, db = (haa * gb - hab * ga) / determinant;
    a += std::clamp(da, -0.5, 0.5), b += std::clamp(db, -1.0, 1.0);
    if (std::abs(da) + std::abs(db) < 1e-9) break;
  }
  LogisticBlend blend;
  blend.weights = {a};
  blend.bias = b;
  return blend;
}

Json figures_json(std::span<const WorldRecord> records, std::span<const double> probabilities, double threshold) {
  std::map<std::pair<int, std::string>, std::pair<std::int64_t, std::int64_t>> counts;
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto& [all, called] = counts[{-records[i].label, records[i].kind}];
    ++all;
    called += probabilities[i] >= threshold ? 1 : 0;
  }
  Json figures = Json::array();
  for (const auto& [kind, count] : counts)
    figures.push_back({{"kind", kind.second},
                       {"label", -kind.first},
                       {"records", count.first},
                       {"called", static_cast<double>(count.second) / static_cast<double>(count.first)}});
  return figures;
}

// Threshold, share of precursors at or above it, share of others (all kinds alike).
Json curve_json(std::span<const WorldRecord> records, std::span<const double> probabilities,
                std::span<const double> weights) {
  Json curve = Json::array();
  constexpr std::array<double, 19> kThresholds = {0,   0.01, 0.02, 0.05, 0.1,  0.2,  0.3,   0.4,   0.5,   0.6,
                                                  0.7, 0.8,  0.9,  0.95, 0.98, 0.99, 0.995, 0.999, 1};
  for (const double threshold : kThresholds) {
    std::array<double, 2> called{}, all{};
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto label = static_cast<std::size_t>(records[i].label);
      all[label] += weights[i];
      if (probabilities[i] >= threshold) called[label] += weights[i];
    }
    curve.push_back({threshold, called[1] / all[1], called[0] / all[0]});
  }
  return curve;
}

}  // namespace

std::vector<WorldRecord> read_world(const std::string& path) {
  std::vector<WorldRecord> records;
  std::map<std::string, std::size_t> at;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        for (const char* name : {"id", "label", "kind", "group", "weight", "flank5", "flank3", "sequence"})
          at[name] = find_column(header, name, path);
        for (const char* name : kCutNames) at[name] = find_column(header, name, path);
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        WorldRecord record;
        record.id = fields[at["id"]];
        record.kind = fields[at["kind"]];
        record.group = fields[at["group"]];
        record.sequence = as_rna(fields[at["sequence"]]);
        const std::int64_t label = parse_integer(fields[at["label"]], place);
        require(label == 0 || label == 1, "{}: label {} is neither 0 nor 1", place, label);
        record.label = static_cast<int>(label);
        record.weight = static_cast<float>(parse_number(fields[at["weight"]], place));
        require(record.weight > 0, "{}: weight {} is not above 0", place, record.weight);
        record.flank5 = static_cast<int>(parse_integer(fields[at["flank5"]], place));
        record.flank3 = static_cast<int>(parse_integer(fields[at["flank3"]], place));
        const int n = static_cast<int>(record.sequence.size());
        require(record.flank5 >= 0 && record.flank3 >= 0 && record.flank5 + record.flank3 < n,
                "{}: flanks of {} and {} letters, the sequence has {}", place, record.flank5, record.flank3, n);
        int before = 0;
        for (std::size_t c = 0; c < kCuts; ++c) {
          const std::string_view text = fields[at[kCutNames[c]]];
          if (text.empty()) continue;
          const std::int64_t cut = parse_integer(text, place);
          require(cut >= before && cut <= n, "{}: {} = {} is out of order or outside the sequence", place, kCutNames[c],
                  cut);
          record.cuts[c] = before = static_cast<int>(cut);
        }
        records.push_back(std::move(record));
      });
  return records;
}

void train_precursor(const std::string& directory, std::span<const WorldRecord> records,
                     const PrecursorTrainingOptions& how) {
  const auto precursors = std::count_if(records.begin(), records.end(), [](const WorldRecord& r) { return r.label == 1; });
  require(precursors > 0 && precursors < std::ssize(records), "{} precursors and {} others: both are wanted", precursors,
          std::ssize(records) - precursors);

  const std::vector<CutNetwork> networks = train_networks(records, how);
  std::vector<CutModel> parts;
  for (int part = 0; part < kParts; ++part) {
    parts.push_back(CutModel::of({networks[static_cast<std::size_t>(part)]}, seen_locally()));
  }
  const Rows rows = measure_all(records, parts, how.threads);
  how.talk(fmt::format("{} hairpins of {} records measured", rows.measures.rows, records.size()));
  BoosterOptions booster = how.booster;
  booster.threads = how.threads;
  booster.seed = static_cast<int>(how.seed);
  PrecursorTrainingOptions same = how;
  same.booster = booster;
  const std::vector<float> logits = best_out_of_fold(rows, records, same);
  const std::vector<double> weights = even_weights(records);
  const LogisticBlend calibration = fit_calibration(logits, records, weights);
  std::vector<double> probabilities;
  for (const float x : logits)
    probabilities.push_back(1 / (1 + std::exp(-(calibration.weights[0] * x + calibration.bias + logit(how.prior)))));

  std::vector<std::int64_t> all;
  for (std::size_t k = 0; k < rows.rows.size(); ++k) {
    if (rows.rows[k].learnt) all.push_back(static_cast<std::int64_t>(k));
  }
  const std::unique_ptr<Booster> trees = boost(rows, records, all, booster);
  const std::vector<std::byte> tree_bytes = trees->bytes();
  const std::string booster_bytes(reinterpret_cast<const char*>(tree_bytes.data()), tree_bytes.size());
  const std::string percentiles = encode_percentiles(percentiles_of(rows, records));

  if (!how.calls.empty()) {
    TextWriter out(how.calls);
    out.write("id\tlabel\tkind\tgroup\tlength\tflank5\tflank3\tlog_odds\tprobability\n");
    for (std::size_t i = 0; i < records.size(); ++i) {
      const WorldRecord& r = records[i];
      out.write(fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.4f}\t{:.5f}\n", r.id, r.label, r.kind, r.group,
                            r.sequence.size(), r.flank5, r.flank3, logits[i], probabilities[i]));
    }
    out.close();
  }
  fs::create_directories(directory + "/" + kPrecursorCuts);
  CutModel::of({networks[kWhole]}, seen_locally()).write(directory + "/" + kPrecursorCuts, R"({"see": "../config.json"})");
  replace_file(directory + "/" + kPrecursorBooster, booster_bytes);
  replace_file(directory + "/" + kPercentilesFile, percentiles);
  const auto md5 = [](const std::string& bytes) { return md5_hex(std::as_bytes(std::span(bytes))); };
  const Json config = {
      {"format", kPrecursorFormat},
      {"family", kPrecursorFamily},
      {"prior", how.prior},
      {"least_cut_log_odds", least_cut_log_odds(rows, records)},
      {"calibration", {{"slope", calibration.weights[0]}, {"bias", calibration.bias}}},
      {"curve", curve_json(records, probabilities, weights)},
      {"figures", figures_json(records, probabilities, 0.5)},
      {"trees", {{"rounds", booster.rounds}, {"depth", booster.depth}, {"rate", booster.rate}, {"rows", booster.rows}, {"columns", booster.columns}, {"leaf", booster.leaf}, {"seed", booster.seed}}},
      {"networks", {{"parts", kParts}, {"channels", how.channels}, {"epochs", how.epochs}}},
      {"folds", how.folds},
      {"md5", {{kPrecursorBooster, md5(booster_bytes)}, {kPercentilesFile, md5(percentiles)}}},
      {"training", Json::parse(how.origin)}};
  replace_file(directory + "/config.json", config.dump(2) + "\n");
}

}  // namespace stemloop
