// Natural backbones for a guide of one's own (shRNA-mir): the precursor keeps its letters but for the two arms. The
// guide takes the place of one arm's mature sequence, its first letter where that begins, so that Drosha or Dicer cut
// before it as they do in nature; the other arm is designed.
//
// Sequences and mature positions are miRBase's (release 21, public domain), by accession. That a guide in such a frame
// is processed and silences: Zeng, Wagner & Cullen, Mol Cell 9:1327, 2002 (mir-30a); Chung et al., NAR 34:e53, 2006
// (mir-155).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "design/target.h"

namespace stemloop {

struct Backbone {
  const char* name;
  const char* accession;
  const char* sequence;
  // Mature sequences by miRBase, from 0, half open.
  int five_begin, five_end;
  int three_begin, three_end;
  bool guide_in_five;  // where guides are placed as a rule
};

std::span<const Backbone> backbones();
/// By name or accession. Error listing those there are.
const Backbone& find_backbone(std::string_view name);

/// Where a guide stands and what may change around it.
struct GuidePlacement {
  DesignTarget target;
  int guide_begin = 0, guide_end = 0;          // from 0, half open
  int passenger_begin = 0, passenger_end = 0;  // the other arm
};

/// Places `guide` (ACGU) into the backbone whose structure is `structure`. Letters outside the arms are the backbone's
/// unless they pair with the guide. Error if the guide is longer than the arm or shorter than 18.
GuidePlacement place_guide(const Backbone& backbone, std::string_view structure, std::string_view guide, bool in_five);

}  // namespace stemloop
