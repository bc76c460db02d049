#include "judge/scores.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "learn/learn.h"

namespace stemloop {

NamedRow score_row(const char* kind, const char* name, std::span<const float> probability,
                   std::span<const std::uint8_t> labels, double threshold) {
  constexpr int kResamples = 1000;
  const ClassificationScore s = score_classification(probability, labels, threshold);
  const ScoreInterval i = bootstrap_score(probability, labels, kResamples, 1, threshold);
  return {{kind, TypedCell(std::string(name))},
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
          {"ece", expected_calibration_error(calibration_curve(probability, labels))}};
}

namespace {

// A row of the records that are marked and one of the others, each if there are any.
void add_rows(JudgeScores& scores, std::span<const std::uint8_t> marked, const char* name, const char* others) {
  const std::string kind = scores.rows.empty() ? "records" : scores.rows.front().front().first;
  for (const int mark : {1, 0}) {
    std::vector<float> probability;
    std::vector<std::uint8_t> labels;
    for (std::size_t i = 0; i < marked.size(); ++i) {
      if (marked[i] != mark) continue;
      probability.push_back(scores.probability[i]);
      labels.push_back(scores.labels[i]);
    }
    if (!labels.empty()) scores.rows.push_back(score_row(kind.c_str(), mark == 1 ? name : others, probability, labels));
  }
}

void add_warning(JudgeScores& scores, const std::string& text) {
  scores.warning += scores.warning.empty() ? text : "; " + text;
}

}  // namespace

void tell_trained(JudgeScores& scores, std::span<const std::uint8_t> known) {
  const auto count = std::count(known.begin(), known.end(), 1);
  add_rows(scores, known, "trained on or near", "new");
  const auto unknown = std::count(scores.sequences.begin(), scores.sequences.end(), "");
  add_warning(scores,
              fmt::format("{} of {} records are among those the model was trained on or nearly alike one of them{}{}",
                          count, known.size(),
                          unknown > 0 ? fmt::format(", {} are no whole hairpins and cannot be compared", unknown) : "",
                          count > 0 ? ": what it says of them is no measure of how well it does on others" : ""));
}

void tell_synthetic(JudgeScores& scores) {
  std::vector<std::uint8_t> synthetic;
  for (const auto& parents : scores.parents) synthetic.push_back(parents.empty() ? 0 : 1);
  const auto count = std::count(synthetic.begin(), synthetic.end(), 1);
  if (count == 0) return;
  add_rows(scores, synthetic, "synthetic", "real");
  add_warning(scores,
              fmt::format("{} of {} records are synthetic (they name parents): figures of real records are in the row "
                          "`real`, and hold only if none of the parents was trained on",
                          count, synthetic.size()));
}

std::vector<std::string> sequences_of(const PictureData& pictures) {
  std::vector<std::string> sequences;
  for (std::int64_t i = 0; i < pictures.size(); ++i) sequences.push_back(decode_picture(pictures.picture(i)).sequence);
  return sequences;
}

LabelledPictures load_labelled_pictures(const EvaluateData& from) {
  check_dataset(from.data);
  Dataset dataset = load_dataset(from.data, from.common, from.folding);
  require(from.part.empty() || !dataset.parts.empty(), "--part {} needs a --split", from.part);
  LabelledPictures labelled{std::move(dataset.pictures), std::move(dataset.ids), dataset.tally};
  if (!from.part.empty()) {
    const auto named = std::find(std::begin(kPartNames), std::end(kPartNames), from.part);
    const auto part = static_cast<Part>(named - std::begin(kPartNames));
    LabelledPictures chosen;
    chosen.tally = dataset.tally;
    for (std::size_t i = 0; i < labelled.ids.size(); ++i) {
      if (dataset.parts[i] != part) continue;
      chosen.ids.push_back(labelled.ids[i]);
      const auto record = static_cast<std::int64_t>(i);
      chosen.pictures.add(labelled.pictures.picture(record), labelled.pictures.labels[i]);
    }
    labelled = std::move(chosen);
  }
  require(labelled.pictures.size() > 0, "there is no record to evaluate");
  return labelled;
}

}  // namespace stemloop
