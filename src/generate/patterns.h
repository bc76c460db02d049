// Bond patterns: what is asked of a picture, and how much of it was drawn.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "generate/generate.h"
#include "hairpin/hairpin.h"

namespace stemloop {

using Bonds = std::array<std::uint8_t, kBondLength>;

struct Pattern {
  std::string name;  // for the table: the structure asked for
  Bonds bonds;
};

/// The patterns of --structure and --structures. Error naming the place of one that no picture shows.
std::vector<Pattern> asked_patterns(const GenerateOptions& c);

/// Share of the base pairs' states that are asked for or drawn which are both. Blank columns, which most of the 200
/// are, do not count: an unpaired hairpin would have nearly all of them right.
double bonds_met(const Bonds& asked, const Bonds& drawn);

/// Number of pairs that only one of two structures of equal length has.
int pair_distance(const std::string& a, const std::string& b);

}  // namespace stemloop
