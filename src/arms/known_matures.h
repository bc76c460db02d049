// Mature miRNAs that are known already, from a FASTA or GFF3 file, placed in their hairpins.
//
// FASTA: a mature belongs to a hairpin by name as in miRBase and MirGeneDB ("hsa-miR-19b-1-5p" and "hsa-miR-19b-3p" to
// "hsa-mir-19b-1"), or, where none of the file does, to every hairpin that holds its letters. GFF3 in miRBase's layout:
// lines of type miRNA, whose Derives_from (or Parent) names the line of their hairpin on the same genome, or whose
// first column is the hairpin's id itself.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "arms/cuts.h"

namespace stemloop {

/// A mature in a hairpin: letters [begin, end) from 0.
struct PlacedMature {
  std::string name;
  int begin = 0, end = 0;
};

struct PlacedMatures {
  std::vector<PlacedMature> matures;
  std::vector<std::string> faults;  // one sentence for each mature that could not be placed
};

class KnownMatures {
 public:
  /// FASTA or GFF3, told apart by the first letter. Error with file and line where it is neither.
  static KnownMatures read(const std::string& path);

  /// The matures of one hairpin, `sequence` in RNA letters. Not there, there twice, or outside of it: a fault.
  [[nodiscard]] PlacedMatures place(std::string_view id, std::string_view sequence) const;
  [[nodiscard]] std::size_t size() const { return matures_.size(); }

 private:
  struct Mature {
    std::string name, sequence;       // of FASTA
    std::int64_t start = 0, end = 0;  // of GFF3, from 0
    bool reverse = false;
    std::int64_t hairpin_start = 0, hairpin_end = 0;  // of the line it derives from
    bool relative = false;                            // positions count from the hairpin's first letter
  };
  void read_fasta(const std::string& path);
  void read_gff(const std::string& path);
  void place_by_letters(const Mature& mature, std::string_view sequence, PlacedMatures& to) const;

  std::vector<Mature> matures_;
  std::unordered_map<std::string, std::vector<std::size_t>> of_hairpin_;  // by lower-case name
  std::unordered_map<std::string, std::vector<std::size_t>> by_word_;     // by its first letters
};

/// The cuts that placed matures tell, -1 where none does. A mature on the terminal loop, or a second one on an arm that
/// overlaps the first not at all, is a fault; of several that overlap the first of the file counts.
KnownCuts known_cuts(PlacedMatures& placed, const StemLoop& stem, std::array<std::string, 2>& arm_names);

}  // namespace stemloop
