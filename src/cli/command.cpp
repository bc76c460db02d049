#include "cli/command.h"
#include "hairpin/hairpin.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "cli/version.h"
#include "net/find_model.h"
#include "report/report.h"

namespace stemloop {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"fold", "Minimum free energy structures, ensembles, base-pair probabilities", add_fold},
      {"eval", "Energy of given structures, loop by loop", add_eval},
      {"show", "Hairpins as text, in the terminal", add_show},
      {"draw", "Hairpins as figures (SVG, PDF, PNG)", add_draw},
      {"report", "Hairpins or loci as one page to keep (HTML)", add_report},
      {"convert", "Sequences and structures from one format to another", add_convert},
      {"features", "The 20 features of each hairpin, as a table", add_features},
      {"encode", "Hairpins as 100 x 25 pictures (safetensors, PNG)", add_encode},
      {"decode", "Sequences and structures back from pictures", add_decode},
      {"arms", "Where Drosha and Dicer cut: the arms of the mature miRNA, their seeds and overhangs", add_arms},
      {"classify", "Pre-miRNA or not, mirtron or canonical, with a probability and the reasons", add_classify},
      {"scan", "From a genome to precursor loci, with arms, q-values and a number to cut at", add_scan},
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

// Messages as one write each, without what a terminal would obey.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    write_stderr(escaped({text.data(), text.size()}));
  }
  void flush_() override {}
};

// Of numbers that `fits`; `said` is what they should be.
CLI::Validator number_that(bool (*fits)(double), const char* said, const char* name) {
  return CLI::Validator(
      [=](std::string& text) {
        try {
          if (fits(parse_number(text, ""))) return std::string();
        } catch (const Error&) {  // said below
        }
        return fmt::format("'{}' is no {}", text, said);
      },
      name);
}

}  // namespace

const CLI::Validator kPositiveNumber =
    number_that([](double value) { return value > 0; }, "number above 0", "POSITIVE");
const CLI::Validator kNonNegativeNumber =
    number_that([](double value) { return value >= 0; }, "number of 0 or more", "NONNEGATIVE");

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
      ->check(CLI::Range(1, kMostThreads))
      ->type_name("N");
}

void add_talk(CLI::App& app, CommonOptions& options) {
  app.add_flag("--skip-bad", options.skip_bad, "Exit with 0 even if records were rejected (they are still listed)");
  app.add_flag("-q,--quiet", options.quiet, "Say only what went wrong; no progress, no summary");
  app.add_option("--log-level", options.log_level, "How much to say on stderr")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str()
      ->type_name("LEVEL");
  app.add_option("--provenance", options.provenance,
                 "Also write what the outputs were made of: command, model, inputs with checksums (JSON)")
      ->type_name("FILE");
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
  provenance().file = options.provenance;
  provenance().command = command_words();
  provenance().version = kVersion;
  auto logger = std::make_shared<spdlog::logger>("stemloop", std::make_shared<StderrSink>());
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

const std::vector<std::string>& InputFiles::all() {
  if (!all_.empty()) return all_;
  std::vector<std::string> files = named;
  if (!list.empty()) {
    LineReader reader(list);
    for (std::string line; reader.next(line);) {
      if (!trim(line).empty()) files.emplace_back(trim(line));
    }
    require(!files.empty(), "{}: names no files", list);
  }
  if (files.empty()) files.emplace_back("-");
  const auto stdins = std::count(files.begin(), files.end(), "-") + (list == "-" ? 1 : 0);
  require(stdins <= 1, "stdin (-) can be read only once");
  return all_ = std::move(files);
}

void add_input_files(CLI::App& app, InputFiles& input, const char* help) {
  app.add_option("input", input.named, help)->type_name("FILE");
  app.add_option("--files-from", input.list, "Read the files listed in LIST, one a line, behind those named")
      ->type_name("LIST");
}

void tell_model_parameters(CLI::App& app, const char* text) { app.get_option("--params")->default_str(text); }

namespace {

std::vector<std::string> with_parameters(std::vector<std::string> files, const FoldingOptions& options) {
  provenance().parameters = options.parameters;
  std::error_code ignored;
  if (options.parameters.find('/') != std::string::npos ||
      std::filesystem::is_regular_file(options.parameters, ignored))
    files.push_back(options.parameters);
  return files;
}

}  // namespace

std::vector<std::string> input_files(InputFiles& input, const FoldingOptions& options) {
  return with_parameters(input.all(), options);
}

std::vector<std::string> input_files(const std::string& input, const FoldingOptions& options) {
  return with_parameters({input}, options);
}

void check_run_files(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                     const std::vector<std::string>& models) {
  Provenance& run = provenance();
  std::vector<std::string> written = outputs;
  if (!run.file.empty()) written.push_back(run.file);
  check_files(inputs, written);
  for (const std::string& output : written) {
    if (!output.empty()) check_place(output);
  }
  std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(run.inputs),
               [](const std::string& input) { return !input.empty(); });
  for (const std::string& output : outputs) {
    if (!output.empty()) run.outputs.push_back(output);
  }
  std::error_code ignored;
  for (const std::string& model : models) {
    if (model.empty()) continue;
    const std::string directory = find_model(model);
    run.models.push_back(directory);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, ignored)) {
      for (const std::string& output : written) {
        const bool part = entry.path().extension() == ".json" || entry.path().extension() == ".safetensors" ||
                          entry.path().extension() == ".ubj" || entry.path().extension() == ".md" ||
                          entry.path().extension() == ".par";
        require(output.empty() || output == "-" || !part || !std::filesystem::equivalent(entry.path(), output, ignored),
                "{}: is a file of the model {}", output, model);
      }
    }
  }
}

void close_outputs(const Tally& tally, std::initializer_list<TextWriter*> outputs) {
  for (TextWriter* output : outputs) {
    if (output == nullptr) continue;
    if (!tally.broken) {
      output->close();
    } else if (const std::string partial = output->close_partial(); partial != "stdout") {
      spdlog::warn("{}: holds what came before the input broke off", partial);
    }
  }
}

int finish(const Tally& tally, const CommonOptions& options) {
  const bool bad = tally.rejected > 0 || tally.broken;
  spdlog::log(bad ? spdlog::level::warn : spdlog::level::info, "{} records in, {} out, {} rejected", tally.in,
              tally.out, tally.rejected);
  if (tally.broken) std::rethrow_exception(tally.broken);
  return bad && !options.skip_bad ? kExitRejected : kExitOk;
}

}  // namespace stemloop
