#include "report/multiqc.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "report/escape.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

struct Sample {
  std::int64_t left_out = 0;
  std::map<std::string, std::int64_t> labels;
  std::vector<double> length, energy, probability;
};

std::string median(std::vector<double> values, int digits) {
  if (values.empty()) return "";
  const std::size_t half = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half), values.end());
  double middle = values[half];
  if (values.size() % 2 == 0)
    middle = (middle + *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half))) / 2;
  return fmt::format("{:.{}f}", middle, digits);
}

std::string dumped(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json section(const char* id, const char* name, const std::string& words, const char* kind) {
  return {{"id", id}, {"section_name", name}, {"description", words}, {"plot_type", kind}};
}

std::string table_of(const std::vector<std::pair<std::string, Sample>>& samples,
                     const std::vector<std::string>& labels) {
  std::string text =
      "# id: 'stemloop_table'\n# section_name: 'stemloop: hairpins'\n# description: 'hairpins by sample, as stemloop "
      "report counts them'\n# plot_type: 'table'\n# pconfig:\n#     id: 'stemloop_table_plot'\n#     title: 'stemloop: "
      "hairpins'\n#     format: '{:,.4g}'\nSample\tRecords\tLeft out";  // whole numbers whole, energies to three digits
  for (const std::string& label : labels) text += fmt::format("\tCalled {}", table_field(label));
  text += "\tMedian length (nt)\tMedian MFE per nt (kcal/mol)\n";
  for (const auto& [name, sample] : samples) {
    text += fmt::format("{}\t{}\t{}", table_field(name), sample.length.size(), sample.left_out);
    for (const std::string& label : labels) {
      const auto found = sample.labels.find(label);
      text += fmt::format("\t{}", found == sample.labels.end() ? 0 : found->second);
    }
    text += fmt::format("\t{}\t{}\n", median(sample.length, 0), median(sample.energy, 3));
  }
  return text;
}

// A sample's records by label.
Json bars_of(const Sample& sample) {
  Json bars = Json::object();
  std::int64_t called = 0;
  for (const auto& [label, count] : sample.labels) {
    bars[label] = count;
    called += count;
  }
  const auto uncalled = static_cast<std::int64_t>(sample.length.size()) - called;
  if (uncalled > 0) bars["not classified"] = uncalled;
  bars["left out"] = sample.left_out;
  return bars;
}

// A sample's share of records in bins of probability.
Json points_of(const Sample& sample) {
  constexpr int kBins = 20;
  std::vector<double> share(kBins, 0.0);
  for (const double p : sample.probability)
    share[static_cast<std::size_t>(std::clamp(static_cast<int>(p * kBins), 0, kBins - 1))] +=
        1.0 / static_cast<double>(sample.probability.size());
  Json points = Json::object();
  for (int k = 0; k < kBins; ++k)
    points[fmt::format("{:.3f}", (k + 0.5) / kBins)] = std::round(share[static_cast<std::size_t>(k)] * 1e6) / 1e6;
  return points;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> multiqc_files(const Report& report, const std::string& version) {
  std::vector<std::pair<std::string, Sample>> samples;
  const auto sample_of = [&](const std::string& name) -> Sample& {
    for (auto& [known, sample] : samples) {
      if (known == name) return sample;
    }
    return samples.emplace_back(name, Sample()).second;
  };
  std::vector<std::string> labels;
  for (const ReportRecord& r : report.records) {
    Sample& sample = sample_of(r.source);
    sample.length.push_back(static_cast<double>(r.sequence.size()));
    if (r.energy_kcal && !r.sequence.empty())
      sample.energy.push_back(*r.energy_kcal / static_cast<double>(r.sequence.size()));
    if (r.probability) sample.probability.push_back(*r.probability);
    if (r.label.empty()) continue;
    ++sample.labels[r.label];
    if (std::find(labels.begin(), labels.end(), r.label) == labels.end()) labels.push_back(r.label);
  }
  for (const ReportLeftOut& one : report.left_out) ++sample_of(one.source).left_out;
  std::sort(labels.begin(), labels.end());

  Json calls = section("stemloop_calls", "stemloop: calls", "What became of the records of each sample.", "bargraph");
  calls["pconfig"] = {{"id", "stemloop_calls_plot"}, {"title", "stemloop: calls"}, {"ylab", "Records"}};
  Json lines = section("stemloop_probability", "stemloop: probability",
                       fmt::format("Share of the records by probability of {}, in bins of 0.05.", report.classes.first),
                       "linegraph");
  lines["pconfig"] = {{"id", "stemloop_probability_plot"},
                      {"title", "stemloop: probability"},
                      {"xlab", "Probability"},
                      {"ylab", "Share of the records"},
                      {"xmin", 0},
                      {"xmax", 1}};
  bool any_probability = false;
  for (const auto& [name, sample] : samples) {
    calls["data"][name] = bars_of(sample);
    if (sample.probability.empty()) continue;
    any_probability = true;
    lines["data"][name] = points_of(sample);
  }
  std::vector<std::pair<std::string, std::string>> files = {
      {"stemloop_table_mqc.tsv", table_of(samples, labels)},
      {"stemloop_mqc_versions.yml", fmt::format("stemloop: \"{}\"\n", version)}};
  if (!samples.empty()) files.emplace_back("stemloop_calls_mqc.json", dumped(calls));
  if (any_probability) files.emplace_back("stemloop_probability_mqc.json", dumped(lines));
  return files;
}

}  // namespace stemloop
