#include "cli/command.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>

#include "cli/version.h"

namespace stemloop {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"fold", "Minimum free energy structures, ensembles, base-pair probabilities", add_fold},
      {"eval", "Energy of given structures, loop by loop", add_eval},
      {"show", "Hairpins as text, in the terminal", add_show},
      {"draw", "Hairpins as pictures (SVG, PNG)", add_draw},
      {"features", "The 20 features of each hairpin, as a table", add_features},
      {"encode", "Hairpins as 100 x 25 pictures (safetensors, PNG)", add_encode},
      {"decode", "Sequences and structures back from pictures", add_decode},
      {"classify", "Pre-miRNA or not, mirtron or canonical, with a probability and the reasons", add_classify},
      {"describe", "The difference between two classes as a tree of questions in latent space", add_describe},
      {"train", "Networks learned from labelled hairpins", add_train},
      {"evaluate", "How well a model reconstructs, classifies and obeys bond patterns", add_evaluate},
      {"embed", "Hairpins as points in a model's latent spaces", add_embed},
      {"project", "Latent spaces in the plane: PCA and t-SNE", add_project},
      {"generate", "New hairpins and sequences from a model", add_generate},
      {"design", "Sequences for a structure asked for, like natural precursors", add_design},
      {"smote", "More sequences of a small class, made of those there are", add_smote},
      {"quality", "How like real sequences synthetic ones are", add_quality},
      {"experiment", "Does augmentation help? Arms and classifiers over repeated folds", add_experiment},
      {"leakage", "Duplicates, label conflicts and near-duplicates within and across splits", add_leakage},
      {"split", "Tables cut into train, valid and test without leaks", add_split},
      {"model", "Models at hand: list, info, verify; train a classifier", add_model_command},
      {"signature", "Two integers that tell whether results have changed", add_signature},
  };
  return kCommands;
}

namespace {

// The list of commands shows their one-line summaries; the long descriptions stand in each command's own help.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* sub) const override {
    for (const Command& command : commands()) {
      if (sub->get_name() == command.name) return fmt::format("  {:<12}{}\n", command.name, command.summary);
    }
    return CLI::Formatter::make_subcommand(sub);
  }
};

}  // namespace

std::unique_ptr<CLI::App> make_command_line(std::function<int()>& chosen) {
  auto app = std::make_unique<CLI::App>("Fold, see and measure precursor microRNA hairpins.", "stemloop");
  app->set_version_flag("--version", std::string("stemloop ") + kVersion);
  app->formatter(std::make_shared<HelpFormatter>());
  app->require_subcommand(1);
  app->failure_message(CLI::FailureMessage::simple);
  app->footer(
      "Exit codes: 0 done, 1 failure, 2 wrong usage, 3 some records rejected (0 with --skip-bad).\n"
      "Help on a command: stemloop COMMAND --help");
  for (const Command& command : commands()) {
    CLI::App* sub = app->add_subcommand(command.name, command.summary);
    sub->callback([action = command.add(*sub), &chosen] { chosen = action; });
  }
  return app;
}

void add_output(CLI::App& app, CommonOptions& options, const char* help) {
  app.add_option("-o,--output", options.output, help)->capture_default_str()->type_name("FILE");
}

void add_format(CLI::App& app, std::string& format, const std::vector<std::string>& formats, const char* help) {
  app.add_option("-f,--format", format, help)
      ->check(CLI::IsMember(formats))
      ->capture_default_str()
      ->type_name("FORMAT");
}

void add_threads(CLI::App& app, CommonOptions& options) {
  app.add_option("-t,--threads", options.threads,
                 "Worker threads (default: the CPUs this process may use, at most SLURM_CPUS_PER_TASK)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
}

void add_talk(CLI::App& app, CommonOptions& options) {
  app.add_flag("--skip-bad", options.skip_bad, "Exit with 0 even if records were rejected (they are still listed)");
  app.add_flag("-q,--quiet", options.quiet, "Say only what went wrong; no progress, no summary");
  app.add_option("--log-level", options.log_level, "How much to say on stderr")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str()
      ->type_name("LEVEL");
}

void add_energy_model(CLI::App& app, FoldingOptions& options) {
  app.add_option(
         "--params", options.parameters,
         "Energy parameters: turner2004, turner2004-vienna2.1 (ViennaRNA 2.1.8 and older, as used for the published "
         "pictures), or a ViennaRNA 2 parameter file")
      ->capture_default_str()
      ->type_name("NAME|FILE");
  app.add_option("-T,--temperature", options.fold.temperature_celsius, "Temperature in degrees Celsius")
      ->capture_default_str()
      ->type_name("C");
  app.add_option("-d,--dangles", options.fold.dangles, "Dangling ends: 2 on both sides of every stem, 0 none")
      ->check(CLI::IsMember({0, 2}))
      ->capture_default_str()
      ->type_name("0|2");
  app.add_option("--max-length", options.max_length, "Longer sequences are rejected; memory grows with the square")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->type_name("NT");
}

void add_folding(CLI::App& app, FoldingOptions& options) {
  add_energy_model(app, options);
  app.add_flag("--no-lp", options.fold.no_lonely_pairs, "No helices of a single pair");
}

void add_run_options(CLI::App& app, CommonOptions& options, const char* output_help) {
  add_output(app, options, output_help);
  add_threads(app, options);
  add_talk(app, options);
}

void add_run_options(CLI::App& app, CommonOptions& options, FoldingOptions& folding, const char* output_help) {
  add_output(app, options, output_help);
  add_folding(app, folding);
  add_threads(app, options);
  add_talk(app, options);
}

std::vector<std::string>& command_words() {
  static std::vector<std::string> words;
  return words;
}

void begin_run(CommonOptions& options) {
  auto logger = std::make_shared<spdlog::logger>("stemloop", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("stemloop: %l: %v");
  const auto level = spdlog::level::from_str(options.log_level);
  logger->set_level(options.quiet ? std::max(level, spdlog::level::warn) : level);
  spdlog::set_default_logger(std::move(logger));
  set_talker([](Loud how, const std::string& text) {
    constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                     spdlog::level::err};
    if (how == Loud::kError) Progress::clear_line();
    spdlog::log(kLevels[static_cast<int>(how)], "{}", text);
  });
  if (options.threads == 0) options.threads = available_threads();
  spdlog::debug("{} threads, kernels for {}", options.threads, simd_name());
}

std::vector<std::string> input_files(const std::string& input, const FoldingOptions& options) {
  std::vector<std::string> files = {input};
  std::error_code ignored;
  if (std::filesystem::exists(options.parameters, ignored)) files.push_back(options.parameters);
  return files;
}

int finish(const Tally& tally, const CommonOptions& options) {
  const bool bad = tally.rejected > 0 || tally.broken;
  spdlog::log(bad ? spdlog::level::warn : spdlog::level::info, "{} records in, {} out, {} rejected", tally.in,
              tally.out, tally.rejected);
  if (tally.broken) std::rethrow_exception(tally.broken);
  return bad && !options.skip_bad ? kExitRejected : kExitOk;
}

}  // namespace stemloop
