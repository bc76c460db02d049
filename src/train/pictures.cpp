// DIVA and its ablations: networks of pictures.
#include "report/report.h"
#include "train/kinds.h"
#include "train/run_files.h"
#include "train/run_watcher.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// What a run is, as JSON, and back: everything that is needed to repeat it.
template <class Visit>
void visit_picture_run(TrainJob& c, Visit visit) {
  visit_common_run(c, visit);
  visit("mutate", c.options.mutate);
  visit("graft", c.options.graft);
  visit("even_lengths", c.options.even_lengths);
  visit("counterfactual", c.options.counterfactual);
  visit("precision", c.options.precision);
  visit("recorded", c.options.recorded);
  visit("validate_every", c.options.validate_every);
  visit("bars", c.data.bars);
  visit("split", c.data.split);
  visit("splits", c.data.splits);
}

Json run_json(TrainJob& c, const Dataset& data, std::int64_t train, std::int64_t valid) {
  Json options = Json::object();
  visit_picture_run(c, [&](const char* name, const auto& value) { options[name] = value; });
  return new_run_file(c, config_json(c.preset.config), objective_json(c.preset.objective), options,
                      {data.md5, data.tally, train, valid, paths_from_run(c)});
}

class DivaWatcher : public RunWatcher {
 public:
  using RunWatcher::RunWatcher;

 protected:
  [[nodiscard]] std::string epoch_in_words(const Json& line) const override {
    std::string said = fmt::format("loss {:.3f}", line.at("train").at("loss").get<double>());
    if (!line.contains("valid")) return said;
    const Json& valid = line.at("valid");
    said += fmt::format("; validation loss {:.3f}, MAE {:.4f} / {:.4f} / {:.4f}", valid.at("loss").get<double>(),
                        valid.at("mae").get<double>(), valid.at("mae_nucleotide").get<double>(),
                        valid.at("mae_length").get<double>());
    if (valid.contains("accuracy_y"))
      said += fmt::format(", class {:.4f} (y) {:.4f} (m)", valid.at("accuracy_y").get<double>(),
                          valid.at("accuracy_m").get<double>());
    return said;
  }
  void draw_curves() const override {
    replace_file(run() + "/losses.svg", to_svg(loss_curves(run() + "/metrics.jsonl")));
  }
};

void apply_overrides(TrainJob& c) {
  c.preset = diva_preset(c.model, c.size, c.likelihood);
  DivaObjective& objective = c.preset.objective;
  if (c.beta >= 0) objective.beta_x = objective.beta_y = objective.beta_m = c.beta;
  if (c.warmup >= 0) objective.warmup_epochs = c.warmup;
  require(c.size == "small" || (c.width == 0 && c.decoder_width == 0 && !c.no_letter_code && !c.no_bond_code),
          "--width, --decoder-width, --no-letter-code and --no-bond-code are for --size small; the paper's network has "
          "its own");
  if (c.width > 0) c.preset.config.width = c.width;
  if (c.decoder_width > 0) c.preset.config.decoder_width = c.decoder_width;
  if (c.no_letter_code) c.preset.config.letter_code = false;
  if (c.no_letter_code || c.no_bond_code) c.preset.config.bond_code = false;
}

}  // namespace

void prepare_pictures(TrainJob& c) {
  if (c.resume.empty()) {
    apply_overrides(c);
    check_dataset(c.data);
    check_run_is_new(c);
    return;
  }
  read_run(
      c, [](auto& of, auto visit) { visit_picture_run(of, visit); },
      [&](const std::string& network, const std::string& objective, const std::string& path) {
        c.preset.config = config_from_json(network, path);
        c.preset.objective = objective_from_json(objective, path);
      });
}

TrainResult train_pictures(TrainJob& c) {
  c.options.threads = c.common.threads;
  const Dataset dataset = load_dataset(c.data, c.common, c.folding);
  check_labels(dataset.pictures);
  const auto [train, valid] = train_and_valid(dataset, c.options.seed);
  const OpenRun run(c, run_json(c, dataset, train.size(), valid.size()), dataset.md5);
  say(Loud::kInfo, "{} records to learn from, {} to validate on, {} rejected; {}", train.size(), valid.size(),
      dataset.tally.rejected, neural().version());
  DivaWatcher watcher(c);
  const TrainOutcome outcome =
      neural().train(c.preset.config, c.preset.objective, train, valid, c.options, run.goes_on(), watcher);
  return end_run(c, outcome, dataset.tally);
}

}  // namespace stemloop
