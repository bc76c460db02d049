// classify: pre-miRNA or not, with reasons, record by record. Mirtrons are told apart in mirtron_commands.cpp.
#include "cli/classify_command.h"
#include "seq/record_stream.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <optional>

namespace stemloop {

FoldedRecord fold_record(Hairpins& hairpins, const Record& record) {
  FoldedRecord folded;
  folded.record = record;
  if (record.structure.empty()) {
    const Fold fold = hairpins.folder.fold(record.sequence);
    folded.structure = fold.structure;
    folded.energy_kcal = fold.energy / 100.0;
  } else {
    folded.structure = structure_of(hairpins, record);
    try {
      folded.energy_kcal = evaluate(hairpins.model->energy, record.sequence, folded.structure).energy / 100.0;
    } catch (const Error& error) {
      folded.energy_known = false;
      folded.notes.push_back(fmt::format("the structure has no energy: {}", error.what()));
    }
  }
  const HairpinLayout layout = lay_out(record.sequence, folded.structure);
  require(!layout.columns.empty(), "there is no hairpin loop in its structure, so nothing to classify");
  folded.picture = draw_picture(layout.columns);
  if (layout.hairpins > 1)
    folded.notes.push_back(fmt::format("{} hairpins, the one nearest the middle is judged", layout.hairpins));
  if (layout.columns.size() > static_cast<std::size_t>(kPictureColumns))
    folded.notes.push_back(
        fmt::format("{} columns, the picture shows the {} nearest the loop", layout.columns.size(), kPictureColumns));
  return folded;
}

Evidence evidence_of(Hairpins& hairpins, const FoldedRecord& folded) {
  const std::string visible = visible_sequence(folded.picture);
  // One fold serves both where the picture shows the whole sequence.
  if (folded.record.structure.empty() && visible == as_rna(folded.record.sequence))
    return {folded.picture, visible, folded.energy_kcal};
  return gather_evidence(folded.picture, hairpins.folder);
}

std::string size_of(const FoldedRecord& folded) {
  return fmt::format("{} nt{}", folded.record.sequence.size(),
                     folded.energy_known ? fmt::format(", {:.2f} kcal/mol", folded.energy_kcal) : "");
}

std::string size_cells(const FoldedRecord& folded) {
  return fmt::format("{}\t{}\t{}", folded.record.sequence.size(),
                     folded.energy_known ? fmt::format("{:.2f}", folded.energy_kcal) : "", folded.structure);
}

void add_lines(Drawing& drawing, double y, const std::vector<std::string>& lines) {
  constexpr double kMargin = 24, kLine = 17;
  bool first = true;
  for (const std::string& line : lines) {
    drawing.add(
        Text{{kMargin, y}, line, first ? 16.0 : 12.0, Anchor::kStart, first ? "#000000" : "#333333", first, !first});
    y += first ? kLine + 6 : kLine;
    first = false;
  }
  drawing.height = y + kMargin;
}

void write_page(const std::string& path, const Drawing& page) {
  write_bytes(path, is_png(path) ? encode_png(to_pixels(page)) : to_svg(page));
}

namespace {

using Json = nlohmann::ordered_json;

// Hairpins that go through the network at once: four threads' worth. What threads it leaves idle go on folding.
constexpr std::size_t kTogether = 192;

// A record on its way to the network.
struct Item {
  FoldedRecord folded;
  Evidence evidence;
};

Item prepare(Hairpins& hairpins, const Record& record) {
  Item item{fold_record(hairpins, record), {}};
  item.evidence = evidence_of(hairpins, item.folded);
  return item;
}

std::string path_in_words(const std::vector<Answer>& answers) {
  std::string text;
  for (const Answer& a : answers)
    text += fmt::format("{}{}: {} ({}{})", text.empty() ? "" : "; ", a.question, a.yes ? "yes" : "no",
                        a.value.empty() ? "none" : a.value, a.contradicted ? ", feature says otherwise" : "");
  return text;
}

std::string as_tsv(const Item& item, const Call& call) {
  return fmt::format("{}\t{}\t{:.4f}\t{}\t{:.4f}\t{}\t{:.4f}\t{:.3f}\t{}\t{}\t{}\n", item.folded.record.id,
                     kPremirnaClasses[call.label()], call.probability, kPremirnaClasses[call.tree_label],
                     call.tree_probability, call.outside ? "yes" : "no", call.reconstruction_error,
                     call.latent_distance, size_cells(item.folded), path_in_words(call.answers),
                     fmt::join(item.folded.notes, "; "));
}

constexpr const char* kHeader =
    "id\tlabel\tprobability\ttree_label\ttree_probability\toutside\treconstruction_error\tlatent_distance\tlength\t"
    "energy\tstructure\tpath\tnotes\n";

std::string as_json(const Item& item, const Call& call) {
  Json path = Json::array();
  for (const Answer& a : call.answers)
    path.push_back({{"question", a.question}, {"answer", a.yes}, {"value", a.value}, {"contradicted", a.contradicted}});
  Json json = {
      {"id", item.folded.record.id},
      {"label", kPremirnaClasses[call.label()]},
      {"probability", call.probability},
      {"parts", {{"booster", call.booster}, {"z_y", call.from_y}, {"z_m", call.from_m}}},
      {"tree", {{"label", kPremirnaClasses[call.tree_label]}, {"probability", call.tree_probability}, {"path", path}}},
      {"outside", call.outside},
      {"reconstruction_error", call.reconstruction_error},
      {"latent_distance", call.latent_distance},
      {"length", item.folded.record.sequence.size()},
      {"structure", item.folded.structure},
      {"notes", item.folded.notes}};
  if (item.folded.energy_known) json["energy"] = item.folded.energy_kcal;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// What is said of one hairpin, line by line.
std::vector<std::string> explanation(const Classifier& classifier, const Item& item, const Call& call) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}, probability {:.3f}", kPremirnaClasses[call.label()], call.probability));
  for (const Answer& a : call.answers)
    lines.push_back(fmt::format("{:<48} {:<4} ({}{})", a.question + "?", a.yes ? "yes" : "no",
                                a.value.empty() ? "none" : a.value,
                                a.contradicted ? "; the feature says otherwise" : ""));
  const TreeNode& leaf = classifier.tree().nodes[static_cast<std::size_t>(call.walk.leaf)];
  const std::int64_t count = leaf.count[0] + leaf.count[1];
  lines.push_back(fmt::format(
      "so the tree says {}: {:.0f} % of the {} training hairpins that answer so", kPremirnaClasses[call.tree_label],
      100.0 * static_cast<double>(leaf.count[call.tree_label]) / static_cast<double>(count), count));
  if (call.tree_label != call.label()) lines.emplace_back("the tree and the probability disagree: look twice");
  for (const std::string& words : call.unusual) lines.push_back("unlike the training hairpins: " + words);
  if (call.reconstruction_error > classifier.reconstruction_threshold() ||
      call.latent_distance > classifier.distance_threshold())
    lines.push_back(
        fmt::format("unlike the training hairpins: {:.0f} % of the bars reconstructed wrongly (usual: up to "
                    "{:.0f} %), latent distance {:.2f} (up to {:.2f})",
                    100 * call.reconstruction_error, 100 * classifier.reconstruction_threshold(), call.latent_distance,
                    classifier.distance_threshold()));
  for (const std::string& note : item.folded.notes) lines.push_back("note: " + note);
  return lines;
}

std::string as_text(const Classifier& classifier, const Item& item, const Call& call) {
  std::string text = fmt::format("{}  {}\n{}", item.folded.record.id, size_of(item.folded),
                                 text_hairpin(item.folded.record.sequence, item.folded.structure));
  for (const std::string& line : explanation(classifier, item, call)) text += "  " + line + "\n";
  return text + "\n";
}

// The drawing, the picture, its reconstruction and the reasons on one page.
Drawing draw_page(const Classifier& classifier, const Item& item, const Call& call) {
  constexpr double kMargin = 24, kCell = 7;
  Drawing drawing =
      draw_hairpin(item.folded.record.sequence, item.folded.structure, item.folded.record.id, size_of(item.folded));
  const double width = kCell * kPictureColumns;
  drawing.width = std::max(drawing.width, 700.0);
  const double y = drawing.height + 10;
  drawing.add(Text{{kMargin, y},
                   fmt::format("The picture as the network gives it back: {:.1f} % of the bars wrong",
                               100 * call.reconstruction_error),
                   12,
                   Anchor::kStart,
                   "#333333"});
  add_picture(drawing, call.reconstruction, {(drawing.width - width) / 2, y + 10}, kCell);
  add_lines(drawing, y + 10 + kCell * kPictureRows + 34, explanation(classifier, item, call));
  return drawing;
}

int run_classify(ClassifyCommand& c, const CLI::App& app) {
  begin_run(c.common);
  require(c.explain.empty() == c.page.empty(), "--explain ID and --page FILE are wanted together");
  check_files(input_files(c.input, c.folding), {c.common.output, c.page});
  require(c.three_way || app.get_option("--premirna")->count() == 0, "--premirna is of --three-way");
  if (c.three_way && app.get_option("--model")->count() == 0) c.model.directory = kMirtronFamily;
  if (c.three_way || model_family(find_model(c.model.directory)) == kMirtronFamily) return classify_mirtrons(c, app);
  const Classifier classifier = open_classifier(c.model, c.common, c.folding, app);

  TextWriter out(c.common.output);
  if (c.format == "tsv") out.write(kHeader);
  std::vector<Item> waiting;
  std::optional<Drawing> page;
  std::int64_t positives = 0, outside = 0;
  const auto flush = [&] {
    std::vector<Evidence> evidence;
    for (const Item& item : waiting) evidence.push_back(item.evidence);
    const std::vector<Call> calls = classifier.classify(evidence);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (c.format != "text")
        waiting[i].folded.notes.insert(waiting[i].folded.notes.end(), calls[i].unusual.begin(), calls[i].unusual.end());
      positives += calls[i].label();
      outside += calls[i].outside ? 1 : 0;
      out.write(c.format == "tsv"    ? as_tsv(waiting[i], calls[i])
                : c.format == "json" ? as_json(waiting[i], calls[i])
                                     : as_text(classifier, waiting[i], calls[i]));
      if (!c.explain.empty() && waiting[i].folded.record.id == c.explain && !page)
        page = draw_page(classifier, waiting[i], calls[i]);
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
  if (page) write_page(c.page, *page);
  spdlog::info("{} of {} called {}; {} unlike the training hairpins", positives, tally.out, kPremirnaClasses[1],
               outside);
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
      "values of the features beside it, and whether the hairpin is unlike those the model was trained on.\n"
      "With --model mirtron: whether a pre-miRNA is a mirtron (a spliced intron) or canonical, what speaks for and "
      "against,\n"
      "and the closest known one.");
  app.add_option("-m,--model", c->model.directory, "Classifier: a directory, or the name of an installed one")
      ->capture_default_str()
      ->type_name("NAME|DIR");
  app.add_flag("--three-way", c->three_way,
               "Calls each record 'not a pre-miRNA', 'canonical' or 'mirtron'; --model is then a model of mirtrons "
               "(default: mirtron)");
  app.add_option("--premirna", c->premirna, "--three-way: the classifier of pre-miRNAs")
      ->capture_default_str()
      ->type_name("NAME|DIR");
  add_device(app, c->model.device);
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
      "  stemloop classify hairpins.fa --explain hsa-mir-21 --page mir-21.png -o calls.tsv\n"
      "  stemloop classify mirnas.fa --model mirtron > mirtrons.tsv\n"
      "  stemloop classify hairpins.fa --three-way > calls.tsv");
  return [c, &app] { return run_classify(*c, app); };
}

}  // namespace stemloop
