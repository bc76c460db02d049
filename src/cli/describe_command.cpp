// describe: the latent tree, from labelled hairpins and a model, or from latents and features of any origin.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>

#include "cli/hairpin_input.h"
#include "cli/model_input.h"
#include "describe/describe.h"
#include "data/dataset.h"
#include "report/report.h"

namespace stemloop {

namespace {

struct DescribeCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  ModelOptions model;
  std::string latents;
  std::string features;
  std::string labels = "label";
  std::vector<std::string> without;
  std::string latent = "m";
  std::string thresholds = "published";
  std::string impurity = "gini";
  std::vector<std::string> classes = {kPremirnaClasses.begin(), kPremirnaClasses.end()};
  std::string json, dot, plot, report;
  TreeOptions tree;
  bool no_prune = false;
  double holdout = 0.3;
  int resamples = 20;
  std::uint64_t seed = 1;
};

struct Material {
  DescribedRecords records;
  std::vector<Part> parts;  // empty without a split
  Tally tally;
};

Material from_model(DescribeCommand& c, const CLI::App& app) {
  const auto network = open_model(c.model, c.common, c.folding, app);
  const Dataset dataset = load_dataset(c.data, c.common, c.folding);
  const std::vector<Picture> pictures = pictures_of(dataset.pictures);
  require(!pictures.empty(), "there is no record to describe");
  check_labels(dataset.pictures);
  Encoded encoded = network->encode(pictures);
  const auto found = std::find_if(encoded.latents.begin(), encoded.latents.end(),
                                  [&](const EncodedLatent& latent) { return latent.name == c.latent; });
  require(found != encoded.latents.end(), "this model has no latent space '{}'", c.latent);
  const auto evidence = gather_evidence(pictures, load_model(c.folding), c.common.threads);
  return {{std::move(found->z), measured_table(evidence), dataset.pictures.labels}, dataset.parts, dataset.tally};
}

// A feature table: columns that are no features are known by name.
struct FeatureFile {
  std::vector<std::string> ids, places;
  std::vector<std::string> labels, parts;
  FeatureTable table;
};

FeatureFile read_features(const DescribeCommand& c) {
  FeatureFile file;
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> cells;
  std::vector<int> meaning;  // -1 ignored, -2 id, -3 label, -4 part, else the feature's number
  read_table(
      c.features,
      [&](const std::vector<std::string>& header) {
        const auto id = id_column(header, c.features);
        require(id.has_value(), "{}: has no column 'id' to tell which line belongs to which record of {}", c.features,
                c.latents);
        const auto label = optional_column(header, c.labels, c.features);
        const auto part = c.data.split.empty() ? std::nullopt : optional_column(header, c.data.split, c.features);
        for (std::size_t k = 0; k < header.size(); ++k) {
          const std::string& name = header[k];
          const bool ignored = name.empty() || name == "idx" || name == "Unnamed: 0" ||
                               std::find(c.without.begin(), c.without.end(), name) != c.without.end();
          meaning.push_back(k == *id                                ? -2
                            : k == label                            ? -3
                            : k == part                             ? -4
                            : ignored                               ? -1
                                                                    : static_cast<int>(names.size()));
          if (meaning.back() >= 0) names.push_back(name);
        }
        cells.resize(names.size());
      },
      [&](const auto& fields, const std::string& place) {
        file.places.push_back(place);
        for (std::size_t k = 0; k < fields.size(); ++k) {
          if (meaning[k] >= 0) cells[static_cast<std::size_t>(meaning[k])].emplace_back(fields[k]);
          if (meaning[k] == -2) file.ids.emplace_back(fields[k]);
          if (meaning[k] == -3) file.labels.emplace_back(fields[k]);
          if (meaning[k] == -4) file.parts.emplace_back(fields[k]);
        }
      });
  require(!names.empty(), "{}: has no column of features", c.features);
  file.table = feature_table(std::move(names), cells, file.places);
  return file;
}

Material from_files(const DescribeCommand& c) {
  const Latents latents = read_latents(c.latents, c.latent);
  FeatureFile file = read_features(c);
  Material material;
  std::vector<std::int64_t> lines;
  for (const std::size_t line : join_by_id(latents.ids, c.latents, file.ids, c.features))
    lines.push_back(static_cast<std::int64_t>(line));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = static_cast<std::size_t>(lines[i]);
    require(!file.labels.empty() || !latents.labels.empty(), "neither {} nor {} has labels (column '{}')", c.latents,
            c.features, c.labels);
    const std::string& place = file.places[line];
    material.records.labels.push_back(static_cast<std::uint8_t>(
        file.labels.empty() ? latents.labels[i] : label_of(file.labels[line], place)));
    if (!c.data.split.empty()) {
      require(!file.parts.empty(), "{}: there is no column '{}'", c.features, printable(c.data.split));
      material.parts.push_back(part_of(file.parts[line], place));
    }
  }
  std::vector<std::string> keys;  // the same hairpin has the same latents
  for (std::int64_t i = 0; i < latents.z.rows; ++i) {
    const auto row = std::as_bytes(latents.z.row(i));
    keys.emplace_back(reinterpret_cast<const char*>(row.data()), row.size());
  }
  check_labels(keys, material.records.labels, "hairpins");
  material.records.z = latents.z;
  material.records.features = file.table.select(lines);
  if (const FeatureColumn* labels = column_of_labels(material.records.features, material.records.labels))
    fail("{0}: column '{1}' repeats the labels, and a tree would ask for nothing else; leave it out with --without {1}",
         c.features, printable(labels->name));
  material.tally.in = material.tally.out = latents.z.rows;
  return material;
}

DescribedRecords select(const DescribedRecords& all, const std::vector<std::int64_t>& records) {
  DescribedRecords chosen;
  chosen.features = all.features.select(records);
  chosen.z = all.z.select(records);
  for (const std::int64_t i : records) chosen.labels.push_back(all.labels[static_cast<std::size_t>(i)]);
  return chosen;
}

int run_describe(DescribeCommand& c, const CLI::App& app) {
  begin_run(c.common);
  const bool files = !c.latents.empty() || !c.features.empty();
  require(!files || (!c.latents.empty() && !c.features.empty()), "--latents and --features are wanted together");
  require(files != !c.model.directory.empty(), "name --model and labelled hairpins, or --latents and --features");
  require(!files || dataset_files(c.data).empty(),
          "--latents and --features bring their records with them; leave out --tsv, --bars, --splits, --positives and "
          "--negatives");
  require(c.classes.size() == 2, "--classes wants two names");
  if (!files) check_dataset(c.data);
  auto inputs = files ? std::vector<std::string>{c.latents, c.features} : dataset_files(c.data);
  check_run_files(inputs, {c.common.output, c.json, c.dot, c.plot, c.report}, {c.model.directory});
  check_extension(c.plot, {".svg", ".png", ".pdf"});
  c.tree.threads = c.common.threads;
  c.tree.impurity = c.impurity == "gini" ? Impurity::kGini : Impurity::kEntropy;
  c.tree.prune = !c.no_prune;

  const Material material = files ? from_files(c) : from_model(c, app);
  std::vector<std::int64_t> grow, measure;
  for (std::int64_t i = 0; i < material.records.z.rows; ++i) {
    const bool test = material.parts.empty() ? Random(c.seed, static_cast<std::uint64_t>(i)).uniform() < c.holdout
                                             : material.parts[static_cast<std::size_t>(i)] == Part::kTest;
    (test ? measure : grow).push_back(i);
  }
  const bool unseen = !measure.empty();
  const DescribedRecords grown = select(material.records, grow);
  const DescribedRecords measured = unseen ? select(material.records, measure) : grown;
  const auto questions =
      make_questions(grown.features, c.thresholds == "published" ? Thresholds::kPublished : Thresholds::kDeciles);
  spdlog::debug("{} questions", questions.size());
  const auto start = std::chrono::steady_clock::now();
  const Tree tree = grow_tree(&grown.z, grown.features, grown.labels, questions, c.tree);
  spdlog::debug("grown in {:.2f} s", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  const TreeReport report = report_tree(tree, grown, measured, unseen, questions, c.tree, c.resamples, c.seed);

  const ClassNames names = {c.classes[0], c.classes[1]};
  TextWriter out(c.common.output);
  out.write(tree_rules(tree, names) + "\n" + report_text(report, tree));
  out.close();
  if (!c.json.empty()) write_bytes(c.json, tree_json(tree));
  if (!c.dot.empty()) write_bytes(c.dot, tree_dot(tree, names));
  if (!c.report.empty()) write_bytes(c.report, report_json(report, tree));
  if (!c.plot.empty()) {
    const Drawing drawing =
        draw_tree(tree, names,
                  fmt::format("Tree on z_{} of {} hairpins: accuracy {:.3f} on {} {}", c.latent, report.grown_on,
                              report.scores[0].score.accuracy, report.measured_on, unseen ? "others" : "of the same"));
    write_drawing(c.plot, drawing);
  }
  return finish(material.tally, c.common);
}

}  // namespace

std::function<int()> add_describe(CLI::App& app) {
  auto c = std::make_shared<DescribeCommand>();
  app.description(
      "Describes the difference between two classes of hairpins as a short tree of questions about their features, "
      "each\n"
      "answered by a linear SVM in a model's latent space; prints the rules and how far they can be trusted.");
  app.add_option("-m,--model", c->model.directory,
                 "Model directory; needs --tsv, --bars, or --positives and --negatives")
      ->type_name("DIR");
  add_device(app, c->model.device);
  add_dataset(app, c->data);
  app.add_option("--latents", c->latents, "Instead of a model: latents as embed writes them (.safetensors)")
      ->type_name("FILE");
  app.add_option("--features", c->features, "and features, one line a record (by id, or in order)")->type_name("FILE");
  app.add_option("--label-column", c->labels, "Column of --features with labels, if the latents have none")
      ->capture_default_str()
      ->type_name("NAME");
  app.add_option("--without", c->without, "Columns of --features that are no features")
      ->delimiter(',')
      ->type_name("NAMES");
  app.add_option("--latent", c->latent, "Which latent")->check(CLI::IsMember({"x", "y", "m"}))->capture_default_str();
  app.add_option("--thresholds", c->thresholds, "published: of the paper's tree; auto: deciles of the values")
      ->check(CLI::IsMember({"published", "auto"}))
      ->capture_default_str();
  app.add_option("--depth", c->tree.max_depth, "Most questions in a row")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  app.add_option("--min-samples", c->tree.min_samples, "A node with fewer hairpins is a leaf")
      ->check(CLI::Range(2, 1'000'000))
      ->capture_default_str();
  app.add_option("--min-accuracy", c->tree.min_accuracy, "Of an SVM on its node, for its question to be asked")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--min-gain", c->tree.min_gain, "Least drop of impurity")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--impurity", c->impurity, "gini or entropy")
      ->check(CLI::IsMember({"gini", "entropy"}))
      ->capture_default_str();
  app.add_option("--svm-c", c->tree.c, "Weight of the SVMs' errors")->check(CLI::PositiveNumber)->capture_default_str();
  auto* balanced = app.add_flag_callback(
      "--balanced", [c] { c->tree.class_odds = 1; }, "Classes weigh alike in the tree, however many hairpins each has");
  app.add_option("--class-odds", c->tree.class_odds,
                 "How much class 1 as a whole weighs beside class 0 in the tree; 1 is --balanced")
      ->check(CLI::Range(0.01, 100.0))
      ->excludes(balanced);
  app.add_flag("--no-prune", c->no_prune, "Keep sibling leaves of the same class");
  app.add_option("--classes", c->classes, "What labels 0 and 1 are called")
      ->delimiter(',')
      ->expected(2)
      ->type_name("A,B");
  app.add_option("--holdout", c->holdout, "Without a split: share of the hairpins kept for the figures; 0: none")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  app.add_option("--resamples", c->resamples, "Bootstrap samples for the first question")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  app.add_option("--seed", c->seed, "Of the hold-out and the resamples")->capture_default_str();
  app.add_option("--json", c->json, "The tree, loadable")->type_name("FILE");
  app.add_option("--dot", c->dot, "The tree for Graphviz")->type_name("FILE");
  app.add_option("--plot", c->plot, "The tree drawn, .svg or .png")->type_name("FILE");
  app.add_option("--report", c->report, "The figures as JSON")->type_name("FILE");
  add_run_options(app, c->common, c->folding);
  tell_model_parameters(app);
  app.footer(
      "Examples:\n"
      "  stemloop describe --model run/model --positives mirnas.fa --negatives others.fa --plot tree.svg\n"
      "  stemloop describe --latents latents.safetensors --features features.tsv --json tree.json");
  return [c, &app] { return run_describe(*c, app); };
}

}  // namespace stemloop
