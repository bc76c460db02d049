#include "report/verdict_record.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace stemloop {

namespace {

using Json = nlohmann::json;

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{:.4g}", value.get<double>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return value.is_null() ? "" : value.dump();
}

std::optional<double> number_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::string text_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? "" : text_of(*found);
}

// Features with what they add to the log odds: "reasons", or "for" and "against".
void add_contributions(const Json& verdict, ReportRecord& record) {
  for (const char* name : {"reasons", "for", "against"}) {
    const auto list = verdict.find(name);
    if (list == verdict.end() || !list->is_array()) continue;
    for (const Json& one : *list) {
      if (!one.is_object()) continue;
      ReportReason reason;
      reason.name = text_at(one, one.contains("name") ? "name" : "feature");
      reason.value = text_at(one, "value");
      reason.contribution = number_of(one, one.contains("contribution") ? "contribution" : "log_odds");
      reason.percentile_for = number_of(one, "percentile_for");
      reason.percentile_against = number_of(one, "percentile_against");
      record.reasons.push_back(std::move(reason));
    }
  }
  std::stable_sort(record.reasons.begin(), record.reasons.end(), [](const ReportReason& a, const ReportReason& b) {
    return std::abs(a.contribution.value_or(0)) > std::abs(b.contribution.value_or(0));
  });
}

// The path through a tree of questions.
void add_path(const Json& verdict, ReportRecord& record) {
  const auto tree = verdict.find("tree");
  if (tree == verdict.end() || !tree->is_object()) return;
  const auto path = tree->find("path");
  if (path == tree->end() || !path->is_array()) return;
  for (const Json& step : *path) {
    if (!step.is_object()) continue;
    const std::string value = text_at(step, "value");
    record.words.push_back(fmt::format("{}? {} ({}{})", text_at(step, "question"), text_at(step, "answer"),
                                       value.empty() ? "none" : value,
                                       text_at(step, "contradicted") == "yes" ? "; the feature says otherwise" : ""));
  }
  if (const auto share = number_of(*tree, "probability"))
    record.words.push_back(fmt::format("so the tree says {}: {:.0f} % of the training hairpins that answer so are "
                                       "pre-miRNAs",
                                       text_at(*tree, "label"), 100 * *share));
}

}  // namespace

void add_verdict(const Verdict& verdict, ReportRecord& record) {
  record.label = verdict.label();
  record.outside = verdict.outside();
  const Json json = Json::parse(verdict.json(), nullptr, false);
  if (!json.is_object()) return;
  record.probability = number_of(json, "probability");
  if (const auto energy = number_of(json, "energy")) record.energy_kcal = energy;
  add_contributions(json, record);
  add_path(json, record);
  for (const char* name : {"closest", "nearest"}) {
    const auto known = json.find(name);
    if (known == json.end() || !known->is_object()) continue;
    record.nearest = fmt::format("{} ({}), {:.0f} % alike", text_at(*known, "id"), text_at(*known, "label"),
                                 100 * number_of(*known, "similarity").value_or(0));
  }
  const auto notes = json.find("notes");
  if (notes == json.end() || !notes->is_array()) return;
  for (const Json& note : *notes) {
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
