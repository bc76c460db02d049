// Loci as files. Coordinates: TSV, GFF3, JSON and names of FASTA records from 1, closed; BED from 0, half-open.
// Sequences are RNA, 5' to 3' on the locus's own strand. All are sorted by contig (in the genome's order), begin and
// strand; names ending in .gz are bgzipped, ready for tabix.
#pragma once

#include <string>
#include <vector>

#include "scan/loci.h"

namespace stemloop {

/// A locus as it is written.
struct LocusRow {
  Locus locus;
  std::string contig;
  std::string id;
  double q_value = 1;
  double false_per_mb = 0;  // expected among those at least as probable
};

/// Where loci go; empty names are left out, "-" is stdout.
struct ScanOutputs {
  std::string main = "-";
  std::string format = "tsv";  // of `main`: tsv, gff3, bed, fasta, json
  std::string gff3, bed, fasta, arms, json;
};

/// Names of the files written besides the main one.
std::vector<std::string> output_files(const ScanOutputs& outputs);

class LocusWriter {
 public:
  /// `provenance`: lines for the head of a GFF3 file ("#!name value").
  LocusWriter(const ScanOutputs& outputs, const std::vector<ContigInfo>& contigs,
              const std::vector<std::pair<std::string, std::string>>& provenance);
  void write(const LocusRow& row);
  void close();

 private:
  struct Sink {
    std::string format;
    TextWriter out;
  };
  std::vector<Sink> sinks_;
};

// One locus in each format.
std::string tsv_header();
std::string as_tsv(const LocusRow& row);
std::string as_gff3(const LocusRow& row);
std::string as_bed12(const LocusRow& row);
std::string as_fasta(const LocusRow& row);
std::string as_arms_fasta(const LocusRow& row);
std::string as_json_line(const LocusRow& row);

}  // namespace stemloop
