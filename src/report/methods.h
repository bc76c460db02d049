// How a report was made, in words: a methods paragraph ready to paste, and the works it rests on.
#pragma once

#include <string>
#include <vector>

#include "fold/fold.h"

namespace stemloop {

struct MethodsFacts {
  std::string version;
  FoldingOptions folding;
  std::string model;     // empty: not classified
  std::string arms;      // where the arms come from; empty: none
  bool scanned = false;  // loci of a scan
  bool folded = false;
  std::size_t records = 0, left_out = 0;
};

std::string methods_paragraph(const MethodsFacts& facts);

/// Numbered as the paragraph cites them.
std::vector<std::string> works_to_cite(const MethodsFacts& facts);

}  // namespace stemloop
