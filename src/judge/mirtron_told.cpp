#include "judge/mirtron_told.h"

#include <fmt/format.h>

#include <cmath>

#include "judge/folded_record.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReasons = 4;    // told for and against
constexpr double kLeastReason = 0.05;  // log odds; what adds less is not told

// The weightiest measures that speak for a mirtron (sign 1) or against one (-1).
std::vector<MirtronReason> reasons(const MirtronCall& call, double sign) {
  std::vector<MirtronReason> some;
  for (const MirtronReason& one : call.reasons) {
    if (some.size() < kReasons && one.log_odds * sign >= kLeastReason) some.push_back(one);
  }
  return some;
}

std::string in_words(const MirtronReason& reason) {
  const std::vector<Measure>& measures = mirtron_measures();
  if (reason.measure >= measures.size()) return "composition in words of one to three letters";
  const Measure& measure = measures[reason.measure];
  if (std::isnan(reason.value)) return measure.words + ": not known here";
  return fmt::format("{} {:.3g}{}{}", measure.words, reason.value, measure.unit.empty() ? "" : " ", measure.unit);
}

std::string reasons_in_words(const MirtronCall& call, double sign) {
  std::string text;
  for (const MirtronReason& one : reasons(call, sign))
    text += fmt::format("{}{} ({:+.2f})", text.empty() ? "" : "; ", in_words(one), one.log_odds);
  return text;
}

std::string structure_of(const Record& record, const MirtronCall& call) {
  return std::string(static_cast<std::size_t>(call.cut.begin), '.') + call.cut.core.fold.structure +
         std::string(record.sequence.size() - static_cast<std::size_t>(call.cut.end), '.');
}

}  // namespace

std::vector<VerdictColumn> mirtron_columns_told() {
  return {{"length", 0, "nt of the record"},
          {"hairpin_start", 0, "first letter behind the 5' Drosha cut, from 1"},
          {"hairpin_end", 0, "last letter before the 3' Drosha cut"},
          {"donor", 0, "first letter of GU at the 5' cut, where a 5' splice site may lie"},
          {"donor_score", 2, "how much that is like a 5' splice site, nats"},
          {"acceptor", 0, "last letter of AG at the 3' cut, where a 3' splice site may lie"},
          {"acceptor_score", 2, "how much that is like a 3' splice site, nats"},
          {"for_mirtron", 0, "what speaks for a mirtron, in log odds"},
          {"against_mirtron", 0, "what speaks against one"},
          {"closest", 0, "the training hairpin with most words of six letters in common"},
          {"closest_label", 0, "what that one is"},
          {"similarity", 2, "share of the words in common"},
          {"energy", 2, "kcal/mol between the cuts"},
          {"structure", 0, "dot-bracket between the cuts, dots outside"},
          {"notes", 0, "what else is to be known"}};
}

void add_mirtron_cells(const Record& record, const MirtronCall& call, const std::vector<std::string>& notes,
                       std::vector<TypedCell>& cells) {
  const auto number = [&](bool known, double value) { cells.push_back(known ? TypedCell(value) : TypedCell()); };
  const auto place = [&](bool known, int value) {
    cells.push_back(known ? TypedCell(static_cast<std::int64_t>(value)) : TypedCell());
  };
  place(true, static_cast<int>(record.sequence.size()));
  place(call.hairpin, call.cut.begin + 1);
  place(call.hairpin, call.cut.end);
  place(call.donor.has_value(), call.donor ? call.donor->at + 1 : 0);
  number(call.donor.has_value(), call.donor ? call.donor->score : 0);
  place(call.acceptor.has_value(), call.acceptor ? call.acceptor->at : 0);
  number(call.acceptor.has_value(), call.acceptor ? call.acceptor->score : 0);
  cells.emplace_back(reasons_in_words(call, 1));
  cells.emplace_back(reasons_in_words(call, -1));
  const ClosestKnown& closest = call.closest;
  const bool known = !closest.name.empty();
  cells.emplace_back(closest.name);
  cells.push_back(known ? TypedCell(std::string(kMirtronClasses[closest.label])) : TypedCell());
  number(known, closest.similarity);
  number(call.hairpin, call.cut.core.fold.energy / 100.0);
  cells.push_back(call.hairpin ? TypedCell(structure_of(record, call)) : TypedCell());
  cells.emplace_back(joined_texts(notes));
}

void add_mirtron_json(const Record& record, const MirtronCall& call, const std::vector<std::string>& notes,
                      Json& json) {
  const auto list = [&](double sign) {
    Json all = Json::array();
    for (const MirtronReason& one : reasons(call, sign)) {
      const bool word = one.measure >= mirtron_measures().size();
      Json reason = {{"measure", word ? "composition" : mirtron_measures()[one.measure].name},
                     {"log_odds", one.log_odds}};
      if (!std::isnan(one.value)) reason["value"] = one.value;
      all.push_back(std::move(reason));
    }
    return all;
  };
  const auto site = [&](const char* name, const std::optional<SpliceSite>& found, int first) {
    if (found) json[name] = {{"position", found->at + first}, {"score", found->score}};
  };
  json["length"] = record.sequence.size();
  if (call.hairpin) {
    json["start"] = call.cut.begin + 1;
    json["end"] = call.cut.end;
    json["energy"] = call.cut.core.fold.energy / 100.0;
    json["structure"] = structure_of(record, call);
    site("donor", call.donor, 1);
    site("acceptor", call.acceptor, 0);
    json["log_odds_before"] = call.base;
  }
  json["for"] = list(1);
  json["against"] = list(-1);
  if (!call.closest.name.empty())
    json["closest"] = {{"id", call.closest.name},
                       {"label", kMirtronClasses[call.closest.label]},
                       {"similarity", call.closest.similarity}};
  json["notes"] = notes;
}

void add_mirtron_lines(const MirtronCall& call, std::vector<std::string>& lines) {
  if (!call.hairpin) return;
  const Cuts& cuts = call.cut.arms.cuts;
  lines.push_back(call.donor ? fmt::format("GU {} letters from the 5' cut, like a 5' splice site by {:+.1f} nats",
                                           call.donor->at - cuts.drosha5, call.donor->score)
                             : "no GU at the 5' cut");
  lines.push_back(call.acceptor ? fmt::format("AG {} letters from the 3' cut, like a 3' splice site by {:+.1f} nats",
                                              call.acceptor->at - cuts.drosha3, call.acceptor->score)
                                : "no AG at the 3' cut");
  for (const double sign : {1.0, -1.0}) {
    for (const MirtronReason& one : reasons(call, sign))
      lines.push_back(fmt::format("{} a mirtron: {:<60} {:+.2f} log odds", sign > 0 ? "for    " : "against",
                                  in_words(one), one.log_odds));
  }
  const ClosestKnown& closest = call.closest;
  if (!closest.name.empty())
    lines.push_back(fmt::format("closest known: {} ({}), {:.0f} % of the words of six letters shared", closest.name,
                                kMirtronClasses[closest.label], 100 * closest.similarity));
}

std::string mirtron_text(const Record& record, const MirtronCall& call, const std::vector<std::string>& lines) {
  std::string text = fmt::format("{}  {} nt", record.id, record.sequence.size());
  if (call.hairpin)
    text += fmt::format(", hairpin at {} to {}, {:.2f} kcal/mol\n{}", call.cut.begin + 1, call.cut.end,
                        call.cut.core.fold.energy / 100.0,
                        text_hairpin(call.cut.core.letters, call.cut.core.fold.structure));
  else
    text += "\n";
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text + "\n";
}

Drawing mirtron_page(const Record& record, const MirtronCall& call, const std::vector<std::string>& lines) {
  require(call.hairpin, "'{}' has no hairpin to draw", printable(record.id));
  FoldedRecord folded;
  folded.record = record;
  folded.record.sequence = call.cut.core.letters;
  folded.structure = call.cut.core.fold.structure;
  folded.energy_kcal = call.cut.core.fold.energy / 100.0;
  Drawing drawing = drawing_of(folded);
  add_lines(drawing, drawing.height + 24, lines);
  return drawing;
}

std::string counts_in_words(const LabelCounts& labels) {
  std::string text;
  for (const auto& [label, records] : labels) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", records, label);
  return text;
}

}  // namespace stemloop
