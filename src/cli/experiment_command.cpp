// experiment: classifiers trained with and without synthetic mirtrons, tested on real ones.
#include <oneapi/tbb/global_control.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "cli/choices.h"
#include "cli/dataset_options.h"
#include "cli/version.h"
#include "net/net.h"
#include "study/experiment_folds.h"
#include "util/run_folder.h"

namespace stemloop {

namespace {

std::vector<Cell> wanted_cells(const ExperimentOptions& c, int repeat, int fold, const CellFile& file) {
  std::vector<Cell> cells;
  std::vector<std::string> arms;
  for (const std::string& arm : c.arms) {
    if (c.real.empty()) arms.push_back(arm);
    for (const std::int64_t real : c.real) {
      if (!is_only(arm)) arms.push_back(fmt::format("{}@{}", arm, real));
    }
  }
  for (const std::string& arm : arms) {
    for (const std::string& ends : c.ends) {
      for (const std::string& classifier : c.classifiers) {
        if (classifier == kRule && without_number(arm) != kReal) continue;        // it learns nothing
        if (is_neural(classifier) && without_number(arm) == kWeighted) continue;  // oversample is the same to them
        Cell cell;
        cell.repeat = repeat;
        cell.fold = fold;
        cell.ends = ends;
        cell.arm = arm;
        cell.classifier = classifier;
        if (!file.has(cell)) cells.push_back(cell);
      }
    }
  }
  return cells;
}

bool needs_networks(const ExperimentOptions& c) {
  return std::any_of(c.arms.begin(), c.arms.end(),
                     [](const std::string& arm) { return is_generator(source_of(arm)); }) ||
         std::any_of(c.classifiers.begin(), c.classifiers.end(), is_neural);
}

// The second test set, without what is nearly alike the first; empty if none is asked for.
SequenceSet load_blind(const ExperimentOptions& c, const SequenceSet& set) {
  SequenceSet blind;
  if (c.blind.empty()) return blind;
  require(!c.real.empty(), "--blind is for the curve: give --real too");
  DatasetOptions source;
  source.tsv = c.blind;
  blind = load_sequences(source, c.label_column, c.common, c.folding);
  for (std::size_t i = 0; i < blind.size(); ++i)
    require(blind.sequences[i].size() >= kShortest, "{}: {}: {} nt; an experiment needs {} or more", c.blind,
            blind.ids[i], blind.sequences[i].size(), kShortest);
  if (const std::int64_t left_out = leave_out_alike(blind, set, c.common.threads); left_out > 0)
    spdlog::info("{}: {} records are nearly alike one that is learned from and are left out", c.blind, left_out);
  const auto mirtrons = std::count(blind.labels.begin(), blind.labels.end(), 1);
  require(mirtrons > 0 && mirtrons < std::ssize(blind.labels),
          "{}: {} mirtrons of {} records: a test needs both classes", c.blind, mirtrons, blind.size());
  return blind;
}

int run_experiment(ExperimentOptions& c) {
  begin_run(c.common);
  c.command = command_words();
  c.version = kVersion;
  std::vector<std::string> inputs = dataset_files(c.data);
  if (!c.blind.empty()) inputs.push_back(c.blind);
  check_run_files(inputs, {});
  SequenceSet set = load_sequences(c.data, c.label_column, c.common, c.folding);
  if (const std::int64_t left_out = leave_out_synthetic(set); left_out > 0)
    spdlog::warn(
        "{} records are synthetic (they name parents) and are left out: an experiment tests on real ones and makes "
        "its own inside the folds",
        left_out);
  check_labels(set.sequences, set.labels, "sequences");
  for (std::size_t i = 0; i < set.size(); ++i)
    require(set.sequences[i].size() >= kShortest, "{}: {} nt; an experiment needs {} or more", set.ids[i],
            set.sequences[i].size(), kShortest);
  const auto mirtrons = std::count(set.labels.begin(), set.labels.end(), 1);
  const auto canonical = static_cast<std::int64_t>(set.size()) - mirtrons;
  require(
      mirtrons >= c.folds && canonical >= mirtrons,
      "{} mirtrons and {} canonical miRNAs: an experiment of {} folds needs {} mirtrons, and as many or more others",
      mirtrons, canonical, c.folds, c.folds);
  const std::vector<std::int64_t> groups = groups_of(set, c.common.threads);
  check_real(c, set, groups);
  const SequenceSet blind = load_blind(c, set);
  const bool begun = run_has_begun(c, set, blind);
  check_validation(c, set, groups);
  if (needs_networks(c)) neural();  // fails before anything is done, and is opened by one thread
  std::filesystem::create_directories(c.run);
  const FolderLock lock(c.run);
  check_own_files(c.run);
  if (!begun) start_run(c, set, blind);
  CellFile file(c.run);
  ShownSets shown;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(c.common.threads));
  for (const std::string& ends : c.ends) {
    shown.real[ends] = show(set.sequences, set.labels, ends, load_model(c.folding), c.common.threads);
    if (blind.size() > 0)
      shown.blind[ends] = show(blind.sequences, blind.labels, ends, load_model(c.folding), c.common.threads);
  }
  spdlog::info("{} mirtrons, {} canonical miRNAs in {} groups of alike sequences; {} cells are there", mirtrons,
               canonical, *std::max_element(groups.begin(), groups.end()) + 1, file.cells().size());
  for (int repeat = 1; repeat <= c.repeats; ++repeat) {
    for (int fold = 1; fold <= (c.first_folds > 0 ? std::min(c.folds, c.first_folds) : c.folds); ++fold) {
      const std::vector<Cell> cells = wanted_cells(c, repeat, fold, file);
      if (cells.empty()) continue;
      const auto start = std::chrono::steady_clock::now();
      run_fold(c, set, shown, split_of(c, set, groups, repeat, fold), cells, file);
      spdlog::info("repeat {}/{}, fold {}/{}: {} cells in {:.0f} s", repeat, c.repeats, fold, c.folds, cells.size(),
                   std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      write_summary(c, file.cells());
      write_curve(c, file.cells());
    }
  }
  file.put_in_order();
  write_summary(c, file.cells());
  write_curve(c, file.cells());
  return finish(set.tally, c.common);
}

}  // namespace

std::function<int()> add_experiment(CLI::App& app) {
  auto c = std::make_shared<ExperimentOptions>();
  c->arms = arm_names();
  c->classifiers.assign(std::begin(kClassifiers), std::end(kClassifiers));
  c->ends.assign(std::begin(kEnds), std::end(kEnds));
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
  app.add_option("task", c->task, "The experiment: mirtron")->check(CLI::IsMember({"mirtron"}))->capture_default_str();
  app.add_option("--tsv", c->data.tsv, "Table with columns sequence, a label and, if there, id or name")
      ->type_name("FILE");
  app.add_option("--label-column", c->label_column, "Column of --tsv with 1 for mirtrons, 0 for others")
      ->capture_default_str()
      ->type_name("NAME");
  app.add_option("--positives", c->data.positives, "Mirtrons, FASTA")->type_name("FILE");
  app.add_option("--negatives", c->data.negatives, "Canonical miRNAs, FASTA")->type_name("FILE");
  app.add_option("--run", c->run, "Folder of the experiment")->required()->type_name("DIR");
  const auto add_list = [&](const char* name, std::vector<std::string>& list, const char* help) {
    app.add_option(name, list, help)
        ->delimiter(',')
        ->check(CLI::IsMember(list))
        ->capture_default_str()
        ->type_name("LIST");
  };
  c->arms = arm_names();
  add_list("--arms", c->arms,
           "Arms wanted, with commas between; those with a selector, rivals and controls only if named");
  c->arms = usual_arms();
  app.add_option("--real", c->real,
                 "Learn from so many real mirtrons of each training fold: a curve (RUN/curve.tsv, .svg)")
      ->delimiter(',')
      ->check(CLI::Range(2, 1'000'000))
      ->type_name("N,...");
  app.add_option(
         "--blind", c->blind,
         "With --real: a second test set that no fold learns from, a table as --tsv; records nearly alike one of "
         "the first set are left out")
      ->type_name("FILE");
  add_list("--classifiers", c->classifiers, "Classifiers wanted");
  add_list("--ends", c->ends, "all: the sequence as it is; masked: without 3 nt at either end");
  app.add_option("--folds", c->folds, "Parts of the cross-validation")
      ->check(CLI::Range(2, 100))
      ->capture_default_str();
  app.add_option("--repeats", c->repeats, "Cross-validations; repeat r is split by seed + r - 1")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--first-folds", c->first_folds,
                 "Do only the first N of them, for arms that cost much; the rest may follow")
      ->check(CLI::Range(1, 100))
      ->type_name("N");
  app.add_option("--gan-epochs", c->gan_epochs, "wgan, fbgan: times through the training mirtrons")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--gan-steps", c->gan_steps,
                 "wgan, fbgan: steps of the critic in place of epochs, however many mirtrons there are")
      ->check(CLI::Range(1, 100'000'000))
      ->type_name("N");
  app.add_option("--gan-rate", c->gan_rate, "wgan, fbgan: step size")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--gan-size", c->gan_size, "wgan, fbgan: small, or paper: the published network")
      ->check(CLI::IsMember({"small", "paper"}))
      ->capture_default_str();
  app.add_option("--cnn-epochs", c->cnn_epochs, "CNNs: times through the training records")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--cnn-rate", c->cnn_rate, "CNNs: step size")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--seed", c->seed, "Of everything random")->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_option("--device", c->device, "Of networks: auto, cpu, cuda or cuda:N")->check(device_name())->capture_default_str();
  add_folding(app, c->folding);
  add_threads(app, c->common);
  add_talk(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop experiment mirtron --tsv mirtrons.tsv --run runs/mirtrons\n"
      "  stemloop experiment mirtron --tsv mirtrons.tsv --run runs/quick --classifiers forest,svm,logistic \\\n"
      "    --arms real,smote-c,smote-aligned --repeats 3\n"
      "  stemloop experiment mirtron --positives mirtrons.fa --negatives mirnas.fa --run runs/mine --folds 5");
  return [c] { return run_experiment(*c); };
}

}  // namespace stemloop
