// fold, eval.
#include <optional>

#include "cli/command.h"
#include "fold/fold.h"
#include "report/report.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

// --- fold ------------------------------------------------------------------------------------------------------------

struct FoldCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  std::string format = "rnafold";
  FoldWanted wanted;
  std::string probabilities;  // file of --bpp
  std::uint64_t seed = 1;
};

struct FoldOutput {
  std::string text;
  std::string probabilities;
};

int run_fold(FoldCommand& c) {
  begin_run(c.common);
  if (!c.probabilities.empty()) c.wanted.ensemble = true;
  check_run_files(input_files(c.input, c.folding), {c.common.output, c.probabilities});
  const auto model = load_model(c.folding);
  TextWriter out(c.common.output);
  if (c.format == "tsv") out.write(fold_header(c.wanted));
  std::optional<TextWriter> bpp;
  if (!c.probabilities.empty()) {
    bpp.emplace(c.probabilities);
    bpp->write(kPairHeader);
  }
  const FoldWriter print = fold_writer(c.format);
  const auto work = [&](Folder& folder, const Record& record) {
    Folded f;
    if (c.wanted.ensemble || c.wanted.samples > 0) {
      f.ensemble = folder.ensemble(record.sequence, f.mfe);
      f.samples = folder.sample(c.wanted.samples, Random(c.seed, static_cast<std::uint64_t>(record.index)).next());
    } else {
      f.mfe = folder.fold(record.sequence);
    }
    FoldOutput output{print(c.wanted, *model, record, f), {}};
    if (bpp) output.probabilities = pair_lines(record, f.ensemble);
    return output;
  };
  const Tally tally = run_records<FoldOutput>(
      {c.input.all(), Wanted::kSequencesOnly}, c.common, c.folding.max_length, [&] { return Folder(model); }, work,
      [&](const FoldOutput& output) {
        out.write(output.text);
        if (bpp) bpp->write(output.probabilities);
      });
  close_outputs(tally, {&out, bpp ? &*bpp : nullptr});
  return finish(tally, c.common);
}

// --- eval ------------------------------------------------------------------------------------------------------------

struct EvalCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  std::string format = "rnaeval";
  bool summary = false;
};

int run_eval(EvalCommand& c) {
  begin_run(c.common);
  check_run_files(input_files(c.input, c.folding), {c.common.output});
  const auto model = load_model(c.folding);
  TextWriter out(c.common.output);
  if (c.format == "tsv") out.write(evaluation_header(c.summary));
  const EvaluationWriter print = evaluation_writer(c.format);
  const Tally tally = run_records<std::string>(
      c.input.all(), c.common, c.folding.max_length, [] { return 0; },
      [&](int, const Record& record) {
        require(!record.structure.empty(), "there is no structure to evaluate; it stands in a line under the sequence");
        return print(c.summary, record, evaluate(model->energy, record.sequence, record.structure));
      },
      [&](const std::string& text) { out.write(text); });
  close_outputs(tally, {&out});
  return finish(tally, c.common);
}

}  // namespace

std::function<int()> add_fold(CLI::App& app) {
  auto c = std::make_shared<FoldCommand>();
  app.description(
      "Folds every sequence of a FASTA file: minimum free energy structure, as RNAfold prints it.\n"
      "Letters other than A C G U T pair with nothing; structures in the input are ignored.");
  add_input_files(app, c->input, kInputHelp);
  add_format(app, c->format, {"rnafold", "tsv", "json"},
             "rnafold: three lines a record; tsv: a table; json: one object a line");
  app.add_flag("-p,--pf", c->wanted.ensemble,
               "The ensemble too: its energy, frequency of the MFE structure, diversity, centroid");
  app.add_option("--bpp", c->probabilities,
                 "Write base-pair probabilities to FILE (id, i, j, probability); implies --pf")
      ->type_name("FILE");
  app.add_option("--sample", c->wanted.samples,
                 "Print N structures drawn from the ensemble instead of the MFE structure")
      ->check(CLI::Range(1, 1'000'000))
      ->excludes("--pf")
      ->excludes("--bpp")
      ->type_name("N");
  app.add_option("--seed", c->seed, "Seed of --sample; draw k of record i depends on the seed, i and k alone")
      ->needs("--sample")
      ->check(kNonNegativeNumber)
      ->capture_default_str()
      ->type_name("N");
  add_run_options(app, c->common, c->folding);
  app.footer(
      "Examples:\n"
      "  stemloop fold hairpins.fa\n"
      "  zcat hairpins.fa.gz | stemloop fold - --format tsv -o folds.tsv\n"
      "  stemloop fold hairpins.fa --pf --bpp pairs.tsv --format json\n"
      "  stemloop fold hairpins.fa --sample 1000 --seed 7 --format tsv");
  return [c] { return run_fold(*c); };
}

std::function<int()> add_eval(CLI::App& app) {
  auto c = std::make_shared<EvalCommand>();
  app.description(
      "Energy of given structures, loop by loop, as RNAeval -v prints it (in 0.01 kcal/mol).\n"
      "The input is FASTA with a dot-bracket line under each sequence, as stemloop fold and RNAfold write it.");
  add_input_files(app, c->input, "Sequences with structures: dot-bracket, CT, BPSEQ, Stockholm; - is stdin");
  add_format(app, c->format, {"rnaeval", "tsv", "json"},
             "rnaeval: text; tsv: a row a loop; json: one object a record and line");
  app.add_flag("-s,--summary", c->summary, "Only the total, not the loops");
  add_energy_model(app, c->folding);
  add_run_options(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop fold hairpins.fa | stemloop eval\n"
      "  stemloop eval folds.fa --format tsv -T 25");
  return [c] { return run_eval(*c); };
}

}  // namespace stemloop
