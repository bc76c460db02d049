// A structure as a list of terms whose energies add up, each depending on few letters: what a search that changes
// letters under fixed structures asks for. A term is a loop of evaluate(), or one stem of the exterior loop or of a
// multiloop, so that two structures share the terms of all they have in common. Energies are those of loop_energy.h.
#pragma once

#include <array>
#include <compare>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fold/model.h"

namespace stemloop {

struct EnergyTerm {
  enum class Kind : signed char { kHairpin, kInterior, kMultiClosing, kMultiStem, kExteriorStem };
  Kind kind = Kind::kHairpin;
  int i = -1;  // the pair
  int j = -1;
  int p = -1;  // inner pair of an interior loop
  int q = -1;
  auto operator<=>(const EnergyTerm&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0 in it
};

struct StructureTerms {
  std::vector<EnergyTerm> terms;  // ascending
  Energy constant = 0;            // unpaired bases of multiloops
};

/// The terms of a dot-bracket structure. Error if its brackets do not match or a hairpin has under 3 bases.
StructureTerms structure_terms(const EnergyModel& model, std::string_view structure);

/// Positions whose letters the term depends on, ascending; of a sequence of `length` bases.
std::vector<int> positions_of(const EnergyTerm& term, int length);

/// Energies of terms for letters that change between the calls.
class TermEnergies {
 public:
  /// What a term costs whose pairs cannot be formed.
  static constexpr Energy kImpossible = 100'000;

  explicit TermEnergies(const EnergyModel& model);

  /// `base[0..length)` are base codes, and base[-1] and base[length] are kBaseN.
  [[nodiscard]] Energy operator()(const EnergyTerm& term, const Base* base, int length) const;

 private:
  [[nodiscard]] Energy hairpin(const EnergyTerm& term, const Base* base) const;

  const EnergyModel* model_;
  std::unordered_map<std::uint32_t, Energy> special_;  // by the loop's letters, three bits each, behind a leading 1
};

}  // namespace stemloop
