// Whole runs of a scan, from options to files: a genome or a chunk of it, introns, the merge of parts, figures against
// known loci. What happened is said.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scan/scan.h"

namespace stemloop {

struct GenomeScan {
  CommonOptions common;
  FoldingOptions folding;
  ScanOptions scan;
  MergeOptions merge;
  std::string model;  // directory or name; "shape"; empty: the classifier of precursors if one is installed, else shape
  double prior = 0;   // 0: the model's own
  std::string chunk;  // "2/16"; empty: the whole genome
  std::string introns;  // BED or GFF3; empty: the genome is scanned
  std::string version;  // of the program, for the heads of files
};

/// The chunk that a text like "2/16" names. Error if it names none.
void parse_chunk(const std::string& text, ScanOptions& options);

/// Makes the options whole (chunk, threads, outputs) and returns the files that the run writes. Error if they do not
/// fit together.
std::vector<std::string> prepare_scan(GenomeScan& c);

/// Scans the genome, or its chunk, and writes the loci, or the part. REQUIRES: prepare_scan().
void scan_genome(GenomeScan& c);

/// Judges the introns of an annotation as mirtrons. REQUIRES: prepare_scan().
void scan_introns(GenomeScan& c);

/// merge_parts(), and says what came of it.
void merge_scan(const std::vector<std::string>& parts, const MergeOptions& options);

struct ScanEvaluation {
  std::string output;
  std::string loci, truth, genome;  // genome: lines of `truth` whose column genome is this; empty: all
  double mb = 0;                    // length of the genome; 0: not known
  int samples = 1000;
  std::uint64_t seed = 1;
};

/// Average precision, recall and precision by both rules of a hit, as a table.
void write_scan_figures(const ScanEvaluation& c);

}  // namespace stemloop
