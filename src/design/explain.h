// Why no letters may fold into a structure: motifs that lose for all letters. A motif is one or two neighbouring base
// pairs with the loops beside them; its rivals are the structures without them. If for every assignment of the letters
// that these loops depend on some rival has lower energy, no sequence folds as asked, whatever the rest (the argument
// of Zhou et al., "Undesignable RNA structure identification via rival structure generation and structure
// decomposition", RECOMB 2024). That no motif is found proves nothing.
#pragma once

#include <optional>
#include <string>

#include "design/target.h"
#include "fold/fold.h"

namespace stemloop {

struct UndesignableMotif {
  int first = 0;  // of the chain of base pairs
  int last = 0;
  Energy least_deficit = 0;  // by which the best letters lose, 0.01 kcal/mol
  std::string rival;         // one structure that wins
  [[nodiscard]] std::string text(const DesignTarget& target) const;
};

/// The first such motif, from the outer end inwards. At most `budget` assignments of letters a motif are tried; motifs
/// with more are passed over.
std::optional<UndesignableMotif> find_undesignable(const EnergyModel& model, const DesignTarget& target,
                                                   double budget = 2e7);

}  // namespace stemloop
