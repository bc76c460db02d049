// The records of a report as files: what its download links hold.
#pragma once

#include <string>

#include "report/record.h"

namespace stemloop {

/// A line a record: id, place, label, probability, q-value, length, energy, arms (1-based, inclusive), sequence,
/// structure, notes; with a header line.
std::string records_as_tsv(const Report& report);

/// Hairpins, and behind each its arms as ID-5p and ID-3p.
std::string records_as_fasta(const Report& report);

/// A pre_miRNA a record and its miRNA children as miRBase lays them out, on the genome where its place is known, else
/// on the record's own sequence.
std::string records_as_gff3(const Report& report);

}  // namespace stemloop
