// The door of fold: minimum free energy structures, partition functions and loop-by-loop energies of RNA sequences in
// the nearest-neighbour model, equal to ViennaRNA 2.7.1 (same parameters, same rounding, same choice among ties).
//
//   const auto model = make_model(load_parameters("turner2004"));
//   Folder folder(model);                    // one per worker; owns scratch memory, quadratic in length
//   Fold fold = folder.fold("GGGAAAUCCC");    // fold.structure, fold.energy
//
// Sequences are RNA or DNA letters of either case; a letter outside ACGUT pairs with nothing. Energies are integers in
// 0.01 kcal/mol (Energy) or double kcal/mol where the name says so.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fold/folding_options.h"
#include "fold/model.h"
#include "fold/structure_terms.h"

namespace stemloop {

/// A minimum free energy structure.
struct Fold {
  std::string structure;
  Energy energy = 0;
};

/// A base pair with its probability; positions from 0, i < j.
struct PairProbability {
  int i = 0;
  int j = 0;
  double probability = 0;
};

/// The Boltzmann ensemble of a sequence.
struct Ensemble {
  double energy_kcal = 0;    // -RT ln Z
  double mfe_frequency = 0;  // share of the MFE structure
  double diversity = 0;      // mean base-pair distance between two structures drawn from the ensemble
  std::string centroid;      // all pairs with probability > 1/2
  Energy centroid_energy = 0;
  double centroid_distance = 0;        // mean base-pair distance of the ensemble to it
  std::vector<PairProbability> pairs;  // every pair with probability >= `kMinProbability`, by i then j
  static constexpr double kMinProbability = 1e-6;
};

/// One loop of a structure. Positions from 0; `closing` is (-1, -1) for the exterior loop.
struct Loop {
  enum class Kind { kExterior, kHairpin, kInterior, kMulti };
  Kind kind = Kind::kExterior;
  int i = -1;  // closing pair
  int j = -1;
  int p = -1;  // inner pair of an interior loop
  int q = -1;
  Energy energy = 0;
};

/// Energy of a given structure, loop by loop from 5' to 3', outermost first. Their sum is `energy`.
struct Evaluation {
  std::vector<Loop> loops;
  Energy energy = 0;
};

class Folder {
 public:
  explicit Folder(std::shared_ptr<const Model> model);
  ~Folder();
  Folder(Folder&&) noexcept;
  Folder& operator=(Folder&&) noexcept;

  /// Minimum free energy structure. Zuker's algorithm with interior loops up to 30 bases; O(n^2) memory, 8 bytes a
  /// cell.
  Fold fold(std::string_view sequence);

  /// Minimum free energy structure and ensemble. McCaskill's algorithm; O(n^2) memory, 48 bytes a cell in all.
  /// Error if Boltzmann sums leave the range of double: sequences beyond about 1,000 nt of which one part is very
  /// stable and another unstructured (580 nt of pure GC stem beside 480 A, say). RNAfold 2.7.1 fails on these too,
  /// silently.
  Ensemble ensemble(std::string_view sequence, Fold& mfe);

  /// Minimum free energy structure and the ensemble's energy in kcal/mol alone, in half the time. Errors as ensemble().
  double ensemble_energy(std::string_view sequence, Fold& mfe);

  /// Draws `count` structures from the Boltzmann distribution; draw k depends on (seed, k) only.
  /// REQUIRES: ensemble() or ensemble_energy() was the last call, with the same sequence.
  std::vector<std::string> sample(int count, std::uint64_t seed);

  [[nodiscard]] const Model& model() const;

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

/// Energy of `structure` (dot-bracket as long as the sequence), loops of any size.
/// Error (a sentence without a place) if brackets do not match, two bases cannot pair, or a hairpin has under 3 bases.
Evaluation evaluate(const EnergyModel& model, std::string_view sequence, std::string_view structure);

/// Name of the instruction set the kernels use: "avx512", "avx2" or "scalar".
const char* simd_name();

/// The plain twin of Folder::fold, written as in the paper, O(n^4) at worst; for tests.
Fold fold_plain(const EnergyModel& model, std::string_view sequence);

/// The plain twin of Folder::ensemble without the MFE part; O(n^4); for tests of short sequences.
/// Returns -RT ln Z in kcal/mol and fills `probability[i * n + j]`.
double ensemble_plain(const BoltzmannModel& model, std::string_view sequence, std::vector<double>& probability);

}  // namespace stemloop
