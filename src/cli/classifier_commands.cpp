// model list, info, verify, train: model directories as users handle them.
#include "cli/choices.h"
#include "cli/model_options.h"
#include "cli/version.h"
#include "data/sequence_set.h"
#include "judge/training.h"
#include "report/models.h"
#include "study/augmentation.h"
#include "study/study.h"
#include "util/run_folder.h"

namespace stemloop {

namespace {

struct ModelCommand {
  TrainingOrder order;
  std::string action;
  std::string family = kPremirnaFamily;
  std::string plot;
  std::string thresholds = "auto";
  std::string augment, drawn;
};

Tally train_family(ModelCommand& c, const CLI::App& app) {
  TrainingOrder& o = c.order;
  o.command = command_words();
  o.version = kVersion;
  if (c.family == kPrecursorFamily) {
    require(!o.data.tsv.empty(), "--tsv names the table of precursors and others (scripts/world_data.py writes one)");
    check_run_files({o.data.tsv}, {o.precursor.calls});
    train_precursors(o);
    return {};
  }
  if (c.family == kPremirnaFamily) {
    require(!o.network.empty(), "--network names the DIVA model the classifier rests on");
    check_dataset(o.data);
    check_run_files(dataset_files(o.data), {});
    open_model({o.network, o.device}, o.common, o.folding, app);  // for its energy parameters
    o.premirna.thresholds = c.thresholds == "auto" ? Thresholds::kDeciles : Thresholds::kPublished;
    return train_premirna(o);
  }
  check_run_files(dataset_files(o.data), {o.precursor.calls});
  const bool by_kind = !o.data.tsv.empty() && is_mirtron_table(o.data.tsv);
  for (const char* option : {"--augment", "--label-column"})
    require(!by_kind || app.get_option(option)->count() == 0,
            "{} has no meaning for a table with columns kind and group", option);
  const BoosterOptions& asked = o.premirna.booster;
  if (app.get_option("--rounds")->count() > 0) o.mirtron.booster.rounds = asked.rounds;
  if (app.get_option("--boost-rate")->count() > 0) o.mirtron.booster.rate = asked.rate;
  if (app.get_option("--boost-depth")->count() > 0) o.mirtron.booster.depth = asked.depth;
  return train_mirtron(o, [&](const SequenceSet& set) -> decltype(MirtronTraining::augment) {
    tell_lineage(set, o.common.threads);
    if (c.augment.empty()) return {};
    return augmenter(c.augment, set, {o.common, o.folding, o.device});
  });
}

int fit_generator_selector(ModelCommand& c) {
  const std::string directory = network_directory(c.order.model);
  std::vector<std::string> inputs = dataset_files(c.order.data);
  if (!c.drawn.empty()) inputs.push_back(c.drawn);
  check_run_files(inputs, {});
  const SequenceSet set = load_sequences(c.order.data, c.order.label_column, c.order.common, c.order.folding);
  write_selector(directory, set, c.drawn, c.order.folding, c.order.device, c.order.common.threads, c.order.seed);
  return finish(set.tally, c.order.common);
}

int say_of_models(const ModelCommand& c) {
  check_run_files({}, {c.order.common.output, c.plot}, {c.order.model});
  TextWriter out(c.order.common.output);
  out.write(c.action == "list"   ? model_table()
            : c.action == "info" ? model_told(c.order.model, c.plot, c.order.device, c.order.common.threads)
                                 : model_verified(c.order.model, c.order.device, c.order.common.threads));
  out.close();
  return kExitOk;
}

// The action, of train with the family.
std::string choice_of(const ModelCommand& c) { return c.action == "train" ? "train " + c.family : c.action; }

// Why synthetic records are for models of mirtrons alone.
void check_augment(const ModelCommand& c) {
  if (c.augment.empty() || c.action != "train" || c.family == kMirtronFamily) return;
  if (c.family == kPrecursorFamily)
    fail(
        "--augment {}: a model of family {} learns where precursors are cut and what lies around them, and synthetic "
        "sequences have neither known cut sites nor flanks; --family {} takes it",
        c.augment, c.family, kMirtronFamily);
  fail(
      "--augment {}: a model of family {} rests on a network that has learned from real hairpins already, and has no "
      "folds in which figures with and without could be told; --family {} takes it",
      c.augment, c.family, kMirtronFamily);
}

int run_model(ModelCommand& c, const CLI::App& app, const ChoiceOptions& known) {
  begin_run(c.order.common);
  require(c.action == "list" || !c.order.model.empty(), "model {}: which model?", c.action);
  require(c.action != "list" || c.order.model.empty(), "model list lists all models; leave out '{}'", c.order.model);
  check_augment(c);
  known.check(choice_of(c), "model " + choice_of(c));
  if (c.action == "select") return fit_generator_selector(c);
  if (c.action != "train") return say_of_models(c);
  // Whoever uses a model of that name meanwhile has the old one, whole.
  FolderDraft draft(c.order.model, "config.json");
  c.order.model = draft.path();
  const Tally tally = train_family(c, app);
  const int code = c.family == kPrecursorFamily ? kExitOk : finish(tally, c.order.common);
  draft.keep();
  return code;
}

const ChoiceOptions::Choices kPremirna = {"train premirna"};
const ChoiceOptions::Choices kMirtron = {"train mirtron"};
const ChoiceOptions::Choices kBoosted = {"train premirna", "train mirtron"};
const ChoiceOptions::Choices kTrain = {"train premirna", "train precursor", "train mirtron"};
const ChoiceOptions::Choices kLearn = {"train premirna", "train precursor", "train mirtron", "select"};
const ChoiceOptions::Choices kSets = {"train premirna", "train mirtron", "select"};
const ChoiceOptions::Choices kSayers = {"list", "info", "verify"};

void add_trees(CLI::App& app, ModelCommand& c, ChoiceOptions& known) {
  known
      .only(kBoosted,
            app.add_option("--rounds", c.order.premirna.booster.rounds, "Boosted trees (mirtron: 250 unless said)"))
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  known
      .only(kBoosted,
            app.add_option("--boost-depth", c.order.premirna.booster.depth, "Their depth (mirtron: 4 unless said)"))
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  known
      .only(kBoosted, app.add_option("--boost-rate", c.order.premirna.booster.rate,
                                     "Their step size (mirtron: 0.06 unless said)"))
      ->check(kPositiveNumber)
      ->capture_default_str();
  known.only(kPremirna, app.add_option("--depth", c.order.premirna.tree.max_depth, "Of the latent tree"))
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  auto* balanced = app.add_flag_callback(
      "--balanced", [&c] { c.order.premirna.tree.class_odds = 1; },
      "Classes weigh alike in the tree, however many hairpins each has");
  known.only(kPremirna, balanced);
  known
      .only(kPremirna, app.add_option("--class-odds", c.order.premirna.tree.class_odds,
                                      "How much class 1 as a whole weighs beside class 0 in the tree; 1 is --balanced"))
      ->check(CLI::Range(0.01, 100.0))
      ->excludes(balanced);
  known
      .only(kPremirna,
            app.add_option("--thresholds", c.thresholds, "Of the tree's questions, published or auto (deciles)"))
      ->check(CLI::IsMember({"published", "auto"}))
      ->capture_default_str();
}

void add_cut_networks(CLI::App& app, ModelCommand& c, ChoiceOptions& known) {
  const ChoiceOptions::Choices precursor = {"train precursor"};
  known.only(precursor, app.add_option("--cut-channels", c.order.precursor.channels, "Of its networks of cuts"))
      ->check(CLI::IsMember({16, 32, 48, 64, 96, 128}))
      ->capture_default_str();
  known.only(precursor, app.add_option("--cut-epochs", c.order.precursor.epochs, "Of its networks of cuts"))
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  known
      .only(precursor, app.add_option("--leave-out", c.order.precursor.left_out,
                                      "Measures whose names begin so are not learnt from (share_: words of letters)"))
      ->type_name("PREFIX");
}

void add_records(CLI::App& app, ModelCommand& c, ChoiceOptions& known) {
  add_dataset(app, c.order.data);
  known.only(kLearn, {"--tsv"});
  known.only(kSets, {"--positives"});
  known.only(kBoosted, {"--negatives"});
  known.only(kPremirna, {"--bars", "--split", "--splits"});
  known
      .only({"train premirna", "train precursor"},
            app.add_option("--network", c.order.network,
                           "premirna: DIVA model directory (RUN/model of train); precursor: of the networks of cuts"))
      ->type_name("DIR");
  known
      .only({"train mirtron", "select"},
            app.add_option("--label-column", c.order.label_column, "Column of --tsv that is 1 for mirtrons"))
      ->capture_default_str()
      ->type_name("NAME");
  known
      .only(kMirtron,
            app.add_option("--augment", c.augment,
                           "Synthetic mirtrons beside the real ones, made inside each fold from its training records: "
                           "smote-a, smote-b, smote-c, smote-aligned, wgan, fbgan, or a generator; :N of them "
                           "(default: until both classes are equal). Figures without are told beside"))
      ->type_name("SOURCE[:N]");
  known
      .only({"select"},
            app.add_option("--drawn", c.drawn,
                           "Draws to select among, FASTA, as generate --no-selector writes them: of models of "
                           "pictures, whose mended draws are dear"))
      ->type_name("FASTA");
  known
      .only(kMirtron, app.add_option("--repeats", c.order.mirtron.repeats,
                                     "Of the cross-validation that calibrates and measures"))
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  known
      .only({"train precursor", "train mirtron"},
            app.add_option("--calls", c.order.precursor.calls, "What is said of every record out of fold, TSV"))
      ->type_name("FILE");
  add_cut_networks(app, c, known);
  known
      .only(kLearn, app.add_option("--seed", c.order.seed,
                                   "Of the records to calibrate on (as those the network was validated on) and the "
                                   "boosted trees; select: of the draws"))
      ->capture_default_str();
  // The classifier remembers the name of its energy parameters and nothing else of how hairpins were folded.
  known
      .only({"train premirna", "select"},
            app.add_option("--params", c.order.folding.parameters,
                           "Energy parameters, as those of fold (default: those the network's hairpins were folded "
                           "with)"))
      ->type_name("NAME|FILE");
  known.only(kSets, app.add_option("--max-length", c.order.folding.max_length, "Longer sequences are rejected"))
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->type_name("NT");
}

}  // namespace

std::function<int()> add_model_command(CLI::App& app) {
  auto c = std::make_shared<ModelCommand>();
  auto known = std::make_shared<ChoiceOptions>(app);
  app.description(
      "list: the models at hand; info MODEL: what it is; verify MODEL: that it is whole;\n"
      "train DIR: a classifier of pre-miRNAs from a DIVA network and labelled hairpins, or one of mirtrons from "
      "labelled\n"
      "sequences, written to DIR;\n"
      "select DIR: writes a selector beside a generator of sequences, which tells its draws from real sequences "
      "(--positives,\n"
      "or class 1 of --tsv); generate then keeps those that are like the real ones.");
  app.add_option("action", c->action, "list, info, verify, train or select")
      ->required()
      ->check(CLI::IsMember({"list", "info", "verify", "train", "select"}))
      ->type_name("ACTION");
  app.add_option("model", c->order.model, "Name or directory of a model; of train: the directory to write")
      ->type_name("MODEL");
  known
      ->only(kTrain, app.add_option("--family", c->family,
                                    "precursor (pre-miRNA or not, of any sequence), premirna (the published "
                                    "protocol's) or mirtron"))
      ->check(CLI::IsMember({kPremirnaFamily, kPrecursorFamily, kMirtronFamily}))
      ->capture_default_str();
  known->only({"info"}, app.add_option("--plot", c->plot, "Draw the latent tree, .svg or .png"))->type_name("FILE");
  add_device(app, c->order.device);
  add_output(app, c->order.common, kTextOutputHelp);
  known->only(kSayers, {"--output"});
  add_threads(app, c->order.common);
  add_talk(app, c->order.common);
  known->only(kSets, {"--skip-bad"});
  add_records(app, *c, *known);
  add_trees(app, *c, *known);
  app.footer(
      "Examples:\n"
      "  stemloop model list\n"
      "  stemloop model info premirna\n"
      "  stemloop model train my-model --network run/model --tsv labelled.tsv\n"
      "  stemloop model select runs/mirtrons/model --positives mirtrons.fa\n"
      "  stemloop model train mirtrons --family mirtron --tsv labelled.tsv --label-column mirtron");
  return [c, known, &app] { return run_model(*c, app, *known); };
}

}  // namespace stemloop
