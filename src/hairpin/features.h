// The 20 features of a hairpin picture by which DIVA's tree speaks (image specification, section 5): functions of the
// visible picture alone, equal to the published table in every cell. Quirks of the reference are kept and said.
// A loop begins at column 0; stems end at column W - 1, W being the number of columns.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "hairpin/picture.h"

namespace stemloop {

struct HairpinFeatures {
  bool presence_terminal_loop = false;  // column 0 has a nucleotide on both strands
  // Empty unless there is a terminal loop:
  std::optional<int> start_loop_upperhalf_col;          // last unpaired column before the stem; 4 if no column pairs
  std::optional<int> highest_point_loop_upperhalf_row;  // row of the loop's highest point
  std::optional<int> highest_point_loop_upperhalf_col;  // its column, the largest of equals
  std::optional<int> loop_length;          // pixels of that column, both bars (25 for 13 + 11, as published)
  std::optional<int> loop_width;           // columns of the loop
  std::optional<int> gap_start;            // only without a loop: gap columns from column 0
  std::optional<double> palindrome_score;  // share of columns with bars of equal height
  bool asymmetric = false;                 // more than 0.6 of the columns have unequal bars
  // Longest run of full bars facing gaps, not touching the last column; empty if there is none:
  std::optional<int> large_asymmetric_bulge;                // its columns
  std::optional<std::string> largest_asym_bulge_strand;     // "upper" or "lower"
  std::optional<int> largest_asym_bulge_sequence_location;  // its middle column
  int stem_begin = 0;                                       // W - 1
  int stem_end = 0;                                         // first column of the stem
  int stem_length = 0;                                      // stem_begin - stem_end
  int total_length = 0;                                     // W - 1
  std::optional<double> base_pairs_in_stem;                 // CG and AU pairs per column of the stem
  std::optional<double> base_pairs_wobbles_in_stem;         // GU pairs too
  bool au_pair_begin_mature = false;                        // two AU pairs in a row, 18 to 25 columns from the ends
  bool ugu = false;  // UGU or GUG (read 3' to 5') on the top strand, from the loop's top to the stem
};

HairpinFeatures hairpin_features(const Picture& picture);

inline constexpr int kFeatureCount = 20;

/// Names as in the published table, in its order.
extern const std::array<const char*, kFeatureCount> kFeatureNames;

/// Cells as in the published table: "" for an empty one, True/False, 3.0 for loop features, shortest floats.
std::array<std::string, kFeatureCount> feature_cells(const HairpinFeatures& features);

}  // namespace stemloop
