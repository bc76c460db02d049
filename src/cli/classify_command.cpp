// classify: pre-miRNA or not, with reasons, record by record.
#include <spdlog/spdlog.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "classify/classify.h"
#include "cli/hairpin_input.h"
#include "cli/model_input.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

const ClassNames kClasses = {"other", "pre-miRNA"};
constexpr std::size_t kTogether = 64;  // hairpins that go through the network at once: their layers stay in the cache

struct ClassifyCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string input = "-";
  std::string model = "premirna";
  std::string device = "auto";
  std::string format = "tsv";
  std::string explain;
  std::string page;
};

// A folded record on its way to the network.
struct Item {
  Record record;
  std::string structure;
  double mfe_kcal = 0;  // of the structure
  bool energy_known = true;
  Evidence evidence;
  std::vector<std::string> notes;
};

// An answer on the path beside what the feature itself says.
struct Answer {
  std::string question;
  bool yes = false;
  std::string value;
  bool contradicted = false;
};

Item prepare(Hairpins& hairpins, const Record& record) {
  Item item;
  item.record = record;
  const HairpinLayout layout = [&] {
    if (record.structure.empty()) {
      const Fold fold = hairpins.folder.fold(record.sequence);
      item.structure = fold.structure;
      item.mfe_kcal = fold.energy / 100.0;
    } else {
      item.structure = structure_of(hairpins, record);
      try {
        item.mfe_kcal = evaluate(hairpins.model->energy, record.sequence, item.structure).energy / 100.0;
      } catch (const Error&) {
        item.energy_known = false;
      }
    }
    return lay_out(record.sequence, item.structure);
  }();
  require(!layout.columns.empty(), "there is no hairpin loop in its structure, so nothing to classify");
  const Picture picture = draw_picture(layout.columns);
  const std::string visible = visible_sequence(picture);
  // One fold serves both where the picture shows the whole sequence.
  if (record.structure.empty() && visible == as_rna(record.sequence)) {
    item.evidence = {picture, visible, item.mfe_kcal};
  } else {
    item.evidence = gather_evidence(picture, hairpins.folder);
  }
  if (layout.hairpins > 1)
    item.notes.push_back(fmt::format("{} hairpins, the one nearest the middle is judged", layout.hairpins));
  if (layout.columns.size() > static_cast<std::size_t>(kPictureColumns))
    item.notes.push_back(
        fmt::format("{} columns, the picture shows the {} nearest the loop", layout.columns.size(), kPictureColumns));
  return item;
}

std::vector<std::vector<Answer>> answers_of(const Tree& tree, std::span<const Evidence> evidence,
                                            std::span<const Call> calls) {
  const FeatureTable table = measured_table(evidence);
  const auto columns = columns_of(tree, table);
  std::vector<std::vector<Answer>> all;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto record = static_cast<std::int64_t>(i);
    std::vector<Answer> answers;
    for (const Step& step : calls[i].walk.steps) {
      const auto q = static_cast<std::size_t>(tree.nodes[static_cast<std::size_t>(step.node)].question);
      answers.push_back({in_words(tree.questions[q]), step.yes, cell_of(*columns[q], record),
                         answer(tree.questions[q], *columns[q], record) != step.yes});
    }
    all.push_back(std::move(answers));
  }
  return all;
}

std::string path_in_words(const std::vector<Answer>& answers) {
  std::string text;
  for (const Answer& a : answers)
    text += fmt::format("{}{}: {} ({}{})", text.empty() ? "" : "; ", a.question, a.yes ? "yes" : "no",
                        a.value.empty() ? "none" : a.value, a.contradicted ? ", feature says otherwise" : "");
  return text;
}

std::string as_tsv(const Item& item, const Call& call, const std::vector<Answer>& answers) {
  return fmt::format("{}\t{}\t{:.4f}\t{}\t{:.4f}\t{}\t{:.4f}\t{:.3f}\t{}\t{}\t{}\t{}\t{}\n", item.record.id,
                     kClasses[call.label()], call.probability, kClasses[call.tree_label], call.tree_probability,
                     call.outside ? "yes" : "no", call.reconstruction_error, call.latent_distance,
                     item.record.sequence.size(), item.energy_known ? fmt::format("{:.2f}", item.mfe_kcal) : "",
                     item.structure, path_in_words(answers), fmt::join(item.notes, "; "));
}

constexpr const char* kHeader =
    "id\tlabel\tprobability\ttree_label\ttree_probability\toutside\treconstruction_error\tlatent_distance\tlength\t"
    "energy\tstructure\tpath\tnotes\n";

std::string as_json(const Item& item, const Call& call, const std::vector<Answer>& answers) {
  Json path = Json::array();
  for (const Answer& a : answers)
    path.push_back({{"question", a.question}, {"answer", a.yes}, {"value", a.value}, {"contradicted", a.contradicted}});
  Json json = {{"id", item.record.id},
               {"label", kClasses[call.label()]},
               {"probability", call.probability},
               {"parts", {{"booster", call.booster}, {"z_y", call.from_y}, {"z_m", call.from_m}}},
               {"tree", {{"label", kClasses[call.tree_label]}, {"probability", call.tree_probability}, {"path", path}}},
               {"outside", call.outside},
               {"reconstruction_error", call.reconstruction_error},
               {"latent_distance", call.latent_distance},
               {"length", item.record.sequence.size()},
               {"structure", item.structure},
               {"notes", item.notes}};
  if (item.energy_known) json["energy"] = item.mfe_kcal;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// What is said of one hairpin, line by line.
std::vector<std::string> explanation(const Classifier& classifier, const Item& item, const Call& call,
                                     const std::vector<Answer>& answers) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}, probability {:.3f}", kClasses[call.label()], call.probability));
  for (const Answer& a : answers)
    lines.push_back(fmt::format("{:<48} {:<4} ({}{})", a.question + "?", a.yes ? "yes" : "no",
                                a.value.empty() ? "none" : a.value,
                                a.contradicted ? "; the feature says otherwise" : ""));
  const TreeNode& leaf = classifier.tree().nodes[static_cast<std::size_t>(call.walk.leaf)];
  const std::int64_t count = leaf.count[0] + leaf.count[1];
  lines.push_back(
      fmt::format("so the tree says {}: {:.0f} % of the {} training hairpins that answer so", kClasses[call.tree_label],
                  100.0 * static_cast<double>(leaf.count[call.tree_label]) / static_cast<double>(count), count));
  if (call.tree_label != call.label()) lines.emplace_back("the tree and the probability disagree: look twice");
  for (const std::string& words : call.unusual) lines.push_back("unlike the training hairpins: " + words);
  if (call.outside && call.unusual.empty())
    lines.push_back(
        fmt::format("unlike the training hairpins: {:.0f} % of the bars reconstructed wrongly (usual: up to "
                    "{:.0f} %), latent distance {:.2f} (up to {:.2f})",
                    100 * call.reconstruction_error, 100 * classifier.reconstruction_threshold(), call.latent_distance,
                    classifier.distance_threshold()));
  for (const std::string& note : item.notes) lines.push_back("note: " + note);
  return lines;
}

std::string size_of(const Item& item) {
  return fmt::format("{} nt{}", item.record.sequence.size(),
                     item.energy_known ? fmt::format(", {:.2f} kcal/mol", item.mfe_kcal) : "");
}

std::string as_text(const Classifier& classifier, const Item& item, const Call& call,
                    const std::vector<Answer>& answers) {
  std::string text =
      fmt::format("{}  {}\n{}", item.record.id, size_of(item), text_hairpin(item.record.sequence, item.structure));
  for (const std::string& line : explanation(classifier, item, call, answers)) text += "  " + line + "\n";
  return text + "\n";
}

// The drawing, the picture, its reconstruction and the reasons on one page.
Drawing draw_page(const Classifier& classifier, const Item& item, const Call& call,
                  const std::vector<Answer>& answers) {
  constexpr double kMargin = 24, kCell = 7, kLine = 17;
  Drawing drawing = draw_hairpin(item.record.sequence, item.structure, item.record.id, size_of(item));
  const double width = kCell * kPictureColumns;
  drawing.width = std::max(drawing.width, 700.0);
  double y = drawing.height + 10;
  drawing.add(Text{{kMargin, y},
                   fmt::format("The picture as the network gives it back: {:.1f} % of the bars wrong",
                               100 * call.reconstruction_error),
                   12,
                   Anchor::kStart,
                   "#333333"});
  add_picture(drawing, call.reconstruction, {(drawing.width - width) / 2, y + 10}, kCell);
  y += 10 + kCell * kPictureRows + 34;
  bool first = true;
  for (const std::string& line : explanation(classifier, item, call, answers)) {
    drawing.add(
        Text{{kMargin, y}, line, first ? 16.0 : 12.0, Anchor::kStart, first ? "#000000" : "#333333", first, !first});
    y += first ? kLine + 6 : kLine;
    first = false;
  }
  drawing.height = y + kMargin;
  return drawing;
}

int run_classify(ClassifyCommand& c, const CLI::App& app) {
  begin_run(c.common);
  require(c.explain.empty() == c.page.empty(), "--explain ID and --page FILE are wanted together");
  check_files(input_files(c.input, c.folding), {c.common.output, c.page});
  const Classifier classifier = Classifier::open(find_model(c.model), c.device, c.common.threads);
  if (app.get_option("--params")->count() == 0) c.folding.parameters = classifier.parameters();
  if (c.folding.parameters != classifier.parameters())
    spdlog::warn("the model knows hairpins folded with {}", classifier.parameters());

  TextWriter out(c.common.output);
  if (c.format == "tsv") out.write(kHeader);
  std::vector<Item> waiting;
  std::optional<Drawing> page;
  std::int64_t positives = 0, outside = 0;
  const auto flush = [&] {
    std::vector<Evidence> evidence;
    for (const Item& item : waiting) evidence.push_back(item.evidence);
    const std::vector<Call> calls = classifier.classify(evidence);
    const auto answers = answers_of(classifier.tree(), evidence, calls);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (c.format != "text")
        waiting[i].notes.insert(waiting[i].notes.end(), calls[i].unusual.begin(), calls[i].unusual.end());
      positives += calls[i].label();
      outside += calls[i].outside ? 1 : 0;
      out.write(c.format == "tsv"    ? as_tsv(waiting[i], calls[i], answers[i])
                : c.format == "json" ? as_json(waiting[i], calls[i], answers[i])
                                     : as_text(classifier, waiting[i], calls[i], answers[i]));
      if (!c.explain.empty() && waiting[i].record.id == c.explain && !page)
        page = draw_page(classifier, waiting[i], calls[i], answers[i]);
    }
    waiting.clear();
  };
  const Tally tally =
      run_records<Item>(c.input, c.common, c.folding.max_length, hairpin_state(c.folding), prepare, [&](Item&& item) {
        waiting.push_back(std::move(item));
        if (waiting.size() == kTogether) flush();
      });
  flush();
  out.close();
  if (page) write_bytes(c.page, is_png(c.page) ? encode_png(to_pixels(*page)) : to_svg(*page));
  spdlog::info("{} of {} called {}; {} unlike the training hairpins", positives, tally.out, kClasses[1], outside);
  const int code = finish(tally, c.common);
  require(c.explain.empty() || page, "{}: no record '{}' was classified", c.input, c.explain);
  return code;
}

}  // namespace

std::function<int()> add_classify(CLI::App& app) {
  auto c = std::make_shared<ClassifyCommand>();
  app.description(
      "Says of each hairpin whether it is a pre-miRNA: a calibrated probability, the latent tree's path in words with "
      "the\n"
      "values of the features beside it, and whether the hairpin is unlike those the model was trained on.");
  app.add_option("-m,--model", c->model, "Classifier: a directory, or the name of an installed one")
      ->capture_default_str()
      ->type_name("NAME|DIR");
  app.add_option("--device", c->device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("-f,--format", c->format, "tsv: a table; json: one object a line; text: for reading")
      ->check(CLI::IsMember({"tsv", "json", "text"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  app.add_option("--explain", c->explain, "Draw a page about this record")->type_name("ID");
  app.add_option("--page", c->page, "The page of --explain, .svg or .png")->type_name("FILE");
  add_hairpin_options(app, *c, kTextOutputHelp);
  app.footer(
      "Examples:\n"
      "  stemloop classify hairpins.fa > calls.tsv\n"
      "  stemloop classify hairpins.fa --format text | less\n"
      "  stemloop classify hairpins.fa --explain hsa-mir-21 --page mir-21.png -o calls.tsv");
  return [c, &app] { return run_classify(*c, app); };
}

}  // namespace stemloop
