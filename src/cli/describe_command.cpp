// describe: the latent tree, from labelled hairpins and a model, or from latents and features of any origin.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "cli/model_options.h"
#include "data/dataset.h"
#include "describe/describe.h"
#include "judge/material.h"
#include "report/report.h"

namespace stemloop {

namespace {

struct DescribeCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  ModelOptions model;
  MaterialFiles files;
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

int run_describe(DescribeCommand& c, const CLI::App& app) {
  begin_run(c.common);
  const bool files = !c.files.latents.empty() || !c.files.features.empty();
  require(!files || (!c.files.latents.empty() && !c.files.features.empty()),
          "--latents and --features are wanted together");
  require(files != !c.model.directory.empty(), "name --model and labelled hairpins, or --latents and --features");
  require(!files || dataset_files(c.data).empty(),
          "--latents and --features bring their records with them; leave out --tsv, --bars, --splits, --positives and "
          "--negatives");
  require(c.classes.size() == 2, "--classes wants two names");
  if (!files) check_dataset(c.data);
  auto inputs = files ? std::vector<std::string>{c.files.latents, c.files.features} : dataset_files(c.data);
  check_run_files(inputs, {c.common.output, c.json, c.dot, c.plot, c.report}, {c.model.directory});
  check_extension(c.plot, {".svg", ".png", ".pdf"});
  c.tree.threads = c.common.threads;
  c.tree.impurity = c.impurity == "gini" ? Impurity::kGini : Impurity::kEntropy;
  c.tree.prune = !c.no_prune;

  c.files.split = c.data.split;
  Material material;
  if (files) {
    material = material_of(c.files);
  } else {
    const auto network = open_model(c.model, c.common, c.folding, app);
    material =
        material_of(*network, c.files.latent, load_dataset(c.data, c.common, c.folding), c.folding, c.common.threads);
  }
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
                  fmt::format("Tree on z_{} of {} hairpins: accuracy {:.3f} on {} {}", c.files.latent, report.grown_on,
                              report.scores[0].score.accuracy, report.measured_on, unseen ? "others" : "of the same"));
    write_drawing(c.plot, drawing);
  }
  return finish(material.tally, c.common);
}

void add_tree(CLI::App& app, DescribeCommand& c) {
  app.add_option("--depth", c.tree.max_depth, "Most questions in a row")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  app.add_option("--min-samples", c.tree.min_samples, "A node with fewer hairpins is a leaf")
      ->check(CLI::Range(2, 1'000'000))
      ->capture_default_str();
  app.add_option("--min-accuracy", c.tree.min_accuracy, "Of an SVM on its node, for its question to be asked")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--min-gain", c.tree.min_gain, "Least drop of impurity")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--impurity", c.impurity, "gini or entropy")
      ->check(CLI::IsMember({"gini", "entropy"}))
      ->capture_default_str();
  app.add_option("--svm-c", c.tree.c, "Weight of the SVMs' errors")->check(kPositiveNumber)->capture_default_str();
  auto* balanced = app.add_flag_callback(
      "--balanced", [&c] { c.tree.class_odds = 1; }, "Classes weigh alike in the tree, however many hairpins each has");
  app.add_option("--class-odds", c.tree.class_odds,
                 "How much class 1 as a whole weighs beside class 0 in the tree; 1 is --balanced")
      ->check(CLI::Range(0.01, 100.0))
      ->excludes(balanced);
  app.add_flag("--no-prune", c.no_prune, "Keep sibling leaves of the same class");
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
  app.add_option("--latents", c->files.latents, "Instead of a model: latents as embed writes them (.safetensors)")
      ->type_name("FILE");
  app.add_option("--features", c->files.features, "and features, one line a record (by id, or in order)")
      ->type_name("FILE");
  app.add_option("--label-column", c->files.labels, "Column of --features with labels, if the latents have none")
      ->capture_default_str()
      ->type_name("NAME");
  app.add_option("--without", c->files.without, "Columns of --features that are no features")
      ->delimiter(',')
      ->type_name("NAMES");
  app.add_option("--latent", c->files.latent, "Which latent")
      ->check(CLI::IsMember({"x", "y", "m"}))
      ->capture_default_str();
  app.add_option("--thresholds", c->thresholds, "published: of the paper's tree; auto: deciles of the values")
      ->check(CLI::IsMember({"published", "auto"}))
      ->capture_default_str();
  add_tree(app, *c);
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
