// What a model of mirtrons sees of a hairpin: a row of numbers, each of them a property with a name; and what the trees
// made of such a row, property by property. Mirtrons are short introns, so beside what evidence_matrix() counts there
// are the letters at both ends, where the splice sites are, and the tract before the 3' one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "features/evidence.h"

namespace stemloop {

struct SequenceSet;  // data/sequence_set.h

/// A hairpin as the model sees it: RNA letters in upper case, a structure with at least one hairpin loop, the minimum
/// free energy of the sequence.
struct FoldedHairpin {
  std::string sequence;
  std::string structure;
  double mfe_kcal = 0;
};

/// Folds sequences on all threads.
std::vector<FoldedHairpin> fold_hairpins(std::span<const std::string> sequences,
                                         const std::shared_ptr<const Model>& model, int threads);

struct LabelledHairpins {
  std::vector<std::string> ids;
  std::vector<FoldedHairpin> hairpins;
  std::vector<std::uint8_t> labels;  // 1 mirtron
  std::vector<std::vector<std::string>> parents;  // of synthetic records; may be left out altogether
};

/// What a model of mirtrons sees of labelled sequences, on all threads: the energy is always the least, also where a
/// record brought its structure. Records without a hairpin loop are told of, counted as rejected, and the set loses
/// them.
LabelledHairpins labelled_hairpins(SequenceSet& set, const std::shared_ptr<const Model>& model, int threads);

/// Names of the columns of mirtron_matrix(): those of evidence_matrix(), words as "share_GU"; "letter_5_2_U" and
/// "letter_3_1_G", 1 if the second letter is U, the last one G (six letters of either end); unpaired letters beyond the
/// outermost pair ("overhang_5", "overhang_3", "overhang_difference" = 3' - 5'); "paired_share", "hairpins"; letters of
/// either half ("half_5_A"); "tract_3_pyrimidines", "_U", "_G": shares in the 18 letters before the last three, where a
/// 3' splice site has its pyrimidine tract; the same behind the first three ("tract_5_..."); "longest_G_run",
/// "longest_pyrimidine_run"; "last_AG", letters between the last AG before the end and the end.
std::vector<std::string> mirtron_columns();

/// One row a hairpin, NaN where a value is missing.
Matrix mirtron_matrix(std::span<const FoldedHairpin> hairpins);

/// The same with the measured_table() its first columns are from.
struct MirtronRows {
  Matrix matrix;
  FeatureTable measures;
};
MirtronRows mirtron_rows(std::span<const FoldedHairpin> hairpins);

/// What a property adds to the log odds. The four columns of a letter at an end count as one property.
struct Contribution {
  std::string feature;  // "letter_5_2"; else the column's name
  std::string value;    // "U", "0.31", empty where missing
  double log_odds = 0;  // above 0 speaks for a mirtron
};

/// "letter 2 is U", "stem length 31".
std::string in_words(const Contribution& contribution);

/// All properties of a record in the order of their columns; `added` is what each column adds to its log odds.
std::vector<Contribution> contributions_of(const MirtronRows& rows, std::int64_t record, std::span<const float> added);

/// What each property changes on average, up or down, to four decimals; the weightiest first. A row a record, as
/// `added` above.
std::vector<std::pair<std::string, double>> importance_of(const Matrix& contributions);

}  // namespace stemloop
