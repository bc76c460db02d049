// Pictures drawn from a network: of a class, for bond patterns asked for, or from hairpins whose bonds are changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "generate/patterns.h"

namespace stemloop {

/// What came of one draw.
struct Drawn {
  Picture picture;
  int label = 1;
  std::size_t pattern = 0;
  std::string asked;
  double as_asked = 0;
};

class Draws {
 public:
  /// Reads the patterns, and the hairpins to edit. Both arguments must outlive the object.
  Draws(const GenerateOptions& c, HairpinNetwork& network);

  /// Structure asked for by a draw's pattern; empty if its bonds are those of a training hairpin.
  [[nodiscard]] std::string structure_asked(const Drawn& one) const;
  [[nodiscard]] std::size_t patterns() const;

  /// `count` draws, numbers first, first + 1, ... of the run: they depend on nothing but the seed and their number.
  std::vector<Drawn> draw(std::int64_t first, std::int64_t count);

 private:
  // What `count` draws are asked for: their classes and, where there are bonds to ask for, those.
  struct Wanted {
    std::vector<Drawn> drawn;
    std::vector<std::uint8_t> labels;
    std::vector<Bonds> bonds;
  };

  [[nodiscard]] Wanted choose(std::int64_t first, std::int64_t count) const;
  // The latent spaces side by side, a row a draw.
  std::vector<Matrix> latents(const Wanted& wanted, std::int64_t first, std::int64_t count);
  void encode_edited();
  // Draw i edits this hairpin: all patterns of a hairpin, then the next one.
  [[nodiscard]] std::size_t hairpin_of(std::int64_t i) const;
  [[nodiscard]] Matrix repeated(const Matrix& z, std::int64_t first, std::int64_t count) const;

  const GenerateOptions& c_;
  HairpinNetwork& network_;
  std::vector<Pattern> patterns_;
  Encoded edited_;  // the hairpins of --edit
  std::vector<Bonds> edited_bonds_;
};

}  // namespace stemloop
