// SMOTE for sequences: new members of a class that has too few, each made of a real one and one of its relatives.
//
// Modes A, B and C are the published ones (GENNUS, NAR Genom Bioinform 2025, lqaf072): letters are the codes pad 0,
// A 1, C 2, G 3, U 4, padded to the longest; a point is drawn on the line between a record and one of its k nearest (as
// imbalanced-learn does it, Euclidean), cut to integers, its trailing pads dropped. Codes have no order that means
// anything, so A and U between them make C and G: GC drifts from 0.60 to 0.74.
//
// The aligned mode has no codes. A hairpin is a ladder: from its open end to its terminal loop, each rung holds the
// letters that stand opposite each other, paired or not. The ladders of both parents are aligned rung by rung, and each
// aligned place takes the whole rung of one parent (or its gap): a base pair comes in one piece, and stems survive.
// Three choices were measured:
//  - Ladders, not edit alignments whose columns are linked through the pairs of both structures. Those links chain: 9
//    in a hundred children, not 2, lie within an edit distance of 0.1 of a real one; 0.90, not 0.95, fold to one
//    hairpin.
//  - The open end, up to the first place where both parents have a pair, is taken as a whole: 0.91 end in AG, not 0.82.
//    Longer stretches from one parent (2 to 20 rungs, u in [0.25, 0.75)) made no better hairpins and more copies.
//  - u, the neighbour's share, is uniform in [0.4, 0.6). Over [0, 1) a share of 0.41 lies within 0.1 of a real one and
//    0.08 are copies.
//
// 2,000 children of the 411 distinct human mirtrons, k = 5, seed 1; "near" is the normalised edit distance to the
// nearest real one (of a real one: to another):
//
//             one hairpin     GC   ends AG   length   MFE/nt   copies   near: median    5 %   <= 0.1
//   real            0.981  0.605     0.915     67.1   -0.428                   0.368  0.316    0.005
//   A               0.503  0.736     0.538     66.0   -0.368        3          0.306  0.217    0.002
//   B               0.506  0.730     0.394     67.0   -0.363        2          0.313  0.230    0.001
//   C               0.505  0.731     0.394     66.7   -0.363        2          0.310  0.228    0.001
//   aligned         0.952  0.616     0.911     66.0   -0.467        0          0.209  0.127    0.021
//
// What is left: some records are neighbours of many, and these are rich in GC (0.630) and stable, hence the children
// too; and a child of two parents is bound to lie nearer to them than they lie to each other.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "util/util.h"

namespace stemloop {

enum class SmoteMode {
  kReject,  // A: drawn again until no pad stands before a letter
  kFill,    // B: such pads become random letters
  kDelete,  // C: such pads are left out
  kAligned
};

struct SmoteOptions {
  SmoteMode mode = SmoteMode::kAligned;
  int k = 5;  // nearest relatives of which one is drawn
  std::uint64_t seed = 1;
  int threads = 1;  // results do not depend on it
};

struct SyntheticSequence {
  std::string sequence;                  // A C G U
  std::string structure;                 // aligned mode: the base pairs it has from its parents, not folded; else empty
  std::int64_t base = 0, neighbour = 0;  // its parents, from 0
  bool operator==(const SyntheticSequence&) const = default;
};

/// The sequences of a class and who is near whom.
/// Neighbours are nearest by Euclidean distance of the codes, in the aligned mode by edit distance / longer length,
/// where a record of the same sequence is none; equal ones in the order of the records.
class Smote {
 public:
  /// `structures` are dot-brackets, one a sequence; only the aligned mode reads them.
  /// Error (a sentence without a place) if there are fewer than two sequences, one is empty or has a letter outside
  /// ACGU (records are counted from 1), k is not below their number, or a structure does not fit.
  Smote(std::span<const std::string> sequences, std::span<const std::string> structures, const SmoteOptions& options);

  /// Item i depends on (seed, i) and the sequences alone. May be called by several threads.
  [[nodiscard]] SyntheticSequence draw(std::int64_t item) const;

  /// Items first, first + 1, ..., in parallel.
  [[nodiscard]] std::vector<SyntheticSequence> draw(std::int64_t first, std::int64_t count) const;

  /// The k nearest records of one, nearest first. Found when first asked for: the work grows with the records that are
  /// drawn from, not with the square of all.
  [[nodiscard]] const std::vector<std::size_t>& neighbours(std::size_t record) const;
  /// The plain twin: every other record compared.
  [[nodiscard]] std::vector<std::size_t> neighbours_plain(std::size_t record) const;

 private:
  [[nodiscard]] std::vector<std::size_t> find_neighbours(std::size_t record) const;
  [[nodiscard]] std::string between_codes(std::size_t base, std::size_t neighbour, Random& random) const;
  void cross(SyntheticSequence& child, Random& random) const;

  SmoteOptions options_;
  std::vector<std::string> sequences_, structures_;
  std::vector<std::array<int, 4>> letters_;                   // how often each record has A, C, G and U
  mutable std::vector<std::vector<std::size_t>> neighbours_;  // k of each record drawn from so far
  std::unique_ptr<std::once_flag[]> found_;
};

/// Items 0 to count - 1 of the above.
std::vector<SyntheticSequence> smote(std::span<const std::string> sequences, std::span<const std::string> structures,
                                     std::int64_t count, const SmoteOptions& options);

/// Letters that stand opposite each other in a hairpin; positions from 0, -1 where there is none.
struct Rung {
  int top = -1;     // 5' strand
  int bottom = -1;  // 3' strand
  bool paired = false;
  bool tied = false;  // to the rung before it: both lie in a side hairpin, which is taken as a whole
};

/// The ladder of a hairpin from its open end to its terminal loop (the one nearest the middle); every letter stands on
/// one rung. Unpaired letters stand opposite each other from the open end on.
std::vector<Rung> hairpin_ladder(std::string_view sequence, std::string_view structure);

/// A place of an alignment: a rung of either ladder or, for a gap, -1.
struct RungMatch {
  int base = -1, neighbour = -1;
};

/// The global alignment of two ladders that costs least: 1 for a letter that differs or has none opposite it in the
/// other ladder, 1 for a paired rung at an unpaired one.
std::vector<RungMatch> align_ladders(std::string_view base, std::span<const Rung> base_ladder,
                                     std::string_view neighbour, std::span<const Rung> neighbour_ladder);

}  // namespace stemloop
