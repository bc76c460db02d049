#include "report/tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/escape.h"
#include "report/html_table.h"

namespace stemloop {

namespace {

std::string number(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "";
}

std::string ends_of(const BaseSpan& arm) { return arm.known() ? fmt::format("{}\t{}", arm.begin + 1, arm.end) : "\t"; }

}  // namespace

std::string records_as_tsv(const Report& report) {
  std::string text =
      "id\tcontig\tstart\tend\tstrand\tlabel\tprobability\tq_value\tlength\tmfe\t5p_start\t5p_end\t3p_start\t3p_end\t"
      "guide\tsequence\tstructure\tnotes\n";
  for (const ReportRecord& r : report.records) {
    const std::string place = r.place ? fmt::format("{}\t{}\t{}\t{}", table_field(r.place->contig), r.place->begin + 1,
                                                    r.place->end, r.place->strand)
                                      : "\t\t\t";
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", table_field(r.id), place,
                        table_field(r.label), number(r.probability, 4),
                        r.q_value ? fmt::format("{:.3g}", *r.q_value) : "", r.sequence.size(), number(r.energy_kcal, 2),
                        ends_of(r.marks.five_prime), ends_of(r.marks.three_prime), r.guide, r.sequence, r.structure,
                        table_field(fmt::format("{}", fmt::join(r.notes, "; "))));
  }
  return text;
}

std::string records_as_fasta(const Report& report) {
  std::string text;
  for (const ReportRecord& r : report.records) {
    text += fmt::format(">{}\n{}\n", table_field(r.id), r.sequence);
    if (r.marks.five_prime.known())
      text += fmt::format(">{}-5p\n{}\n", table_field(r.id), letters_of(r, r.marks.five_prime));
    if (r.marks.three_prime.known())
      text += fmt::format(">{}-3p\n{}\n", table_field(r.id), letters_of(r, r.marks.three_prime));
  }
  return text;
}

std::string records_as_gff3(const Report& report) {
  std::string text = "##gff-version 3\n";
  int count = 0;
  for (const ReportRecord& r : report.records) {
    const std::string key = fmt::format("hairpin{}", ++count);
    const ReportPlace place = r.place.value_or(
        ReportPlace{r.id, 0, static_cast<std::int64_t>(r.sequence.size()), r.sequence.empty() ? '.' : '+'});
    const std::string contig = gff_field(place.contig);
    text +=
        fmt::format("{}\tstemloop\tpre_miRNA\t{}\t{}\t{}\t{}\t.\tID={};Name={}\n", contig, place.begin + 1, place.end,
                    r.probability ? fmt::format("{:.4f}", *r.probability) : ".", place.strand, key, gff_field(r.id));
    const auto arm = [&](const BaseSpan& span, const char* name) {
      if (!span.known()) return;
      const bool forward = place.strand != '-';
      const std::int64_t begin = forward ? place.begin + span.begin : place.end - span.end;
      const std::int64_t end = forward ? place.begin + span.end : place.end - span.begin;
      text += fmt::format("{}\tstemloop\tmiRNA\t{}\t{}\t.\t{}\t.\tID={}-{};Name={}-{};Derives_from={}\n", contig,
                          begin + 1, end, place.strand, key, name, gff_field(r.id), name, key);
    };
    arm(r.marks.five_prime, "5p");
    arm(r.marks.three_prime, "3p");
  }
  return text;
}

}  // namespace stemloop
