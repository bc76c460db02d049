#include "judge/precursor_told.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "judge/precursor_files.h"

namespace stemloop {

using Json = nlohmann::ordered_json;

std::vector<double> even_weights(std::span<const WorldRecord> records) {
  const auto kind_of = [](const WorldRecord& record) {
    // All precursors are one kind, and so are all classes of structured RNA.
    return std::pair(record.label,
                     record.label == 1 ? std::string("precursor") : record.kind.substr(0, record.kind.find('_')));
  };
  const bool some_certain =
      std::any_of(records.begin(), records.end(), [](const WorldRecord& r) { return r.label == 1 && r.weight >= 1; });
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

Json curve_json(std::span<const WorldRecord> records, std::span<const double> probabilities,
                std::span<const double> weights) {
  Json curve = Json::array();
  constexpr std::array<double, 19> kThresholds = {0,   0.01, 0.02, 0.05, 0.1,  0.2,  0.3,   0.4,   0.5, 0.6,
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

Matrix percentiles_of(const HairpinRows& rows, std::span<const WorldRecord> records) {
  Matrix result{0, kPercentiles, {}};
  for (const int label : {1, 0}) {
    for (std::int64_t m = 0; m < rows.measures.columns; ++m) {
      std::vector<float> values;
      for (std::int64_t row = 0; row < rows.measures.rows; ++row) {
        const float value = rows.measures.row(row)[static_cast<std::size_t>(m)];
        const HairpinRow& of = rows.rows[static_cast<std::size_t>(row)];
        if (of.learnt && records[of.record].label == label && value == value) values.push_back(value);
      }
      std::sort(values.begin(), values.end());
      for (int k = 0; k < kPercentiles; ++k)
        result.values.push_back(
            values.empty() ? 0.0F : values[static_cast<std::size_t>(k) * (values.size() - 1) / (kPercentiles - 1)]);
      ++result.rows;
    }
  }
  return result;
}

}  // namespace stemloop
