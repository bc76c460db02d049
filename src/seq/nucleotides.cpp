#include "seq/nucleotides.h"

#include "util/util.h"

namespace stemloop {

std::string as_rna(std::string_view sequence) {
  std::string rna(sequence);
  for (char& letter : rna) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    if (letter == 'T') letter = 'U';
  }
  return rna;
}

std::vector<int> pair_table(std::string_view structure) {
  std::vector<int> pairs(structure.size(), -1);
  std::vector<int> open;
  for (int i = 0; i < static_cast<int>(structure.size()); ++i) {
    const char symbol = structure[i];
    if (symbol == '(') {
      open.push_back(i);
    } else if (symbol == ')') {
      require(!open.empty(), "the structure closes a bracket at position {} that was never opened", i + 1);
      pairs[i] = open.back();
      pairs[open.back()] = i;
      open.pop_back();
    } else {
      require(symbol == '.', "the structure has '{}' at position {}; only ( ) and . are known",
              printable(structure.substr(i, 1)), i + 1);
    }
  }
  require(open.empty(), "the structure opens a bracket at position {} that is never closed",
          open.empty() ? 0 : open.back() + 1);
  return pairs;
}

std::string dot_bracket(const std::vector<int>& pairs) {
  std::string structure(pairs.size(), '.');
  for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
    if (pairs[i] >= 0) structure[i] = pairs[i] > i ? '(' : ')';
  }
  return structure;
}

}  // namespace stemloop
