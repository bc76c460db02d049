// From judged candidates to loci: of hairpins that cover each other only the best stays, neighbours stay apart, and
// each locus is told how many of the calls at least as probable are false.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "scan/part.h"

namespace stemloop {

struct Locus {
  ScanCall call;
  std::string antisense_of;  // id of the better locus on the other strand, empty if there is none
};

/// "contig:start-end:strand", 1-based and closed: the same locus has the same name in every run.
std::string locus_id(const ScanCall& call, const std::string& contig);

/// Loci of calls that come tile by tile. Best first (probability, then energy, then place), a call is dropped if it
/// covers, on the same strand, more than half of the shorter of itself and a call that stays. Whether it does is
/// decided within a chain of overlapping calls, so memory is that of the longest chain.
class LociBuilder {
 public:
  /// `contigs` names them; `sink` receives loci by contig, begin, end, strand.
  LociBuilder(const std::vector<ContigInfo>& contigs, std::function<void(const Locus&)> sink)
      : contigs_(&contigs), sink_(std::move(sink)) {}

  /// REQUIRES: calls by tile; no later call begins before `final_before`.
  void add(std::vector<ScanCall> calls, int contig, std::int64_t final_before);
  void finish() { flush(INT64_MAX); }

 private:
  void flush(std::int64_t final_before);
  void resolve(std::span<ScanCall> chain);

  const std::vector<ContigInfo>* contigs_;
  std::function<void(const Locus&)> sink_;
  std::vector<ScanCall> waiting_;
  int contig_ = -1;
};

/// How many calls are false, estimated from decoys: of R real calls and D decoy calls at least as probable, with the
/// decoys' letters being the share s of the real ones,
///   FDR = min(1, (D + 1) / s / R),   q = the least FDR of all cuts that keep the call.
/// The one more decoy keeps an estimate from few decoys on the safe side (as in target-decoy searches of spectra).
class FalseCalls {
 public:
  /// `letters` and `decoy_letters` as scanned. Without decoys every q is 1.
  FalseCalls(std::vector<double> real, std::vector<double> decoys, std::int64_t letters, std::int64_t decoy_letters);

  [[nodiscard]] double q_value(double probability) const;
  /// Expected false loci per Mb (both strands) among those at least as probable.
  [[nodiscard]] double per_mb(double probability) const;
  /// The least probability with q <= fdr and how many calls reach it; above 1 if there is none.
  [[nodiscard]] std::pair<double, std::int64_t> cut(double fdr) const;

 private:
  [[nodiscard]] double at_least(const std::vector<double>& sorted, double probability) const;

  std::vector<double> real_;    // ascending
  std::vector<double> decoys_;  // ascending
  std::vector<double> q_;       // of real_
  double decoy_mb_ = 0;
};

}  // namespace stemloop
