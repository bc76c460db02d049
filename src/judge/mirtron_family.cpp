// Mirtron or canonical: the family of MirtronModel.
#include "judge/mirtron_family.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

#include "data/sequence_set.h"
#include "judge/families.h"
#include "judge/scores.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReasons = 4;    // told for and against
constexpr double kLeastReason = 0.05;  // log odds; what adds less is not told

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

struct MirtronSeen : Seen {
  FoldedRecord folded;
  FoldedHairpin hairpin;
};

class MirtronVerdict : public Verdict {
 public:
  MirtronVerdict(FoldedRecord folded, MirtronCall call) : folded_(std::move(folded)), call_(std::move(call)) {
    folded_.notes.insert(folded_.notes.end(), call_.unusual.begin(), call_.unusual.end());
  }

  [[nodiscard]] const std::string& id() const override { return folded_.record.id; }
  [[nodiscard]] std::string label() const override { return kMirtronClasses[call_.label()]; }

  [[nodiscard]] std::vector<TypedCell> cells() const override {
    std::vector<TypedCell> cells = {label(), static_cast<double>(call_.probability)};
    add_mirtron_cells(call_, cells);
    add_size_cells(folded_, cells);
    cells.emplace_back(joined_texts(folded_.notes));
    return cells;
  }

  [[nodiscard]] std::string json() const override {
    Json json = {{"id", id()}, {"label", label()}, {"probability", call_.probability}};
    add_mirtron_json(call_, json);
    json["length"] = folded_.record.sequence.size();
    if (folded_.energy_known) json["energy"] = folded_.energy_kcal;
    json["structure"] = folded_.structure;
    json["notes"] = folded_.notes;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  [[nodiscard]] std::string text() const override { return text_of(folded_, lines()); }

  [[nodiscard]] Drawing page() const override {
    Drawing drawing = drawing_of(folded_);
    add_lines(drawing, drawing.height + 10, lines());
    return drawing;
  }

 private:
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines = {fmt::format("{}, probability of a mirtron {:.3f}", label(), call_.probability)};
    add_mirtron_lines(call_, lines);
    for (const std::string& note : folded_.notes) lines.push_back("note: " + note);
    return lines;
  }

  FoldedRecord folded_;
  MirtronCall call_;
};

// What the model says of each record, without its reasons.
struct MirtronScores {
  std::vector<float> probability;
  std::vector<ClosestKnown> closest;
  std::vector<std::uint8_t> trained_on;
};

MirtronScores score_mirtrons(const MirtronModel& model, std::span<const FoldedHairpin> hairpins, int threads) {
  constexpr std::size_t kTogether = 64;  // reasons are the larger part of a call
  MirtronScores scores;
  scores.probability.resize(hairpins.size());
  scores.closest.resize(hairpins.size());
  scores.trained_on.resize(hairpins.size());
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::parallel_for(std::size_t{0}, (hairpins.size() + kTogether - 1) / kTogether, [&](std::size_t part) {
    const std::size_t begin = part * kTogether;
    std::size_t i = begin;
    for (MirtronCall& call : model.classify(hairpins.subspan(begin, std::min(kTogether, hairpins.size() - begin)))) {
      scores.probability[i] = call.probability;
      scores.closest[i] = std::move(call.closest);
      scores.trained_on[i++] = call.trained_on ? 1 : 0;
    }
  });
  return scores;
}

class MirtronJudge : public Judge {
 public:
  explicit MirtronJudge(const std::string& directory) : model_(MirtronModel::open(directory)) {}

  [[nodiscard]] const std::string& parameters() const override { return model_.parameters(); }

  [[nodiscard]] std::vector<VerdictColumn> columns() const override {
    std::vector<VerdictColumn> columns = {{"label", 0, "mirtron or canonical"},
                                          {"probability", 4, "of a mirtron, calibrated"}};
    for (auto& column : mirtron_columns_told()) columns.push_back(std::move(column));
    for (auto& column : size_columns()) columns.push_back(std::move(column));
    columns.push_back({"notes", 0, "what else is to be known"});
    return columns;
  }

  [[nodiscard]] std::unique_ptr<Seen> see(Hairpins& hairpins, const Record& record) const override {
    auto seen = std::make_unique<MirtronSeen>();
    seen->folded = fold_record(hairpins, record);
    seen->hairpin = mirtron_hairpin(hairpins, seen->folded);
    return seen;
  }

  [[nodiscard]] std::vector<std::unique_ptr<Verdict>> judge(std::vector<std::unique_ptr<Seen>> batch) const override {
    std::vector<FoldedHairpin> hairpins;
    for (auto& one : batch) hairpins.push_back(std::move(static_cast<MirtronSeen&>(*one).hairpin));
    std::vector<MirtronCall> calls = model_.classify(hairpins);
    std::vector<std::unique_ptr<Verdict>> verdicts;
    for (std::size_t i = 0; i < batch.size(); ++i)
      verdicts.push_back(std::make_unique<MirtronVerdict>(std::move(static_cast<MirtronSeen&>(*batch[i]).folded),
                                                          std::move(calls[i])));
    return verdicts;
  }

  [[nodiscard]] std::string summary(const LabelCounts& labels, std::int64_t records,
                                    std::int64_t /*outside*/) const override {
    return fmt::format("{} records: {}", records, counts_in_words(labels));
  }

  [[nodiscard]] std::string info() const override {
    constexpr std::size_t kMost = 15;
    std::string text = fmt::format(
        "energy parameters\t{}\ncalibration\tlog odds = {:.4f} x the trees' {:+.4f}\nfigures\thairpins\tmean "
        "out of fold\tlow\thigh\n",
        model_.parameters(), model_.calibration().weights[0], model_.calibration().bias);
    for (const auto& [which, figures] : model_.figures()) {
      for (const auto& [name, figure] : figures)
        text += fmt::format("{}\t{}\t{:.4f}\t{:.4f}\t{:.4f}\n", name, which, figure.mean, figure.low, figure.high);
    }
    text += "property\tmean change of the log odds\n";
    const auto& importance = model_.importance();
    for (std::size_t k = 0; k < std::min(kMost, importance.size()); ++k)
      text += fmt::format("{}\t{:.4f}\n", importance[k].first, importance[k].second);
    return text;
  }

  [[nodiscard]] Drawing plot(const std::string& title) const override {
    fail("--plot draws the tree of a model of pre-miRNAs; {} is of family {}", title, kMirtronFamily);
  }

  void check_use(const EvaluateData& from) const override {
    const std::pair<const char*, bool> useless[] = {{"--bars", !from.data.bars.empty()},
                                                    {"--split", !from.data.split.empty()},
                                                    {"--splits", !from.data.splits.empty()},
                                                    {"--part", !from.part.empty()}};
    for (const auto& [option, named] : useless) require(!named, "{} has no meaning for a model of mirtrons", option);
  }

  [[nodiscard]] JudgeScores evaluate(const EvaluateData& from) const override {
    SequenceSet set = load_sequences(from.data, from.label_column, from.common, from.folding);
    const LabelledHairpins records = labelled_hairpins(set, load_model(from.folding), from.common.threads);
    require(!records.ids.empty(), "there is no record to evaluate");
    const MirtronScores found = score_mirtrons(model_, records.hairpins, from.common.threads);
    JudgeScores scores;
    scores.tally = set.tally;
    scores.ids = records.ids;
    scores.labels = records.labels;
    scores.probability = found.probability;
    scores.call_columns = {{"probability", 6, "of a mirtron"},
                           {"trained_on", 0, "1: a training hairpin has the same words"},
                           {"closest", 0, "training hairpin with most words in common"},
                           {"similarity", 2, "share of those words"}};
    for (std::size_t i = 0; i < records.ids.size(); ++i) {
      const ClosestKnown& closest = found.closest[i];
      scores.calls.push_back({static_cast<double>(found.probability[i]), std::int64_t{found.trained_on[i]},
                              closest.name, closest.name.empty() ? TypedCell() : TypedCell(closest.similarity)});
    }
    scores.rows.push_back(score_row("records", "all", found.probability, records.labels));
    const auto known = std::count(found.trained_on.begin(), found.trained_on.end(), std::uint8_t{1});
    for (const std::uint8_t trained_on : {std::uint8_t{1}, std::uint8_t{0}}) {
      std::vector<float> p;
      std::vector<std::uint8_t> labels;
      for (std::size_t i = 0; known > 0 && i < records.labels.size(); ++i) {
        if (found.trained_on[i] != trained_on) continue;
        p.push_back(found.probability[i]);
        labels.push_back(records.labels[i]);
      }
      if (!p.empty()) scores.rows.push_back(score_row("records", trained_on == 1 ? "trained on" : "new", p, labels));
    }
    if (known > 0)
      scores.warning = fmt::format(
          "{} of {} records are among those the model was trained on: what it says of them is no measure of how "
          "well it does on others",
          known, records.labels.size());
    return scores;
  }

 private:
  MirtronModel model_;
};

}  // namespace

FoldedHairpin mirtron_hairpin(Hairpins& hairpins, const FoldedRecord& folded) {
  const double mfe_kcal = folded.record.structure.empty()
                              ? folded.energy_kcal
                              : hairpins.folder.fold(folded.record.sequence).energy / 100.0;
  return {folded.record.sequence, folded.structure, mfe_kcal};
}

std::vector<VerdictColumn> mirtron_columns_told() {
  return {{"starts_gu", 0, "whether it starts with GU"},
          {"ends_ag", 0, "whether it ends with AG"},
          {"for_mirtron", 0, "what speaks for a mirtron, in log odds"},
          {"against_mirtron", 0, "what speaks against one"},
          {"closest", 0, "the training hairpin with most words of six letters in common"},
          {"closest_label", 0, "what that one is"},
          {"similarity", 2, "share of the words in common"}};
}

void add_mirtron_cells(const MirtronCall& call, std::vector<TypedCell>& cells) {
  const ClosestKnown& closest = call.closest;
  const bool known = !closest.name.empty();
  cells.emplace_back(call.starts_gu);
  cells.emplace_back(call.ends_ag);
  cells.emplace_back(reasons_in_words(call, 1));
  cells.emplace_back(reasons_in_words(call, -1));
  cells.emplace_back(closest.name);
  cells.push_back(known ? TypedCell(std::string(kMirtronClasses[closest.label])) : TypedCell());
  cells.push_back(known ? TypedCell(closest.similarity) : TypedCell());
}

void add_mirtron_json(const MirtronCall& call, Json& json) {
  const auto list = [&](double sign) {
    Json all = Json::array();
    for (const Contribution& one : reasons(call, sign))
      all.push_back({{"feature", one.feature}, {"value", one.value}, {"log_odds", one.log_odds}});
    return all;
  };
  json["starts_gu"] = call.starts_gu;
  json["ends_ag"] = call.ends_ag;
  json["log_odds_before"] = call.base;
  json["for"] = list(1);
  json["against"] = list(-1);
  if (!call.closest.name.empty())
    json["closest"] = {{"id", call.closest.name},
                       {"label", kMirtronClasses[call.closest.label]},
                       {"similarity", call.closest.similarity}};
}

void add_mirtron_lines(const MirtronCall& call, std::vector<std::string>& lines) {
  lines.push_back(fmt::format("{} GU, {} AG", call.starts_gu ? "starts with" : "does not start with",
                              call.ends_ag ? "ends with" : "does not end with"));
  for (const double sign : {1.0, -1.0}) {
    for (const Contribution& one : reasons(call, sign))
      lines.push_back(fmt::format("{} a mirtron: {:<40} {:+.2f} log odds", sign > 0 ? "for    " : "against",
                                  in_words(one), one.log_odds));
  }
  const ClosestKnown& closest = call.closest;
  if (!closest.name.empty())
    lines.push_back(fmt::format("closest known: {} ({}), {:.0f} % of the words of six letters shared", closest.name,
                                kMirtronClasses[closest.label], 100 * closest.similarity));
}

std::string counts_in_words(const LabelCounts& labels) {
  std::string text;
  for (const auto& [label, records] : labels)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", records, label);
  return text;
}

std::unique_ptr<Judge> open_mirtron(const std::string& directory, const OpenOptions& /*options*/) {
  return std::make_unique<MirtronJudge>(directory);
}

}  // namespace stemloop
