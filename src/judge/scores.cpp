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
