// embed, project: hairpins as points in a model's latent spaces; and what the commands that open a model share.
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/choices.h"
#include "cli/hairpin_input.h"
#include "cli/model_checks.h"
#include "cli/model_input.h"
#include "cli/provenance.h"
#include "net/model_reading.h"
#include "report/report.h"
#include "learn/learn.h"
#include "seq/record_stream.h"
#include "data/dataset.h"

namespace stemloop {

using Json = nlohmann::ordered_json;

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

std::string network_directory(const std::string& name) {
  std::string directory = find_model(name);
  if (std::filesystem::exists(directory + "/network")) directory = model_part(directory, "network");
  return directory;
}

std::unique_ptr<HairpinNetwork> open_model(const ModelOptions& options, const CommonOptions& common,
                                           FoldingOptions& folding, const CLI::App& app) {
  const std::string directory = network_directory(options.directory);
  require(std::filesystem::exists(directory + "/model.safetensors") || model_family(directory) != "precursor",
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

namespace {

// --- embed -----------------------------------------------------------------------------------------------------------

struct EmbedCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  ModelOptions model;
  std::string input;
  std::string latent = "m";
};

StoredTensor stored(const Matrix& matrix) {
  const auto bytes = std::as_bytes(std::span(matrix.values));
  return {"F32", {matrix.rows, matrix.columns}, {bytes.begin(), bytes.end()}};
}

std::string embedding_table(const EmbedCommand& c, const std::vector<std::string>& ids, const PictureData* labelled,
                            const Encoded& encoded) {
  const auto found = std::find_if(encoded.latents.begin(), encoded.latents.end(),
                                  [&](const EncodedLatent& latent) { return latent.name == c.latent; });
  require(found != encoded.latents.end(), "this model has no latent space '{}'", c.latent);
  std::string text = "id";
  if (labelled != nullptr) text += "\tlabel";
  if (!encoded.class_from_y.empty()) text += "\tclass_from_y\tclass_from_m";
  for (std::int64_t k = 0; k < found->z.columns; ++k) text += fmt::format("\tz_{}_{}", c.latent, k + 1);
  text += '\n';
  for (std::size_t i = 0; i < ids.size(); ++i) {
    text += table_cell(ids[i]);
    if (labelled != nullptr) text += fmt::format("\t{}", labelled->labels[i]);
    if (!encoded.class_from_y.empty())
      text += fmt::format("\t{:.6f}\t{:.6f}", encoded.class_from_y[i], encoded.class_from_m[i]);
    for (const float value : found->z.row(static_cast<std::int64_t>(i))) text += fmt::format("\t{:.6g}", value);
    text += '\n';
  }
  return text;
}

int run_embed(EmbedCommand& c, const CLI::App& app) {
  begin_run(c.common);
  const bool fasta = !c.input.empty();
  require(!fasta || dataset_files(c.data).empty(), "name one source of records: a FASTA file or --tsv, --bars, ...");
  if (!fasta) check_dataset(c.data);
  auto files = fasta ? input_files(c.input, c.folding) : dataset_files(c.data);
  check_run_files(files, {c.common.output}, {c.model.directory});
  const bool table = std::filesystem::path(c.common.output).extension() != ".safetensors";
  const auto network = open_model(c.model, c.common, c.folding, app);
  Dataset dataset;
  if (fasta) {
    dataset.tally = run_records<std::pair<std::string, Picture>>(
        c.input, c.common, c.folding.max_length, hairpin_state(c.folding),
        [](Hairpins& hairpins, const Record& record) {
          return std::pair(record.id, picture_of(record, structure_of(hairpins, record)));
        },
        [&](std::pair<std::string, Picture>&& item) {
          dataset.ids.push_back(std::move(item.first));
          dataset.pictures.add(item.second, 0);
        });
  } else {
    dataset = load_dataset(c.data, c.common, c.folding);
  }
  const Encoded encoded = network->encode(pictures_of(dataset.pictures));
  if (table) {
    TextWriter out(c.common.output);
    out.write(embedding_table(c, dataset.ids, fasta ? nullptr : &dataset.pictures, encoded));
    out.close();
    return finish(dataset.tally, c.common);
  }
  TensorFile file;
  for (const EncodedLatent& latent : encoded.latents) {
    file.tensors["mu_" + latent.name] = stored(latent.mu);
    file.tensors["sigma_" + latent.name] = stored(latent.sigma);
    file.tensors["z_" + latent.name] = stored(latent.z);
  }
  const auto count = static_cast<std::int64_t>(dataset.ids.size());
  if (!encoded.class_from_y.empty()) {
    file.tensors["class_from_y"] = stored({count, 1, encoded.class_from_y});
    file.tensors["class_from_m"] = stored({count, 1, encoded.class_from_m});
  }
  if (!fasta) {
    const auto bytes = std::as_bytes(std::span(dataset.pictures.labels));
    file.tensors["label"] = {"U8", {count}, {bytes.begin(), bytes.end()}};
  }
  file.metadata["format"] = "stemloop latents 1";
  file.metadata["ids"] = fmt::format("{}", fmt::join(dataset.ids, "\n"));
  replace_file(c.common.output, encode_safetensors(file));
  return finish(dataset.tally, c.common);
}

// --- project ---------------------------------------------------------------------------------------------------------

struct ProjectCommand {
  CommonOptions common;
  std::string input;
  std::string latent = "m";
  std::string method = "pca";
  std::string picture;
  std::string colour;
  std::string features;
  TsneOptions tsne;
};

// The column to colour by, joined to the records by id.
std::vector<std::string> read_column(const std::string& path, const std::string& name, const Latents& latents,
                                     const std::string& latents_file) {
  std::size_t column = 0;
  std::optional<std::size_t> id;
  std::vector<std::string> ids, values, places;
  read_table(
      path,
      [&](const auto& header) {
        column = find_column(header, name, path);
        id = id_column(header, path);
        require(id.has_value(), "{}: has no column 'id' to tell which line belongs to which record", path);
      },
      [&](const auto& fields, const std::string& place) {
        ids.emplace_back(fields[*id]);
        values.emplace_back(is_missing(fields[column]) ? "" : fields[column]);
        places.push_back(place);
      });
  feature_table({name}, {values}, places);  // refuses what is neither one thing nor the other
  std::vector<std::string> joined;
  for (const std::size_t line : join_by_id(latents.ids, latents_file, ids, path)) joined.push_back(values[line]);
  return joined;
}

int run_project(ProjectCommand& c) {
  begin_run(c.common);
  c.tsne.threads = c.common.threads;
  std::vector<std::string> files = {c.input};
  if (!c.features.empty()) files.push_back(c.features);
  check_run_files(files, {c.common.output, c.picture});
  check_extension(c.picture, {".svg", ".png", ".pdf"});
  require(c.colour.empty() || c.colour == "class" || !c.features.empty(), "--colour {} is a column of --features FILE",
          c.colour);
  const Latents latents = read_latents(c.input, c.latent);
  std::vector<std::string> values;
  for (const std::uint8_t label : latents.labels) values.push_back(kPremirnaClasses[label]);
  if (!c.features.empty() && c.colour != "class")
    values = read_column(c.features, c.colour.empty() ? "label" : c.colour, latents, c.input);
  require(c.colour != "class" || !latents.labels.empty(), "{}: holds no labels to colour by", c.input);

  Matrix points;
  std::string x_name, y_name;
  if (c.method == "pca") {
    PcaResult result = pca(latents.z, 2);
    points = std::move(result.points);
    x_name = fmt::format("PC 1 ({:.1f} %)", 100 * result.explained[0]);
    y_name = fmt::format("PC 2 ({:.1f} %)", 100 * result.explained[1]);
  } else {
    Progress progress("iterations", !c.common.quiet);
    points = tsne(latents.z, c.tsne,
                  [&](double done) { progress.update(static_cast<std::int64_t>(done * c.tsne.iterations), done); });
    x_name = "t-SNE 1";
    y_name = "t-SNE 2";
  }
  TextWriter out(c.common.output);
  out.write(fmt::format("id\tx\ty{}\n", values.empty() ? "" : "\tvalue"));
  for (std::int64_t i = 0; i < points.rows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    out.write(fmt::format("{}\t{:.6g}\t{:.6g}{}\n", table_cell(latents.ids[at]), points.row(i)[0], points.row(i)[1],
                          values.empty() ? "" : "\t" + table_cell(values[at])));
  }
  out.close();
  if (!c.picture.empty()) {
    const Drawing drawing = scatter(
        points, values, {x_name, y_name},
        fmt::format("z_{}: {} hairpins{}", c.latent, points.rows, c.colour.empty() ? "" : ", coloured by " + c.colour));
    write_drawing(c.picture, drawing);
  }
  return kExitOk;
}

}  // namespace

std::function<int()> add_embed(CLI::App& app) {
  auto c = std::make_shared<EmbedCommand>();
  app.description(
      "Writes the latent coordinates of hairpins: all of them as tensors mu, sigma, z of every latent if the output's "
      "name\n"
      "ends in .safetensors, else z of one latent as a table. z is the flow's output from mu, what the decoder takes.");
  app.add_option("input", c->input, "FASTA; without it, name --tsv, --bars, or --positives and --negatives")
      ->type_name("FASTA");
  add_model(app, c->model);
  add_dataset(app, c->data);
  app.add_option("--latent", c->latent, "Table: which latent")
      ->check(CLI::IsMember({"x", "y", "m"}))
      ->capture_default_str();
  add_run_options(app, c->common, c->folding, "Where to write; - is stdout");
  tell_model_parameters(app);
  app.footer(
      "Examples:\n"
      "  stemloop embed hairpins.fa --model run/model --latent m -o latents.tsv\n"
      "  stemloop embed --tsv labelled.tsv --model run/model -o latents.safetensors");
  return [c, &app] { return run_embed(*c, app); };
}

std::function<int()> add_project(CLI::App& app) {
  auto c = std::make_shared<ProjectCommand>();
  app.description("Projects a latent space into the plane: a table of points and, if asked for, a picture of them.");
  app.add_option("input", c->input, "Latents as embed writes them (.safetensors)")->required()->type_name("FILE");
  app.add_option("--latent", c->latent, "Which latent")->check(CLI::IsMember({"x", "y", "m"}))->capture_default_str();
  app.add_option("--method", c->method, "pca or tsne")->check(CLI::IsMember({"pca", "tsne"}))->capture_default_str();
  app.add_option("--plot", c->picture, "Also draw the points, SVG or (name ending in .png) PNG")->type_name("FILE");
  app.add_option("--colour", c->colour, "class, or a column of --features")->type_name("NAME");
  app.add_option("--features", c->features, "Table with an id and values for each record (stemloop features)")->type_name("FILE");
  app.add_option("--perplexity", c->tsne.perplexity, "t-SNE: about how many neighbours count")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  app.add_option("--iterations", c->tsne.iterations, "t-SNE")->check(CLI::Range(1, 100000))->capture_default_str();
  app.add_option("--seed", c->tsne.seed, "t-SNE")->capture_default_str();
  add_run_options(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop project latents.safetensors --latent m --colour class --plot pca.svg -o points.tsv\n"
      "  stemloop project latents.safetensors --method tsne --features features.tsv --colour stem_length --plot "
      "tsne.png");
  return [c, &app] {
    if (c->method != "tsne") refuse_ignored(app, {"--perplexity", "--iterations", "--seed"}, "is of --method tsne");
    return run_project(*c);
  };
}

}  // namespace stemloop
