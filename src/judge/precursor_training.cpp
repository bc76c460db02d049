// Learns a classifier of precursors: networks of cuts, measures of all records by the network that has not seen their
// group, trees for a first look and for the call, calibration, percentiles and figures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "judge/first_look.h"
#include "judge/labelled_rows.h"
#include "judge/precursor.h"
#include "judge/precursor_files.h"
#include "judge/precursor_networks.h"
#include "judge/precursor_rows.h"
#include "judge/precursor_told.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr float kNoHairpinLogit = -15;  // of a record without a hairpin: the least there is

std::unique_ptr<Booster> boost(const HairpinRows& rows, const Matrix& measures, std::span<const WorldRecord> records,
                               const std::vector<std::int64_t>& chosen, const BoosterOptions& options) {
  std::vector<std::uint8_t> labels;
  std::vector<float> weights;
  for (const std::int64_t row : chosen) {
    const WorldRecord& record = records[rows.rows[static_cast<std::size_t>(row)].record];
    labels.push_back(static_cast<std::uint8_t>(record.label));
    weights.push_back(record.weight);
  }
  return train_xgboost(measures.select(chosen), labels, options, weights);
}

std::vector<std::int64_t> learnt_rows(const HairpinRows& rows) {
  std::vector<std::int64_t> learnt;
  for (std::size_t k = 0; k < rows.rows.size(); ++k) {
    if (rows.rows[k].learnt) learnt.push_back(static_cast<std::int64_t>(k));
  }
  return learnt;
}

// Log odds of every row by trees that have not seen its group.
std::vector<float> out_of_fold(const HairpinRows& rows, const Matrix& measures, std::span<const WorldRecord> records,
                               const PrecursorTrainingOptions& how, const BoosterOptions& options) {
  std::vector<float> logits(rows.rows.size());
  for (int fold = 0; fold < how.folds; ++fold) {
    std::vector<std::int64_t> learn, ask;
    for (std::size_t row = 0; row < rows.rows.size(); ++row) {
      const bool out = fold_of(records[rows.rows[row].record], how.folds) == fold;
      if (out) ask.push_back(static_cast<std::int64_t>(row));
      if (!out && rows.rows[row].learnt) learn.push_back(static_cast<std::int64_t>(row));
    }
    const std::vector<float> told = boost(rows, measures, records, learn, options)->logits(measures.select(ask));
    for (std::size_t k = 0; k < ask.size(); ++k) logits[static_cast<std::size_t>(ask[k])] = told[k];
    how.talk(fmt::format("trees of fold {} of {}", fold + 1, how.folds));
  }
  return logits;
}

// The best hairpin's log odds of every record.
std::vector<float> best_of_records(const HairpinRows& rows, std::span<const float> logits, std::size_t records) {
  std::vector<float> best(records, kNoHairpinLogit);
  std::vector<int> asked(records);
  for (std::size_t k = 0; k < rows.rows.size(); ++k) {
    if (!rows.rows[k].asked) continue;
    const std::size_t record = rows.rows[k].record;
    ++asked[record];
    best[record] = std::max(best[record], logits[k]);
  }
  for (std::size_t i = 0; i < best.size(); ++i) best[i] = log_odds_of_one(best[i], asked[i]);
  return best;
}

// What a first look asks for: the log odds that a share kFirstLookLoss of the called precursors' hairpins falls below,
// and the share of the others' hairpins that pass.
struct FirstLook {
  double least_log_odds = 0, others_pass = 0;
};

FirstLook first_look_of(const HairpinRows& rows, std::span<const WorldRecord> records, std::span<const float> first,
                        std::span<const float> logits, const LogisticBlend& calibration) {
  std::vector<float> called, others;
  for (std::size_t k = 0; k < rows.rows.size(); ++k) {
    const HairpinRow& row = rows.rows[k];
    if (!row.learnt || !row.asked) continue;
    if (records[row.record].label == 0)
      others.push_back(first[k]);
    else if (calibration.weights[0] * logits[k] + calibration.bias > 0)
      called.push_back(first[k]);
  }
  require(!called.empty() && !others.empty(), "no precursor is called: there is nothing to set a first look by");
  const auto at = called.begin() + static_cast<std::ptrdiff_t>(kFirstLookLoss * static_cast<double>(called.size()));
  std::nth_element(called.begin(), at, called.end());
  const auto pass = std::count_if(others.begin(), others.end(), [&](float x) { return x >= *at; });
  return {*at, static_cast<double>(pass) / static_cast<double>(others.size())};
}

void write_calls(const std::string& path, std::span<const WorldRecord> records, std::span<const float> logits,
                 std::span<const double> probabilities) {
  TextWriter out(path);
  out.write("id\tlabel\tkind\tgroup\tlength\tflank5\tflank3\tlog_odds\tprobability\n");
  for (std::size_t i = 0; i < records.size(); ++i) {
    const WorldRecord& r = records[i];
    out.write(fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.4f}\t{:.5f}\n", r.id, r.label, r.kind, r.group,
                          r.sequence.size(), r.flank5, r.flank3, logits[i], probabilities[i]));
  }
  out.close();
}

Json trees_json(const BoosterOptions& b) {
  return {{"rounds", b.rounds},   {"depth", b.depth}, {"rate", b.rate}, {"rows", b.rows},
          {"columns", b.columns}, {"leaf", b.leaf},   {"seed", b.seed}};
}

std::string text_of(const Booster& booster) {
  const std::vector<std::byte> bytes = booster.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Measures whose names begin so are missing everywhere: trees cannot ask for them.
void leave_out(Matrix& measures, const std::string& prefix) {
  if (prefix.empty()) return;
  const std::vector<Measure>& all = hairpin_measures();
  const auto begins = [&](const Measure& m) { return m.name.starts_with(prefix); };
  require(std::any_of(all.begin(), all.end(), begins), "no measure's name begins with '{}'", printable(prefix));
  for (std::int64_t row = 0; row < measures.rows; ++row) {
    for (std::size_t m = 0; m < all.size(); ++m) {
      if (begins(all[m])) measures.values[static_cast<std::size_t>(row * measures.columns) + m] = std::nanf("");
    }
  }
}

}  // namespace

std::vector<WorldRecord> read_world(const std::string& path) {
  std::vector<WorldRecord> records;
  std::optional<LabelledColumns> columns;
  std::size_t label_column = 0;
  std::array<std::size_t, kCuts> cut_columns{};
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        columns.emplace(header, path);
        label_column = find_column(header, "label", path);
        for (std::size_t c = 0; c < kCuts; ++c) cut_columns[c] = find_column(header, kCutNames[c], path);
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        WorldRecord record{columns->read(fields, place)};
        const std::int64_t label = parse_integer(fields[label_column], place);
        require(label == 0 || label == 1, "{}: label {} is neither 0 nor 1", place, label);
        record.label = static_cast<int>(label);
        const int n = static_cast<int>(record.sequence.size());
        int before = 0;
        for (std::size_t c = 0; c < kCuts; ++c) {
          const std::string_view text = fields[cut_columns[c]];
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
  const auto precursors =
      std::count_if(records.begin(), records.end(), [](const WorldRecord& r) { return r.label == 1; });
  require(precursors > 0 && precursors < std::ssize(records), "{} precursors and {} others: both are wanted",
          precursors, std::ssize(records) - precursors);

  const std::vector<CutNetwork> networks = train_networks(records, how);
  std::vector<CutModel> parts;
  parts.reserve(kParts);
  for (int part = 0; part < kParts; ++part) parts.push_back(cut_model(networks[static_cast<std::size_t>(part)]));
  HairpinRows rows = measure_all(records, parts, how.threads);
  how.talk(fmt::format("{} hairpins of {} records measured", rows.measures.rows, records.size()));
  leave_out(rows.measures, how.left_out);

  BoosterOptions booster = how.booster, quick = how.first_booster;
  booster.threads = quick.threads = how.threads;
  booster.seed = quick.seed = static_cast<int>(how.seed);
  const std::vector<float> row_logits = out_of_fold(rows, rows.measures, records, how, booster);
  const std::vector<float> logits = best_of_records(rows, row_logits, records.size());
  const std::vector<double> weights = even_weights(records);
  const LogisticBlend calibration = fit_calibration(logits, records, weights);
  std::vector<double> probabilities;
  probabilities.reserve(logits.size());
  for (const float x : logits)
    probabilities.push_back(1 / (1 + std::exp(-(calibration.weights[0] * x + calibration.bias + logit(how.prior)))));
  if (!how.calls.empty()) write_calls(how.calls, records, logits, probabilities);
  const FirstLook first =
      first_look_of(rows, records, out_of_fold(rows, rows.first, records, how, quick), row_logits, calibration);
  how.talk(fmt::format("first look: {:.3f} of the others' hairpins pass", first.others_pass));

  const std::vector<std::int64_t> learnt = learnt_rows(rows);
  const std::string trees = text_of(*boost(rows, rows.measures, records, learnt, booster));
  const std::string first_trees = text_of(*boost(rows, rows.first, records, learnt, quick));
  const std::string percentiles = encode_percentiles(percentiles_of(rows, records));
  fs::create_directories(directory + "/" + kPrecursorCuts);
  cut_model(networks[kWhole]).write(directory + "/" + kPrecursorCuts, R"({"see": "../config.json"})");
  replace_file(directory + "/" + kBoosterFile, trees);
  replace_file(directory + "/" + kFirstBooster, first_trees);
  replace_file(directory + "/" + kPercentilesFile, percentiles);
  const auto md5 = [](const std::string& bytes) { return md5_hex(std::as_bytes(std::span(bytes))); };
  const Json config = {
      {"format", kPrecursorFormat},
      {"family", kPrecursorFamily},
      {"prior", how.prior},
      {"least_cut_log_odds", least_cut_log_odds(rows, records)},
      {"first_look",
       {{"least_log_odds", first.least_log_odds}, {"loss", kFirstLookLoss}, {"others_pass", first.others_pass}}},
      {"calibration", {{"slope", calibration.weights[0]}, {"bias", calibration.bias}}},
      {"curve", curve_json(records, probabilities, weights)},
      {"figures", figures_json(records, probabilities, 0.5)},
      {"trees", trees_json(booster)},
      {"first_trees", trees_json(quick)},
      {"networks", {{"parts", kParts}, {"channels", how.channels}, {"epochs", how.epochs}}},
      {"left_out", how.left_out},
      {"folds", how.folds},
      {"md5", {{kBoosterFile, md5(trees)}, {kFirstBooster, md5(first_trees)}, {kPercentilesFile, md5(percentiles)}}},
      {"training", Json::parse(how.origin)}};
  replace_file(directory + "/config.json", config.dump(2) + "\n");
}

}  // namespace stemloop
