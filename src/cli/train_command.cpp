// train: a network learned from labelled hairpins, in a run directory that can be gone on with.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/dataset_input.h"
#include "cli/plots.h"
#include "cli/version.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

std::atomic<bool> g_stop{false};  // set by SIGINT and SIGTERM

extern "C" void ask_to_stop(int) { g_stop = true; }

struct TrainCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  TrainOptions options;
  DivaPreset preset;
  std::string model;
  std::string size = "small";
  std::string resume;
  // Overrides of the preset; negative: as the preset says.
  double beta = -1;
  double warmup = -1;
  std::string likelihood;
  std::int64_t width = 0;
  std::int64_t decoder_width = 0;
};

// What a run is, as JSON, and back: everything that is needed to repeat it.
template <class Visit>
void visit_run(TrainCommand& c, Visit visit) {
  visit("model", c.model);
  visit("size", c.size);
  visit("seed", c.options.seed);
  visit("epochs", c.options.epochs);
  visit("batch", c.options.batch);
  visit("rate", c.options.rate);
  visit("schedule", c.options.schedule);
  visit("clip", c.options.clip);
  visit("mutate", c.options.mutate);
  visit("patience", c.options.patience);
  visit("init", c.options.start);
  visit("threads", c.common.threads);
  visit("device", c.options.device);
  visit("bars", c.data.bars);
  visit("tsv", c.data.tsv);
  visit("positives", c.data.positives);
  visit("negatives", c.data.negatives);
  visit("split", c.data.split);
  visit("splits", c.data.splits);
  visit("params", c.folding.parameters);
  visit("temperature", c.folding.fold.temperature_celsius);
  visit("dangles", c.folding.fold.dangles);
  visit("no_lp", c.folding.fold.no_lonely_pairs);
  visit("max_length", c.folding.max_length);
}

Json run_json(TrainCommand& c, const Dataset& data, std::int64_t train, std::int64_t valid) {
  Json options = Json::object();
  visit_run(c, [&](const char* name, const auto& value) { options[name] = value; });
  return {{"format", "stemloop run 1"},
          {"command", command_words()},
          {"version", kVersion},
          {"neural", neural().version()},
          {"network", Json::parse(config_json(c.preset.config))},
          {"objective", Json::parse(objective_json(c.preset.objective))},
          {"options", options},
          {"data",
           {{"md5", data.md5},
            {"records", data.tally.out},
            {"rejected", data.tally.rejected},
            {"train", train},
            {"valid", valid}}}};
}

Json read_run(TrainCommand& c) {
  const std::string path = c.resume + "/run.json";
  const auto bytes = read_bytes(path, 1 << 20);
  const Json run =
      Json::parse(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), nullptr, false);
  require(run.is_object() && run.value("format", "") == "stemloop run 1", "{}: is no run of this program", path);
  try {
    visit_run(c, [&](const char* name, auto& value) { run.at("options").at(name).get_to(value); });
    c.preset.config = config_from_json(run.at("network").dump(), path);
    c.preset.objective = objective_from_json(run.at("objective").dump(), path);
  } catch (const Json::exception& error) {
    fail("{}: {}", path, error.what());
  }
  c.options.run_directory = c.resume;
  return run;
}

class Watcher : public TrainWatcher {
 public:
  Watcher(const std::string& run, bool quiet, std::int64_t epochs)
      : run_(run), line_(!quiet && isatty(STDERR_FILENO) != 0), talk_(!quiet), epochs_(epochs) {}
  ~Watcher() override {
    if (line_) Progress::clear_line();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void progress(const TrainProgress& p) override {
    const auto now = std::chrono::steady_clock::now();
    if (!line_ || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    if (first_step_ < 0) {
      first_step_ = p.step - 1;
      start_ = now;
    }
    const double done = static_cast<double>(p.step) / static_cast<double>(p.steps);
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double left = seconds * static_cast<double>(p.steps - p.step) /
                        static_cast<double>(std::max<std::int64_t>(1, p.step - first_step_));
    constexpr int kWidth = 24;
    const int full = static_cast<int>(done * kWidth);
    fmt::print(
        stderr,
        "\r\033[Kepoch {}/{} [{:#<{}}{:.<{}}] {:3.0f} % loss {:.2f} rate {:.1e} {:.0f} records/s {:.0f}:{:02.0f} left",
        std::min(p.epoch + 1, epochs_), epochs_, "", full, "", kWidth - full, 100 * done, p.loss, p.learning_rate,
        p.records_per_second, std::floor(left / 60), std::fmod(std::floor(left), 60.0));
  }

  void metrics(const std::string& text) override {
    const Json line = Json::parse(text);
    if (line.at("kind") != "epoch") return;
    if (line_) Progress::clear_line();
    if (talk_) {
      std::string said = fmt::format("epoch {}/{}: {:.0f} s, loss {:.3f}", line.at("epoch").get<int>(), epochs_,
                                     line.at("seconds").get<double>(), line.at("train").at("loss").get<double>());
      if (line.contains("valid")) {
        const Json& valid = line.at("valid");
        said += fmt::format("; validation loss {:.3f}, MAE {:.4f} / {:.4f} / {:.4f}", valid.at("loss").get<double>(),
                            valid.at("mae").get<double>(), valid.at("mae_nucleotide").get<double>(),
                            valid.at("mae_length").get<double>());
        if (valid.contains("accuracy_y"))
          said += fmt::format(", class {:.4f} (y) {:.4f} (m)", valid.at("accuracy_y").get<double>(),
                              valid.at("accuracy_m").get<double>());
      }
      spdlog::info("{}", said);
    }
    replace_file(run_ + "/losses.svg", to_svg(loss_curves(run_ + "/metrics.jsonl")));
  }

  bool stop_asked() override { return g_stop; }

 private:
  std::string run_;
  bool line_, talk_;
  std::int64_t epochs_;
  std::chrono::steady_clock::time_point last_, start_;
  std::int64_t first_step_ = -1;
};

void apply_overrides(TrainCommand& c) {
  c.preset = diva_preset(c.model, c.size);
  DivaObjective& objective = c.preset.objective;
  if (c.beta >= 0) objective.beta_x = objective.beta_y = objective.beta_m = c.beta;
  if (c.warmup >= 0) objective.warmup_epochs = c.warmup;
  if (!c.likelihood.empty()) c.preset.config.likelihood = c.likelihood;
  require(c.size == "small" || (c.width == 0 && c.decoder_width == 0),
          "--width and --decoder-width are for --size small; the paper's network has its own");
  if (c.width > 0) c.preset.config.width = c.width;
  if (c.decoder_width > 0) c.preset.config.decoder_width = c.decoder_width;
}

int run_train(TrainCommand& c) {
  const bool resume = !c.resume.empty();
  require(!resume || c.options.run_directory.empty(), "--resume names the run: leave --run away");
  Json stored;
  if (resume) {
    const int threads = c.common.threads;
    stored = read_run(c);
    if (threads > 0) c.common.threads = threads;
  } else {
    require(!c.model.empty() && !c.options.run_directory.empty(), "a model and --run DIR are wanted, or --resume DIR");
    apply_overrides(c);
    check_dataset(c.data);
    require(peer_environment().rank > 0 || !std::filesystem::exists(c.options.run_directory + "/metrics.jsonl"),
            "{}: holds a run already; go on with it by --resume {}, or name another --run", c.options.run_directory,
            c.options.run_directory);
  }
  const bool chief = peer_environment().rank == 0;
  if (!chief) c.common.quiet = true;  // one process talks
  begin_run(c.common);
  check_files(dataset_files(c.data), {});
  c.options.threads = c.common.threads;
  std::filesystem::create_directories(c.options.run_directory);
  const Dataset dataset = load_dataset(c.data, c.common, c.folding);
  const auto [train, valid] = train_and_valid(dataset, c.options.seed);
  if (resume) {
    const std::string md5 = stored.at("data").value("md5", "");
    require(md5 == dataset.md5, "{}: the data have changed since this run began (MD5 {}, then {})", c.resume,
            dataset.md5, md5);
    require(std::filesystem::exists(c.resume + "/checkpoint.safetensors"), "{}: there is no checkpoint to go on from",
            c.resume);
  } else if (chief) {
    replace_file(c.options.run_directory + "/run.json",
                 run_json(c, dataset, train.size(), valid.size()).dump(2) + "\n");
  }
  spdlog::info("{} records to learn from, {} to validate on, {} rejected; {}", train.size(), valid.size(),
               dataset.tally.rejected, neural().version());

  Json origin = run_json(c, dataset, train.size(), valid.size());
  for (const char* elsewhere : {"format", "network"}) origin.erase(elsewhere);
  c.options.origin = origin.dump();

  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
  Watcher watcher(c.options.run_directory, c.common.quiet, c.options.epochs);
  const TrainOutcome outcome =
      neural().train(c.preset.config, c.preset.objective, train, valid, c.options, resume, watcher);
  if (outcome.end == TrainEnd::kStopped) {
    spdlog::warn("stopped after {} epochs; go on with: stemloop train --resume {}", outcome.epochs,
                 c.options.run_directory);
    return kExitFailure;
  }
  spdlog::info("{} after {} epochs in {:.0f} s; the model of epoch {} is in {}/model",
               outcome.end == TrainEnd::kEarly ? "stopped early" : "finished", outcome.epochs, outcome.seconds,
               outcome.best_epoch, c.options.run_directory);
  return finish(dataset.tally, c.common);
}

}  // namespace

std::function<int()> add_train(CLI::App& app) {
  auto c = std::make_shared<TrainCommand>();
  app.description(
      "Trains a network on labelled hairpins. The run directory holds everything that is needed to go on (--resume) or "
      "to\n"
      "repeat the run; RUN/model is the model of the best epoch. Several processes share the work if RANK, "
      "WORLD_SIZE,\n"
      "MASTER_ADDR and MASTER_PORT are set (docs/training.md).");
  app.add_option("model", c->model, "diva, or one of its ablations: vae, beta-vae, beta-iaf-vae, dc-beta-iaf-vae")
      ->type_name("MODEL");
  app.add_option("--size", c->size, "small (columns) or paper (the published 2-D network)")
      ->check(CLI::IsMember({"small", "paper"}))
      ->capture_default_str();
  app.add_option("--run", c->options.run_directory, "Folder for the run: checkpoint, metrics, curves, model")
      ->type_name("DIR");
  app.add_option("--resume", c->resume, "Go on with the run in DIR")->type_name("DIR");
  add_dataset(app, c->data);
  app.add_option("--epochs", c->options.epochs, "Times through the records")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--batch", c->options.batch, "Records a step, of all processes together")
      ->check(CLI::Range(2, 1000000))
      ->capture_default_str();
  app.add_option("--rate", c->options.rate, "Step size of Adam")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--schedule", c->options.schedule, "Of the step size")
      ->check(CLI::IsMember({"cosine", "constant"}))
      ->capture_default_str();
  app.add_option("--clip", c->options.clip, "Longest gradient; 0 for no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--mutate", c->options.mutate, "Share of positions substituted at every visit, the structure kept")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--patience", c->options.patience, "Stop after N epochs without a better validation loss; 0: never")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  app.add_option("--beta", c->beta, "Weight of the KL terms (default: the preset's)")->check(CLI::NonNegativeNumber);
  app.add_option("--warmup", c->warmup, "Epochs over which the KL terms grow to their weight")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--likelihood", c->likelihood, "gaussian or categorical (default: the preset's)")
      ->check(CLI::IsMember({"gaussian", "categorical"}));
  app.add_option("--width", c->width, "small: channels of the encoder's first stage")->check(CLI::Range(8, 512));
  app.add_option("--decoder-width", c->decoder_width, "small: channels of the decoder")->check(CLI::Range(8, 512));
  app.add_option("--init", c->options.start, "Begin with the weights of this model")->type_name("DIR");
  app.add_option("--seed", c->options.seed, "Of everything random")->capture_default_str();
  app.add_option("--device", c->options.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--checkpoint-every", c->options.checkpoint_seconds, "Seconds between checkpoints")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_folding(app, c->folding);
  add_threads(app, c->common);
  add_talk(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop train diva --positives mirnas.fa --negatives others.fa --run runs/first\n"
      "  stemloop train diva --tsv labelled.tsv --split part --epochs 40 --run runs/second\n"
      "  stemloop train --resume runs/first");
  return [c] { return run_train(*c); };
}

}  // namespace stemloop
