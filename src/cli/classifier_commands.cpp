// model list, info, verify, train: model directories as users handle them.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/choices.h"
#include "cli/hairpin_input.h"
#include "cli/model_checks.h"
#include "cli/model_input.h"
#include "cli/provenance.h"
#include "cli/version.h"
#include "data/dataset.h"
#include "data/sequence_set.h"
#include "fold/parameter_sets.h"
#include "judge/judge.h"
#include "net/net.h"
#include "report/models.h"
#include "study/augmentation.h"
#include "util/run_folder.h"

namespace stemloop {

using Json = nlohmann::ordered_json;
std::string named_parameters(const std::string& name) {
  require(is_parameter_set(name), "the model was trained with the energy parameters '{}'; no file that a model names is "
          "opened: give it with --params", printable(name));
  return name;
}

void fold_as_trained(const std::string& parameters, FoldingOptions& folding, const CLI::App& app) {
  if (app.get_option("--params")->count() == 0) folding.parameters = named_parameters(parameters);
  provenance().parameters = folding.parameters;
  const FoldOptions trained_with;  // `model train` takes no others
  const bool same =
      folding.parameters == parameters && folding.fold.temperature_celsius == trained_with.temperature_celsius &&
      folding.fold.dangles == trained_with.dangles && folding.fold.no_lonely_pairs == trained_with.no_lonely_pairs;
  if (!same)
    spdlog::warn("the model knows hairpins folded with {} at {:g} C, dangles {}, lonely pairs allowed", parameters,
                 trained_with.temperature_celsius, trained_with.dangles);
}

namespace {

struct ModelCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  std::string action;
  std::string model;
  std::string family = kPremirnaFamily;
  std::string label_column = "label";
  std::string network;
  std::string plot;
  std::string device = "auto";
  std::string thresholds = "auto";
  std::uint64_t seed = 1;
  ClassifierTraining training;
  MirtronTraining mirtron;
  PrecursorTrainingOptions precursor;
  std::string augment, drawn;
};

int train_premirna(ModelCommand& c, const CLI::App& app) {
  require(!c.network.empty(), "--network names the DIVA model the classifier rests on");
  check_dataset(c.data);
  check_run_files(dataset_files(c.data), {});
  const ModelOptions model = {c.network, c.device};
  open_model(model, c.common, c.folding, app);  // for its energy parameters
  const Dataset dataset = load_dataset(c.data, c.common, c.folding);
  check_labels(dataset.pictures);
  const auto [train, valid] = train_and_valid(dataset, c.seed);
  spdlog::info("{} hairpins to learn from, {} to calibrate on", train.size(), valid.size());
  c.training.network = c.network;
  c.training.device = c.device;
  c.training.parameters = c.folding.parameters;
  c.training.thresholds = c.thresholds == "auto" ? Thresholds::kDeciles : Thresholds::kPublished;
  c.training.tree.threads = c.training.booster.threads = c.common.threads;
  c.training.booster.seed = static_cast<int>(c.seed);
  const Json origin = {{"command", command_words()},
                       {"version", kVersion},
                       {"data", {{"md5", dataset.md5}, {"train", train.size()}, {"valid", valid.size()}}}};
  c.training.origin = origin.dump();
  Classifier::train(c.model, labelled_evidence(train, c.folding, c.common.threads),
                    labelled_evidence(valid, c.folding, c.common.threads), c.training);
  return finish(dataset.tally, c.common);
}

int train_precursors(ModelCommand& c) {
  require(!c.data.tsv.empty(), "--tsv names the table of precursors and others (scripts/world_data.py writes one)");
  check_run_files({c.data.tsv}, {c.precursor.calls});
  const std::vector<WorldRecord> records = read_world(c.data.tsv);
  std::vector<std::string> sequences;
  std::vector<std::uint8_t> labels;
  for (const WorldRecord& record : records) {
    sequences.push_back(record.sequence);
    labels.push_back(static_cast<std::uint8_t>(record.label));
  }
  check_labels(sequences, labels, "sequences");
  PrecursorTrainingOptions& how = c.precursor;
  how.networks = c.network;
  how.threads = c.common.threads;
  how.seed = c.seed;
  how.talk = [](const std::string& line) { spdlog::info("{}", line); };
  const auto precursors = std::count_if(records.begin(), records.end(), [](const WorldRecord& r) { return r.label == 1; });
  const Json origin = {{"command", command_words()},
                       {"version", kVersion},
                       {"data", {{"md5", md5_hex(read_bytes(c.data.tsv))}, {"records", records.size()}, {"precursors", precursors}}}};
  how.origin = origin.dump(-1, ' ', false, Json::error_handler_t::replace);
  train_precursor(c.model, records, how);
  return kExitOk;
}

int train_mirtron(ModelCommand& c, const CLI::App& app) {
  check_run_files(dataset_files(c.data), {c.precursor.calls});
  MirtronTraining& how = c.mirtron;
  std::vector<MirtronRecord> records;
  SequenceSet set;
  if (!c.data.tsv.empty() && is_mirtron_table(c.data.tsv)) {
    for (const char* option : {"--augment", "--label-column"})
      require(app.get_option(option)->count() == 0, "{} has no meaning for a table with columns kind and group", option);
    records = read_mirtron_records(c.data.tsv);
    set.tally.in = set.tally.out = std::ssize(records);
  } else {
    set = load_sequences(c.data, c.label_column, c.common, c.folding);
    check_labels(set.sequences, set.labels, "sequences");
    tell_lineage(set, c.common.threads);
    records = mirtron_records(set, c.common.threads);
    if (!c.augment.empty()) how.augment = augmenter(c.augment, set, {c.common, c.folding, c.device});
  }
  how.cuts = find_model("premirna") + "/" + kPrecursorCuts;
  how.threads = c.common.threads;
  how.seed = c.seed;
  how.calls = c.precursor.calls;
  how.talk = [](const std::string& line) { spdlog::info("{}", line); };
  const BoosterOptions& asked = c.training.booster;
  if (app.get_option("--rounds")->count() > 0) how.booster.rounds = asked.rounds;
  if (app.get_option("--boost-rate")->count() > 0) how.booster.rate = asked.rate;
  if (app.get_option("--boost-depth")->count() > 0) how.booster.depth = asked.depth;
  const auto count = [&](auto of) { return std::count_if(records.begin(), records.end(), of); };
  const auto mirtrons = count([](const MirtronRecord& r) { return r.label == 1; });
  const auto others = count([](const MirtronRecord& r) { return r.other; });
  spdlog::info("{} mirtrons and {} canonical hairpins to learn from, {} others", mirtrons,
               std::ssize(records) - mirtrons - others, others);
  const Json origin = {{"command", command_words()},
                       {"version", kVersion},
                       {"data",
                        {{"md5", set.size() > 0 ? md5_of(set) : md5_hex(read_bytes(c.data.tsv))},
                         {"records", records.size()},
                         {"mirtrons", mirtrons},
                         {"others", others}}}};
  how.origin = origin.dump(-1, ' ', false, Json::error_handler_t::replace);
  const MirtronModel model = MirtronModel::train(c.model, records, how);
  for (const auto& [which, figures] : model.figures()) {
    const Figure &accuracy = figures.at("accuracy"), &mcc = figures.at("mcc");
    spdlog::info("{}, out of fold: accuracy {:.4f} [{:.4f}, {:.4f}], MCC {:.4f} [{:.4f}, {:.4f}]", which, accuracy.mean,
                 accuracy.low, accuracy.high, mcc.mean, mcc.low, mcc.high);
  }
  return finish(set.tally, c.common);
}

int fit_generator_selector(ModelCommand& c) {
  const std::string directory = network_directory(c.model);
  std::vector<std::string> inputs = dataset_files(c.data);
  if (!c.drawn.empty()) inputs.push_back(c.drawn);
  check_run_files(inputs, {});
  const SequenceSet set = load_sequences(c.data, c.label_column, c.common, c.folding);
  write_selector(directory, set, c.drawn, c.folding, c.device, c.common.threads, c.seed);
  return finish(set.tally, c.common);
}

int say_of_models(const ModelCommand& c) {
  check_run_files({}, {c.common.output, c.plot}, {c.model});
  TextWriter out(c.common.output);
  out.write(c.action == "list"   ? model_table()
            : c.action == "info" ? model_told(c.model, c.plot, c.device, c.common.threads)
                                 : model_verified(c.model, c.device, c.common.threads));
  out.close();
  return kExitOk;
}

// The action, of train with the family.
std::string choice_of(const ModelCommand& c) { return c.action == "train" ? "train " + c.family : c.action; }

// Why synthetic records are for models of mirtrons alone.
void check_augment(const ModelCommand& c) {
  if (c.augment.empty() || c.action != "train" || c.family == kMirtronFamily) return;
  if (c.family == kPrecursorFamily)
    fail("--augment {}: a model of family {} learns where precursors are cut and what lies around them, and synthetic "
         "sequences have neither known cut sites nor flanks; --family {} takes it",
         c.augment, c.family, kMirtronFamily);
  fail("--augment {}: a model of family {} rests on a network that has learned from real hairpins already, and has no folds "
       "in which figures with and without could be told; --family {} takes it",
       c.augment, c.family, kMirtronFamily);
}

int run_model(ModelCommand& c, const CLI::App& app, const ChoiceOptions& known) {
  begin_run(c.common);
  require(c.action == "list" || !c.model.empty(), "model {}: which model?", c.action);
  require(c.action != "list" || c.model.empty(), "model list lists all models; leave out '{}'", c.model);
  check_augment(c);
  known.check(choice_of(c), "model " + choice_of(c));
  if (c.action == "select") return fit_generator_selector(c);
  if (c.action != "train") return say_of_models(c);
  // Whoever uses a model of that name meanwhile has the old one, whole.
  FolderDraft draft(c.model, "config.json");
  c.model = draft.path();
  const int code = c.family == kPrecursorFamily ? train_precursors(c)
                   : c.family == kMirtronFamily ? train_mirtron(c, app)
                                                : train_premirna(c, app);
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
  known.only(kBoosted, app.add_option("--rounds", c.training.booster.rounds, "Boosted trees (mirtron: 250 unless said)"))
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  known.only(kBoosted, app.add_option("--boost-depth", c.training.booster.depth, "Their depth (mirtron: 4 unless said)"))
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  known.only(kBoosted,
             app.add_option("--boost-rate", c.training.booster.rate, "Their step size (mirtron: 0.06 unless said)"))
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  known.only(kPremirna, app.add_option("--depth", c.training.tree.max_depth, "Of the latent tree"))
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  auto* balanced = app.add_flag_callback(
      "--balanced", [&c] { c.training.tree.class_odds = 1; },
      "Classes weigh alike in the tree, however many hairpins each has");
  known.only(kPremirna, balanced);
  known.only(kPremirna, app.add_option("--class-odds", c.training.tree.class_odds,
                                       "How much class 1 as a whole weighs beside class 0 in the tree; 1 is --balanced"))
      ->check(CLI::Range(0.01, 100.0))
      ->excludes(balanced);
  known.only(kPremirna,
             app.add_option("--thresholds", c.thresholds, "Of the tree's questions, published or auto (deciles)"))
      ->check(CLI::IsMember({"published", "auto"}))
      ->capture_default_str();
}

void add_records(CLI::App& app, ModelCommand& c, ChoiceOptions& known) {
  add_dataset(app, c.data);
  known.only(kLearn, {"--tsv"});
  known.only(kSets, {"--positives"});
  known.only(kBoosted, {"--negatives"});
  known.only(kPremirna, {"--bars", "--split", "--splits"});
  known.only({"train premirna", "train precursor"},
             app.add_option("--network", c.network,
                            "premirna: DIVA model directory (RUN/model of train); precursor: of the networks of cuts"))
      ->type_name("DIR");
  known.only({"train mirtron", "select"},
             app.add_option("--label-column", c.label_column, "Column of --tsv that is 1 for mirtrons"))
      ->capture_default_str()
      ->type_name("NAME");
  known.only(kMirtron,
             app.add_option("--augment", c.augment,
                            "Synthetic mirtrons beside the real ones, made inside each fold from its training records: "
                            "smote-a, smote-b, smote-c, smote-aligned, wgan, fbgan, or a generator; :N of them "
                            "(default: until both classes are equal). Figures without are told beside"))
      ->type_name("SOURCE[:N]");
  known.only({"select"}, app.add_option("--drawn", c.drawn,
                                        "Draws to select among, FASTA, as generate --no-selector writes them: of models of "
                                        "pictures, whose mended draws are dear"))
      ->type_name("FASTA");
  known.only(kMirtron, app.add_option("--repeats", c.mirtron.repeats,
                                      "Of the cross-validation that calibrates and measures"))
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  known.only({"train precursor", "train mirtron"},
             app.add_option("--calls", c.precursor.calls, "What is said of every record out of fold, TSV"))
      ->type_name("FILE");
  const ChoiceOptions::Choices precursor = {"train precursor"};
  known.only(precursor, app.add_option("--cut-channels", c.precursor.channels, "Of its networks of cuts"))
      ->check(CLI::IsMember({16, 32, 48, 64, 96, 128}))
      ->capture_default_str();
  known.only(precursor, app.add_option("--cut-epochs", c.precursor.epochs, "Of its networks of cuts"))
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  known.only(precursor, app.add_option("--leave-out", c.precursor.left_out,
                                       "Measures whose names begin so are not learnt from (share_: words of letters)"))
      ->type_name("PREFIX");
  known.only(kLearn, app.add_option("--seed", c.seed,
                                    "Of the records to calibrate on (as those the network was validated on) and the "
                                    "boosted trees; select: of the draws"))
      ->capture_default_str();
  // The classifier remembers the name of its energy parameters and nothing else of how hairpins were folded.
  known.only({"train premirna", "select"},
             app.add_option("--params", c.folding.parameters,
                            "Energy parameters, as those of fold (default: those the network's hairpins were folded "
                            "with)"))
      ->type_name("NAME|FILE");
  known.only(kSets, app.add_option("--max-length", c.folding.max_length, "Longer sequences are rejected"))
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
  app.add_option("model", c->model, "Name or directory of a model; of train: the directory to write")
      ->type_name("MODEL");
  known->only(kTrain, app.add_option("--family", c->family,
                                     "precursor (pre-miRNA or not, of any sequence), premirna (the published "
                                     "protocol's) or mirtron"))
      ->check(CLI::IsMember({kPremirnaFamily, kPrecursorFamily, kMirtronFamily}))
      ->capture_default_str();
  known->only({"info"}, app.add_option("--plot", c->plot, "Draw the latent tree, .svg or .png"))->type_name("FILE");
  add_device(app, c->device);
  add_output(app, c->common, kTextOutputHelp);
  known->only(kSayers, {"--output"});
  add_threads(app, c->common);
  add_talk(app, c->common);
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
