#include "design/letters.h"

namespace stemloop {

namespace {
// By mask: bit 0 A, 1 C, 2 G, 3 U.
constexpr std::string_view kIupac = "-ACMGRSVUWYHKDBN";
}  // namespace

LetterMask letter_mask(char iupac) {
  if (iupac >= 'a' && iupac <= 'z') iupac = static_cast<char>(iupac - 'a' + 'A');
  if (iupac == 'T') iupac = 'U';
  const std::size_t at = iupac == '-' ? std::string_view::npos : kIupac.find(iupac);
  return at == std::string_view::npos ? LetterMask{0} : static_cast<LetterMask>(at);
}

char iupac_letter(LetterMask mask) { return kIupac[mask & kAnyLetter]; }

std::vector<LetterMask> letter_masks(std::string_view pattern, std::string_view what) {
  std::vector<LetterMask> masks;
  for (std::size_t k = 0; k < pattern.size(); ++k) {
    masks.push_back(letter_mask(pattern[k]));
    require(masks.back() != 0, "{}: '{}' at position {} is no IUPAC letter", what, printable(pattern.substr(k, 1)),
            k + 1);
  }
  return masks;
}

}  // namespace stemloop
