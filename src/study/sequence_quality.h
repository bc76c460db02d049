// How like real sequences a synthetic set is, always to be read beside the noise floor (real halves against each other)
// and baselines (baselines.h) that keep only some of its statistics. No measure stands alone: a Markov chain has no
// k-mer distance and does not fold, copies of the real set are perfect in all but the distances to the nearest.
// Sequences are RNA, upper case, A C G U only.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/data.h"
#include "fold/fold.h"

namespace stemloop {

struct QualityOptions {
  std::int64_t most = 2000;  // sequences of a set that are folded and compared one by one, drawn by the seed
  int halvings = 5;          // of the real set, for the noise floor
  double near_copy = 0.10;   // a sequence this near to a real one is called a near copy
  std::uint64_t seed = 1;
  int threads = 1;              // results do not depend on it
  bool with_two_sample = true;  // the slowest of the measures
};

/// A set and what folding tells of it.
struct MeasuredSet {
  std::vector<std::string> sequences;
  std::vector<std::size_t> sample;        // the records drawn, ascending; the others are not folded
  std::vector<double> mfe_per_nt;         // of the sample, kcal/mol
  std::vector<std::uint8_t> one_hairpin;  // of the sample: 1 if the structure has exactly one hairpin loop
};

/// The measures of one set against a real one. Shares, means and distances; NaN where a measure is not defined.
struct QualityReport {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::int64_t count = 0;
  // Of all sequences.
  double jsd3 = kNone, jsd4 = kNone;  // Jensen-Shannon divergence in bits of pooled k-mers, 0 equal to 1 disjoint
  double gc = kNone;                  // share of all letters
  double length_mean = kNone, length_sd = kNone;
  double length_ks = kNone;  // Kolmogorov-Smirnov distance of the lengths to the real ones
  double starts_gu = kNone, ends_ag = kNone;
  double unique = kNone;  // distinct sequences / sequences
  double copies = kNone;  // share that stands in the real set letter by letter
  // Of the sample.
  double mfe_per_nt = kNone;                         // mean of energy / length
  double one_hairpin = kNone;                        // share with exactly one hairpin loop
  double nearest_median = kNone, nearest_5 = kNone;  // edit distance / longer length to the nearest real one: 50, 5 %
  double near_copies = kNone;                        // share at most QualityOptions::near_copy away
  double nearest_mse = kNone;   // mean of the least squared difference of letter codes, see nearest_squares()
  double two_sample = kNone;    // accuracy of a classifier told to separate real from synthetic; 0.5 is perfect
  std::vector<double> nearest;  // of each record of the sample, as in nearest_median
};

/// The numbers of a report by name, in the order of tables.
struct QualityColumn {
  const char* name;
  double QualityReport::*value;
  int digits;  // behind the point, in tables
};
std::span<const QualityColumn> quality_columns();

/// Draws the sample and folds it. `progress` gets the share done. Error if the set or a sequence is empty or a letter
/// is not one of ACGU.
MeasuredSet measure_set(std::vector<std::string> sequences, const std::shared_ptr<const Model>& model,
                        const QualityOptions& options, const std::function<void(double)>& progress = {});

/// A synthetic set against the real one. The sample is compared with all real sequences; two_sample with as many of the
/// one as of the other sample.
QualityReport compare_sets(const MeasuredSet& real, const MeasuredSet& synthetic, const QualityOptions& options);

/// The real set against itself: copies and distances leave the sequence itself out, two_sample is not defined.
QualityReport describe_set(const MeasuredSet& real, const QualityOptions& options);

/// The noise floor: random halves of the real sample against each other, means over the halvings. Error if the sample
/// has fewer than four sequences.
QualityReport compare_halves(const MeasuredSet& real, const QualityOptions& options);

/// What the two-sample classifier sees, a row for each of the sample: shares of 1-, 2- and 3-mers, GC, length, MFE per
/// nucleotide, single hairpin, the first two and last two letters (0 or 1 for each of ACGU).
Matrix sequence_rows(const MeasuredSet& set);

/// Share of records that a random forest puts on the right side, five parts, each judged by a forest that has not seen
/// it; identical sequences stand in one part; as many of the larger sample are drawn as the smaller one has.
/// NaN with fewer than ten of each.
double two_sample_accuracy(const MeasuredSet& real, const MeasuredSet& synthetic, const QualityOptions& options);

}  // namespace stemloop
