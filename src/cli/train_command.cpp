// train: a network learned from labelled hairpins, in a run directory that can be gone on with.
#include "train/train.h"

#include <algorithm>

#include "cli/choices.h"
#include "cli/model_options.h"
#include "cli/version.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

int run_train(TrainJob& c) {
  prepare_run(c);
  if (peer_environment().rank > 0) c.common.quiet = true;  // one process talks
  begin_run(c.common);
  check_run_files(dataset_files(c.data), {});
  const TrainResult result = carry_out(c);
  return result.stopped ? kExitFailure : finish(result.tally, c.common);
}

// Puts every option that a run.json holds through the checks of the command line's own.
void check_stored_options(CLI::App& app, const Json& options, const std::string& path) {
  for (const auto& [name, value] : options.items()) {
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    require(value.is_primitive() && !value.is_null(), "{}: '{}' is neither a text nor a number", path, printable(name));
    std::string dashed = name;
    std::replace(dashed.begin(), dashed.end(), '_', '-');
    if (name == "recorded") dashed = "cuda-graph";
    CLI::Option* const option = app.get_option_no_throw("--" + dashed);
    if (option == nullptr || text.empty() || value.is_boolean() || name == "threads") continue;
    try {
      option->clear();
      option->add_result(text);
      option->run_callback();
    } catch (const CLI::Error& error) {
      fail("{}: {}", path, error.what());
    }
    option->clear();
  }
}

// A run goes on as it began: any other option would be ignored.
void check_resume_options(const CLI::App& app) {
  constexpr std::string_view kAllowed[] = {"resume",   "threads",          "quiet",         "log-level",
                                           "skip-bad", "checkpoint-every", "allow-commands"};
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_single_name();
    require(option->count() == 0 || std::find(std::begin(kAllowed), std::end(kAllowed), name) != std::end(kAllowed),
            "--resume goes on with a run as it began: leave {} away", option->get_name());
  }
}

// Sets what the user did not name.
template <class Value>
void unless_given(const CLI::App& app, const char* name, Value& value, Value preset) {
  if (app.get_option(name)->count() == 0) value = preset;
}

// The published values of wgan, fbgan and cnn.
void set_sequence_defaults(TrainJob& c, const CLI::App& app) {
  unless_given(app, "--epochs", c.options.epochs, std::int64_t{100});
  unless_given(app, "--batch", c.options.batch, std::int64_t{c.model == "cnn" ? 512 : 32});
  unless_given(app, "--rate", c.options.rate, 1e-4);
  unless_given(app, "--schedule", c.options.schedule, std::string("constant"));
}

void set_picture_defaults(TrainJob& c, const CLI::App& app) {
  const DivaRecipe recipe = diva_preset(c.model, c.size).recipe;
  unless_given(app, "--rate", c.options.rate, recipe.rate);
  unless_given(app, "--clip", c.options.clip, recipe.clip);
  unless_given(app, "--mutate", c.options.mutate, recipe.mutate);
  unless_given(app, "--graft", c.options.graft, recipe.graft);
  unless_given(app, "--even-lengths", c.options.even_lengths, recipe.even_lengths);
  unless_given(app, "--counterfactual", c.options.counterfactual, recipe.counterfactual);
}

// Which models know which options. An ablation has no latent space of the bonds; a generator learns one class.
const ChoiceOptions::Choices kPictures = {"diva", "vae", "beta-vae", "beta-iaf-vae", "dc-beta-iaf-vae"};
const ChoiceOptions::Choices kGenerators = {"wgan", "fbgan"};
const ChoiceOptions::Choices kSequences = {"wgan", "fbgan", "cnn"};
const ChoiceOptions::Choices kTwoClasses = {"diva", "vae", "beta-vae", "beta-iaf-vae", "dc-beta-iaf-vae", "cnn"};
const ChoiceOptions::Choices kBegun = {"diva", "vae", "beta-vae", "beta-iaf-vae", "dc-beta-iaf-vae", "wgan", "fbgan"};

void add_run(CLI::App& app, TrainJob& c, ChoiceOptions& known) {
  app.add_option(
         "model", c.model,
         "diva, or one of its ablations: vae, beta-vae, beta-iaf-vae, dc-beta-iaf-vae; a generator of sequences: "
         "wgan, fbgan; a classifier of sequences: cnn")
      ->type_name("MODEL");
  app.add_option("--size", c.size, "small, or paper: the published network")
      ->check(CLI::IsMember({"small", "paper"}))
      ->capture_default_str();
  app.add_option("--run", c.options.run_directory, "Folder for the run: checkpoint, metrics, curves, model")
      ->type_name("DIR");
  app.add_option("--resume", c.resume, "Go on with the run in DIR")->type_name("DIR");
  app.add_flag("--allow-commands", c.allow_commands,
               "--resume: run the program that the run names as its analyzer; a run that someone sent may name any");
  add_dataset(app, c.data);
  known.only(kPictures, {"--bars", "--split", "--splits"});
  known.only(kTwoClasses, {"--negatives"});
  known
      .only(kBegun, app.add_option("--init", c.options.start,
                                   "Begin with the weights of this model (wgan, fbgan: of this generator)"))
      ->type_name("DIR");
  app.add_option("--seed", c.options.seed, "Of everything random")->capture_default_str();
  app.add_option("--device", c.options.device, "auto, cpu, cuda or cuda:N")
      ->check(device_name())
      ->capture_default_str();
  app.add_option("--checkpoint-every", c.options.checkpoint_seconds, "Seconds between checkpoints")
      ->check(kPositiveNumber)
      ->capture_default_str();
}

void add_steps(CLI::App& app, TrainJob& c) {
  app.add_option("--epochs", c.options.epochs, "Times through the records")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--batch", c.options.batch, "Records a step, of all processes together")
      ->check(CLI::Range(2, 1000000))
      ->capture_default_str();
  app.add_option("--rate", c.options.rate,
                 "Step size of Adam (default: 0.002; --size paper 0.0005; wgan, fbgan, cnn 0.0001)")
      ->check(kPositiveNumber);
  app.add_option("--schedule", c.options.schedule, "Of the step size")
      ->check(CLI::IsMember({"cosine", "constant"}))
      ->capture_default_str();
  app.add_option("--clip", c.options.clip, "Longest gradient; 0 for no limit (default: 300 for the small size of DIVA)")
      ->check(kNonNegativeNumber);
  app.add_option("--patience", c.options.patience, "Stop after N validations without a better loss; 0: never")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
}

// What is done to the hairpins before a network of pictures sees them, and how that is trained.
void add_picture_steps(CLI::App& app, TrainJob& c, ChoiceOptions& known) {
  const auto pictures = [&](CLI::Option* option) { return known.only(kPictures, option); };
  pictures(app.add_option("--mutate", c.options.mutate,
                          "Share of positions substituted at every visit, the structure kept (default: small 0.05)"))
      ->check(CLI::Range(0.0, 1.0));
  pictures(app.add_option("--graft", c.options.graft,
                          "Share of the visits at which a hairpin has the loop end of a shorter one of its class "
                          "(default: small 0.5)"))
      ->check(CLI::Range(0.0, 1.0));
  known
      .only({"diva"}, app.add_option("--counterfactual", c.options.counterfactual,
                                     "Share of the visits at which a hairpin is to be drawn with other bonds than "
                                     "those encoded, z_m from the prior (default: small 0.15)"))
      ->check(CLI::Range(0.0, 1.0));
  pictures(app.add_option("--even-lengths", c.options.even_lengths,
                          "Visit rare lengths oftener: 0 every record once an epoch, 1 all lengths alike (default: "
                          "small 0.7)"))
      ->check(CLI::Range(0.0, 1.0));
  pictures(app.add_option("--validate-every", c.options.validate_every,
                          "Epochs between validations; a better model is kept then"))
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  pictures(app.add_option("--precision", c.options.precision,
                          "Of products on a GPU: fp32, tf32 or bf16 (convolutions and normalisation alone)"))
      ->check(CLI::IsMember({"fp32", "tf32", "bf16"}))
      ->capture_default_str();
  pictures(app.add_flag("--cuda-graph", c.options.recorded,
                        "One process on a GPU: record a training step once and play it from there on"));
}

void add_diva(CLI::App& app, TrainJob& c, ChoiceOptions& known) {
  const auto pictures = [&](CLI::Option* option) { return known.only(kPictures, option); };
  pictures(app.add_option("--beta", c.beta,
                          "Weight of the KL terms (default: 0.004 categorical, 0.5 gaussian; vae twice that)"))
      ->check(kNonNegativeNumber);
  pictures(app.add_option("--warmup", c.warmup,
                          "Epochs over which the KL terms grow to their weight (default: small 2, paper 10)"))
      ->check(kNonNegativeNumber);
  pictures(app.add_option("--likelihood", c.likelihood,
                          "gaussian or categorical (default: small categorical, paper gaussian)"))
      ->check(CLI::IsMember({"gaussian", "categorical"}));
  pictures(app.add_option("--width", c.width, "small: channels of the encoder's first stage"))
      ->check(CLI::Range(8, 512));
  pictures(app.add_option("--decoder-width", c.decoder_width, "small: channels of the decoder"))
      ->check(CLI::Range(8, 512));
  pictures(
      app.add_flag("--no-letter-code", c.no_letter_code,
                   "small: the encoder as published, without the direct ways of letters and bonds to the latents"));
  known.only({"diva"}, app.add_flag("--no-bond-code", c.no_bond_code,
                                    "small: without the direct way of bonds to z_m and its prior"));
}

void add_sequence_networks(CLI::App& app, TrainJob& c, ChoiceOptions& known) {
  const auto sequences = [&](CLI::Option* option) { return known.only(kSequences, option); };
  const auto generators = [&](CLI::Option* option) { return known.only(kGenerators, option); };
  sequences(app.add_option("--label-column", c.label_column, "Column of --tsv with labels"))
      ->capture_default_str()
      ->type_name("NAME");
  sequences(app.add_option("--layout", c.layout, "strand (as published) or columns of the folded hairpin"))
      ->check(CLI::IsMember({"strand", "columns"}));
  sequences(app.add_option("--hidden", c.hidden, "Channels (small: 64, paper: 512)"))->check(CLI::Range(16, 4096));
  generators(
      app.add_option("--average", c.average, "Keep the generator's weights averaged with this decay; 0: as they are"))
      ->check(CLI::Range(0.0, 0.999999));
  generators(app.add_option("--refold", c.refold,
                            "Share of the epochs, the last, in which the critic sees sequences as they fold (columns)"))
      ->check(CLI::Range(0.0, 1.0));
  generators(
      app.add_option("--critic-steps", c.critic_steps, "Steps of the critic for one of the generator (default: 5)"))
      ->check(CLI::Range(1, 1000));
  generators(app.add_option("--judge-every", c.watch.judge_every,
                            "Epochs between looks at drawn sequences, the best of which is kept; 0: the last is kept"))
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  generators(app.add_option("--judged", c.watch.judged, "Sequences drawn for a look"))
      ->check(CLI::Range(10, 100000))
      ->capture_default_str();
  known
      .only({"fbgan"},
            app.add_option("--analyzer", c.analyzer,
                           "structure, a directory of train cnn, or program:COMMAND (FASTA in, id<TAB>score out)"))
      ->capture_default_str()
      ->type_name("ANALYZER");
  known
      .only({"fbgan"},
            app.add_option("--analyzer-seconds", c.analyzer_seconds, "Longest a program may take for an answer"))
      ->check(kPositiveNumber)
      ->capture_default_str();
}

int resume_train(TrainJob& c, CLI::App& app) {
  check_resume_options(app);
  const std::string path = c.resume + "/run.json";
  const Json options = read_run_file(c.resume).at("options");
  const Json named = options.value("model", Json());
  require(named.is_string(), "{}: 'model' is missing", path);
  const std::string model = named.get<std::string>();
  if (!learns_sequences(model)) diva_preset(model, "small");
  check_stored_options(app, options, path);
  c.model = model;
  return run_train(c);
}

int begin_train(TrainJob& c, const CLI::App& app, const ChoiceOptions& known) {
  require(!c.model.empty() && !c.options.run_directory.empty(), "a model and --run DIR are wanted, or --resume DIR");
  if (!learns_sequences(c.model)) {
    set_picture_defaults(c, app);  // Error if there is no such model
    known.check(c.model, c.model);
    return run_train(c);
  }
  known.check(c.model, c.model);
  set_sequence_defaults(c, app);
  return run_train(c);
}

}  // namespace

std::function<int()> add_train(CLI::App& app) {
  auto c = std::make_shared<TrainJob>();
  c->version = kVersion;
  auto known = std::make_shared<ChoiceOptions>(app);
  app.description(
      "Trains a network on labelled hairpins. The run directory holds everything that is needed to go on (--resume) or "
      "to\n"
      "repeat the run; RUN/model is the model of the best epoch. Several processes share the work if RANK, "
      "WORLD_SIZE,\n"
      "MASTER_ADDR and MASTER_PORT are set (docs/training.md).");
  add_run(app, *c, *known);
  add_steps(app, *c);
  add_folding(app, c->folding);
  add_threads(app, c->common);
  add_talk(app, c->common);
  add_picture_steps(app, *c, *known);
  add_diva(app, *c, *known);
  add_sequence_networks(app, *c, *known);
  app.footer(
      "Examples:\n"
      "  stemloop train diva --positives mirnas.fa --negatives others.fa --run runs/first\n"
      "  stemloop train diva --tsv labelled.tsv --split part --epochs 40 --run runs/second\n"
      "  stemloop train wgan --positives mirtrons.fa --judge-every 20 --epochs 600 --run runs/mirtrons\n"
      "  stemloop train --resume runs/first");
  CLI::App* arms = app.add_subcommand("arms", "Where Drosha and Dicer cut");
  return [c, known, &app, arms, run_arms = add_train_arms(*arms)] {
    if (arms->parsed()) return run_arms();
    c->command = command_words();
    return c->resume.empty() ? begin_train(*c, app, *known) : resume_train(*c, app);
  };
}

}  // namespace stemloop
