// classify: what a family of classifiers says of each record, with reasons.
#include <spdlog/spdlog.h>

#include <optional>

#include "cli/choices.h"
#include "cli/model_options.h"
#include "hairpin/hairpin.h"
#include "judge/judge.h"
#include "report/report.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

constexpr const char* kThreeWay = "--three-way";

struct ClassifyCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  ModelOptions model = {"premirna", "auto"};
  bool three_way = false;
  std::string premirna = "premirna";  // three_way: the classifier of pre-miRNAs beside the model of mirtrons
  std::string format = "tsv";
  std::string explain;
  std::string page;
  double prior = 0;
  bool all_hairpins = false;
  bool no_reasons = false;
};

std::unique_ptr<Judge> open_asked_judge(ClassifyCommand& c, const CLI::App& app, const ChoiceOptions& known) {
  const OpenOptions options = {c.model.device, c.common.threads, c.prior, c.all_hairpins, !c.no_reasons};
  if (c.three_way && app.get_option("--model")->count() == 0) c.model.directory = "mirtron";
  const std::string directory = find_model(c.model.directory);
  const std::string family = c.three_way ? kThreeWay : model_family(directory);
  known.check(family, c.three_way ? kThreeWay : fmt::format("{} of family '{}'", directory, family));
  auto judge =
      c.three_way ? open_three_way(find_model(c.premirna), directory, options) : open_judge(directory, options);
  fold_as_trained(judge->parameters(), c.folding, app);
  return judge;
}

int run_classify(ClassifyCommand& c, const CLI::App& app, const ChoiceOptions& known) {
  begin_run(c.common);
  require(c.explain.empty() == c.page.empty(), "--explain ID and --page FILE are wanted together");
  check_run_files(input_files(c.input, c.folding), {c.common.output, c.page},
                  {c.three_way && app.get_option("--model")->count() == 0 ? "mirtron" : c.model.directory,
                   c.three_way ? c.premirna : ""});
  check_extension(c.page, {".svg", ".png", ".pdf"});
  const auto judge = open_asked_judge(c, app, known);

  TextWriter out(c.common.output);
  const std::vector<VerdictColumn> columns = judge->columns();
  if (c.format == "tsv") out.write(verdict_header(columns));
  std::optional<Drawing> page;
  LabelCounts labels;
  std::int64_t outside = 0;
  const auto see = [&](Hairpins& hairpins, const Record& record) { return judge->see(hairpins, record); };
  const auto decide = [&](std::vector<std::unique_ptr<Seen>> batch) { return judge->judge(std::move(batch)); };
  const Tally tally = run_judged_records(c.input.all(), c.common, c.folding.max_length, hairpin_state(c.folding), see,
                                         decide, [&](std::unique_ptr<Verdict> verdict) {
                                           ++labels[verdict->label()];
                                           outside += verdict->outside() ? 1 : 0;
                                           out.write(c.format == "tsv"    ? verdict_row(*verdict, columns)
                                                     : c.format == "json" ? verdict->json() + "\n"
                                                                          : verdict->text());
                                           if (!c.explain.empty() && verdict->id() == c.explain && !page)
                                             page = verdict->page();
                                         });
  close_outputs(tally, {&out});
  if (page) write_drawing(c.page, *page);
  spdlog::info("{}", judge->summary(labels, tally.out, outside));
  const int code = finish(tally, c.common);
  require(c.explain.empty() || page, "no record '{}' was classified", printable(c.explain));
  return code;
}

}  // namespace

std::function<int()> add_classify(CLI::App& app) {
  auto c = std::make_shared<ClassifyCommand>();
  auto known = std::make_shared<ChoiceOptions>(app);
  app.description(
      "Says of each hairpin whether it is a pre-miRNA: a calibrated probability, the latent tree's path in words with "
      "the\n"
      "values of the features beside it, and whether the hairpin is unlike those the model was trained on.\n"
      "With --model mirtron: whether a pre-miRNA is a mirtron (a spliced intron) or canonical, what speaks for and "
      "against,\n"
      "and the closest known one.");
  app.add_option("-m,--model", c->model.directory, "Classifier: a directory, or the name of an installed one")
      ->capture_default_str()
      ->type_name("NAME|DIR");
  app.add_flag("--three-way", c->three_way,
               "Calls each record 'canonical', 'mirtron' or 'other'; --model is then a model of mirtrons "
               "(default: mirtron)");
  app.add_option("--premirna", c->premirna, "The classifier of pre-miRNAs")
      ->capture_default_str()
      ->type_name("NAME|DIR");
  add_device(app, c->model.device);
  app.add_option("-f,--format", c->format, "tsv: a table; json: one object a line; text: for reading")
      ->check(CLI::IsMember({"tsv", "json", "text"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  app.add_option("--prior", c->prior,
                 "Share of the candidates that are pre-miRNAs, above 0 and below 1: probabilities are told for it "
                 "(default: the model's)")
      ->check(CLI::Validator(
          [](const std::string& text) -> std::string {
            double value = 0;
            return CLI::detail::lexical_cast(text, value) && value > 0 && value < 1
                       ? ""
                       : text + " is no number between 0 and 1";
          },
          "P"));
  app.add_flag("--all-hairpins", c->all_hairpins, "Tell the other hairpins of a record too, with their probabilities");
  app.add_flag("--no-reasons", c->no_reasons,
               "Leave out what changes the log odds, which takes more time than the call");
  known->only({kThreeWay}, {"--premirna"});
  known->only({kPrecursorFamily}, {"--prior", "--all-hairpins", "--no-reasons"});
  app.add_option("--explain", c->explain, "Draw a page about this record")->type_name("ID");
  app.add_option("--page", c->page, "The page of --explain, .svg or .png")->type_name("FILE");
  add_hairpin_options(app, *c, kTextOutputHelp);
  tell_model_parameters(app);
  app.footer(
      "Examples:\n"
      "  stemloop classify hairpins.fa > calls.tsv\n"
      "  stemloop classify hairpins.fa --format text | less\n"
      "  stemloop classify hairpins.fa --explain hsa-mir-21 --page mir-21.png -o calls.tsv\n"
      "  stemloop classify mirnas.fa --model mirtron > mirtrons.tsv\n"
      "  stemloop classify hairpins.fa --three-way > calls.tsv");
  return [c, known, &app] { return run_classify(*c, app, *known); };
}

}  // namespace stemloop
