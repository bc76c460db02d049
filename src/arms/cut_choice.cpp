#include "arms/cut_choice.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace stemloop {

namespace {

float calibrated(const std::array<float, 2>& line, double raw) {
  const double p = std::clamp(raw, 1e-6, 1 - 1e-6);
  const double odds = line[0] * std::log(p / (1 - p)) + line[1];
  return static_cast<float>(1 / (1 + std::exp(-odds)));
}

}  // namespace

void rule_out(const KnownCuts& known, int begin, std::span<float> scores) {
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const int cut = static_cast<int>(k) % kCuts, boundary = static_cast<int>(k) / kCuts;
    if (known[cut] >= 0 && known[cut] - begin != boundary) scores[k] = kNoCut;
  }
}

Cuts fewest_errors(const CutWindow& window, std::span<const float> marginals, std::span<const float> scores,
                   const CutTerms& terms) {
  constexpr float kOneOff = 0.4F, kTwoOff = 0.2F, kTogether = 0.1F;
  std::vector<float> worth(scores.size()), parts(terms.values.begin(), terms.values.end());
  for (float& part : parts) part *= kTogether;
  const auto size = static_cast<int>(scores.size());
  for (int k = 0; k < size; ++k) {
    const auto at = [&](int boundaries_on) {
      const int there = k + kCuts * boundaries_on;
      return there >= 0 && there < size ? marginals[there] : 0.0F;
    };
    worth[k] = kTogether * scores[k] + at(0) + kOneOff * (at(-1) + at(1)) + kTwoOff * (at(-2) + at(2));
  }
  return best_quadruple(window, worth, {parts});
}

void expect_flanks(const CutContext& context, int begin, int sequence_length, std::span<float> scores) {
  constexpr double kOtherwise = 0.05;
  const auto likelihood = [&](double flank) {
    const double off = (flank - context.flank) / context.flank_error;
    const double normal = std::exp(-0.5 * off * off) / (context.flank_error * std::sqrt(2 * M_PI));
    return static_cast<float>(std::log((1 - kOtherwise) * normal + kOtherwise / sequence_length));
  };
  for (std::size_t k = 0; k < scores.size(); k += kCuts) {
    const int boundary = begin + static_cast<int>(k) / kCuts;
    scores[k] += likelihood(boundary);
    scores[k + kCuts - 1] += likelihood(sequence_length - boundary);
  }
}

void measure_certainty(const CutSettings& settings, std::span<const float> marginals, const Cuts& cuts, ArmCall& call) {
  const int boundaries = static_cast<int>(marginals.size()) / kCuts;
  const std::array<int, kCuts> at = cuts.all();
  for (int cut = 0; cut < kCuts; ++cut) {
    const auto probability = [&](int k) {
      return k < 0 || k >= boundaries ? 0.0 : static_cast<double>(marginals[k * kCuts + cut]);
    };
    double raw = 0, entropy = 0;
    for (int off = 0; off < 3; ++off) {
      raw += probability(at[cut] - off) + (off > 0 ? probability(at[cut] + off) : 0);
      const float p = call.given[cut] >= 0 ? 1.0F : calibrated(settings.calibration[off], raw);
      call.within[cut][off] = off > 0 ? std::max(p, call.within[cut][off - 1]) : p;  // each is calibrated by itself
    }
    for (int k = 0; k < boundaries; ++k) {
      if (probability(k) > 0) entropy -= probability(k) * std::log2(probability(k));
    }
    call.entropy[cut] = static_cast<float>(entropy);
  }
}

}  // namespace stemloop
