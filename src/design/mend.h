// Letters that someone else drew, a network say, mended until they fold as they were meant to.
#pragma once

#include <string>
#include <string_view>

#include "design/search.h"

namespace stemloop {

struct Mended {
  std::string sequence;  // folds into the structure asked for; empty if no such letters were found
  int changed = 0;       // letters of the draw that are others now
  int fresh = 0;         // letters the draw had none for
  Energy mfe = 0;
};

/// Changes as few letters of `sequence`, drawn for `drawn`, as the search finds until its MFE structure is `wanted`;
/// the two structures may differ, also in length. Error if `wanted` cannot be designed (make_target()).
Mended mend_draw(std::string_view sequence, std::string_view drawn, std::string_view wanted,
                 const NaturalModel& natural, Folder& folder, std::uint64_t seed, std::uint64_t item);

}  // namespace stemloop
