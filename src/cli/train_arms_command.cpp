// train arms: where Drosha and Dicer cut, learned from hairpins whose cuts are known.
#include "arms/arm_training.h"
#include "cli/command.h"

namespace stemloop {

namespace {

struct TrainArmsCommand {
  CommonOptions common;
  ArmTraining training;
};

int run_train_arms(TrainArmsCommand& c) {
  begin_run(c.common);
  check_run_files({c.training.table, c.training.validation}, {c.training.output});
  c.training.threads = c.common.threads;
  train_arms(c.training);
  return kExitOk;
}

}  // namespace

std::function<int()> add_train_arms(CLI::App& app) {
  auto c = std::make_shared<TrainArmsCommand>();
  CutTrainOptions& o = c->training.options;
  app.description("Learns where Drosha and Dicer cut, without libtorch; minutes (docs/arms.md).");
  app.add_option("--tsv", c->training.table,
                 "Table: sequence, drosha5, dicer5, dicer3, drosha3 (letters before the cut; empty: not known)")
      ->required()
      ->type_name("TSV");
  app.add_option("--validation", c->training.validation, "The same, of other families: calibrates the probabilities")
      ->required()
      ->type_name("TSV");
  app.add_option("--model", c->training.output, "Directory of the model")->required()->type_name("DIR");
  app.add_option("--networks", c->training.networks, "Networks that vote")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  app.add_option("--windows", c->training.windows,
                 "What networks see: local stem-loops, or folds of windows around a loop")
      ->check(CLI::IsMember({"local", "folds"}))
      ->capture_default_str();
  app.add_option("--channels", o.shape.channels, "Of each network, a multiple of 16")
      ->check(CLI::IsMember({16, 32, 48, 64, 96, 128}))
      ->capture_default_str();
  app.add_option("--dilations", o.shape.dilations, "Of its layers")->check(CLI::Range(1, 32))->capture_default_str();
  app.add_option("--epochs", o.epochs, "Times through the records")->check(CLI::Range(1, 10000))->capture_default_str();
  app.add_option("--rate", o.rate, "Step size of Adam at its highest")->check(kPositiveNumber)->capture_default_str();
  app.add_option("--weight-decay", o.weight_decay, "")->check(kNonNegativeNumber)->capture_default_str();
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
