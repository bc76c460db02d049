// Hairpins drawn from a network: of a class, for bond patterns asked for, or from given hairpins whose bonds are changed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fold/fold.h"
#include "net/net.h"

namespace stemloop {

struct HairpinDrawOptions {
  std::string model;         // for messages
  std::string of_class = "1";  // 1, 0 or both
  std::vector<std::string> structures;
  std::string structures_file;
  std::string edit;  // FASTA of hairpins to edit; empty: none
  double keep = 0;
  std::string prior;  // fitted or published
  double temperature = 1;
  double read_out_temperature = 0;
  std::string read_out = "hairpin";
  std::uint64_t seed = 1;
};

/// What came of one draw.
struct Drawn {
  Picture picture;
  int label = 1;
  std::size_t pattern = 0;
  std::string asked;    // the structure asked for, or where the pattern comes from
  double as_asked = 0;  // share of the bond states
};

/// Number of pairs that only one of two structures of equal length has.
int pair_distance(const std::string& a, const std::string& b);

class HairpinDraws {
 public:
  /// Reads the patterns and encodes the hairpins to edit. Error naming what is wrong with them.
  HairpinDraws(const HairpinDrawOptions& options, const FoldingOptions& folding, HairpinNetwork& network);

  /// Patterns asked for, at least 1.
  [[nodiscard]] std::size_t patterns() const { return std::max<std::size_t>(1, patterns_.size()); }

  /// `count` draws, numbers first, first + 1, ... of the run: they depend on nothing but the seed and their number.
  std::vector<Drawn> draw(std::int64_t first, std::int64_t count);

 private:
  using Bonds = std::array<std::uint8_t, kBondLength>;
  struct Pattern {
    std::string name;
    Bonds bonds;
  };
  static std::vector<Pattern> asked_patterns(const HairpinDrawOptions& options);
  void encode_edited(const FoldingOptions& folding);
  // Classes and patterns of the draws.
  void ask(std::int64_t first, std::vector<Drawn>& drawn, std::vector<std::uint8_t>& labels,
           std::vector<Bonds>& bonds) const;
  // Their latents side by side.
  [[nodiscard]] Matrix latents(std::int64_t first, std::int64_t count, const std::vector<std::uint8_t>& labels,
                               const std::vector<Bonds>& bonds);
  [[nodiscard]] std::size_t hairpin_of(std::int64_t i) const;
  [[nodiscard]] Matrix repeated(const Matrix& z, std::int64_t first, std::int64_t count) const;

  HairpinDrawOptions c_;
  HairpinNetwork& network_;
  std::vector<Pattern> patterns_;
  Encoded edited_;  // the hairpins of --edit
  std::vector<Bonds> edited_bonds_;
};

}  // namespace stemloop
