// Not a pre-miRNA, canonical or mirtron: a classifier of pre-miRNAs before a model of mirtrons.
#include <algorithm>
#include <utility>

#include "judge/classifier.h"
#include "judge/families.h"
#include "judge/mirtron_family.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

struct ThreeWaySeen : Seen {
  FoldedRecord folded;
  FoldedHairpin hairpin;
  Evidence evidence;
};

class ThreeWayVerdict : public Verdict {
 public:
  ThreeWayVerdict(FoldedRecord folded, Call first, MirtronCall second)
      : folded_(std::move(folded)), first_(std::move(first)), second_(std::move(second)) {
    // One sentence is told once.
    for (const std::string& words : second_.unusual) folded_.notes.push_back("mirtron: " + words);
    for (const std::string& words : first_.unusual) folded_.notes.push_back("pre-miRNA: " + words);
  }

  [[nodiscard]] const std::string& id() const override { return folded_.record.id; }
  [[nodiscard]] std::string label() const override {
    return first_.label() == 0 ? "not a pre-miRNA" : kMirtronClasses[second_.label()];
  }
  [[nodiscard]] bool outside() const override { return first_.outside; }

  [[nodiscard]] std::vector<TypedCell> cells() const override {
    std::vector<TypedCell> cells = {label(), static_cast<double>(first_.probability),
                               static_cast<double>(second_.probability), first_.outside};
    add_mirtron_cells(second_, cells);
    add_size_cells(folded_, cells);
    cells.emplace_back(joined_texts(folded_.notes));
    return cells;
  }

  [[nodiscard]] std::string json() const override {
    Json json = {{"id", id()},
                 {"label", label()},
                 {"premirna_probability", first_.probability},
                 {"mirtron_probability", second_.probability},
                 {"outside", first_.outside}};
    add_mirtron_json(second_, json);
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
    std::vector<std::string> lines = {fmt::format("{}: a pre-miRNA with probability {:.3f}, then a mirtron with {:.3f}",
                                                  label(), first_.probability, second_.probability)};
    add_mirtron_lines(second_, lines);
    for (const std::string& note : folded_.notes) lines.push_back("note: " + note);
    return lines;
  }

  FoldedRecord folded_;
  Call first_;
  MirtronCall second_;
};

class ThreeWayJudge : public Judge {
 public:
  ThreeWayJudge(const std::string& premirna, const std::string& mirtron, const OpenOptions& options)
      : first_(Classifier::open(premirna, options.device, options.threads)),
        second_(MirtronModel::open(mirtron)) {
    require(first_.parameters() == second_.parameters(),
            "{} knows hairpins folded with {}, {} with {}: --three-way wants models of the same energy parameters",
            premirna, first_.parameters(), mirtron, second_.parameters());
  }

  [[nodiscard]] const std::string& parameters() const override { return second_.parameters(); }

  [[nodiscard]] std::vector<VerdictColumn> columns() const override {
    std::vector<VerdictColumn> columns = {{"label", 0, "not a pre-miRNA, canonical or mirtron"},
                                          {"premirna_probability", 4, "of a pre-miRNA"},
                                          {"mirtron_probability", 4, "of a mirtron, if it is a pre-miRNA"},
                                          {"outside", 0, "whether it is unlike training hairpins of pre-miRNAs"}};
    for (auto& column : mirtron_columns_told()) columns.push_back(std::move(column));
    for (auto& column : size_columns()) columns.push_back(std::move(column));
    columns.push_back({"notes", 0, "what else is to be known"});
    return columns;
  }

  [[nodiscard]] std::unique_ptr<Seen> see(Hairpins& hairpins, const Record& record) const override {
    auto seen = std::make_unique<ThreeWaySeen>();
    seen->folded = fold_record(hairpins, record);
    seen->hairpin = mirtron_hairpin(hairpins, seen->folded);
    seen->evidence = evidence_of(hairpins, seen->folded);
    return seen;
  }

  [[nodiscard]] std::vector<std::unique_ptr<Verdict>> judge(std::vector<std::unique_ptr<Seen>> batch) const override {
    std::vector<FoldedHairpin> hairpins;
    std::vector<Evidence> evidence;
    for (auto& one : batch) {
      auto& seen = static_cast<ThreeWaySeen&>(*one);
      hairpins.push_back(std::move(seen.hairpin));
      evidence.push_back(std::move(seen.evidence));
    }
    std::vector<MirtronCall> second = second_.classify(hairpins);
    std::vector<Call> first = first_.classify(evidence);
    std::vector<std::unique_ptr<Verdict>> verdicts;
    for (std::size_t i = 0; i < batch.size(); ++i)
      verdicts.push_back(std::make_unique<ThreeWayVerdict>(std::move(static_cast<ThreeWaySeen&>(*batch[i]).folded),
                                                           std::move(first[i]), std::move(second[i])));
    return verdicts;
  }

  [[nodiscard]] std::string summary(const LabelCounts& labels, std::int64_t records,
                                    std::int64_t /*outside*/) const override {
    return fmt::format("{} records: {}", records, counts_in_words(labels));
  }

  [[nodiscard]] std::string info() const override { fail("two models have two model infos"); }
  [[nodiscard]] Drawing plot(const std::string& /*title*/) const override { fail("two models have no one picture"); }
  void check_use(const EvaluateData& /*from*/) const override {}
  [[nodiscard]] JudgeScores evaluate(const EvaluateData& /*from*/) const override {
    fail("two models are evaluated one by one");
  }

 private:
  Classifier first_;
  MirtronModel second_;
};

}  // namespace

std::unique_ptr<Judge> open_three_way(const std::string& premirna, const std::string& mirtron,
                                      const OpenOptions& options) {
  return std::make_unique<ThreeWayJudge>(premirna, mirtron, options);
}

}  // namespace stemloop
