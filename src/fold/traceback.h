// From filled tables to the structure, choosing among structures of equal energy as ViennaRNA does:
//   exterior   unpaired 3' ends first, then the innermost partner of the 3' end
//   pair       hairpin, then interior loops (outer-to-inner on the 5' side, then on the 3' side), then multiloop
//   multiloop  unpaired 3' ends, unpaired 5' ends, one stem, then the first split from the 5' end
#pragma once

#include <string>
#include <vector>

#include "fold/fill.h"

namespace stemloop {

/// Filled tables (fill.h) and f5[j] = best energy of the first j bases in the exterior loop.
struct MfeTables {
  const std::int64_t* row = nullptr;
  const Energy* c = nullptr;
  const Energy* fm = nullptr;
  const Energy* f5 = nullptr;

  [[nodiscard]] Energy c_at(int i, int j) const { return c[row[i] + j]; }
  [[nodiscard]] Energy fm_at(int i, int j) const { return i <= j ? fm[row[i] + j] : kForbidden; }
};

/// f5[0..n] from the pairs' energies.
void fill_exterior(const EnergyModel& m, const Strand<Energy>& s, const std::int64_t* row, const Energy* c, Energy* f5);

/// Dot-bracket of the structure with energy f5[n].
std::string traceback(const EnergyModel& m, const Strand<Energy>& s, const MfeTables& t);

}  // namespace stemloop
