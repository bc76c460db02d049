// What a classifier sees of a hairpin: its picture and what follows from it. Everything is a function of the visible
// picture, so that records known only as pictures and records known as sequences are judged alike.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/data.h"
#include "features/table.h"
#include "fold/fold.h"
#include "hairpin/hairpin.h"

namespace stemloop {

struct Evidence {
  Picture picture;
  std::string visible;  // see visible_sequence()
  double mfe_kcal = 0;  // of the visible sequence
};

/// The nucleotides a picture shows, 5' to 3': the top strand from the termini to the loop, then the bottom strand back,
/// the terminal loop once. It is the whole sequence of a single hairpin of at most 100 columns; hairpins out of step
/// miss the bases that are not drawn.
std::string visible_sequence(const Picture& picture);

Evidence gather_evidence(const Picture& picture, Folder& folder);
/// The same for many, on all threads.
std::vector<Evidence> gather_evidence(std::span<const Picture> pictures, const std::shared_ptr<const Model>& model,
                                      int threads);

/// The 20 features and four measures: nucleotides, gc_content, mfe (kcal/mol), mfe_per_nt.
FeatureTable measured_table(std::span<const Evidence> evidence);

/// Numbers for the boosted trees, N x 108: the columns of `table`, the measured_table() of the evidence (missing is
/// NaN), and the shares of all 4, 16 and 64 words of one, two and three nucleotides in the visible sequence.
Matrix evidence_matrix(std::span<const Evidence> evidence, const FeatureTable& table);

/// Evidence with labels.
struct LabelledEvidence {
  std::vector<Evidence> evidence;
  std::vector<std::uint8_t> labels;
};

/// What a classifier sees of pictures, on all threads.
LabelledEvidence labelled_evidence(const PictureData& data, const FoldingOptions& folding, int threads);

}  // namespace stemloop
