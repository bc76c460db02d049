// The door of scan: from a genome to loci. A run surveys the genome (genome.h), folds and judges it tile by tile, real
// letters and decoys (candidates.h, decoy.h), keeps what it found as a part (part.h), and makes loci of one or more
// parts (loci.h, outputs.h). A whole scan, the chunks of one, and a resumed one all end in the same merge, so they
// agree byte for byte.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scan/candidates.h"
#include "scan/decoy.h"
#include "scan/evaluate.h"
#include "scan/genome.h"
#include "scan/judges.h"
#include "scan/loci.h"
#include "scan/outputs.h"
#include "scan/part.h"
#include "scan/shape.h"

namespace stemloop {

struct ScanOptions {
  std::string genome;
  CandidateOptions candidates;
  bool skip_soft_masked = false;
  std::string region, bed;
  double min_probability = 0.01;  // lower calls are forgotten
  double decoy_share = 0.1;       // of the genome, raised for small ones:
  double least_decoy_letters = 5e6;
  std::uint64_t seed = 1;
  int chunk = 1, chunks = 1;
  int threads = 1;
  std::string part;                                       // where the part is kept
  bool resume = false;                                    // go on with it
  std::vector<std::pair<std::string, std::string>> told;  // more that identifies the run: version, model
};

/// What a run cost and saw.
struct ScanTally {
  std::int64_t letters = 0, decoy_letters = 0;  // of one strand
  std::int64_t resumed_tiles = 0;
  std::int64_t folded = 0, candidates = 0, calls = 0;  // real letters and decoys
  double seconds = 0;
  double fold_seconds = 0, shape_seconds = 0, judge_seconds = 0;  // CPU
};

/// Called now and then: letters done, share of the whole.
using ScanProgress = std::function<void(std::int64_t letters, double share)>;

/// The share of a genome of `letters` that is scanned again as decoys: `wanted`, but at least `least` letters or, of a
/// small genome, eight times all of it. 0 stays 0.
double decoy_share_of(double wanted, std::int64_t letters, double least);

/// Folds and judges a genome, or the chunk of it, into options.part.
ScanTally scan_tiles(const ScanOptions& options, const GenomeSurvey& genome, std::shared_ptr<const Model> model,
                     const CandidateJudge& judge, const ScanProgress& progress);

struct MergeOptions {
  ScanOutputs outputs;
  double fdr = 1;  // loci with a higher q-value are not written
};

struct MergeTally {
  std::int64_t letters = 0, decoy_letters = 0;
  std::int64_t loci = 0, decoy_loci = 0, written = 0;
  double cut = 2;           // least probability with q <= 0.05
  std::int64_t at_cut = 0;  // loci that reach it
  double false_per_mb = 0;  // expected there
};

/// Makes loci of the parts of one run. Error if they are of different runs or versions, or one is missing, incomplete
/// or given twice.
MergeTally merge_parts(const std::vector<std::string>& parts, const MergeOptions& options);

}  // namespace stemloop
