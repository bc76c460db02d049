// Nucleotides, base pairs and dot-bracket structures.
// Bases are numbered as in the ViennaRNA parameter format: 0 = unknown (any letter but A C G U T), 1 A, 2 C, 3 G, 4 U.
// Base pairs likewise: 0 = none, 1 CG, 2 GC, 3 GU, 4 UG, 5 AU, 6 UA. Positions count from 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

using Base = std::uint8_t;
inline constexpr Base kBaseN = 0;
inline constexpr Base kBaseA = 1;
inline constexpr Base kBaseC = 2;
inline constexpr Base kBaseG = 3;
inline constexpr Base kBaseU = 4;
inline constexpr int kBaseCount = 5;

using PairType = std::uint8_t;
inline constexpr PairType kNoPair = 0;
inline constexpr int kPairTypeCount = 7;

/// Type of the pair (5' base, 3' base).
inline constexpr PairType kPairTypes[kBaseCount][kBaseCount] = {
    // N  A  C  G  U
    {0, 0, 0, 0, 0},  // N
    {0, 0, 0, 0, 5},  // A
    {0, 0, 0, 1, 0},  // C
    {0, 0, 2, 0, 3},  // G
    {0, 6, 0, 4, 0},  // U
};

/// The same pair read from its other strand: CG <-> GC, GU <-> UG, AU <-> UA.
inline constexpr PairType kReversedPair[kPairTypeCount] = {0, 2, 1, 4, 3, 6, 5};

/// Code of a letter, either case; T is U.
constexpr Base base_code(char letter) {
  switch (letter) {
    case 'A':
    case 'a':
      return kBaseA;
    case 'C':
    case 'c':
      return kBaseC;
    case 'G':
    case 'g':
      return kBaseG;
    case 'U':
    case 'u':
    case 'T':
    case 't':
      return kBaseU;
    default:
      return kBaseN;
  }
}

/// The sequence in upper case with T written as U; other letters are kept.
std::string as_rna(std::string_view sequence);

/// Partner of every position, -1 where unpaired. `structure` holds '(' ')' '.' only.
/// Error (a sentence without a place) if brackets do not match or another character occurs.
std::vector<int> pair_table(std::string_view structure);

/// Dot-bracket of a pair table. REQUIRES: pairs are nested.
std::string dot_bracket(const std::vector<int>& pairs);

}  // namespace stemloop
