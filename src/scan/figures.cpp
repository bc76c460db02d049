// A scan against known loci, as a table.
#include <set>
#include <tuple>

#include "scan/session.h"

namespace stemloop {

namespace {

// What makes figures low without a locus being missed.
void tell_odd_loci(const ScanEvaluation& c, const std::vector<Interval>& calls, const std::vector<Interval>& truth) {
  std::set<std::string> contigs;
  for (const Interval& call : calls) contigs.insert(call.contig);
  std::set<std::tuple<std::string, std::int64_t, std::int64_t, char>> places;
  std::size_t elsewhere = 0, again = 0;
  for (const Interval& locus : truth) {
    elsewhere += contigs.count(locus.contig) == 0 ? 1U : 0U;
    again += places.emplace(locus.contig, locus.begin, locus.end, locus.strand).second ? 0U : 1U;
  }
  if (again > 0) say(Loud::kWarning, "{}: {} loci stand there more than once and count each time", c.truth, again);
  if (elsewhere == truth.size() && !calls.empty())
    say(Loud::kWarning, "no contig of {} ('{}', ...) is one of {} ('{}', ...)", c.truth, printable(truth[0].contig),
        c.loci, printable(calls[0].contig));
}

}  // namespace

void write_scan_figures(const ScanEvaluation& c) {
  const std::vector<Interval> calls = read_intervals(c.loci);
  const std::vector<Interval> truth = read_intervals(c.truth, c.genome);
  require(!truth.empty(), "{}: there is no known locus in it{}", c.truth,
          c.genome.empty() ? "" : fmt::format(" of the genome '{}'", c.genome));
  tell_odd_loci(c, calls, truth);
  TextWriter out(c.output);
  out.write("rule\tmeasure\tvalue\tlow\thigh\tcalls\thits\trecall\tprecision\tcalls_per_mb\n");
  for (const HitRule rule : {HitRule::kHalfOfBoth, HitRule::kHalfOfLocus}) {
    const char* name = rule == HitRule::kHalfOfBoth ? "half of both" : "half of the locus";
    const ScanFigures f = evaluate_scan(calls, truth, rule, static_cast<std::int64_t>(c.mb * 1e6), c.samples, c.seed);
    const auto line = [&](const char* measure, const Estimate& e) {
      out.write(fmt::format("{}\t{}\t{:.4f}\t{:.4f}\t{:.4f}\t{}\t{}\t\t\t\n", name, measure, e.value, e.low, e.high,
                            f.calls, f.found));
    };
    line("AUCPR", f.average_precision);
    line("recall", f.recall);
    for (const CutFigures& cut : f.cuts) {
      out.write(fmt::format("{}\t{}\t\t\t\t{}\t{}\t{:.4f}\t{:.4f}\t{}\n", name, cut.name, cut.calls, cut.hits,
                            cut.recall, cut.precision, c.mb > 0 ? fmt::format("{:.2f}", cut.calls_per_mb) : ""));
    }
  }
  out.close();
  say(Loud::kInfo, "{} calls, {} known loci", calls.size(), truth.size());
}

}  // namespace stemloop
