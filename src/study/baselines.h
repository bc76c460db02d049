// Baselines of synthetic sets: sequences that keep only some statistics of the real ones, to be read beside the
// measures of a generator (sequence_quality.h), and controls of experiments.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace stemloop {

enum class Baseline {
  kLetters,        // the letters of each real sequence shuffled
  kDinucleotides,  // shuffled with every pair of neighbours kept
  kMarkov,         // drawn from a Markov chain of order 3 fitted on the set, lengths as in the set
};
inline constexpr Baseline kBaselines[] = {Baseline::kLetters, Baseline::kDinucleotides, Baseline::kMarkov};

/// "shuffled_letters", "shuffled_dinucleotides", "markov_3".
const char* baseline_name(Baseline baseline);

/// As many sequences as there are real ones; the i-th is drawn from (seed, i) and as long as the i-th.
std::vector<std::string> baseline_set(std::span<const std::string> real, Baseline baseline, std::uint64_t seed);

}  // namespace stemloop
