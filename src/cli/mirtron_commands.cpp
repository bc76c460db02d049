// classify with a model of mirtrons: canonical or mirtron, or three-way with a classifier of pre-miRNAs before it.
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/classify_command.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTogether = 64;  // records judged at once, as without --three-way
constexpr std::size_t kReasons = 4;    // told for and against
constexpr double kLeastReason = 0.05;  // log odds; what adds less is not told

struct Item {
  FoldedRecord folded;
  FoldedHairpin hairpin;
  Evidence evidence;  // three-way only
};

Item prepare(Hairpins& hairpins, const Record& record, bool three_way) {
  Item item{fold_record(hairpins, record), {}, {}};
  // The energy is always the least: a structure that a record brings may have none.
  const double mfe_kcal =
      record.structure.empty() ? item.folded.energy_kcal : hairpins.folder.fold(record.sequence).energy / 100.0;
  item.hairpin = {as_rna(record.sequence), item.folded.structure, mfe_kcal};
  if (three_way) item.evidence = evidence_of(hairpins, item.folded);
  return item;
}

struct Judged {
  Item item;
  MirtronCall call;
  std::optional<Call> premirna;

  [[nodiscard]] std::string label() const {
    if (premirna && premirna->label() == 0) return "not a pre-miRNA";
    return kMirtronClasses[call.label()];
  }
};

// The weightiest properties that speak for a mirtron (sign 1) or against one (-1).
std::vector<Contribution> reasons(const MirtronCall& call, double sign) {
  std::vector<Contribution> some;
  for (const Contribution& one : call.reasons) {
    if (some.size() < kReasons && one.log_odds * sign >= kLeastReason) some.push_back(one);
  }
  return some;
}

std::string reasons_in_words(const MirtronCall& call, double sign) {
  std::string text;
  for (const Contribution& one : reasons(call, sign))
    text += fmt::format("{}{} ({:+.2f})", text.empty() ? "" : "; ", in_words(one), one.log_odds);
  return text;
}

std::string header(bool three_way) {
  return fmt::format(
      "id\tlabel\t{}\tstarts_gu\tends_ag\tfor_mirtron\tagainst_mirtron\tclosest\tclosest_label\tsimilarity\tlength\t"
      "energy\tstructure\tnotes\n",
      three_way ? "premirna_probability\tmirtron_probability\toutside" : "probability");
}

std::string as_tsv(const Judged& j) {
  const ClosestKnown& closest = j.call.closest;
  std::string probabilities = fmt::format("{:.4f}", j.call.probability);
  if (j.premirna)
    probabilities =
        fmt::format("{:.4f}\t{}\t{}", j.premirna->probability, probabilities, j.premirna->outside ? "yes" : "no");
  const bool known = !closest.name.empty();
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", j.item.folded.record.id, j.label(),
                     probabilities, j.call.starts_gu ? "yes" : "no", j.call.ends_ag ? "yes" : "no",
                     reasons_in_words(j.call, 1), reasons_in_words(j.call, -1), closest.name,
                     known ? kMirtronClasses[closest.label] : "",
                     known ? fmt::format("{:.2f}", closest.similarity) : "", size_cells(j.item.folded),
                     fmt::join(j.item.folded.notes, "; "));
}

std::string as_json(const Judged& j) {
  const FoldedRecord& folded = j.item.folded;
  const auto list = [&](double sign) {
    Json all = Json::array();
    for (const Contribution& one : reasons(j.call, sign))
      all.push_back({{"feature", one.feature}, {"value", one.value}, {"log_odds", one.log_odds}});
    return all;
  };
  Json json = {{"id", folded.record.id}, {"label", j.label()}};
  if (j.premirna) {
    json["premirna_probability"] = j.premirna->probability;
    json["mirtron_probability"] = j.call.probability;
    json["outside"] = j.premirna->outside;
  } else {
    json["probability"] = j.call.probability;
  }
  json["starts_gu"] = j.call.starts_gu;
  json["ends_ag"] = j.call.ends_ag;
  json["log_odds_before"] = j.call.base;
  json["for"] = list(1);
  json["against"] = list(-1);
  if (!j.call.closest.name.empty())
    json["closest"] = {{"id", j.call.closest.name},
                       {"label", kMirtronClasses[j.call.closest.label]},
                       {"similarity", j.call.closest.similarity}};
  json["length"] = folded.record.sequence.size();
  if (folded.energy_known) json["energy"] = folded.energy_kcal;
  json["structure"] = folded.structure;
  json["notes"] = folded.notes;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// What is said of one hairpin, line by line.
std::vector<std::string> explanation(const Judged& j) {
  std::vector<std::string> lines;
  if (j.premirna) {
    lines.push_back(fmt::format("{}: a pre-miRNA with probability {:.3f}, then a mirtron with {:.3f}", j.label(),
                                j.premirna->probability, j.call.probability));
  } else {
    lines.push_back(fmt::format("{}, probability of a mirtron {:.3f}", j.label(), j.call.probability));
  }
  lines.push_back(fmt::format("{} GU, {} AG", j.call.starts_gu ? "starts with" : "does not start with",
                              j.call.ends_ag ? "ends with" : "does not end with"));
  for (const double sign : {1.0, -1.0}) {
    for (const Contribution& one : reasons(j.call, sign))
      lines.push_back(fmt::format("{} a mirtron: {:<40} {:+.2f} log odds", sign > 0 ? "for    " : "against",
                                  in_words(one), one.log_odds));
  }
  const ClosestKnown& closest = j.call.closest;
  if (!closest.name.empty())
    lines.push_back(fmt::format("closest known: {} ({}), {:.0f} % of the words of six letters shared", closest.name,
                                kMirtronClasses[closest.label], 100 * closest.similarity));
  for (const std::string& note : j.item.folded.notes) lines.push_back("note: " + note);
  return lines;
}

std::string as_text(const Judged& j) {
  const FoldedRecord& folded = j.item.folded;
  std::string text = fmt::format("{}  {}\n{}", folded.record.id, size_of(folded),
                                 text_hairpin(folded.record.sequence, folded.structure));
  for (const std::string& line : explanation(j)) text += "  " + line + "\n";
  return text + "\n";
}

Drawing draw_page(const Judged& j) {
  constexpr double kLeast = 700;
  const FoldedRecord& folded = j.item.folded;
  Drawing drawing = draw_hairpin(folded.record.sequence, folded.structure, folded.record.id, size_of(folded));
  drawing.width = std::max(drawing.width, kLeast);
  add_lines(drawing, drawing.height + 10, explanation(j));
  return drawing;
}

// What is beyond the training hairpins of either model goes to the notes; one sentence is told once.
void add_unusual(FoldedRecord& folded, const std::vector<std::string>& unusual, const char* whose) {
  for (const std::string& words : unusual) folded.notes.push_back(fmt::format("{}{}", whose, words));
}

}  // namespace

int classify_mirtrons(ClassifyCommand& c, const CLI::App& app) {
  const MirtronModel model = MirtronModel::open(find_model(c.model.directory), c.common.threads);
  fold_as_trained(model.parameters(), c.folding, app);
  std::optional<Classifier> premirna;
  if (c.three_way) {
    premirna = Classifier::open(find_model(c.premirna), c.model.device, c.common.threads);
    require(premirna->parameters() == model.parameters(),
            "{} knows hairpins folded with {}, {} with {}: --three-way wants models of the same energy parameters",
            c.premirna, premirna->parameters(), c.model.directory, model.parameters());
  }

  TextWriter out(c.common.output);
  if (c.format == "tsv") out.write(header(c.three_way));
  std::vector<Item> waiting;
  std::optional<Drawing> page;
  std::map<std::string, std::int64_t> count;
  const auto flush = [&] {
    std::vector<FoldedHairpin> hairpins;
    std::vector<Evidence> evidence;
    for (const Item& item : waiting) {
      hairpins.push_back(item.hairpin);
      evidence.push_back(item.evidence);
    }
    std::vector<MirtronCall> calls = model.classify(hairpins);
    std::vector<Call> first;
    if (premirna) first = premirna->classify(evidence);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      Judged j{std::move(waiting[i]), std::move(calls[i]), {}};
      if (premirna) j.premirna = std::move(first[i]);
      add_unusual(j.item.folded, j.call.unusual, premirna ? "mirtron: " : "");
      if (j.premirna) add_unusual(j.item.folded, j.premirna->unusual, "pre-miRNA: ");
      ++count[j.label()];
      out.write(c.format == "tsv" ? as_tsv(j) : c.format == "json" ? as_json(j) : as_text(j));
      if (!c.explain.empty() && j.item.folded.record.id == c.explain && !page) page = draw_page(j);
    }
    waiting.clear();
  };
  const auto work = [&](Hairpins& hairpins, const Record& record) { return prepare(hairpins, record, c.three_way); };
  const Tally tally =
      run_records<Item>(c.input, c.common, c.folding.max_length, hairpin_state(c.folding), work, [&](Item&& item) {
        waiting.push_back(std::move(item));
        if (waiting.size() == kTogether) flush();
      });
  flush();
  out.close();
  if (page) write_page(c.page, *page);
  std::string summary;
  for (const auto& [label, records] : count)
    summary += fmt::format("{}{} {}", summary.empty() ? "" : ", ", records, label);
  spdlog::info("{} records: {}", tally.out, summary);
  const int code = finish(tally, c.common);
  require(c.explain.empty() || page, "{}: no record '{}' was classified", c.input, c.explain);
  return code;
}

}  // namespace stemloop
