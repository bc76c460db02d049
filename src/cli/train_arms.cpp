// train arms: a model of Drosha's and Dicer's cuts from a table of hairpins.
#include <oneapi/tbb/global_control.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "arms/arms.h"
#include "cli/train_command.h"
#include "util/run_folder.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

struct TrainArmsCommand {
  CommonOptions common;
  CutTrainOptions options;
  std::string table, validation, output;
  std::string windows = "local";
  int networks = 3;
};

Json as_json(const CutMeasures& measures) {
  const CutScore& all = measures.all;
  return {{"records", measures.records}, {"exact", all.exact},       {"within_1", all.within_1},
          {"within_2", all.within_2},    {"distance", all.distance}, {"all_four", measures.all_four}};
}

int run_train_arms(TrainArmsCommand& c) {
  begin_run(c.common);
  check_run_files({c.table, c.validation}, {c.output});
  FolderDraft draft(c.output, "config.json");
  const std::vector<CutExample> examples = read_cut_examples(c.table);
  const std::vector<CutExample> validation = read_cut_examples(c.validation);
  std::vector<CutExample> guided;
  for (const CutExample& example : examples) {
    if (example.guide != Guide::kNotTold) guided.push_back(example);
  }
  spdlog::info("{} hairpins to learn from, {} to calibrate on, {} with a known guide", examples.size(),
               validation.size(), guided.size());
  CutSettings settings;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(c.common.threads));
  settings.local = c.options.local = c.windows == "local";
  settings.reaches = c.options.reaches;
  CutSights sights;
  std::vector<CutNetwork> networks;
  for (int k = 0; k < c.networks; ++k) {
    CutTrainOptions options = c.options;
    options.seed = c.options.seed + static_cast<std::uint64_t>(k);
    networks.push_back(train_cuts(examples, options, sights, [&](const CutProgress& progress, const CutNetwork& network) {
      const CutMeasures measures = measure_cuts(CutModel::of({network}, settings), validation);
      spdlog::info("network {} epoch {}: loss {:.3f} of {} visits; validation: exact {:.3f}, within 2 {:.3f}", k + 1,
                   progress.epoch + 1, progress.loss, progress.visits, measures.all.exact, measures.all.within_2);
    }));
  }
  settings = fit_settings(CutModel::of(networks, settings), validation, guided);
  const CutModel model = CutModel::of(std::move(networks), settings);
  const CutMeasures measures = measure_cuts(model, validation);
  const CutTrainOptions& o = c.options;
  const Json training = {{"records", examples.size()},
                         {"networks", c.networks},
                         {"windows", c.windows},
                         {"epochs", o.epochs},
                         {"batch", o.batch},
                         {"rate", o.rate},
                         {"weight_decay", o.weight_decay},
                         {"dropout", o.dropout},
                         {"mutated", o.mutated},
                         {"as_given", o.as_given},
                         {"shuffled", o.shuffled},
                         {"others", o.others},
                         {"flankings", o.flankings},
                         {"seed", o.seed},
                         {"validation", as_json(measures)}};
  model.write(draft.path(), training.dump());
  draft.keep();
  spdlog::info("{}: validation: exact {:.3f}, within 1 {:.3f}, within 2 {:.3f}, mean distance {:.2f}, all four {:.3f}",
               c.output, measures.all.exact, measures.all.within_1, measures.all.within_2, measures.all.distance,
               measures.all_four);
  return kExitOk;
}

}  // namespace

std::function<int()> add_train_arms(CLI::App& app) {
  auto c = std::make_shared<TrainArmsCommand>();
  CutTrainOptions& o = c->options;
  app.description("Learns where Drosha and Dicer cut, without libtorch; minutes (docs/arms.md).");
  app.add_option("--tsv", c->table, "Table: sequence, drosha5, dicer5, dicer3, drosha3 (letters before the cut; empty: not known)")
      ->required()
      ->type_name("TSV");
  app.add_option("--validation", c->validation, "The same, of other families: calibrates the probabilities")
      ->required()
      ->type_name("TSV");
  app.add_option("--model", c->output, "Directory of the model")->required()->type_name("DIR");
  app.add_option("--networks", c->networks, "Networks that vote")->check(CLI::Range(1, 16))->capture_default_str();
  app.add_option("--windows", c->windows, "What networks see: local stem-loops, or folds of windows around a loop")
      ->check(CLI::IsMember({"local", "folds"}))
      ->capture_default_str();
  app.add_option("--channels", o.shape.channels, "Of each network, a multiple of 16")
      ->check(CLI::IsMember({16, 32, 48, 64, 96, 128}))
      ->capture_default_str();
  app.add_option("--dilations", o.shape.dilations, "Of its layers")->check(CLI::Range(1, 32))->capture_default_str();
  app.add_option("--epochs", o.epochs, "Times through the records")->check(CLI::Range(1, 10000))->capture_default_str();
  app.add_option("--rate", o.rate, "Step size of Adam at its highest")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--weight-decay", o.weight_decay, "")->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_option("--dropout", o.dropout, "")->check(CLI::Range(0.0, 0.9))->capture_default_str();
  app.add_option("--mutate", o.mutated, "Share of the letters drawn anew at every visit")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--seed", o.seed, "")->capture_default_str();
  add_threads(app, c->common);
  add_talk(app, c->common);
  app.footer("Example:\n  stemloop train arms --tsv train.tsv --validation valid.tsv --model models/arms");
  return [c] { return run_train_arms(*c); };
}

}  // namespace stemloop
