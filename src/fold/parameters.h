// Nearest-neighbour energy parameters as measured: free energies at 37 C and enthalpies, integers in 0.01 kcal/mol.
// A set is one of the two built in or a ViennaRNA 2.x parameter file; EnergyModel (model.h) brings it to a temperature.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include "seq/seq.h"

namespace stemloop {

/// Energies are integers in 0.01 kcal/mol throughout.
using Energy = int;

inline constexpr int kForbidden = 10'000'000;  // no such loop; larger than any sum of real energies
inline constexpr int kMaxInteriorLoop = 30;    // unpaired bases in an interior loop or bulge
inline constexpr int kMinHairpinLoop = 3;
inline constexpr int kTabulatedLoops = 31;  // loop lengths 0..30; longer ones grow with the logarithm

/// All loop contributions of one kind (free energies, enthalpies, or Boltzmann factors).
/// "pair" is a PairType seen from inside the loop, 5' base first; indices "5" and "3" are Base codes.
template <class T>
struct LoopTables {
  T stack[kPairTypeCount][kPairTypeCount];  // [closing pair][inner pair, read from inside the stack]
  // Terminal mismatches: [pair][base 3' of the pair's 5' base][base 5' of its 3' base].
  T mismatch_hairpin[kPairTypeCount][kBaseCount][kBaseCount];
  T mismatch_interior[kPairTypeCount][kBaseCount][kBaseCount];
  T mismatch_interior_1n[kPairTypeCount][kBaseCount][kBaseCount];
  T mismatch_interior_23[kPairTypeCount][kBaseCount][kBaseCount];
  // Stems in a multiloop or the exterior loop: [pair][base 5' of the stem][base 3' of the stem].
  T mismatch_multi[kPairTypeCount][kBaseCount][kBaseCount];
  T mismatch_exterior[kPairTypeCount][kBaseCount][kBaseCount];
  T dangle5[kPairTypeCount][kBaseCount];  // exterior stem that begins after the only neighbour
  T dangle3[kPairTypeCount][kBaseCount];  // exterior stem that ends before the only neighbour
  // Small interior loops: [closing pair][inner pair from inside][unpaired bases, see interior_loop()].
  T int11[kPairTypeCount][kPairTypeCount][kBaseCount][kBaseCount];
  T int21[kPairTypeCount][kPairTypeCount][kBaseCount][kBaseCount][kBaseCount];
  T int22[kPairTypeCount][kPairTypeCount][kBaseCount][kBaseCount][kBaseCount][kBaseCount];
  T hairpin[kTabulatedLoops];  // by number of unpaired bases
  T bulge[kTabulatedLoops];
  T interior[kTabulatedLoops];
  T multi_closing;   // per multiloop
  T multi_stem;      // per stem of a multiloop, the closing pair included
  T multi_unpaired;  // per unpaired base of a multiloop
  T asymmetry;       // per base of difference between the sides of an interior loop (Ninio)
  T terminal_au;     // per stem end that is not CG or GC
};

/// A hairpin loop with its closing pair ("CUUCGG") whose total energy was measured.
struct SpecialHairpin {
  std::string loop;
  int energy37 = 0;
  int enthalpy = 0;
};

struct EnergyParameters {
  std::string name;
  LoopTables<int> energy37{};
  LoopTables<int> enthalpy{};
  int max_asymmetry = 300;                       // cap of the asymmetry term, any temperature
  double log_coefficient = 107.856;              // growth of loops beyond 30 with ln(length / 30), at 37 C
  std::vector<SpecialHairpin> special_hairpins;  // of 3, 4 or 6 unpaired bases
};

/// Turner 2004 as ViennaRNA 2.7.1 has it compiled in.
EnergyParameters turner2004_parameters();

/// Turner 2004 as used by ViennaRNA 2.1.8 and earlier ("turner2004-vienna2.1"): mismatches and dangles of exterior and
/// multiloop stems are looked up for the reversed pair. The published hairpin pictures were folded with it.
EnergyParameters vienna21_variant(EnergyParameters parameters);

/// Reads a ViennaRNA 2.x parameter file. Tokens are read whole ("-1i40" is an error); Error with file:line and value if
/// a section is missing, unknown, or has a wrong count. Non-standard pairs (the seventh row) are read over.
EnergyParameters read_parameter_file(const std::string& path);

/// The set called `name_or_file`: turner2004, turner2004-vienna2.1, or a parameter file.
EnergyParameters load_parameters(const std::string& name_or_file);

/// Visits the entries of a table that stand for known pairs and bases, last index fastest.
template <class T, class Visit>
void for_each_measured(T& entry, Visit visit) {
  if constexpr (std::is_array_v<T>) {
    constexpr std::size_t kExtent = std::extent_v<T>;
    constexpr std::size_t kBegin = kExtent == kPairTypeCount || kExtent == kBaseCount ? 1 : 0;
    for (std::size_t i = kBegin; i < kExtent; ++i) for_each_measured(entry[i], visit);
  } else {
    visit(entry);
  }
}

/// Entry 0 of every base index becomes the least stable of A, C, G, U: the energy of an unknown base.
template <class T>
void expand_unknown_bases(T& table);
void expand_unknown_bases(EnergyParameters& parameters);

/// Calls visit(array of the first tables, same array of the next, ...) for every array; scalars are left out.
template <class Visit, class... Tables>
void for_each_table(Visit visit, Tables&... tables) {
  visit(tables.stack...);
  visit(tables.mismatch_hairpin...);
  visit(tables.mismatch_interior...);
  visit(tables.mismatch_interior_1n...);
  visit(tables.mismatch_interior_23...);
  visit(tables.mismatch_multi...);
  visit(tables.mismatch_exterior...);
  visit(tables.dangle5...);
  visit(tables.dangle3...);
  visit(tables.int11...);
  visit(tables.int21...);
  visit(tables.int22...);
  visit(tables.hairpin...);
  visit(tables.bulge...);
  visit(tables.interior...);
}

/// Calls visit(entry of the first array, same entry of the next, ...) for arrays of one shape.
template <class Visit, class First, class... Rest>
void for_each_entry(Visit visit, First& first, Rest&... rest) {
  if constexpr (std::is_array_v<First>) {
    for (std::size_t i = 0; i < std::extent_v<First>; ++i) for_each_entry(visit, first[i], rest[i]...);
  } else {
    visit(first, rest...);
  }
}

template <class T>
void expand_unknown_bases(T& table) {
  if constexpr (std::is_array_v<T>) {
    constexpr std::size_t kExtent = std::extent_v<T>;
    for (auto& slice : table) expand_unknown_bases(slice);
    if constexpr (kExtent == kBaseCount) {
      const auto least_stable = [](auto& worst, const auto& other) { worst = worst < other ? other : worst; };
      for_each_entry([](auto& to, const auto& from) { to = from; }, table[0], table[1]);
      for (std::size_t base = 2; base < kExtent; ++base) for_each_entry(least_stable, table[0], table[base]);
    }
  }
}

}  // namespace stemloop
