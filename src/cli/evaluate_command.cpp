// evaluate: how well a model does on labelled hairpins it has not seen.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "cli/choices.h"
#include "cli/model_options.h"
#include "data/data.h"
#include "data/dataset.h"
#include "data/lineage.h"
#include "learn/learn.h"
#include "report/report.h"
#include "study/study.h"

namespace stemloop {

namespace {

struct EvaluateCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  ModelOptions model;
  std::string what;
  std::string part;
  std::string label_column = "label";
  std::string format = "tsv";
  std::string calls, curve, trained_on;
  std::vector<std::string> by;
  double temperature = 1;
  double keep = 1;
  std::uint64_t seed = 1;
};

int evaluate_classifier(EvaluateCommand& c, const CLI::App& app) {
  OpenOptions options;
  options.device = c.model.device;
  options.threads = c.common.threads;
  options.reasons = false;  // nobody would read them
  const std::string directory = find_model(c.model.directory);
  const auto judge = open_judge(directory, options);
  judge->check_use({c.data, c.label_column, c.part, c.common, c.folding});
  if (c.data.tsv.empty()) refuse_ignored(app, {"--label-column"}, "names a column of --tsv, and there is none");
  require(c.by.empty() || !c.data.tsv.empty(), "--by names columns of --tsv, and there is none");
  check_dataset(c.data);
  std::vector<std::string> inputs = dataset_files(c.data);
  if (!c.trained_on.empty()) inputs.push_back(c.trained_on);
  check_run_files(inputs, {c.common.output, c.calls, c.curve}, {c.model.directory});
  require(c.by.empty() || c.data.tsv != "-", "--by reads the table once more, which stdin cannot be; name a file");
  for (const std::string& column : c.by) check_breakdown(c.data.tsv, column);
  fold_as_trained(judge->parameters(), c.folding, app);
  JudgeScores scores = judge->evaluate({c.data, c.label_column, c.part, c.common, c.folding});
  tell_synthetic(scores);
  if (!scores.sequences.empty()) {
    const std::int64_t both = label_conflicts(scores.sequences, scores.labels).records;
    if (both > 0)
      spdlog::warn("{} of {} sequences stand in both classes (stemloop leakage lists them)", both,
                   scores.sequences.size());
  }
  if (!c.trained_on.empty()) {
    require(!scores.sequences.empty(), "--trained-on compares sequences; these records came as pictures");
    tell_trained(scores, alike(scores.sequences, read_bare_sequences(c.trained_on), c.common.threads));
  } else if (const auto kept = training_records_of(directory); kept && !scores.sequences.empty()) {
    tell_trained(scores, kept->near(scores.sequences));
  } else if (!scores.knows_training) {
    spdlog::info(
        "this model does not keep what it was trained on: whether these records are among that, or near it, is told "
        "with --trained-on FILE");
  }
  if (!c.calls.empty()) write_calls(c.calls, scores);
  if (!c.curve.empty()) write_curve(c.curve, scores);
  ScoreTable table(c.common.output, c.format == "json");
  for (const NamedRow& row : scores.rows) table.add(row);
  for (const std::string& column : c.by) {
    for (const NamedRow& row : score_by(scores, c.data.tsv, column)) table.add(row);
  }
  table.close();
  if (!scores.warning.empty()) spdlog::warn("{}", scores.warning);
  return finish(scores.tally, c.common);
}

int run_evaluate(EvaluateCommand& c, const CLI::App& app, const ChoiceOptions& known) {
  begin_run(c.common);
  known.check(c.what, "evaluate " + c.what);
  if (c.what == "classifier") return evaluate_classifier(c, app);
  check_dataset(c.data);
  check_run_files(dataset_files(c.data), {c.common.output, c.calls, c.curve}, {c.model.directory});
  const auto network = open_model(c.model, c.common, c.folding, app);
  const LabelledPictures labelled = load_labelled_pictures({c.data, c.label_column, c.part, c.common, c.folding});
  const PictureData& data = labelled.pictures;
  ScoreTable rows(c.common.output, c.format == "json");
  const auto scores = c.what == "reconstruction" ? score_reconstruction(*network, data)
                      : c.what == "class"        ? score_class(*network, data)
                                                 : score_bonds(*network, data, {c.temperature, c.keep, c.seed});
  for (const NamedRow& row : scores) rows.add(row);
  rows.close();
  return finish(labelled.tally, c.common);
}

void add_classifier_scores(CLI::App& app, EvaluateCommand& c, ChoiceOptions& known) {
  known
      .only({"classifier"}, app.add_option("--label-column", c.label_column,
                                           "Models of mirtrons: column of --tsv that is 1 for mirtrons"))
      ->capture_default_str()
      ->type_name("NAME");
  known.only({"classifier"}, app.add_option("--calls", c.calls, "Probabilities record by record"))->type_name("FILE");
  known
      .only({"classifier"},
            app.add_option("--by", c.by,
                           "Scores for every value of these columns of --tsv, too; flank: flank5 and flank3 in ranges"))
      ->delimiter(',')
      ->type_name("COLUMN,...");
  known
      .only({"classifier"},
            app.add_option("--trained-on", c.trained_on,
                           "What the model was trained on (a table with a column sequence, or FASTA): records that "
                           "are among it or nearly alike one of it are counted and told apart (default: by the words "
                           "of its training records that the model keeps)"))
      ->type_name("FILE");
  known.only({"classifier"}, app.add_option("--curve", c.curve, "The calibration curve"))->type_name("FILE");
}

void add_bond_draws(CLI::App& app, EvaluateCommand& c, ChoiceOptions& known) {
  known.only({"bonds"}, app.add_option("--seed", c.seed, "Of the patterns and draws"))->capture_default_str();
  known
      .only({"bonds"},
            app.add_option("--draw-temperature", c.temperature, "Spread of the draws of z_m, 0 for the prior's mean"))
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  known
      .only({"bonds"}, app.add_option("--keep", c.keep,
                                      "Share of z_m that stays the hairpin's own where it is moved, as in generate"))
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

}  // namespace

std::function<int()> add_evaluate(CLI::App& app) {
  auto c = std::make_shared<EvaluateCommand>();
  auto known = std::make_shared<ChoiceOptions>(app);
  app.description(
      "Measures a model on labelled hairpins.\n"
      "reconstruction: errors of the most probable picture decoded from the encoder's mean, for all records, by "
      "class and by length\n"
      "class: the class as the networks on z_y and z_m see it\n"
      "bonds: how much of a bond pattern asked for stands in the picture decoded with z_m drawn for it\n"
      "classifier: --model is a classifier. One of pre-miRNAs (models/premirna): its probability, its tree and its "
      "parts;\n"
      "one of mirtrons (models/mirtron): all records, and apart those it was trained on; with intervals");
  app.add_option("what", c->what, "reconstruction, class, bonds or classifier")
      ->required()
      ->check(CLI::IsMember({"reconstruction", "class", "bonds", "classifier"}))
      ->type_name("WHAT");
  add_model(app, c->model);
  add_dataset(app, c->data);
  app.add_option("--part", c->part, "Only this part of the split")->check(CLI::IsMember({"train", "valid", "test"}));
  app.add_option("--format", c->format, "tsv or json")->check(CLI::IsMember({"tsv", "json"}))->capture_default_str();
  add_classifier_scores(app, *c, *known);
  add_bond_draws(app, *c, *known);
  add_run_options(app, c->common, c->folding);
  tell_model_parameters(app);
  app.footer(
      "Examples:\n"
      "  stemloop evaluate reconstruction --model run/model --tsv labelled.tsv\n"
      "  stemloop evaluate class --model run/model --positives mirnas.fa --negatives others.fa --format json\n"
      "  stemloop evaluate classifier --model mirtron --tsv labelled.tsv --label-column mirtron --calls calls.tsv\n"
      "  stemloop evaluate classifier --model premirna --tsv labelled.tsv --by class,family,flank");
  return [c, known, &app] { return run_evaluate(*c, app, *known); };
}

}  // namespace stemloop
