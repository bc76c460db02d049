#include "study/experiment.h"

#include <cmath>

#include "learn/learn.h"
#include "util/util.h"

namespace stemloop {

std::vector<std::string> arm_names() {
  std::vector<std::string> names = {kReal};
  for (const char* suffix : {"", kOnly}) {
    for (const char* source : kSources) names.push_back(std::string(source) + suffix);
  }
  names.insert(names.end(), std::begin(kControls), std::end(kControls));
  return names;
}

std::vector<std::string> usual_arms() {
  std::vector<std::string> names = arm_names();
  names.resize(names.size() - std::size(kControls));
  return names;
}

std::int64_t real_of(const std::string& arm) {
  const std::size_t at = arm.find('@');
  return at == std::string::npos ? 0 : parse_integer(arm.substr(at + 1), "arm");
}

std::string without_number(const std::string& arm) { return arm.substr(0, arm.find('@')); }

bool is_generator(const std::string& source) { return source == "wgan" || source == "fbgan"; }

bool is_only(const std::string& arm) { return without_number(arm).ends_with(kOnly); }

std::string source_of(const std::string& arm) {
  const std::string name = without_number(arm);
  if (name == kReal) return "";
  return is_only(name) ? name.substr(0, name.size() - std::string_view(kOnly).size()) : name;
}

std::string shown(const std::string& sequence, const std::string& ends) {
  return ends == "masked" ? sequence.substr(kMasked, sequence.size() - 2 * kMasked) : sequence;
}

std::array<double, kMetricCount> metrics_of(std::span<const float> probability, std::span<const std::uint8_t> labels) {
  const ClassificationScore s = score_classification(probability, labels);
  double right = 0, called = 0, there = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool call = probability[i] >= 0.5F, truth = labels[i] == 1;
    right += call && truth ? 1 : 0;
    called += call ? 1 : 0;
    there += truth ? 1 : 0;
  }
  const double f1 = called + there > 0 ? 2 * right / (called + there) : std::nan("");
  return {s.accuracy, s.sensitivity, s.specificity, f1, s.mcc, s.auroc, s.auprc};
}

}  // namespace stemloop
