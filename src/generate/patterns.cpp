#include "generate/patterns.h"

#include "seq/bracket_lines.h"

namespace stemloop {

namespace {

// The bond pattern of a structure, whatever its letters: pairs are C-G and all else A, which no loop mirrors by chance.
Bonds bonds_of_structure(const std::string& structure, const std::string& place) {
  std::string letters = structure;
  for (char& c : letters) c = c == '(' ? 'C' : c == ')' ? 'G' : 'A';
  const HairpinLayout layout = lay_out(letters, structure);
  require(!layout.columns.empty(), "{}: there is no hairpin loop in '{}'", place, printable(structure));
  require(layout.hairpins == 1,
          "{}: '{}' has {} hairpin loops; a picture shows one hairpin, so ask for them one by one", place,
          printable(structure), layout.hairpins);
  return bond_rows(draw_picture(layout.columns));
}

// Brackets of any kind will do, as long as no pairs cross: those a picture cannot show. What mending could not reach is
// refused before the first draw.
Pattern pattern_of(const GenerateOptions& c, const std::string& written, const std::string& place) {
  ReadStructure read;
  try {
    read = read_structure(written);
  } catch (const Error& error) {
    fail("{}: {}", place, error.what());
  }
  require(read.dropped == 0, "{}: '{}' has {} pairs that cross others (a pseudoknot), which no picture shows", place,
          printable(written), read.dropped);
  Pattern pattern{read.nested, bonds_of_structure(read.nested, place)};
  if (c.no_mend) return pattern;
  try {
    make_target(read.nested);
  } catch (const Error& error) {
    fail("{}: {}; --no-mend draws for its bonds without making them fold so", place, error.what());
  }
  return pattern;
}

}  // namespace

std::vector<Pattern> asked_patterns(const GenerateOptions& c) {
  std::vector<Pattern> patterns;
  for (const std::string& structure : c.structures) patterns.push_back(pattern_of(c, structure, "--structure"));
  if (c.structures_file.empty()) return patterns;
  for (const StructureLine& line : read_structure_lines(c.structures_file))
    patterns.push_back(pattern_of(c, line.structure, line.place));
  return patterns;
}

double bonds_met(const Bonds& asked, const Bonds& drawn) {
  int both = 0, either = 0;
  for (int k = 0; k < kBondLength; ++k) {
    both += asked[k] != 0 && drawn[k] != 0 ? 1 : 0;
    either += asked[k] != 0 || drawn[k] != 0 ? 1 : 0;
  }
  return either == 0 ? 1 : static_cast<double>(both) / either;
}

int pair_distance(const std::string& a, const std::string& b) {
  const auto first = pair_table(a), second = pair_table(b);
  int distance = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == second[i]) continue;
    const auto opens = [i](int partner) { return partner > static_cast<int>(i) ? 1 : 0; };
    distance += opens(first[i]) + opens(second[i]);
  }
  return distance;
}

}  // namespace stemloop
