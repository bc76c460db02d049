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
  names.insert(names.end(), std::begin(kSelected), std::end(kSelected));
  names.insert(names.end(), std::begin(kControls), std::end(kControls));
  return names;
}

std::vector<std::string> usual_arms() {
  std::vector<std::string> names = arm_names();
  names.resize(names.size() - std::size(kSelected) - std::size(kControls));
  return names;
}

std::int64_t real_of(const std::string& arm) {
  const std::size_t at = arm.find('@');
  return at == std::string::npos ? 0 : parse_integer(arm.substr(at + 1), "arm");
}

std::string without_number(const std::string& arm) { return arm.substr(0, arm.find('@')); }

std::string generator_of(const std::string& source) {
  constexpr std::string_view kWith = "-selected";
  return source.ends_with(kWith) ? source.substr(0, source.size() - kWith.size()) : source;
}

bool is_generator(const std::string& source) {
  const std::string generator = generator_of(source);
  return generator == "wgan" || generator == "fbgan";
}

bool is_only(const std::string& arm) { return without_number(arm).ends_with(kOnly); }

std::string source_of(const std::string& arm) {
  const std::string name = without_number(arm);
  if (name == kReal || name == kWeighted || name == kThreshold) return "";
  return is_only(name) ? name.substr(0, name.size() - std::string_view(kOnly).size()) : name;
}

std::string shown(const std::string& sequence, const std::string& ends) {
  return ends == "masked" ? sequence.substr(kMasked, sequence.size() - 2 * kMasked) : sequence;
}

void as_if_equal(std::vector<float>& probability, double share) {
  for (float& p : probability) {
    const double positive = p / share, negative = (1 - p) / (1 - share);
    p = static_cast<float>(positive / (positive + negative));
  }
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
