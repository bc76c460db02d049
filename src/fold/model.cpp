#include "fold/model.h"

#include <algorithm>
#include <cmath>

#include "util/util.h"

namespace stemloop {

namespace {

// G(T) = H - (H - G37) T / 310.15 K; a forbidden loop stays forbidden.
double at_temperature(int energy37, int enthalpy, double relative) {
  if (energy37 >= kForbidden || enthalpy >= kForbidden) return kForbidden;
  return enthalpy - (enthalpy - energy37) * relative;
}

// Applies f(to, energy37, enthalpy) to every entry of the tables and scalars.
template <class T, class F>
void scale_tables(LoopTables<T>& to, const EnergyParameters& p, F f) {
  const auto scale = [&](auto& table, const auto& energy37, const auto& enthalpy) {
    for_each_entry([&](T& entry, int g, int h) { entry = f(g, h); }, table, energy37, enthalpy);
  };
  for_each_table(scale, to, p.energy37, p.enthalpy);
  to.multi_closing = f(p.energy37.multi_closing, p.enthalpy.multi_closing);
  to.multi_stem = f(p.energy37.multi_stem, p.enthalpy.multi_stem);
  to.multi_unpaired = f(p.energy37.multi_unpaired, p.enthalpy.multi_unpaired);
  to.terminal_au = f(p.energy37.terminal_au, p.enthalpy.terminal_au);
}

// The four tables of stems in multiloops and the exterior loop, which the dangle option rules.
template <class T, class F>
void for_each_dangle(LoopTables<T>& tables, F f) {
  for_each_entry(f, tables.mismatch_multi);
  for_each_entry(f, tables.mismatch_exterior);
  for_each_entry(f, tables.dangle5);
  for_each_entry(f, tables.dangle3);
}

// A dangling end never destabilises; near zero the Boltzmann factor follows this smooth ramp instead of a corner
// (ViennaRNA's pf_smooth). `bonus` is -energy in 0.01 kcal/mol.
double smooth_bonus(double bonus) {
  constexpr double kScale = 10.0;
  const double x = bonus / kScale;
  if (x < -1.2283697) return 0.0;
  if (x > 0.8660254) return bonus;
  const double s = std::sin(x - 0.34242663) + 1;
  return kScale * 0.38490018 * s * s;
}

EnergyModel make_energy_model(const EnergyParameters& p, const FoldOptions& options, double relative) {
  const auto cut = [relative](int g, int h) { return static_cast<int>(at_temperature(g, h, relative)); };
  EnergyModel m{};
  m.options = options;
  scale_tables(m.tables, p, cut);
  m.tables.asymmetry = cut(p.energy37.asymmetry, p.enthalpy.asymmetry);
  for_each_dangle(m.tables, [&](Energy& e) { e = options.dangles == 0 ? 0 : std::min(e, 0); });
  m.max_asymmetry = p.max_asymmetry;
  m.log_coefficient = p.log_coefficient * relative;
  for (const SpecialHairpin& loop : p.special_hairpins) {
    m.special_loops.push_back(loop.loop);
    m.special.push_back(cut(loop.energy37, loop.enthalpy));
  }
  return m;
}

BoltzmannModel make_boltzmann_model(const EnergyParameters& p, const FoldOptions& options, double relative) {
  BoltzmannModel m{};
  m.options = options;
  m.kt = (options.temperature_celsius + kZeroCelsius) * kGasConstant;
  const auto factor_of = [&m](double energy) { return energy >= kForbidden ? 0.0 : std::exp(-energy * 10.0 / m.kt); };
  const auto factor = [&](int g, int h) { return factor_of(at_temperature(g, h, relative)); };
  scale_tables(m.tables, p, factor);
  LoopTables<double> energies{};
  scale_tables(energies, p, [relative](int g, int h) { return at_temperature(g, h, relative); });
  for_each_dangle(energies, [&](double& e) {
    e = options.dangles == 0 ? 1.0 : std::exp(smooth_bonus(-e) * 10.0 / m.kt);  // an energy before, a factor after
  });
  const auto copy = [](double& to, double from) { to = from; };
  for_each_entry(copy, m.tables.mismatch_multi, energies.mismatch_multi);
  for_each_entry(copy, m.tables.mismatch_exterior, energies.mismatch_exterior);
  for_each_entry(copy, m.tables.dangle5, energies.dangle5);
  for_each_entry(copy, m.tables.dangle3, energies.dangle3);
  const double asymmetry = at_temperature(p.energy37.asymmetry, p.enthalpy.asymmetry, relative);
  for (int difference = 0; difference <= kMaxInteriorLoop; ++difference) {
    m.asymmetry_factors.push_back(factor_of(std::min<double>(p.max_asymmetry, difference * asymmetry)));
  }
  m.tables.asymmetry = factor_of(asymmetry);
  m.log_coefficient = p.log_coefficient * relative;
  for (const SpecialHairpin& loop : p.special_hairpins) {
    m.special_loops.push_back(loop.loop);
    m.special.push_back(factor(loop.energy37, loop.enthalpy));
  }
  return m;
}

}  // namespace

Energy EnergyModel::beyond_table(int length) const {
  return static_cast<Energy>(log_coefficient * std::log(length / 30.0));
}

double BoltzmannModel::beyond_table(int length) const {
  return std::exp(-log_coefficient * std::log(length / 30.0) * 10.0 / kt);
}

std::shared_ptr<const Model> make_model(const EnergyParameters& parameters, const FoldOptions& options) {
  require(options.temperature_celsius > -kZeroCelsius && options.temperature_celsius <= 200.0,
          "temperature {} C is outside -273.15 to 200", options.temperature_celsius);
  require(options.dangles == 0 || options.dangles == 2, "dangles {} is not known; choose 0 or 2", options.dangles);
  const double relative = (options.temperature_celsius + kZeroCelsius) / kMeasuredKelvin;
  auto model = std::make_shared<Model>();
  model->parameter_name = parameters.name;
  model->energy = make_energy_model(parameters, options, relative);
  model->boltzmann = make_boltzmann_model(parameters, options, relative);
  return model;
}

}  // namespace stemloop
