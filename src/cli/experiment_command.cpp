// experiment: classifiers trained with and without synthetic mirtrons, tested on real ones.
#include <algorithm>

#include "cli/choices.h"
#include "cli/model_options.h"
#include "cli/version.h"
#include "study/experiment_folds.h"

namespace stemloop {

namespace {

int run_it(ExperimentOptions& c) {
  begin_run(c.common);
  c.command = command_words();
  c.version = kVersion;
  std::vector<std::string> inputs = dataset_files(c.data);
  if (!c.blind.empty()) inputs.push_back(c.blind);
  check_run_files(inputs, {});
  return finish(run_experiment(c), c.common);
}

void describe(CLI::App& app) {
  app.description(
      "Do synthetic mirtrons help to tell mirtrons (1) from canonical miRNAs (0)? Classifiers are trained with and\n"
      "without them and tested on real sequences: cross-validation, stratified, identical sequences on one side.\n"
      "Arms: real; smote-a, -b, -c, -aligned, wgan, fbgan fill up the mirtrons of the training fold to the number of\n"
      "canonical miRNAs; with -only behind the name synthetic mirtrons take the place of all real ones. Whatever "
      "makes\n"
      "them has seen the training fold alone. wgan-selected, fbgan-selected keep draws that a selector, fitted to the\n"
      "same fold, takes for real. Rivals that add nothing new: oversample (real mirtrons again), weighted (both "
      "classes\n"
      "weigh alike), threshold (the arm real with its probabilities moved to equal classes). Controls: shuffled, "
      "markov.\n"
      "Classifiers: forest, svm, logistic, boosted on words, ends and "
      "structure;\n"
      "cnn-zheng, cnn-aziz on letters, the first 121, the best epoch on a tenth of the training fold; ends-ag: the "
      "rule\n"
      "that mirtrons end in AG. Since this end is partly a matter of annotation every cell is done twice: on all of "
      "the\n"
      "sequence and (masked) on what is left without 3 nt at either end, of real and synthetic sequences alike.\n"
      "RUN/cells.tsv gets a line a cell as soon as it is done; the same command again does what is missing, with "
      "other\n"
      "--arms, --classifiers, --ends or more --repeats also what they add. RUN/summary.tsv, .json, .md and .svg hold\n"
      "means and paired differences with 95 % intervals (corrected resampled t-test, Nadeau and Bengio 2003).");
}

void add_cells(CLI::App& app, ExperimentOptions& c) {
  const auto add_list = [&](const char* name, std::vector<std::string>& list, const char* help) {
    app.add_option(name, list, help)
        ->delimiter(',')
        ->check(CLI::IsMember(list))
        ->capture_default_str()
        ->type_name("LIST");
  };
  c.arms = arm_names();
  add_list("--arms", c.arms,
           "Arms wanted, with commas between; those with a selector, rivals and controls only if named");
  c.arms = usual_arms();
  app.add_option("--real", c.real,
                 "Learn from so many real mirtrons of each training fold: a curve (RUN/curve.tsv, .svg)")
      ->delimiter(',')
      ->check(CLI::Range(2, 1'000'000))
      ->type_name("N,...");
  app.add_option(
         "--blind", c.blind,
         "With --real: a second test set that no fold learns from, a table as --tsv; records nearly alike one of "
         "the first set are left out")
      ->type_name("FILE");
  add_list("--classifiers", c.classifiers, "Classifiers wanted");
  add_list("--ends", c.ends, "all: the sequence as it is; masked: without 3 nt at either end");
  app.add_option("--folds", c.folds, "Parts of the cross-validation")->check(CLI::Range(2, 100))->capture_default_str();
  app.add_option("--repeats", c.repeats, "Cross-validations; repeat r is split by seed + r - 1")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--first-folds", c.first_folds,
                 "Do only the first N of them, for arms that cost much; the rest may follow")
      ->check(CLI::Range(1, 100))
      ->type_name("N");
}

void add_networks(CLI::App& app, ExperimentOptions& c) {
  app.add_option("--gan-epochs", c.gan_epochs, "wgan, fbgan: times through the training mirtrons")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--gan-steps", c.gan_steps,
                 "wgan, fbgan: steps of the critic in place of epochs, however many mirtrons there are")
      ->check(CLI::Range(1, 100'000'000))
      ->type_name("N");
  app.add_option("--gan-rate", c.gan_rate, "wgan, fbgan: step size")->check(kPositiveNumber)->capture_default_str();
  app.add_option("--gan-size", c.gan_size, "wgan, fbgan: small, or paper: the published network")
      ->check(CLI::IsMember({"small", "paper"}))
      ->capture_default_str();
  app.add_option("--cnn-epochs", c.cnn_epochs, "CNNs: times through the training records")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--cnn-rate", c.cnn_rate, "CNNs: step size")->check(kPositiveNumber)->capture_default_str();
}

}  // namespace

std::function<int()> add_experiment(CLI::App& app) {
  auto c = std::make_shared<ExperimentOptions>();
  c->classifiers.assign(std::begin(kClassifiers), std::end(kClassifiers));
  c->ends.assign(std::begin(kEnds), std::end(kEnds));
  describe(app);
  app.add_option("task", c->task, "The experiment: mirtron")->check(CLI::IsMember({"mirtron"}))->capture_default_str();
  app.add_option("--tsv", c->data.tsv, "Table with columns sequence, a label and, if there, id or name")
      ->type_name("FILE");
  app.add_option("--label-column", c->label_column, "Column of --tsv with 1 for mirtrons, 0 for others")
      ->capture_default_str()
      ->type_name("NAME");
  app.add_option("--positives", c->data.positives, "Mirtrons, FASTA")->type_name("FILE");
  app.add_option("--negatives", c->data.negatives, "Canonical miRNAs, FASTA")->type_name("FILE");
  app.add_option("--run", c->run, "Folder of the experiment")->required()->type_name("DIR");
  add_cells(app, *c);
  add_networks(app, *c);
  app.add_option("--seed", c->seed, "Of everything random")->check(kNonNegativeNumber)->capture_default_str();
  app.add_option("--device", c->device, "Of networks: auto, cpu, cuda or cuda:N")
      ->check(device_name())
      ->capture_default_str();
  add_folding(app, c->folding);
  add_threads(app, c->common);
  add_talk(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop experiment mirtron --tsv mirtrons.tsv --run runs/mirtrons\n"
      "  stemloop experiment mirtron --tsv mirtrons.tsv --run runs/quick --classifiers forest,svm,logistic \\\n"
      "    --arms real,smote-c,smote-aligned --repeats 3\n"
      "  stemloop experiment mirtron --positives mirtrons.fa --negatives mirnas.fa --run runs/mine --folds 5");
  return [c] { return run_it(*c); };
}

}  // namespace stemloop
