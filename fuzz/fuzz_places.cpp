// Loci, introns and matures as GFF3, BED or tables, files of structures asked for, and the energies of nothing: the
// first byte says which reader gets the rest. What is read lies where it may.
#include <cstdlib>

#include "arms/arms.h"
#include "memory_file.h"
#include "report/report.h"
#include "scan/introns.h"
#include "scan/scan.h"
#include "seq/bracket_lines.h"

namespace {

using namespace stemloop;

void check(bool holds) {
  if (!holds) std::abort();
}

GenomeSurvey genome() {
  GenomeSurvey survey;
  survey.contigs = {{"c", 1000, 0}, {"d", 50, 0}};
  return survey;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const GenomeSurvey survey = genome();
  const std::string path = memory_file(data + 1, size - 1);
  try {
    switch (data[0] % 6) {
      case 0:
        for (const Intron& intron : read_introns(path, survey))
          check(intron.begin >= 0 && intron.begin < intron.end &&
                intron.end <= survey.contigs[static_cast<std::size_t>(intron.contig)].length);
        break;
      case 1:
        for (const Interval& interval : read_intervals(path))
          check(interval.begin >= 0 && interval.begin < interval.end);
        break;
      case 2: {
        const PlacedMatures placed = KnownMatures::read(path).place(
            "c", "UGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUC");
        for (const PlacedMature& mature : placed.matures)
          check(mature.begin >= 0 && mature.begin < mature.end && mature.end <= 72);
        break;
      }
      case 3:
        for (const ReportRecord& record : read_loci_table(path))
          check(record.sequence.size() == record.structure.size());
        break;
      case 4:
        read_loci_gff3(path, "/dev/null");
        break;
      default:
        for (const StructureLine& line : read_structure_lines(path)) check(!line.structure.empty());
    }
  } catch (const Error&) {
  }
  return 0;
}
