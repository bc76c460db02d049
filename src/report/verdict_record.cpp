#include "report/verdict_record.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace stemloop {

namespace {

std::string text_of(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{:.4g}", value.get<double>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return value.is_null() ? "" : value.dump();
}

std::optional<double> number_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::string text_at(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? "" : text_of(*found);
}

std::optional<double> percent_at(const nlohmann::json& object, const char* name) {
  const auto share = number_of(object, name);
  return share ? std::optional(100 * *share) : std::nullopt;
}

// A measure as it is spoken, with its unit.
std::string measure_in_words(const std::string& name) {
  if (name == "composition") return "composition in words of one to three letters";
  for (const Measure& measure : hairpin_measures()) {
    if (measure.name == name) return measure.words + (measure.unit.empty() ? "" : ", " + measure.unit);
  }
  return name;
}

// Features with what they add to the log odds: "reasons", or "for" and "against". The weightiest eight.
void add_contributions(const nlohmann::json& verdict, ReportRecord& record) {
  constexpr std::size_t kMost = 8;
  for (const char* name : {"reasons", "for", "against"}) {
    const auto list = verdict.find(name);
    if (list == verdict.end() || !list->is_array()) continue;
    for (const nlohmann::json& one : *list) {
      if (!one.is_object()) continue;
      ReportReason reason;
      reason.name = one.contains("measure") ? measure_in_words(text_at(one, "measure")) : text_at(one, "feature");
      reason.value = text_at(one, "value");
      reason.contribution = number_of(one, "log_odds");
      reason.percentile_for = percent_at(one, "among_precursors");
      reason.percentile_against = percent_at(one, "among_others");
      record.reasons.push_back(std::move(reason));
    }
  }
  std::stable_sort(record.reasons.begin(), record.reasons.end(), [](const ReportReason& a, const ReportReason& b) {
    return std::abs(a.contribution.value_or(0)) > std::abs(b.contribution.value_or(0));
  });
  if (record.reasons.size() > kMost) record.reasons.resize(kMost);
}

// Of a family that judges each hairpin of a record: the one it finds likeliest.
const nlohmann::json* likeliest_hairpin(const nlohmann::json& verdict) {
  const auto list = verdict.find("hairpins");
  if (list == verdict.end() || !list->is_array()) return nullptr;
  const nlohmann::json* best = nullptr;
  for (const nlohmann::json& one : *list) {
    if (!one.is_object()) continue;
    if (best == nullptr || number_of(one, "probability").value_or(0) > number_of(*best, "probability").value_or(0))
      best = &one;
  }
  return best;
}

// [start, end] from 1, both inside.
BaseSpan span_at(const nlohmann::json& hairpin, const char* name) {
  const auto arm = hairpin.find(name);
  if (arm == hairpin.end() || !arm->is_array() || arm->size() != 2) return {};
  if (!arm->at(0).is_number_integer() || !arm->at(1).is_number_integer()) return {};
  return {arm->at(0).get<int>() - 1, arm->at(1).get<int>()};
}

// The arms that the call rests on, so that page and table of calls say the same. Which one guides was told before; how
// sure a cut is holds where it is the same cut.
void take_judged_arms(const nlohmann::json& hairpin, ReportRecord& record) {
  const BaseSpan five = span_at(hairpin, "5p"), three = span_at(hairpin, "3p");
  const int length = static_cast<int>(record.sequence.size());
  if (!five.known() || !three.known() || five.end > three.begin || three.end > length) return;
  const HairpinMarks before = record.marks;
  const GuideArm guide = record.guide == "5p"   ? GuideArm::kFivePrime
                         : record.guide == "3p" ? GuideArm::kThreePrime
                                                : GuideArm::kNotTold;
  record.marks = marks_of_arms(five, three, guide);
  record.marks_source = "predicted, those the call rests on";
  for (std::size_t k = 0; k < record.marks.cuts.size(); ++k) {
    if (record.marks.cuts[k] != before.cuts[k]) record.cut_certainty[k].reset();
  }
}

// The path through a tree of questions.
void add_path(const nlohmann::json& verdict, ReportRecord& record) {
  const auto tree = verdict.find("tree");
  if (tree == verdict.end() || !tree->is_object()) return;
  const auto path = tree->find("path");
  if (path == tree->end() || !path->is_array()) return;
  for (const nlohmann::json& step : *path) {
    if (!step.is_object()) continue;
    const std::string value = text_at(step, "value");
    record.words.push_back(fmt::format("{}? {} ({}{})", text_at(step, "question"), text_at(step, "answer"),
                                       value.empty() ? "none" : value,
                                       text_at(step, "contradicted") == "yes" ? "; the feature says otherwise" : ""));
  }
  if (const auto share = number_of(*tree, "probability"))
    record.words.push_back(
        fmt::format("so the tree says {}: {:.0f} % of the training hairpins that answer so are "
                    "pre-miRNAs",
                    text_at(*tree, "label"), 100 * *share));
}

}  // namespace

void add_verdict(const Verdict& verdict, bool take_arms, ReportRecord& record) {
  record.label = verdict.label();
  record.outside = verdict.outside();
  const nlohmann::json json = nlohmann::json::parse(verdict.json(), nullptr, false);
  if (!json.is_object()) return;
  record.probability = number_of(json, "probability");
  if (const auto energy = number_of(json, "energy")) record.energy_kcal = energy;
  const nlohmann::json* hairpin = likeliest_hairpin(json);
  add_contributions(hairpin != nullptr ? *hairpin : json, record);
  if (take_arms && hairpin != nullptr) take_judged_arms(*hairpin, record);
  add_path(json, record);
  for (const char* name : {"closest", "nearest"}) {
    const auto known = json.find(name);
    if (known == json.end() || !known->is_object()) continue;
    record.nearest = fmt::format("{} ({}), {:.0f} % alike", text_at(*known, "id"), text_at(*known, "label"),
                                 100 * number_of(*known, "similarity").value_or(0));
  }
  const auto notes = json.find("notes");
  if (notes == json.end() || !notes->is_array()) return;
  for (const nlohmann::json& note : *notes) {
    const std::string text = text_of(note);
    if (std::find(record.notes.begin(), record.notes.end(), text) == record.notes.end()) record.notes.push_back(text);
  }
}

void add_ensemble(Folder& folder, ReportRecord& record) {
  Fold mfe;
  const Ensemble ensemble = folder.ensemble(record.sequence, mfe);
  record.ensemble_kcal = ensemble.energy_kcal;
  record.mfe_frequency = ensemble.mfe_frequency;
  record.ensemble_diversity = ensemble.diversity;
  record.support = structure_support(record.structure, ensemble.pairs);
}

}  // namespace stemloop
