// embed, project: hairpins as points in a model's latent spaces.
#include <filesystem>

#include "cli/choices.h"
#include "cli/model_options.h"
#include "data/dataset.h"
#include "learn/learn.h"
#include "report/report.h"
#include "seq/record_stream.h"

namespace stemloop {

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
  const PictureData* const labelled = fasta ? nullptr : &dataset.pictures;
  if (table) {
    TextWriter out(c.common.output);
    out.write(embedding_table(c.latent, dataset.ids, labelled, encoded));
    out.close();
  } else {
    replace_file(c.common.output, embedding_tensors(dataset.ids, labelled, encoded));
  }
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
    values = column_of_latents(c.features, c.colour.empty() ? "label" : c.colour, latents, c.input);
  require(c.colour != "class" || !latents.labels.empty(), "{}: holds no labels to colour by", c.input);

  const PlanePoints plane = in_the_plane(latents.z, c.method, c.tsne, !c.common.quiet);
  TextWriter out(c.common.output);
  out.write(points_table(latents, plane, values));
  out.close();
  if (!c.picture.empty()) {
    const Drawing drawing = scatter(plane.points, values, {plane.x_name, plane.y_name},
                                    fmt::format("z_{}: {} hairpins{}", c.latent, plane.points.rows,
                                                c.colour.empty() ? "" : ", coloured by " + c.colour));
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
  app.add_option("--features", c->features, "Table with an id and values for each record (stemloop features)")
      ->type_name("FILE");
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
