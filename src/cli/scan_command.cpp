// scan: from a genome to loci; merge of the parts of a scan; evaluate against known loci.
#include "scan/session.h"

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/version.h"
#include "hairpin/hairpin.h"

namespace stemloop {

namespace {

// What scans know that are not of introns, as help and refusals call them.
constexpr const char* kGenome = "a genome without --introns";
constexpr const char* kShape = "shape";

struct ScanCommand {
  GenomeScan whole;
  std::string softmask = "ignore";
  bool transcripts = false;
};

struct MergeCommand {
  CommonOptions common;
  std::vector<std::string> parts;
  MergeOptions merge;
};

struct EvaluateScanCommand {
  CommonOptions common;
  ScanEvaluation figures;
};

int run_scan(ScanCommand& c, const ChoiceOptions& known) {
  GenomeScan& scan = c.whole;
  begin_run(scan.common);
  scan.version = kVersion;
  scan.scan.skip_soft_masked = c.softmask == "skip";
  scan.scan.candidates.reverse = !c.transcripts;
  if (!scan.introns.empty()) known.check("--introns", "--introns");
  const std::vector<std::string> outputs = prepare_scan(scan);
  check_run_files({scan.scan.genome, scan.introns.empty() ? scan.scan.bed : scan.introns}, outputs,
                  {scan.model == kShape ? "" : scan.model});
  scan.introns.empty() ? scan_genome(scan) : scan_introns(scan);
  return kExitOk;
}

int run_merge(MergeCommand& c) {
  begin_run(c.common);
  c.merge.outputs.main = c.common.output;
  check_run_files(c.parts, output_files(c.merge.outputs));
  merge_scan(c.parts, c.merge);
  return kExitOk;
}

int run_evaluate_scan(EvaluateScanCommand& c) {
  begin_run(c.common);
  c.figures.output = c.common.output;
  check_run_files({c.figures.loci, c.figures.truth}, {c.common.output});
  write_scan_figures(c.figures);
  return kExitOk;
}

void add_outputs(CLI::App& app, MergeOptions& options) {
  add_format(app, options.outputs.format, {"tsv", "gff3", "bed", "fasta", "json"},
             "Format of -o; json: one object a line");
  app.add_option("--gff3", options.outputs.gff3, "Loci and their arms as GFF3 too")->type_name("FILE");
  app.add_option("--bed-out", options.outputs.bed, "As BED12 too")->type_name("FILE");
  app.add_option("--fasta", options.outputs.fasta, "Hairpins with their structures too")->type_name("FILE");
  app.add_option("--arms", options.outputs.arms, "Arms as FASTA too")->type_name("FILE");
  app.add_option("--json", options.outputs.json, "As JSON lines too")->type_name("FILE");
  app.add_option("--fdr", options.fdr, "Write loci with a q-value up to this")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

// What of the genome is scanned.
void add_places(CLI::App& app, ScanCommand& c, ChoiceOptions& known) {
  const auto genome = [&](CLI::Option* option) { return known.only({kGenome}, option); };
  genome(app.add_option("--region", c.whole.scan.region, "Only here; 1-based, closed"))
      ->type_name("CONTIG[:START-END]");
  genome(app.add_option("--bed", c.whole.scan.bed, "Only in these intervals"))->type_name("BED");
  genome(app.add_option("--softmask", c.softmask,
                        "Lower-case letters: ignore the case (microRNAs lie in repeats too), or skip them like N"))
      ->check(CLI::IsMember({"ignore", "skip"}))
      ->capture_default_str();
  genome(app.add_flag("--transcripts", c.transcripts,
                      "The records are transcripts: one strand, coordinates in the record"));
}

std::function<int()> add_scan_genome(CLI::App& app) {
  auto c = std::make_shared<ScanCommand>();
  GenomeScan& o = c->whole;
  auto known = std::make_shared<ChoiceOptions>(app);
  const auto genome = [&](CLI::Option* option) { return known->only({kGenome}, option); };
  app.add_option("genome", o.scan.genome, "FASTA (plain, gzip or bgzip; - is stdin)")->type_name("FASTA");
  app.add_option("-m,--model", o.model,
                 "Judge: a classifier of precursors (directory or name; default premirna), or shape")
      ->type_name("NAME|DIR|shape");
  genome(app.add_option("--prior", o.prior,
                        "Probability that a candidate is a precursor before it is judged (default: the model's)"))
      ->check(CLI::Range(1e-9, 1 - 1e-9));
  add_places(app, *c, *known);
  app.add_option(
         "--introns", o.introns,
         "Judge these introns instead, by a model of mirtrons: BED (a line each, or between the blocks of twelve\n"
         "fields) or GFF3 (intron, or between exons of one Parent)")
      ->type_name("BED|GFF3");
  app.add_option("--span", o.scan.candidates.local.span, "Longest hairpin")
      ->check(CLI::Range(40, 400))
      ->capture_default_str();
  genome(app.add_option(
             "--stacking", o.scan.candidates.local.least_stacking,
             "Least score of an alignment of the strand with its reverse complement for pairs on it to be folded\n"
             "(GC 3, AU 2, GU 1, mismatch -2, gap -4); 0: all pairs are folded"))
      ->check(CLI::Range(0, 120))
      ->capture_default_str();
  genome(app.add_option("--shape", o.scan.candidates.shape, "Least score of its shape for a stem-loop to be judged"))
      ->capture_default_str();
  app.add_option("--min-probability", o.scan.min_probability, "Less probable hairpins are forgotten")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--decoy-share", o.scan.decoy_share,
                 "Part of the genome that is scanned again with its letters shuffled, to count false loci; at least\n"
                 "5 Mb, or eight times a smaller genome; 0: none, and no q-values")
      ->check(CLI::Range(0.0, 64.0))
      ->capture_default_str();
  app.add_option("--seed", o.scan.seed, "Of the decoys")->capture_default_str();
  genome(app.add_option("--chunk", o.chunk, "Scan the K-th of N equal parts and write what `scan merge` takes"))
      ->type_name("K/N");
  genome(app.add_flag("--resume", o.scan.resume, "Go on with a scan that was stopped (its FILE.part is there)"));
  add_outputs(app, o.merge);
  known->only({kGenome}, {"--arms"});  // where a mirtron's arms end is not predicted
  add_energy_model(app, o.folding);
  add_run_options(app, o.common);
  return [c, known, &app] {
    const GenomeScan& scan = c->whole;
    if (scan.scan.decoy_share == 0) refuse_ignored(app, {"--seed"}, "is of the decoys, and --decoy-share 0 scans none");
    if (!scan.chunk.empty())
      refuse_ignored(app, {"--fdr", "--format"}, "is of scan merge; a chunk writes its part alone");
    if (scan.model == kShape) refuse_ignored(app, {"--prior"}, "is of a classifier; --model shape has no use for it");
    return run_scan(*c, *known);
  };
}

std::function<int()> add_scan_merge(CLI::App& app) {
  auto c = std::make_shared<MergeCommand>();
  app.description("Makes loci of the parts that all chunks of one scan wrote; byte for byte what one process writes.");
  app.add_option("parts", c->parts, "What scan --chunk K/N wrote, in any order")->required()->type_name("PART...");
  add_outputs(app, c->merge);
  add_run_options(app, c->common);
  return [c] { return run_merge(*c); };
}

std::function<int()> add_scan_evaluate(CLI::App& app) {
  auto c = std::make_shared<EvaluateScanCommand>();
  app.description(
      "Average precision, recall and precision of loci against known ones. A locus is hit if half of it and half of "
      "the\n"
      "call are common to both, on the same strand, one to one; beside it, the rule that asks for half of the locus "
      "alone.");
  app.add_option("loci", c->figures.loci, "Loci: TSV of scan, GFF3 or BED")->required()->type_name("LOCI");
  app.add_option("truth", c->figures.truth, "Known loci: TSV with contig, start, end, strand; GFF3 or BED")
      ->required()
      ->type_name("TRUTH");
  app.add_option("--genome", c->figures.genome, "Lines of TRUTH whose column genome is this")->type_name("NAME");
  app.add_option("--mb", c->figures.mb, "Length of the genome, for calls per Mb")->check(kPositiveNumber);
  app.add_option("--samples", c->figures.samples, "Bootstrap samples for the intervals")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  app.add_option("--seed", c->figures.seed, "Of the bootstrap")->capture_default_str();
  add_run_options(app, c->common);
  return [c] { return run_evaluate_scan(*c); };
}

}  // namespace

std::function<int()> add_scan(CLI::App& app) {
  app.description(
      "Finds precursor hairpins on both strands of a genome: every stem-loop up to a span is folded exactly, those of "
      "a\n"
      "precursor's shape are judged, the best of those that cover each other stays. Shuffled letters scanned in the "
      "same\n"
      "way tell how many loci are false: the q-value is the number to cut at. Results do not depend on threads or "
      "chunks.");
  auto chosen = std::make_shared<std::function<int()>>();
  const std::function<int()> genome = add_scan_genome(app);
  CLI::App* merge = app.add_subcommand("merge", "Loci from the parts of a scan in chunks");
  CLI::App* evaluate = app.add_subcommand("evaluate", "Loci against known ones");
  const std::function<int()> run_merging = add_scan_merge(*merge);
  const std::function<int()> run_evaluating = add_scan_evaluate(*evaluate);
  app.require_subcommand(0, 1);
  app.footer(
      "Examples:\n"
      "  stemloop scan genome.fa.gz --gff3 loci.gff3 -o loci.tsv\n"
      "  stemloop scan genome.fa --chunk 3/16 -o part.3\n"
      "  stemloop scan merge part.* --fdr 0.05 -o loci.tsv\n"
      "  stemloop scan evaluate loci.tsv known.gff3 --mb 0.172");
  return [=, &app] {
    if (merge->parsed()) return run_merging();
    if (evaluate->parsed()) return run_evaluating();
    require(app.get_option("genome")->count() > 0, "scan: a genome is wanted (FASTA)");
    return genome();
  };
}

}  // namespace stemloop
