// evaluate classifier: the classifiers of pre-miRNAs and of mirtrons on labelled hairpins.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>

#include "cli/classify_command.h"
#include "cli/evaluate_command.h"
#include "learn/learn.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// A row of the table: `first` names it.
Json row_of(std::pair<const char*, const char*> first, const std::vector<float>& p,
            const std::vector<std::uint8_t>& labels, double threshold = 0.5) {
  constexpr int kResamples = 1000;
  const ClassificationScore s = score_classification(p, labels, threshold);
  const ScoreInterval i = bootstrap_score(p, labels, kResamples, 1, threshold);
  return {{first.first, first.second},
          {"positives", s.positives},
          {"negatives", s.negatives},
          {"accuracy", s.accuracy},
          {"accuracy_low", i.low.accuracy},
          {"accuracy_high", i.high.accuracy},
          {"sensitivity", s.sensitivity},
          {"specificity", s.specificity},
          {"mcc", s.mcc},
          {"auroc", s.auroc},
          {"auroc_low", i.low.auroc},
          {"auroc_high", i.high.auroc},
          {"auprc", s.auprc},
          {"ece", expected_calibration_error(calibration_curve(p, labels))}};
}

void write_curve(const std::string& path, const std::vector<float>& p, const std::vector<std::uint8_t>& labels) {
  TextWriter out(path);
  out.write("low\thigh\tcount\tprobability\tshare\n");
  for (const CalibrationBin& bin : calibration_curve(p, labels))
    out.write(
        fmt::format("{:.4f}\t{:.4f}\t{}\t{:.4f}\t{:.4f}\n", bin.low, bin.high, bin.count, bin.probability, bin.share));
  out.close();
}

// What the model says of each record, without its reasons.
struct MirtronScores {
  std::vector<float> probability;
  std::vector<ClosestKnown> closest;
  std::vector<std::uint8_t> trained_on;
};

MirtronScores score_mirtrons(const MirtronModel& model, std::span<const FoldedHairpin> hairpins) {
  constexpr std::size_t kTogether = 1024;  // reasons are the larger part of a call
  MirtronScores scores;
  for (std::size_t begin = 0; begin < hairpins.size(); begin += kTogether) {
    for (MirtronCall& call : model.classify(hairpins.subspan(begin, std::min(kTogether, hairpins.size() - begin)))) {
      scores.probability.push_back(call.probability);
      scores.closest.push_back(std::move(call.closest));
      scores.trained_on.push_back(call.trained_on ? 1 : 0);
    }
  }
  return scores;
}

void write_calls(const std::string& path, const LabelledHairpins& records, const MirtronScores& scores) {
  TextWriter out(path);
  out.write("id\tlabel\tprobability\ttrained_on\tclosest\tsimilarity\n");
  for (std::size_t i = 0; i < records.ids.size(); ++i) {
    const ClosestKnown& closest = scores.closest[i];
    out.write(fmt::format("{}\t{}\t{:.6f}\t{}\t{}\t{}\n", records.ids[i], records.labels[i], scores.probability[i],
                          scores.trained_on[i], closest.name,
                          closest.name.empty() ? "" : fmt::format("{:.2f}", closest.similarity)));
  }
  out.close();
}

}  // namespace

void evaluate_premirna(const Classifier& classifier, const PictureData& data, const std::vector<std::string>& ids,
                       const EvaluateCommand& c, ScoreTable& table) {
  const LabelledEvidence records = labelled_evidence(data, c.folding, c.common.threads);
  const std::vector<Call> calls = classifier.classify(records.evidence);
  std::vector<float> blend, tree, booster, y, m;
  for (const Call& call : calls) {
    blend.push_back(call.probability);
    tree.push_back(call.tree_probability);
    booster.push_back(call.booster);
    y.push_back(call.from_y);
    m.push_back(call.from_m);
  }
  if (!c.calls.empty()) {
    TextWriter out(c.calls);
    out.write("id\tlabel\tprobability\ttree_probability\tbooster\tz_y\tz_m\toutside\n");
    for (std::size_t i = 0; i < calls.size(); ++i)
      out.write(fmt::format("{}\t{}\t{:.6f}\t{:.6f}\t{:.6f}\t{:.6f}\t{:.6f}\t{}\n", ids[i], data.labels[i], blend[i],
                            tree[i], booster[i], y[i], m[i], calls[i].outside ? 1 : 0));
    out.close();
  }
  if (!c.curve.empty()) write_curve(c.curve, blend, data.labels);
  const std::pair<const char*, const std::vector<float>*> parts[] = {
      {"blend", &blend}, {"tree", &tree}, {"booster", &booster}, {"z_y", &y}, {"z_m", &m}};
  for (const auto& [name, p] : parts) table.add(row_of({"from", name}, *p, data.labels, p == &tree ? kAboveHalf : 0.5));
}

int evaluate_mirtrons(EvaluateCommand& c, const CLI::App& app) {
  for (const char* option : {"--bars", "--split", "--splits", "--part", "--device"})
    require(app.get_option(option)->count() == 0, "{} has no meaning for a model of mirtrons", option);
  check_dataset(c.data);
  check_files(dataset_files(c.data), {c.common.output, c.calls, c.curve});
  const MirtronModel model = MirtronModel::open(find_model(c.model.directory), c.common.threads);
  fold_as_trained(model.parameters(), c.folding, app);
  SequenceSet set = load_sequences(c.data, c.label_column, c.common, c.folding);
  const LabelledHairpins records = labelled_hairpins(set, load_model(c.folding), c.common.threads);
  require(!records.ids.empty(), "there is no record to evaluate");
  const MirtronScores scores = score_mirtrons(model, records.hairpins);
  if (!c.calls.empty()) write_calls(c.calls, records, scores);
  if (!c.curve.empty()) write_curve(c.curve, scores.probability, records.labels);

  ScoreTable table(c.common.output, c.format == "json");
  table.add(row_of({"records", "all"}, scores.probability, records.labels));
  const auto known = std::count(scores.trained_on.begin(), scores.trained_on.end(), std::uint8_t{1});
  for (const std::uint8_t trained_on : {std::uint8_t{1}, std::uint8_t{0}}) {
    std::vector<float> p;
    std::vector<std::uint8_t> labels;
    for (std::size_t i = 0; known > 0 && i < records.labels.size(); ++i) {
      if (scores.trained_on[i] != trained_on) continue;
      p.push_back(scores.probability[i]);
      labels.push_back(records.labels[i]);
    }
    if (!p.empty()) table.add(row_of({"records", trained_on == 1 ? "trained on" : "new"}, p, labels));
  }
  table.close();
  if (known > 0)
    spdlog::warn(
        "{} of {} records are among those the model was trained on: what it says of them is no measure of how "
        "well it does on others",
        known, records.labels.size());
  return finish(set.tally, c.common);
}

}  // namespace stemloop
