// scan: from a genome to loci; merge of the parts of a scan; evaluate against known loci.
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>
#include <tuple>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/version.h"
#include "scan/introns.h"
#include "scan/scan.h"
#include "util/regular_file.h"

namespace stemloop {

namespace {

struct ScanCommand {
  CommonOptions common;
  FoldingOptions folding;
  ScanOptions scan;
  MergeOptions merge;
  std::string softmask = "ignore";
  std::string model;
  double prior = 0;  // 0: the model's own
  std::string chunk;
  bool transcripts = false;
  std::string introns;
  bool resume = false;
};

struct MergeCommand {
  CommonOptions common;
  std::vector<std::string> parts;
  MergeOptions merge;
};

struct EvaluateScanCommand {
  CommonOptions common;
  std::string loci, truth, genome;
  double mb = 0;
  int samples = 1000;
  std::uint64_t seed = 1;
};

// "2/16"
void parse_chunk(const std::string& text, ScanOptions& options) {
  const auto f = split_fields(text, '/');
  require(f.size() == 2, "--chunk {}: is K/N, as 2/16", text);
  const std::int64_t k = parse_integer(f[0], "--chunk " + text);
  const std::int64_t n = parse_integer(f[1], "--chunk " + text);
  require(n >= 1 && n <= 1'000'000 && k >= 1 && k <= n, "--chunk {}: chunks count from 1/{} to {}/{}", text, std::max<std::int64_t>(n, 1),
          std::max<std::int64_t>(n, 1), std::max<std::int64_t>(n, 1));
  options.chunk = static_cast<int>(k);
  options.chunks = static_cast<int>(n);
}

void say(const MergeTally& t) {
  spdlog::info("{} loci in {:.3f} Mb, {} of them written; {} in {:.3f} Mb of decoys", t.loci,
               static_cast<double>(t.letters) / 1e6, t.written, t.decoy_loci, static_cast<double>(t.decoy_letters) / 1e6);
  if (t.decoy_letters == 0) {
    spdlog::info("no decoys, so nothing is known of false loci: every q-value is 1");
  } else if (t.at_cut == 0) {
    spdlog::info("no cut keeps the false loci below 5 %");
  } else {
    spdlog::info("q <= 0.05 keeps {} loci (probability {:.4g} and more), {:.3g} false ones expected per Mb", t.at_cut,
                 t.cut, t.false_per_mb);
  }
}

void say(const ScanTally& t) {
  const double mb = static_cast<double>(t.letters) / 1e6;
  const double all = mb + static_cast<double>(t.decoy_letters) / 1e6;
  if (t.resumed_tiles > 0) spdlog::info("{} tiles were there from the run before", t.resumed_tiles);
  if (all <= 0) return;
  spdlog::info("{:.3f} Mb and {:.3f} Mb of decoys in {:.1f} s, {:.3f} Mb/s; per Mb: {:.0f} stem-loops, {:.0f} judged",
               mb, all - mb, t.seconds, all / t.seconds, static_cast<double>(t.folded) / all,
               static_cast<double>(t.candidates) / all);
  spdlog::info("CPU seconds per Mb: folding {:.2f}, shape {:.2f}, judging {:.2f}", t.fold_seconds / all,
               t.shape_seconds / all, t.judge_seconds / all);
}

// The genome as a file that can be read twice: stdin goes to a file of its own first.
class GenomeFile {
 public:
  explicit GenomeFile(const std::string& path) : path_(path) {
    if (path != "-") return;
    copy_ = (std::filesystem::temp_directory_path() / fmt::format("stemloop-scan-{}.fa", ::getpid())).string();
    ByteSource source("-");
    Draft copy(copy_);
    for (std::string_view bytes = source.next(); !bytes.empty(); bytes = source.next()) copy.write(bytes);
    copy.keep();
    path_ = copy_;
  }
  ~GenomeFile() {
    if (!copy_.empty()) std::remove(copy_.c_str());
  }
  GenomeFile(const GenomeFile&) = delete;
  GenomeFile& operator=(const GenomeFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string copy_;
};

// The judge the run asks, and its name. Without --model: the classifier of precursors if one is installed.
CandidateJudge open_candidate_judge(const ScanCommand& c, std::string& name) {
  constexpr const char* kShape = "shape";
  constexpr const char* kDefault = "premirna";
  std::string directory;
  if (c.model != kShape) {
    try {
      directory = find_model(c.model.empty() ? kDefault : c.model);
    } catch (const Error&) {
      if (!c.model.empty()) throw;
    }
  }
  if (!directory.empty() && model_family(directory) != kPrecursorFamily) {
    require(c.model.empty(), "{}: is no classifier of precursors (family {}), which a scan needs", directory,
            kPrecursorFamily);
    directory.clear();
  }
  if (directory.empty()) {
    if (c.model != kShape) spdlog::warn("no classifier of precursors is installed: the shape alone judges");
    name = kShape;
    return shape_judge();
  }
  const auto classifier = std::make_shared<const PrecursorClassifier>(PrecursorClassifier::open(directory));
  const std::vector<std::byte> config = read_regular_file(directory + "/config.json", 1 << 20);
  const double prior = c.prior > 0 ? c.prior : classifier->prior();
  name = fmt::format("{} prior={}", md5_hex(config), prior);
  return precursor_judge(classifier, prior);
}

// The part of a scan to stdout: gone when the run ends, however it ends.
class TemporaryPart {
 public:
  explicit TemporaryPart(bool wanted) {
    if (wanted)
      path_ = (std::filesystem::temp_directory_path() / fmt::format("stemloop-scan-{}.part", ::getpid())).string();
  }
  ~TemporaryPart() {
    if (!path_.empty()) std::remove(path_.c_str());
  }
  TemporaryPart(const TemporaryPart&) = delete;
  TemporaryPart& operator=(const TemporaryPart&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Introns of an annotation, each judged as a mirtron.
int run_introns(ScanCommand& c) {
  const std::pair<const char*, bool> useless[] = {{"--region", !c.scan.region.empty()}, {"--bed", !c.scan.bed.empty()},
                                                  {"--chunk", !c.chunk.empty()},        {"--resume", c.resume},
                                                  {"--transcripts", c.transcripts},     {"--softmask skip", c.softmask == "skip"},
                                                  {"--prior", c.prior > 0}};
  for (const auto& [option, named] : useless) require(!named, "{} has no meaning with --introns", option);
  c.merge.outputs.main = c.common.output;
  require(c.merge.outputs.arms.empty(), "--arms has no meaning with --introns: where a mirtron's arms end is not predicted");
  check_run_files({c.scan.genome, c.introns}, output_files(c.merge.outputs), {c.model});
  const std::string directory = find_model(c.model.empty() ? kMirtronFamily : c.model);
  require(model_family(directory) == kMirtronFamily, "{}: is of family '{}'; introns are judged by a model of family '{}'",
          directory, model_family(directory), kMirtronFamily);
  const std::unique_ptr<Judge> judge = open_judge(directory, {});
  const GenomeFile genome(c.scan.genome);
  const GenomeSurvey survey = survey_genome(genome.path());
  IntronOptions o;
  o.genome = genome.path();
  o.longest = c.scan.candidates.local.span;
  o.min_probability = c.scan.min_probability;
  o.decoy_share = c.scan.decoy_share;
  o.seed = c.scan.seed;
  o.threads = c.common.threads;
  o.folding = c.folding;
  o.folding.parameters = judge->parameters();
  o.told = {{"version", kVersion}, {"model", md5_hex(read_bytes(directory + "/config.json"))}, {"parameters", o.folding.parameters}};
  o.outputs = c.merge;
  const IntronTally t = judge_introns(read_introns(c.introns, survey), survey, *judge, o);
  spdlog::info("{} introns judged; left out: {} below {} nt, {} above {} nt, {} with letters other than ACGU; {} have no hairpin",
               t.judged, t.too_short, o.shortest, t.too_long, o.longest, t.unreadable, t.unfolded);
  say(t.loci);
  return kExitOk;
}

int run_scan(ScanCommand& c) {
  begin_run(c.common);
  if (!c.introns.empty()) return run_introns(c);
  c.scan.threads = c.common.threads;
  c.scan.skip_soft_masked = c.softmask == "skip";
  c.scan.candidates.reverse = !c.transcripts;
  const bool one_chunk = !c.chunk.empty();
  if (one_chunk) parse_chunk(c.chunk, c.scan);
  const bool to_file = c.common.output != "-";
  require(to_file || !(one_chunk || c.resume), "--chunk and --resume need a file to write to (-o)");
  c.merge.outputs.main = c.common.output;
  std::vector<std::string> outputs = output_files(c.merge.outputs);
  if (one_chunk) {
    require(std::count_if(outputs.begin(), outputs.end(), [](const std::string& o) { return !o.empty(); }) == 1,
            "a chunk writes its part alone; loci in other formats are written by scan merge");
  }
  require(c.merge.fdr == 1 || c.scan.decoy_share > 0, "--fdr {} wants q-values, and --decoy-share 0 gives none", c.merge.fdr);
  check_run_files({c.scan.genome, c.scan.bed}, outputs, {c.model == "shape" ? "" : c.model});
  // The part lies beside the output, where --resume finds it; of a scan to stdout, among the temporary files.
  const TemporaryPart temporary(!to_file);
  c.scan.part = to_file ? c.common.output + ".part" : temporary.path();
  c.scan.resume = c.resume && std::filesystem::exists(c.scan.part);
  if (c.resume && !c.scan.resume) spdlog::warn("{} is not there: the scan begins from the start", c.scan.part);
  std::string model;
  const CandidateJudge judge = open_candidate_judge(c, model);
  c.scan.told = {{"version", kVersion}, {"model", model}, {"parameters", c.folding.parameters}};

  const GenomeFile genome(c.scan.genome);
  const GenomeSurvey survey = survey_genome(genome.path());
  require(!survey.contigs.empty(), "{}: there is no contig in it", c.scan.genome);
  c.scan.genome = genome.path();
  Progress progress("bases", !c.common.quiet);
  const ScanTally tally =
      scan_tiles(c.scan, survey, load_model(c.folding), judge,
                 [&progress](std::int64_t letters, double share) { progress.update(letters, share); });
  say(tally);
  if (one_chunk) {
    require(system_rename(c.scan.part.c_str(), c.common.output.c_str()) == 0, "{}: cannot be put in place: {}",
            c.common.output, std::strerror(errno));
    const std::string folder = std::filesystem::path(c.common.output).parent_path().string();
    sync_folder(folder.empty() ? "." : folder);
    return kExitOk;
  }
  say(merge_parts({c.scan.part}, c.merge));
  std::remove(c.scan.part.c_str());
  return kExitOk;
}

int run_merge(MergeCommand& c) {
  begin_run(c.common);
  c.merge.outputs.main = c.common.output;
  check_run_files(c.parts, output_files(c.merge.outputs));
  say(merge_parts(c.parts, c.merge));
  return kExitOk;
}

// What makes figures low without a locus being missed.
void say_odd_loci(const EvaluateScanCommand& c, const std::vector<Interval>& calls, const std::vector<Interval>& truth) {
  std::set<std::string> contigs;
  for (const Interval& call : calls) contigs.insert(call.contig);
  std::set<std::tuple<std::string, std::int64_t, std::int64_t, char>> places;
  std::size_t elsewhere = 0, again = 0;
  for (const Interval& locus : truth) {
    elsewhere += contigs.count(locus.contig) == 0 ? 1U : 0U;
    again += places.emplace(locus.contig, locus.begin, locus.end, locus.strand).second ? 0U : 1U;
  }
  if (again > 0) spdlog::warn("{}: {} loci stand there more than once and count each time", c.truth, again);
  if (elsewhere == truth.size() && !calls.empty())
    spdlog::warn("no contig of {} ('{}', ...) is one of {} ('{}', ...)", c.truth, printable(truth[0].contig), c.loci,
                 printable(calls[0].contig));
}

int run_evaluate_scan(EvaluateScanCommand& c) {
  begin_run(c.common);
  check_run_files({c.loci, c.truth}, {c.common.output});
  const std::vector<Interval> calls = read_intervals(c.loci);
  const std::vector<Interval> truth = read_intervals(c.truth, c.genome);
  require(!truth.empty(), "{}: there is no known locus in it{}", c.truth,
          c.genome.empty() ? "" : fmt::format(" of the genome '{}'", c.genome));
  say_odd_loci(c, calls, truth);
  TextWriter out(c.common.output);
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
  spdlog::info("{} calls, {} known loci", calls.size(), truth.size());
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

std::function<int()> add_scan_genome(CLI::App& app) {
  auto c = std::make_shared<ScanCommand>();
  app.add_option("genome", c->scan.genome, "FASTA (plain, gzip or bgzip; - is stdin)")->type_name("FASTA");
  app.add_option("-m,--model", c->model,
                 "Judge: a classifier of precursors (directory or name; default premirna), or shape")
      ->type_name("NAME|DIR|shape");
  app.add_option("--prior", c->prior, "Probability that a candidate is a precursor before it is judged (default: the model's)")
      ->check(CLI::Range(1e-9, 1 - 1e-9));
  app.add_option("--region", c->scan.region, "Only here; 1-based, closed")->type_name("CONTIG[:START-END]");
  app.add_option("--bed", c->scan.bed, "Only in these intervals")->type_name("BED");
  app.add_option("--softmask", c->softmask,
                 "Lower-case letters: ignore the case (microRNAs lie in repeats too), or skip them like N")
      ->check(CLI::IsMember({"ignore", "skip"}))
      ->capture_default_str();
  app.add_flag("--transcripts", c->transcripts, "The records are transcripts: one strand, coordinates in the record");
  app.add_option("--introns", c->introns,
                 "Judge these introns instead, by a model of mirtrons: BED (a line each, or between the blocks of twelve\n"
                 "fields) or GFF3 (intron, or between exons of one Parent)")
      ->type_name("BED|GFF3");
  app.add_option("--span", c->scan.candidates.local.span, "Longest hairpin")
      ->check(CLI::Range(40, 400))
      ->capture_default_str();
  app.add_option("--stacking", c->scan.candidates.local.least_stacking,
                 "Least score of an alignment of the strand with its reverse complement for pairs on it to be folded\n"
                 "(GC 3, AU 2, GU 1, mismatch -2, gap -4); 0: all pairs are folded")
      ->check(CLI::Range(0, 120))
      ->capture_default_str()
      ->excludes("--introns");
  app.add_option("--shape", c->scan.candidates.shape, "Least score of its shape for a stem-loop to be judged")
      ->capture_default_str()
      ->excludes("--introns");
  app.add_option("--min-probability", c->scan.min_probability, "Less probable hairpins are forgotten")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--decoy-share", c->scan.decoy_share,
                 "Part of the genome that is scanned again with its letters shuffled, to count false loci; at least\n"
                 "5 Mb, or eight times a smaller genome; 0: none, and no q-values")
      ->check(CLI::Range(0.0, 64.0))
      ->capture_default_str();
  app.add_option("--seed", c->scan.seed, "Of the decoys")->capture_default_str();
  app.add_option("--chunk", c->chunk, "Scan the K-th of N equal parts and write what `scan merge` takes")
      ->type_name("K/N");
  app.add_flag("--resume", c->resume, "Go on with a scan that was stopped (its FILE.part is there)");
  add_outputs(app, c->merge);
  add_energy_model(app, c->folding);
  add_run_options(app, c->common);
  return [c, &app] {
    if (c->scan.decoy_share == 0) refuse_ignored(app, {"--seed"}, "is of the decoys, and --decoy-share 0 scans none");
    if (!c->chunk.empty()) refuse_ignored(app, {"--fdr", "--format"}, "is of scan merge; a chunk writes its part alone");
    if (c->model == "shape") refuse_ignored(app, {"--prior"}, "is of a classifier; --model shape has no use for it");
    return run_scan(*c);
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
      "Average precision, recall and precision of loci against known ones. A locus is hit if half of it and half of the\n"
      "call are common to both, on the same strand, one to one; beside it, the rule that asks for half of the locus "
      "alone.");
  app.add_option("loci", c->loci, "Loci: TSV of scan, GFF3 or BED")->required()->type_name("LOCI");
  app.add_option("truth", c->truth, "Known loci: TSV with contig, start, end, strand; GFF3 or BED")
      ->required()
      ->type_name("TRUTH");
  app.add_option("--genome", c->genome, "Lines of TRUTH whose column genome is this")->type_name("NAME");
  app.add_option("--mb", c->mb, "Length of the genome, for calls per Mb")->check(CLI::PositiveNumber);
  app.add_option("--samples", c->samples, "Bootstrap samples for the intervals")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  app.add_option("--seed", c->seed, "Of the bootstrap")->capture_default_str();
  add_run_options(app, c->common);
  return [c] { return run_evaluate_scan(*c); };
}

}  // namespace

std::function<int()> add_scan(CLI::App& app) {
  app.description(
      "Finds precursor hairpins on both strands of a genome: every stem-loop up to a span is folded exactly, those of a\n"
      "precursor's shape are judged, the best of those that cover each other stays. Shuffled letters scanned in the same\n"
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
