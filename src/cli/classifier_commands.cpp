// model list, info, verify, train: model directories as users handle them.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/hairpin_input.h"
#include "cli/model_checks.h"
#include "cli/model_input.h"
#include "cli/provenance.h"
#include "cli/generate_command.h"
#include "cli/version.h"
#include "arms/arms.h"
#include "data/dataset.h"
#include "data/lineage.h"
#include "data/sequence_set.h"
#include "report/report.h"
#include "study/experiment_folds.h"
#include "study/study.h"
#include "design/design.h"
#include "util/run_folder.h"
#include "fold/parameter_sets.h"

namespace stemloop {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

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

constexpr const char* kCutFamily = "arms";  // where Drosha and Dicer cut

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
  std::string augment;
};

double megabytes(const fs::path& directory) {
  double bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (fs::is_regular_file(entry.symlink_status())) bytes += static_cast<double>(entry.file_size());
  }
  return bytes / 1e6;
}

int list_models(const ModelCommand& c) {
  TextWriter out(c.common.output);
  out.write("name\tfamily\tmegabytes\tpath\n");
  for (const std::string& folder : model_folders()) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
      const bool in_the_making = entry.path().extension() == ".draft";
      if (!in_the_making && fs::exists(entry.path() / "config.json")) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    for (const fs::path& path : found) {
      std::string family;
      try {
        family = printable(model_family(path.string()));
      } catch (const Error& error) {  // one that is damaged hides no other
        spdlog::warn("{}", error.what());
        continue;
      }
      out.write(fmt::format("{}\t{}\t{:.1f}\t{}\n", path.filename().string(), family, megabytes(path), path.string()));
    }
  }
  out.close();
  return kExitOk;
}

int show_model(const ModelCommand& c) {
  const std::string directory = find_model(c.model);
  const std::string family = model_family(directory);
  const bool judges = find_family(family) != nullptr;
  require(c.plot.empty() || judges, "--plot draws the tree of a model of pre-miRNAs; {} is of family {}", directory,
          family);
  TextWriter out(c.common.output);
  out.write(fmt::format("path\t{}\nfound by\t{}\nfamily\t{}\nmegabytes\t{:.1f}\n", directory,
                        is_model_path(c.model) ? "its path" : fmt::format("its name, '{}'", c.model), family,
                        megabytes(directory)));
  if (judges) {
    const auto judge = open_judge(directory, {c.device, c.common.threads});
    out.write(judge->info());
    if (!c.plot.empty()) write_drawing(c.plot, judge->plot(fs::path(directory).filename().string()));
  } else if (family == kGanFamily || family == kCnnFamily || family == kCutFamily) {
    out.write(fmt::format("network\t{}\n", read_stored_model(directory, family).network));
    if (const auto selector = family == kGanFamily ? read_selector(directory) : std::nullopt)
      out.write(fmt::format("selector\t{}/{}, of sequences folded with {}\n", directory, kSelectorFile,
                            selector->parameters));
  } else if (family == kNaturalFamily) {
    for (const auto& chain : open_natural_directory(directory)->chains)
      out.write(fmt::format("chain\tweight {:.3f}, GC {:.3f}\n", chain.weight, chain.gc));
  } else {
    out.write(fmt::format("network\t{}\n", config_json(read_model_directory(directory).config)));
  }
  const fs::path card = fs::path(directory) / "README.md";
  if (fs::exists(card)) out.write(fmt::format("card\t{}\n", card.string()));
  out.close();
  return kExitOk;
}

int verify_model(const ModelCommand& c) {
  const std::string directory = find_model(c.model);
  const std::string family = model_family(directory);
  if (find_family(family) != nullptr) {
    open_judge(directory, {c.device, c.common.threads});
  } else if (family == kGanFamily) {
    neural().open_generator(directory, c.device, c.common.threads);
    read_selector(directory);
  } else if (family == kCnnFamily) {
    neural().open_scorer(directory, c.device, c.common.threads);
  } else if (family == kNaturalFamily) {
    open_natural_directory(directory);
  } else if (family == kCutFamily) {
    CutModel::open(directory);
  } else {
    neural().open(directory, c.device, c.common.threads);
  }
  TextWriter out(c.common.output);
  out.write(fmt::format("{}: every file is there, whole and of the shapes config.json tells\n", directory));
  out.close();
  return kExitOk;
}

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

// What synthetic mirtrons of a fold are made by: SOURCE[:N].
struct Augmentation {
  std::string source;       // one of kSources, or a generator's directory
  std::int64_t count = -1;  // -1: until both classes are equal
};

Augmentation parse_augmentation(const std::string& text) {
  Augmentation a;
  const std::size_t cut = text.rfind(':');
  a.source = text.substr(0, cut);
  if (cut != std::string::npos) {
    a.count = parse_integer(text.substr(cut + 1), "--augment");
    require(a.count > 0, "--augment {}: {} is no number of sequences", text, a.count);
  }
  const auto known = std::find(std::begin(kSources), std::end(kSources), a.source) != std::end(kSources);
  if (!known) a.source = find_model(a.source);
  return a;
}

// A generator that has learned from these records has seen what its draws would be tested on.
void check_generator(const std::string& directory, const SequenceSet& set) {
  require(model_family(directory) == kGanFamily, "--augment {}: is no generator of sequences", directory);
  const Json training = Json::parse(read_stored_model(directory, kGanFamily).training, nullptr, false);
  const std::string text = training.dump();
  std::vector<std::size_t> mirtrons;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.labels[i] == 1) mirtrons.push_back(i);
  }
  for (const std::string& md5 : {md5_of(set), md5_of(set.select(mirtrons))})
    require(text.find(md5) == std::string::npos,
            "--augment {}: this generator has learned from these records, and figures out of fold would be of what it has "
            "seen; --augment wgan trains one inside each fold",
            directory);
  spdlog::warn("--augment {}: whether it has learned from relatives of these records cannot be told; if so, figures with it "
               "are too good",
               directory);
}

// Makes synthetic mirtrons of some of the records of `set`, which must outlive it.
auto augmenter(const ModelCommand& c, const SequenceSet& set) {
  const Augmentation a = parse_augmentation(c.augment);
  const bool made_here = std::find(std::begin(kSources), std::end(kSources), a.source) != std::end(kSources);
  if (!made_here) check_generator(a.source, set);
  ExperimentOptions options;
  options.common = c.common;
  options.common.threads = 1;
  options.folding = c.folding;
  options.device = c.device;
  const auto one_at_a_time = std::make_shared<std::mutex>();  // networks take all threads
  return [a, made_here, options, one_at_a_time, threads = c.common.threads, &set](
             std::span<const std::int64_t> records, std::int64_t missing, std::uint64_t seed) {
    const std::int64_t count = a.count > 0 ? a.count : missing;
    if (count == 0) return std::vector<std::string>();
    std::vector<std::size_t> chosen(records.begin(), records.end());
    if (made_here && !is_generator(a.source)) return draw_mirtrons(options, a.source, set.select(chosen), count, seed, "");
    const std::lock_guard lock(*one_at_a_time);
    if (made_here) {
      const fs::path directory = fs::temp_directory_path() / fmt::format("stemloop_augment_{}_{}", getpid(), seed);
      const auto drawn = draw_mirtrons(options, a.source, set.select(chosen), count, seed, directory.string());
      fs::remove_all(directory);
      return drawn;
    }
    std::vector<std::string> drawn;
    const auto generator = neural().open_generator(a.source, options.device, threads);
    constexpr std::int64_t kBatch = 256, kTries = 50;
    for (std::int64_t first = 0; std::ssize(drawn) < count && first < kTries * count; first += kBatch) {
      for (auto& sequence : generator->draw(kBatch, seed, static_cast<std::uint64_t>(first))) {
        if (sequence && sequence->size() >= kShortest && std::ssize(drawn) < count) drawn.push_back(std::move(*sequence));
      }
    }
    require(std::ssize(drawn) == count, "{}: too few of its draws are sequences", a.source);
    return drawn;
  };
}

void tell_lineage(const SequenceSet& set, int threads) {
  const Lineage lineage = lineage_of(set.ids, set.parents);
  if (lineage.count > 0)
    spdlog::warn("{} of {} records are synthetic (they name parents): they are learned from only in folds that test none of "
                 "their parents, and never tested{}",
                 lineage.count, set.size(),
                 lineage.orphans > 0 ? fmt::format("; {} name parents that are not here and are left out of all folds",
                                                   lineage.orphans)
                                     : "");
  const auto groups = near_groups(set.sequences, threads);
  const std::int64_t different = std::ssize(std::set<std::string>(set.sequences.begin(), set.sequences.end()));
  const std::int64_t count = std::ssize(std::set<std::int64_t>(groups.begin(), groups.end()));
  if (count < different)
    spdlog::warn("{} different sequences fall into {} groups of near-duplicates; a group stands in one fold", different,
                 count);
}

int train_mirtron(ModelCommand& c, const CLI::App& app) {
  check_run_files(dataset_files(c.data), {c.precursor.calls});
  require(app.get_option("--params")->count() == 0, "--params is of other families; models of mirtrons fold by turner2004");
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
    if (!c.augment.empty()) how.augment = augmenter(c, set);
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

// What a generator draws, told from the real sequences: generate then keeps what is like those.
int fit_generator_selector(ModelCommand& c) {
  constexpr std::int64_t kDrawnForOne = 10;  // real sequence
  const std::string directory = find_model(c.model);
  require(model_family(directory) == kGanFamily, "{}: model select is for generators of sequences (wgan, fbgan)",
          directory);
  check_run_files(dataset_files(c.data), {});
  const SequenceSet set = load_sequences(c.data, c.label_column, c.common, c.folding);
  std::vector<std::string> real, drawn;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.labels[i] == 1) real.push_back(set.sequences[i]);
  }
  require(!real.empty(), "there is no sequence of class 1 to be like");
  const auto generator = neural().open_generator(directory, c.device, c.common.threads);
  const std::int64_t wanted = kDrawnForOne * std::ssize(real);
  // Other draws than those of generate, whose numbers begin at 0.
  constexpr std::uint64_t kFirst = std::uint64_t{1} << 32U;
  for (auto& sequence : generator->draw(wanted, c.seed, kFirst)) {
    if (sequence) drawn.push_back(std::move(*sequence));
  }
  require(!drawn.empty(), "{}: not one of {} draws is a sequence; the generator has learned too little", directory,
          wanted);
  QualityOptions all;
  all.most = wanted;
  all.threads = c.common.threads;
  const auto energy = load_model(c.folding);
  const MeasuredSet measured = measure_set(std::move(drawn), energy, all);
  const Selector selector = fit_selector(measure_set(std::move(real), energy, all), measured, c.folding.parameters);
  replace_file(directory + "/" + kSelectorFile, selector_json(selector));
  double kept = 0;
  for (const double keep : keep_probabilities(selector, measured)) kept += keep;
  spdlog::info("{}/{}: keeps {:.1f} % of the draws", directory, kSelectorFile,
               100 * kept / static_cast<double>(measured.sample.size()));
  return finish(set.tally, c.common);
}

// Options that the action would not look at are refused.
void check_options(const ModelCommand& c, const CLI::App& app) {
  if (c.action == "train") {
    require(c.plot.empty(), "--plot is of model info; model train has no use for it");
    require(app.get_option("--output")->count() == 0, "model train writes to the directory named; leave out --output");
    if (c.family == kPrecursorFamily) return;
    const bool mirtron = c.family == kMirtronFamily;
    const std::vector<const char*> of_premirna = {"--network", "--device",   "--bars",       "--split",     "--splits",
                                                  "--depth",   "--balanced", "--thresholds", "--class-odds"};
    const std::vector<const char*> of_mirtron = {"--label-column", "--repeats", "--augment"};
    for (const char* option : mirtron ? of_premirna : of_mirtron)
      require(app.get_option(option)->count() == 0, "{} is of the other family; {} has no use for it", option,
              c.family);
    return;
  }
  if (c.action == "select") {
    for (const char* option :
         {"--negatives", "--network", "--bars", "--split", "--splits", "--depth", "--balanced", "--class-odds",
          "--thresholds", "--repeats", "--rounds", "--boost-depth", "--boost-rate", "--family", "--plot", "--output"})
      require(app.get_option(option)->count() == 0, "model select has no use for {}", option);
    return;
  }
  require(c.action == "info" || c.plot.empty(), "--plot is of model info; model {} has no use for it", c.action);
  require(c.action != "list" || c.model.empty(), "model list lists all models; leave out '{}'", c.model);
  for (const char* option :
       {"--network", "--tsv",         "--positives",  "--negatives", "--bars",     "--split",        "--splits",
        "--rounds",  "--boost-depth", "--boost-rate", "--depth",     "--balanced", "--class-odds",   "--thresholds",
        "--seed",    "--params",      "--max-length", "--skip-bad",  "--family",   "--label-column", "--repeats",
        "--augment"})
    require(app.get_option(option)->count() == 0, "{} is of model train; model {} has no use for it", option, c.action);
}

int run_model(ModelCommand& c, const CLI::App& app) {
  begin_run(c.common);
  require(c.action == "list" || !c.model.empty(), "model {}: which model?", c.action);
  check_options(c, app);
  if (c.action == "list") return list_models(c);
  if (c.action == "info") return show_model(c);
  if (c.action == "verify") return verify_model(c);
  if (c.action == "select") return fit_generator_selector(c);
  // Whoever uses a model of that name meanwhile has the old one, whole.
  FolderDraft draft(c.model, "config.json");
  c.model = draft.path();
  const int code = c.family == kPrecursorFamily ? train_precursors(c)
                   : c.family == kMirtronFamily ? train_mirtron(c, app)
                                                : train_premirna(c, app);
  draft.keep();
  return code;
}

}  // namespace

std::function<int()> add_model_command(CLI::App& app) {
  auto c = std::make_shared<ModelCommand>();
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
  app.add_option("--family", c->family, "train: precursor (pre-miRNA or not, of any sequence), premirna (the published protocol's) or mirtron")
      ->check(CLI::IsMember({kPremirnaFamily, kPrecursorFamily, kMirtronFamily}))
      ->capture_default_str();
  app.add_option("--network", c->network, "train premirna: DIVA model directory (RUN/model of train)")
      ->type_name("DIR");
  app.add_option("--calls", c->precursor.calls, "train precursor, mirtron: what is said of every record out of fold, TSV")->type_name("FILE");
  app.add_option("--cut-channels", c->precursor.channels, "train precursor: of its networks of cuts")
      ->check(CLI::IsMember({16, 32, 48, 64, 96, 128}))
      ->capture_default_str();
  app.add_option("--cut-epochs", c->precursor.epochs, "train precursor: of its networks of cuts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--leave-out", c->precursor.left_out,
                 "train precursor: measures whose names begin so are not learnt from (share_: words of letters)")
      ->type_name("PREFIX");
  app.add_option("--plot", c->plot, "info: draw the latent tree, .svg or .png")->type_name("FILE");
  add_device(app, c->device);
  add_dataset(app, c->data);
  app.add_option("--label-column", c->label_column, "train mirtron: column of --tsv that is 1 for mirtrons")
      ->capture_default_str()
      ->type_name("NAME");
  app.add_option("--augment", c->augment,
                 "train mirtron: synthetic mirtrons beside the real ones, made inside each fold from its training records: "
                 "smote-a, smote-b, smote-c, smote-aligned, wgan, fbgan, or a generator; :N of them (default: until both "
                 "classes are equal). Figures without are told beside")
      ->type_name("SOURCE[:N]");
  app.add_option("--repeats", c->mirtron.repeats, "train mirtron: of the cross-validation that calibrates and measures")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--rounds", c->training.booster.rounds, "train: boosted trees (mirtron: 250 unless said)")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--boost-depth", c->training.booster.depth,
                 "train: their depth (mirtron: 4 unless said)")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  app.add_option("--boost-rate", c->training.booster.rate, "train: their step size (mirtron: 0.06 unless said)")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--depth", c->training.tree.max_depth, "train: of the latent tree")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  auto* balanced = app.add_flag_callback(
      "--balanced", [c] { c->training.tree.class_odds = 1; },
      "train: classes weigh alike in the tree, however many hairpins each has");
  app.add_option("--class-odds", c->training.tree.class_odds,
                 "train: how much class 1 as a whole weighs beside class 0 in the tree; 1 is --balanced")
      ->check(CLI::Range(0.01, 100.0))
      ->excludes(balanced);
  app.add_option("--thresholds", c->thresholds, "train: of the tree's questions, published or auto (deciles)")
      ->check(CLI::IsMember({"published", "auto"}))
      ->capture_default_str();
  app.add_option("--seed", c->seed,
                 "train: of the records to calibrate on (as those the network was validated on) and the boosted trees")
      ->capture_default_str();
  add_output(app, c->common, kTextOutputHelp);
  // The classifier remembers the name of its energy parameters and nothing else of how hairpins were folded.
  app.add_option("--params", c->folding.parameters,
                 "train: energy parameters, as those of fold (default: those the network's hairpins were folded with)")
      ->type_name("NAME|FILE");
  app.add_option("--max-length", c->folding.max_length, "train: longer sequences are rejected")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->type_name("NT");
  add_threads(app, c->common);
  add_talk(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop model list\n"
      "  stemloop model info premirna\n"
      "  stemloop model train my-model --network run/model --tsv labelled.tsv\n"
      "  stemloop model select runs/mirtrons/model --positives mirtrons.fa\n"
      "  stemloop model train mirtrons --family mirtron --tsv labelled.tsv --label-column mirtron");
  return [c, &app] { return run_model(*c, app); };
}

}  // namespace stemloop
