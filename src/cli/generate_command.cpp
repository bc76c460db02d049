// generate: new hairpins and sequences from a model.
#include "generate/generate.h"

#include "cli/choices.h"
#include "cli/model_options.h"

namespace stemloop {

namespace {

// The two kinds of model, as help and refusals call them.
constexpr const char* kOfPictures = "models of hairpins";
constexpr const char* kOfSequences = "wgan and fbgan";

struct GenerateCommand {
  GenerateOptions options;
  ModelOptions network;
  std::string filter;
};

int run_generate(GenerateCommand& c, const CLI::App& app, const ChoiceOptions& known) {
  GenerateOptions& o = c.options;
  o.model = c.network.directory;
  o.device = c.network.device;
  const bool sequences = model_family(find_model(o.model)) == kGanFamily;
  known.check(sequences ? kOfSequences : kOfPictures, o.model);
  if (o.no_mend) refuse_ignored(app, {"--natural"}, "scores mended letters, and --no-mend mends none");
  require(o.longest <= 0 || o.min_length <= o.longest, "--min-length {} is more than --longest {}", o.min_length,
          o.longest);
  o.as_drawn = c.filter == "as-drawn";
  o.single_hairpin = c.filter == "single-hairpin";
  require(sequences ? !o.as_drawn : !o.single_hairpin, "--filter {} has no meaning for {}", c.filter, o.model);
  begin_run(o.common);
  check_run_files(generate_inputs(o), {o.common.output, o.table, o.left_out, o.sheet}, {o.model});
  if (sequences) return generate_sequences(o) ? kExitOk : kExitFailure;
  check_extension(o.sheet, {".png"});
  const auto network = open_model(c.network, o.common, o.folding, app);
  return generate_hairpins(o, *network) ? kExitOk : kExitFailure;
}

void add_pictures(CLI::App& app, GenerateOptions& o, ChoiceOptions& known) {
  app.add_option("--class", o.of_class, "1 (pre-miRNA), 0 or both")
      ->check(CLI::IsMember({"0", "1", "both"}))
      ->capture_default_str();
  app.add_option("--structure", o.structures, "Bond pattern asked for, as dot-bracket; may be given again")
      ->type_name("DB");
  app.add_option("--structures", o.structures_file, "Bond patterns from a file of dot-brackets, or FASTA with them")
      ->type_name("FILE");
  app.add_option("--edit", o.edit, "Keep z_x and z_y of these hairpins and change their bonds")->type_name("FASTA");
  app.add_option(
         "--keep", o.keep,
         "--edit: share of what the bonds do not tell of z_m that stays the hairpin's own; 0: all drawn anew, as "
         "published")
      ->check(CLI::Range(0.0, 1.0))
      ->needs("--edit")
      ->capture_default_str();
  app.add_option("--prior", o.prior,
                 "z_x and z_y are drawn like those of training hairpins (fitted, the default of models that know them) "
                 "or from the network's priors (published)")
      ->check(CLI::IsMember({"fitted", "published"}))
      ->excludes("--edit");
  app.add_option("--draw-temperature", o.temperature, "Scale of the deviations of all that is drawn")
      ->check(kNonNegativeNumber)
      ->capture_default_str();
  app.add_option("--read-out", o.read_out,
                 "hairpin: the most probable whole hairpin; bars: the most probable bars, each for itself")
      ->check(CLI::IsMember({"hairpin", "bars"}))
      ->capture_default_str();
  app.add_option("--read-temperature", o.read_out_temperature, "0: the most probable picture; else bars are drawn")
      ->check(kNonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--no-mend", o.no_mend, "Write draws as they are, whether they fold so or not");
  app.add_flag("--free-ends", o.free_ends,
               "Keep what is unpaired outside the outermost pair of a draw for no structure; --no-mend keeps it too");
  app.add_option("--natural", o.natural, "Model of natural precursors that scores mended letters")
      ->capture_default_str()
      ->type_name("MODEL");
  app.add_option("--sheet", o.sheet, "Also write a contact sheet of the first 400 pictures (PNG)")->type_name("FILE");
  known.only({kOfPictures},
             {"--class", "--structure", "--structures", "--edit", "--keep", "--prior", "--draw-temperature",
              "--read-out", "--read-temperature", "--no-mend", "--free-ends", "--natural", "--sheet"});
}

void add_sequences(CLI::App& app, GenerateOptions& o, ChoiceOptions& known) {
  app.add_option("--min-length", o.min_length, "No shorter sequences")->check(kNonNegativeNumber)->type_name("NT");
  app.add_option("--longest", o.longest, "No longer sequences")->check(kPositiveNumber)->type_name("NT");
  known.only({kOfSequences}, {"--min-length", "--longest"});
}

}  // namespace

std::function<int()> add_generate(CLI::App& app) {
  auto c = std::make_shared<GenerateCommand>();
  auto known = std::make_shared<ChoiceOptions>(app);
  GenerateOptions& o = c->options;
  app.description(
      "Draws new hairpins from a model: of a class, for bond patterns asked for, or from given hairpins whose bonds "
      "are\n"
      "changed. Sequence and structure are read from the decoded picture, then letters are changed until the sequence\n"
      "folds so, into the structure asked for if one is (stemloop design's search; --no-mend: draws as they are). The\n"
      "header says which share of the bonds asked for or drawn are both, and how many letters were mended. Pictures "
      "that\n"
      "hold no whole hairpin are left out and counted.");
  add_model(app, c->network);
  app.add_option("-n,--count", o.count, "Hairpins wanted")->check(CLI::Range(1, 100000000))->capture_default_str();
  app.add_option("--seed", o.seed, "Draw number i depends on the seed and i alone")->capture_default_str();
  app.add_flag("--unique", o.unique, "No sequence twice");
  app.add_option("--novel-against", o.novel_against, "No sequence of this file")->type_name("FASTA");
  app.add_option("--filter", c->filter,
                 "as-drawn keeps only hairpins that refold to the structure drawn, which mended draws do; wgan, fbgan: "
                 "single-hairpin keeps only what folds to one hairpin")
      ->check(CLI::IsMember({"as-drawn", "single-hairpin"}));
  app.add_option("--tries", o.tries, "Give up after this many draws for every hairpin wanted")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--table", o.table, "Also write a table: asked, obtained and refolded structures")->type_name("FILE");
  app.add_option("--left-out", o.left_out, "Also write a table of the pictures left out")->type_name("FILE");
  app.add_flag("--no-selector", o.no_selector,
               "Keep draws as they come, also where the model has a selector (model select)");
  add_pictures(app, o, *known);
  add_sequences(app, o, *known);
  add_run_options(app, o.common, o.folding);
  tell_model_parameters(app, "the model's; wgan, fbgan: turner2004");
  app.footer(
      "Examples:\n"
      "  stemloop generate --model run/model -n 1000 --unique -o new.fa\n"
      "  stemloop generate --model run/model --structure '((((((((((....))))))))))' -n 20 --sheet asked.png\n"
      "  stemloop generate --model run/model --edit let7.fa --structures wanted.txt -n 32 --sheet figure7.png");
  return [c, known, &app] { return run_generate(*c, app, *known); };
}

}  // namespace stemloop
