// What the letters of natural precursors are like, given their structure: a mixture of a few chains that walk the
// hairpin from its ends to its loop. A base pair depends on the two pairs before it (or on the letters beside it,
// behind a loop) and on whether it stands near the ends, near the terminal loop or between; an unpaired letter on the
// two before it on its strand, or on the one before it and the one that faces it. Fitted by expectation-maximisation
// (natural_fit.h); in a file (natural_files.h), log-probabilities are whole thousandths.
#pragma once

#include <array>
#include <vector>

#include "design/target.h"
#include "util/util.h"

namespace stemloop {

/// One factor of the likelihood: a letter or a base pair with what it depends on. The last position (of a pair the last
/// two) is what it gives the probability of.
struct NaturalSite {
  enum class Kind : std::uint8_t {
    kTop,       // unpaired, 5' strand: given up to two letters before it
    kBottom,    // unpaired, 3' strand: given up to two letters behind it
    kFacing,    // unpaired, 3' strand: given the letter behind it and the one that faces it
    kPairFree,  // base pair: given nothing
    kPairOpen,  // given the unpaired letters outside it
    kPairOn,    // given the pair outside it
    kPairDeep,  // given the two pairs outside it
  };
  Kind kind = Kind::kTop;
  int zone = 0;   // letters: 0 flank, 1 inner loop, 2 terminal loop; pairs: 0 near the ends, 1 between, 2 near the loop
  int count = 0;  // positions used
  std::array<int, 6> position{};

  [[nodiscard]] bool is_pair() const { return kind >= Kind::kPairFree; }
};

/// The factors of a structure in the order of the walk: whatever a site depends on stands before it.
std::vector<NaturalSite> natural_sites(const DesignTarget& target);

class NaturalModel {
 public:
  /// Tables of log-probabilities of one chain, one a kind and zone and number of letters it depends on; entries by the
  /// letters at the site's positions, two bits each, first position highest.
  struct Chain {
    double weight = 0;
    double gc = 0;  // mean share of G and C of what it explains
    std::array<std::vector<float>, 33> table;
  };
  static int table_index(NaturalSite::Kind kind, int zone, int count);
  static constexpr float kNever = -30;  // log-probability of what cannot be

  std::vector<Chain> chains;
  double energy_mean = 0;  // of the energy of natural structures, kcal/mol a base
  double energy_sd = 0;

  [[nodiscard]] const std::vector<float>& table(int chain, const NaturalSite& site) const {
    return chains[static_cast<std::size_t>(chain)]
        .table[static_cast<std::size_t>(table_index(site.kind, site.zone, site.count))];
  }

  /// Log-probability of letters (codes 1 to 4) under one chain.
  [[nodiscard]] double log_likelihood(int chain, const std::vector<NaturalSite>& sites, const Base* base) const;
  /// Under the mixture, per letter.
  [[nodiscard]] double log_likelihood_per_letter(const std::vector<NaturalSite>& sites, const Base* base,
                                                 int length) const;
  /// Probability of each chain for these letters.
  [[nodiscard]] std::vector<double> responsibilities(const std::vector<NaturalSite>& sites, const Base* base) const;

  /// Letters drawn along the walk within what the target allows.
  void draw(int chain, const DesignTarget& target, const std::vector<NaturalSite>& sites, Random& random,
            Base* base) const;
};

/// A chain to draw letters from: by `weights`, or the model's own if there are none, and by how near its content of G
/// and C comes to what the target allows.
int draw_chain(const NaturalModel& natural, const std::vector<double>& weights, const DesignTarget& target,
               Random& random);

}  // namespace stemloop
