#include "cli/model_options.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/choices.h"
#include "fold/parameter_sets.h"
#include "net/model_reading.h"
#include "report/report.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// The parameter set that a model names.
std::string named_parameters(const std::string& name) {
  require(is_parameter_set(name),
          "the model was trained with the energy parameters '{}'; no file that a model names is "
          "opened: give it with --params",
          printable(name));
  return name;
}

}  // namespace

void add_dataset(CLI::App& app, DatasetOptions& options) {
  app.add_option("--tsv", options.tsv,
                 "Labelled sequences: a table with columns sequence, label (1 pre-miRNA, 0 not), id")
      ->type_name("FILE");
  app.add_option("--positives", options.positives, "FASTA of pre-miRNAs")->type_name("FASTA");
  app.add_option("--negatives", options.negatives, "FASTA of hairpins that are none")->type_name("FASTA");
  app.add_option("--bars", options.bars,
                 "Pictures instead of sequences: safetensors with colour, height and label, as published")
      ->type_name("FILE");
  app.add_option("--split", options.split, "Column of the table that says train, valid or test")->type_name("COLUMN");
  app.add_option("--splits", options.splits, "The table of --split for --bars, one line a record")->type_name("FILE");
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

void add_device(CLI::App& app, std::string& device) {
  app.add_option("--device", device, "auto, cpu, cuda or cuda:N; auto: networks of the small size run on the CPU")
      ->check(device_name())
      ->capture_default_str();
}

void add_model(CLI::App& app, ModelOptions& options) {
  app.add_option("-m,--model", options.directory,
                 "Model: a directory (RUN/model of train), or the name of an installed one")
      ->required()
      ->type_name("DIR");
  add_device(app, options.device);
}

std::unique_ptr<HairpinNetwork> open_model(const ModelOptions& options, const CommonOptions& common,
                                           FoldingOptions& folding, const CLI::App& app) {
  const std::string directory = network_directory(options.directory);
  require(std::filesystem::exists(directory + "/model.safetensors") || model_family(directory) != kPrecursorFamily,
          "{}: its network is not here: it comes with the package stemloop-models (or with models/ of the sources)",
          directory);
  auto network = open_network(directory, options.device, common.threads);
  const Json training = Json::parse(network->training().empty() ? "{}" : network->training(), nullptr, false);
  const Json* parameters = nullptr;
  for (const char* key : {"origin", "options", "params"}) {
    const Json& at = parameters == nullptr ? training : *parameters;
    if (!at.is_object() || !at.contains(key)) return network;
    parameters = &at.at(key);
  }
  if (app.get_option("--params")->count() == 0 && parameters->is_string()) {
    folding.parameters = named_parameters(parameters->get<std::string>());
    provenance().parameters = folding.parameters;
    spdlog::debug("folding with {}, as the model's training data were", folding.parameters);
  }
  return network;
}

}  // namespace stemloop
