#include "study/baselines.h"

#include "data/shuffle.h"
#include "util/util.h"

namespace stemloop {

const char* baseline_name(Baseline baseline) {
  constexpr const char* kNames[] = {"shuffled_letters", "shuffled_dinucleotides", "markov_3"};
  return kNames[static_cast<int>(baseline)];
}

std::vector<std::string> baseline_set(std::span<const std::string> real, Baseline baseline, std::uint64_t seed) {
  const MarkovChain chain(real, 3);
  std::vector<std::string> sequences;
  for (std::size_t i = 0; i < real.size(); ++i) {
    Random random(seed, i);
    sequences.push_back(baseline == Baseline::kLetters         ? shuffle_letters(real[i], random)
                        : baseline == Baseline::kDinucleotides ? shuffle_dinucleotides(real[i], random)
                                                               : chain.draw(real[i].size(), random));
  }
  return sequences;
}

}  // namespace stemloop
