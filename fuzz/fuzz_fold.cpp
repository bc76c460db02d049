// Folding: the fast algorithm and its plain twin agree on every sequence, dangles, temperature and lonely pairs, in the
// ensemble on every pair's probability; the energy of the structure is the energy of the fold. The first byte sets the
// options, the others are letters.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "fold/fold.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  constexpr std::size_t kLongest = 64;  // the twin takes n^4
  if (size < 2 || size > kLongest) return 0;
  static const auto models = [] {
    std::vector<std::shared_ptr<const Model>> all;
    for (int k = 0; k < 8; ++k) {
      FoldOptions options;
      options.dangles = (k & 1) != 0 ? 0 : 2;
      options.no_lonely_pairs = (k & 2) != 0;
      options.temperature_celsius = (k & 4) != 0 ? 55 : 37;
      all.push_back(make_model(load_parameters("turner2004"), options));
    }
    return all;
  }();
  const auto& model = models[data[0] % models.size()];
  std::string sequence;
  for (std::size_t i = 1; i < size; ++i) sequence += "ACGUGCGCN"[data[i] % 9];
  Folder folder(model);
  const Fold fast = folder.fold(sequence);
  const Fold plain = fold_plain(model->energy, sequence);
  if (fast.energy != plain.energy || fast.structure != plain.structure) std::abort();
  if (evaluate(model->energy, sequence, fast.structure).energy != fast.energy) std::abort();
  constexpr std::size_t kLongestEnsemble = 40;
  if (sequence.size() > kLongestEnsemble) return 0;
  Fold mfe;
  std::vector<double> probability;
  const double exact = ensemble_plain(model->boltzmann, sequence, probability);
  const Ensemble ensemble = folder.ensemble(sequence, mfe);
  if (std::abs(ensemble.energy_kcal - exact) > 1e-9) std::abort();
  const std::size_t n = sequence.size();
  for (const PairProbability& pair : ensemble.pairs) {
    double& plain_probability = probability[static_cast<std::size_t>(pair.i) * n + static_cast<std::size_t>(pair.j)];
    if (std::abs(pair.probability - plain_probability) > 1e-9) std::abort();
    plain_probability = 0;
  }
  // What is left of the table is what the fast one does not list.
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      if (probability[i * n + j] > Ensemble::kMinProbability + 1e-9) std::abort();
    }
  }
  return 0;
}
