// model list, info, verify, train: model directories as users handle them; and evaluate classifier.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "classify/classify.h"
#include "cli/hairpin_input.h"
#include "cli/model_input.h"
#include "cli/version.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

struct ModelCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  std::string action;
  std::string model;
  std::string network;
  std::string device = "auto";
  std::string thresholds = "auto";
  std::uint64_t seed = 1;
  ClassifierTraining training;
};

double megabytes(const fs::path& directory) {
  double bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  }
  return bytes / 1e6;
}

int list_models(const ModelCommand& c) {
  TextWriter out(c.common.output);
  out.write("name\tfamily\tmegabytes\tpath\n");
  for (const std::string& folder : model_folders()) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (fs::exists(entry.path() / "config.json")) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    for (const fs::path& path : found)
      out.write(fmt::format("{}\t{}\t{:.1f}\t{}\n", path.filename().string(), model_family(path.string()),
                            megabytes(path), path.string()));
  }
  out.close();
  return kExitOk;
}

int show_model(const ModelCommand& c) {
  const std::string directory = find_model(c.model);
  const std::string family = model_family(directory);
  TextWriter out(c.common.output);
  out.write(fmt::format("path\t{}\nfamily\t{}\nmegabytes\t{:.1f}\n", directory, family, megabytes(directory)));
  if (family == kPremirnaFamily) {
    const Classifier classifier = Classifier::open(directory, c.device, c.common.threads);
    out.write(
        fmt::format("energy parameters\t{}\nunlike its training beyond\treconstruction error {:.3f}, latent distance "
                    "{:.2f}\nnetwork\t{}\ntree\n{}",
                    classifier.parameters(), classifier.reconstruction_threshold(), classifier.distance_threshold(),
                    config_json(classifier.network().config()), tree_rules(classifier.tree(), {"other", "pre-miRNA"})));
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
  if (model_family(directory) == kPremirnaFamily) {
    Classifier::open(directory, c.device, c.common.threads);
  } else {
    neural().open(directory, c.device, c.common.threads);
  }
  TextWriter out(c.common.output);
  out.write(fmt::format("{}: every file is there, whole and of the shapes config.json tells\n", directory));
  out.close();
  return kExitOk;
}

LabelledEvidence labelled_evidence(const PictureData& data, const FoldingOptions& folding, int threads) {
  return {gather_evidence(pictures_of(data), load_model(folding), threads), data.labels};
}

int train_model(ModelCommand& c, const CLI::App& app) {
  require(!c.network.empty(), "--network names the DIVA model the classifier rests on");
  check_dataset(c.data);
  check_files(dataset_files(c.data), {});
  const ModelOptions model = {c.network, c.device};
  open_model(model, c.common, c.folding, app);  // for its energy parameters
  const Dataset dataset = load_dataset(c.data, c.common, c.folding);
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

int run_model(ModelCommand& c, const CLI::App& app) {
  begin_run(c.common);
  require(c.action == "list" || !c.model.empty(), "model {}: which model?", c.action);
  if (c.action == "list") return list_models(c);
  if (c.action == "info") return show_model(c);
  if (c.action == "verify") return verify_model(c);
  return train_model(c, app);
}

// --- evaluate classifier ---------------------------------------------------------------------------------------------

Json row_of(const std::string& from, const std::vector<float>& p, const std::vector<std::uint8_t>& labels) {
  constexpr double kTie = 0.5 + 1e-6;  // leaves of even odds call class 0
  const double threshold = from == "tree" ? kTie : 0.5;
  const ClassificationScore s = score_classification(p, labels, threshold);
  const ScoreInterval i = bootstrap_score(p, labels, 1000, 1, threshold);
  return {{"from", from},
          {"positives", s.positives},
          {"negatives", s.negatives},
          {"accuracy", s.accuracy},
          {"accuracy_low", i.low.accuracy},
          {"accuracy_high", i.high.accuracy},
          {"sensitivity", s.sensitivity},
          {"specificity", s.specificity},
          {"mcc", s.mcc},
          {"auroc", s.auroc},
          {"auroc_low", i.low.auroc},
          {"auroc_high", i.high.auroc},
          {"auprc", s.auprc},
          {"ece", expected_calibration_error(calibration_curve(p, labels))}};
}

}  // namespace

std::vector<std::string> evaluate_classifier(const Classifier& classifier, const PictureData& data,
                                             const std::vector<std::string>& ids, const FoldingOptions& folding,
                                             int threads, const std::string& calls_path,
                                             const std::string& curve_path) {
  const LabelledEvidence records = labelled_evidence(data, folding, threads);
  const std::vector<Call> calls = classifier.classify(records.evidence);
  std::vector<float> blend, tree, booster, y, m;
  for (const Call& call : calls) {
    blend.push_back(call.probability);
    tree.push_back(call.tree_probability);
    booster.push_back(call.booster);
    y.push_back(call.from_y);
    m.push_back(call.from_m);
  }
  if (!calls_path.empty()) {
    TextWriter out(calls_path);
    out.write("id\tlabel\tprobability\ttree_probability\tbooster\tz_y\tz_m\toutside\n");
    for (std::size_t i = 0; i < calls.size(); ++i)
      out.write(fmt::format("{}\t{}\t{:.6f}\t{:.6f}\t{:.6f}\t{:.6f}\t{:.6f}\t{}\n", ids[i], data.labels[i], blend[i],
                            tree[i], booster[i], y[i], m[i], calls[i].outside ? 1 : 0));
    out.close();
  }
  if (!curve_path.empty()) {
    TextWriter out(curve_path);
    out.write("low\thigh\tcount\tprobability\tshare\n");
    for (const CalibrationBin& bin : calibration_curve(blend, data.labels))
      out.write(fmt::format("{:.4f}\t{:.4f}\t{}\t{:.4f}\t{:.4f}\n", bin.low, bin.high, bin.count, bin.probability,
                            bin.share));
    out.close();
  }
  const std::pair<const char*, const std::vector<float>*> parts[] = {
      {"blend", &blend}, {"tree", &tree}, {"booster", &booster}, {"z_y", &y}, {"z_m", &m}};
  std::vector<std::string> rows;
  for (const auto& [name, p] : parts) rows.push_back(row_of(name, *p, data.labels).dump());
  return rows;
}

std::function<int()> add_model_command(CLI::App& app) {
  auto c = std::make_shared<ModelCommand>();
  app.description(
      "list: the models at hand; info MODEL: what it is; verify MODEL: that it is whole;\n"
      "train DIR: a classifier of pre-miRNAs from a DIVA network and labelled hairpins, written to DIR.");
  app.add_option("action", c->action, "list, info, verify or train")
      ->required()
      ->check(CLI::IsMember({"list", "info", "verify", "train"}))
      ->type_name("ACTION");
  app.add_option("model", c->model, "Name or directory of a model; of train: the directory to write")
      ->type_name("MODEL");
  app.add_option("--network", c->network, "train: DIVA model directory (RUN/model of train)")->type_name("DIR");
  app.add_option("--device", c->device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  add_dataset(app, c->data);
  app.add_option("--rounds", c->training.booster.rounds, "train: boosted trees")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--boost-depth", c->training.booster.depth, "train: their depth")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  app.add_option("--boost-rate", c->training.booster.rate, "train: their step size")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--depth", c->training.tree.max_depth, "train: of the latent tree")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  app.add_option("--thresholds", c->thresholds, "train: of the tree's questions, published or auto (deciles)")
      ->check(CLI::IsMember({"published", "auto"}))
      ->capture_default_str();
  app.add_option("--seed", c->seed,
                 "train: of the records to calibrate on (as those the network was validated on) and the boosted trees")
      ->capture_default_str();
  add_output(app, c->common, kTextOutputHelp);
  add_folding(app, c->folding);
  add_threads(app, c->common);
  add_talk(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop model list\n"
      "  stemloop model info premirna\n"
      "  stemloop model train my-model --network run/model --tsv labelled.tsv");
  return [c, &app] { return run_model(*c, app); };
}

}  // namespace stemloop
