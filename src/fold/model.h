// Energy parameters at one temperature and one treatment of dangling ends, in two algebras:
//   EnergyModel     energies in 0.01 kcal/mol; loops add, alternatives take the minimum
//   BoltzmannModel  factors exp(-E/RT);       loops multiply, alternatives add
// Both have the members loop_energy.h asks for, so that every loop is written down once and serves both.
// Rounding follows ViennaRNA 2.7.1: energies are cut to integers, Boltzmann factors come from unrounded energies.
#pragma once

#include <memory>

#include "fold/parameters.h"

namespace stemloop {

struct FoldOptions {
  double temperature_celsius = 37.0;
  int dangles = 2;               // 2: both neighbours of a stem stack on it; 0: none does
  bool no_lonely_pairs = false;  // helices of at least two pairs (RNAfold's --noLP)
};

struct EnergyModel {
  using Value = Energy;

  FoldOptions options;
  LoopTables<Energy> tables{};
  std::vector<std::string> special_loops;
  std::vector<Energy> special;  // energy of each special loop
  int max_asymmetry = 0;
  double log_coefficient = 0;

  static constexpr Energy one() { return 0; }
  static constexpr Energy times(Energy a, Energy b) { return a + b; }

  /// Asymmetry term of an interior loop whose sides differ by `difference` bases.
  [[nodiscard]] Energy asymmetry(int difference) const {
    const int term = difference * tables.asymmetry;
    return term < max_asymmetry ? term : max_asymmetry;
  }
  /// What a loop of `length` > 30 unpaired bases costs beyond one of 30.
  [[nodiscard]] Energy beyond_table(int length) const;
};

struct BoltzmannModel {
  using Value = double;

  FoldOptions options;
  LoopTables<double> tables{};
  std::vector<std::string> special_loops;
  std::vector<double> special;
  std::vector<double> asymmetry_factors;  // by difference, 0..30
  double log_coefficient = 0;
  double kt = 0;  // cal/mol

  static constexpr double one() { return 1.0; }
  static constexpr double times(double a, double b) { return a * b; }
  [[nodiscard]] double asymmetry(int difference) const {
    return asymmetry_factors[difference < kMaxInteriorLoop ? difference : kMaxInteriorLoop];
  }
  [[nodiscard]] double beyond_table(int length) const;
};

/// Both models of one parameter set and one choice of options; immutable, shared by all workers.
struct Model {
  std::string parameter_name;
  EnergyModel energy;
  BoltzmannModel boltzmann;
};

/// Error if the temperature is not in (-273.15, 200] or dangles is neither 0 nor 2.
std::shared_ptr<const Model> make_model(const EnergyParameters& parameters, const FoldOptions& options = {});

/// Absolute zero and the temperature of measurement.
inline constexpr double kZeroCelsius = 273.15;
inline constexpr double kMeasuredKelvin = 37.0 + kZeroCelsius;
/// Gas constant in cal/(mol K), with the digits RNAfold uses.
inline constexpr double kGasConstant = 1.98717;

}  // namespace stemloop
