// Loci of a scan as records of a report: its table, or its GFF3 and the genome.
#pragma once

#include <string>
#include <vector>

#include "report/record.h"

namespace stemloop {

enum class ReportInput { kFasta, kTable, kGff3 };

/// What a file is by its first line: GFF3 if it says so, a table of loci if it names a column "contig", else sequences
/// in one of the formats the reader of records knows. Standard input is taken as sequences.
ReportInput kind_of_input(const std::string& path);

/// A scan's table: contig, start, end (1-based, inclusive), strand, probability, q_value, id, sequence, structure and
/// perhaps arms (5p_start, 5p_end, 3p_start, 3p_end, on the genome). Error naming the column that is missing or the
/// value that is none.
std::vector<ReportRecord> read_loci_table(const std::string& path);

/// A scan's GFF3: its pre_miRNA lines, their miRNA children as arms. Sequences are cut out of `genome`, a FASTA file.
/// Error if that has not every contig named, or ends before a locus does.
std::vector<ReportRecord> read_loci_gff3(const std::string& path, const std::string& genome);

}  // namespace stemloop
