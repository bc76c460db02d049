// report: hairpins or a scan's loci as one page to keep.
#include "cli/choices.h"
#include "cli/model_options.h"
#include "cli/version.h"
#include "report/report.h"

namespace stemloop {

namespace {

struct ReportCommand {
  ReportOptions options;
  ModelOptions model = {"premirna", "auto"};
  bool no_classify = false;
};

int run_report(ReportCommand& c, const CLI::App& app) {
  ReportOptions& o = c.options;
  begin_run(o.common);
  o.command = command_words();
  o.version = kVersion;
  o.model = c.model.directory;
  check_run_files(report_inputs(o), {o.common.output}, {app.get_option("--model")->count() == 0 ? "" : o.model});
  std::unique_ptr<Judge> judge;
  const bool sequences = has_sequences(o);
  if (!sequences)
    refuse_ignored(app, {"--model", "--device", "--no-classify", "--arms"},
                   "is of records; loci come with their calls and arms");
  if (sequences && !c.no_classify) {
    const std::string directory = find_model(o.model);
    require(o.prior == 0 || model_family(directory) == kPrecursorFamily,
            "--prior is of models of family '{}'; {} has no use for it", kPrecursorFamily, directory);
    judge = open_judge(directory, {c.model.device, 1, o.prior});
    fold_as_trained(judge->parameters(), o.folding, app);
  }
  return finish(write_report(o, judge.get()), o.common);
}

}  // namespace

std::function<int()> add_report(CLI::App& app) {
  auto c = std::make_shared<ReportCommand>();
  ReportOptions& o = c->options;
  app.description(
      "One HTML page of hairpins or of a scan's loci, to keep, to mail, to print: drawings with arms and cuts, calls "
      "with\n"
      "their reasons, ensembles, sequences to copy, what was left out and why, how it was made. It needs no network, "
      "and\n"
      "for its content no script.");
  app.add_option(
         "input", o.inputs,
         "FASTA, FASTQ, dot-bracket, CT, BPSEQ or Stockholm (classified here; - is stdin), or loci of a scan as its "
         "table or its GFF3; plain or gzip")
      ->required()
      ->type_name("FILE");
  app.add_option("-m,--model", c->model.directory, "Classifier for FASTA: a directory, or the name of an installed one")
      ->capture_default_str()
      ->type_name("NAME|DIR");
  add_device(app, c->model.device);
  app.add_flag("--no-classify", c->no_classify, "Do not classify")->excludes("--model")->excludes("--device");
  app.add_option("--prior", o.prior,
                 "Share of the candidates that are pre-miRNAs: probabilities are told for it (default: the model's)")
      ->check(CLI::Range(1e-9, 1 - 1e-9))
      ->excludes("--no-classify");
  app.add_option("--genome", o.genome, "The genome that loci in GFF3 lie on")->type_name("FASTA");
  app.add_option(
         "--arms", o.arms,
         "Arms, cuts and seed of FASTA records: predicted; none; known matures (FASTA, GFF3); or a table (see draw)")
      ->capture_default_str()
      ->type_name("predicted|FILE|none");
  app.add_option("--known", o.known,
                 "Hairpins known already, as miRBase's hairpin.fa: the nearest is named beside each")
      ->type_name("FASTA");
  app.add_option("--title", o.title, "Heading of the page")->type_name("TEXT");
  app.add_option("--multiqc", o.multiqc, "Also write custom content for MultiQC into DIR")->type_name("DIR");
  add_run_options(app, o.common, o.folding, "The page; - is stdout");
  app.footer(
      "Examples:\n"
      "  stemloop report candidates.fa -o report.html\n"
      "  stemloop report loci.tsv -o loci.html\n"
      "  stemloop report loci.gff3 --genome genome.fa -o loci.html --multiqc qc");
  return [c, &app] { return run_report(*c, app); };
}

}  // namespace stemloop
