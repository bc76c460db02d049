// A report from files: hairpins folded, classified, their arms placed, or loci of a scan, gathered and written as one
// page.
#pragma once

#include <string>
#include <vector>

#include "fold/fold.h"
#include "judge/judge.h"
#include "seq/seq.h"

namespace stemloop {

struct ReportOptions {
  CommonOptions common;
  FoldingOptions folding;
  std::vector<std::string> inputs;
  std::string model = "premirna";  // its name, for the page
  double prior = 0;                // that it tells probabilities for; 0: its own
  std::string genome;              // of loci in GFF3
  std::string arms = "predicted";
  std::string known;
  std::string title;
  std::string multiqc;  // folder
  std::vector<std::string> command;
  std::string version;
};

/// The files that a report reads.
std::vector<std::string> report_inputs(const ReportOptions& options);

/// Whether records have to be judged: an input holds sequences, not loci. Error if a genome is wanted and not there, or
/// there and not wanted.
bool has_sequences(const ReportOptions& options);

/// Writes the page; `judge` classifies sequences, nullptr: they are not classified. What is left out is on the page
/// too.
Tally write_report(const ReportOptions& options, const Judge* judge);

}  // namespace stemloop
