// Pre-miRNA or not: the family of Classifier.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "judge/classifier.h"
#include "judge/families.h"
#include "judge/folded_record.h"
#include "judge/network_words.h"
#include "judge/scores.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

std::string path_in_words(const std::vector<Answer>& answers) {
  std::string text;
  for (const Answer& a : answers)
    text += fmt::format("{}{}: {} ({}{})", text.empty() ? "" : "; ", a.question, a.yes ? "yes" : "no",
                        a.value.empty() ? "none" : a.value, a.contradicted ? ", feature says otherwise" : "");
  return text;
}

// What is said of one hairpin, line by line.
std::vector<std::string> explanation(const Classifier& classifier, const FoldedRecord& folded, const Call& call) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}, probability {:.3f}", kPremirnaClasses[call.label()], call.probability));
  for (std::string& line : tree_lines(classifier.tree(), call)) lines.push_back(std::move(line));
  if (call.tree_label != call.label()) lines.emplace_back("the tree and the probability disagree: look twice");
  for (const std::string& words : call.unusual) lines.push_back("unlike the training hairpins: " + words);
  if (call.reconstruction_error > classifier.reconstruction_threshold() ||
      call.latent_distance > classifier.distance_threshold())
    lines.push_back(
        fmt::format("unlike the training hairpins: {:.0f} % of the bars reconstructed wrongly (usual: up to "
                    "{:.0f} %), latent distance {:.2f} (up to {:.2f})",
                    100 * call.reconstruction_error, 100 * classifier.reconstruction_threshold(), call.latent_distance,
                    classifier.distance_threshold()));
  for (const std::string& note : folded.notes) lines.push_back("note: " + note);
  return lines;
}

struct PremirnaSeen : Seen {
  FoldedRecord folded;
  Evidence evidence;
};

class PremirnaVerdict : public Verdict {
 public:
  PremirnaVerdict(const Classifier& classifier, FoldedRecord folded, Call call)
      : classifier_(classifier), folded_(std::move(folded)), call_(std::move(call)) {}

  [[nodiscard]] const std::string& id() const override { return folded_.record.id; }
  [[nodiscard]] std::string label() const override { return kPremirnaClasses[call_.label()]; }
  [[nodiscard]] bool outside() const override { return call_.outside; }

  [[nodiscard]] std::vector<TypedCell> cells() const override {
    std::vector<TypedCell> cells = {label(),
                                    static_cast<double>(call_.probability),
                                    std::string(kPremirnaClasses[call_.tree_label]),
                                    static_cast<double>(call_.tree_probability),
                                    call_.outside,
                                    call_.reconstruction_error,
                                    call_.latent_distance};
    add_size_cells(folded_, cells);
    cells.emplace_back(path_in_words(call_.answers));
    cells.emplace_back(joined_texts(notes()));
    return cells;
  }

  [[nodiscard]] std::string json() const override {
    Json path = Json::array();
    for (const Answer& a : call_.answers)
      path.push_back(
          {{"question", a.question}, {"answer", a.yes}, {"value", a.value}, {"contradicted", a.contradicted}});
    Json json = {
        {"id", id()},
        {"label", label()},
        {"probability", call_.probability},
        {"parts", {{"booster", call_.booster}, {"z_y", call_.from_y}, {"z_m", call_.from_m}}},
        {"tree",
         {{"label", kPremirnaClasses[call_.tree_label]}, {"probability", call_.tree_probability}, {"path", path}}},
        {"outside", call_.outside},
        {"reconstruction_error", call_.reconstruction_error},
        {"latent_distance", call_.latent_distance},
        {"length", folded_.record.sequence.size()},
        {"structure", folded_.structure},
        {"notes", notes()}};
    if (folded_.energy_known) json["energy"] = folded_.energy_kcal;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  [[nodiscard]] std::string text() const override { return text_of(folded_, explanation(classifier_, folded_, call_)); }

  // The drawing, the picture, its reconstruction and the reasons on one page.
  [[nodiscard]] Drawing page() const override {
    constexpr double kMargin = 24, kCell = 7;
    Drawing drawing = drawing_of(folded_);
    const double width = kCell * kPictureColumns;
    const double y = drawing.height + 10;
    drawing.add(Text{{kMargin, y},
                     fmt::format("The picture as the network gives it back: {:.1f} % of the bars wrong",
                                 100 * call_.reconstruction_error),
                     12,
                     Anchor::kStart,
                     "#333333"});
    add_picture(drawing, call_.reconstruction, {(drawing.width - width) / 2, y + 10}, kCell);
    add_lines(drawing, y + 10 + kCell * kPictureRows + 34, explanation(classifier_, folded_, call_));
    return drawing;
  }

 private:
  // Those of the record, and what is unusual about it.
  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> all = folded_.notes;
    all.insert(all.end(), call_.unusual.begin(), call_.unusual.end());
    return all;
  }

  const Classifier& classifier_;
  FoldedRecord folded_;
  Call call_;
};

class PremirnaJudge : public Judge {
 public:
  PremirnaJudge(const std::string& directory, const OpenOptions& options)
      : classifier_(Classifier::open(directory, options.device, options.threads)) {}

  [[nodiscard]] const std::string& parameters() const override { return classifier_.parameters(); }

  [[nodiscard]] std::vector<VerdictColumn> columns() const override {
    std::vector<VerdictColumn> columns = {{"label", 0, "pre-miRNA or other"},
                                          {"probability", 4, "of a pre-miRNA, calibrated"},
                                          {"tree_label", 0, "what the latent tree says"},
                                          {"tree_probability", 4, "share of pre-miRNAs at the tree's leaf"},
                                          {"outside", 0, "whether the hairpin is unlike the training hairpins"},
                                          {"reconstruction_error", 4, "share of the bars reconstructed wrongly"},
                                          {"latent_distance", 3, "from the training hairpins, 1 is typical"}};
    for (auto& column : size_columns()) columns.push_back(std::move(column));
    columns.push_back({"path", 0, "the tree's questions and answers"});
    columns.push_back({"notes", 0, "what else is to be known"});
    return columns;
  }

  [[nodiscard]] std::unique_ptr<Seen> see(Hairpins& hairpins, const Record& record) const override {
    auto seen = std::make_unique<PremirnaSeen>();
    seen->folded = fold_record(hairpins, record);
    seen->evidence = evidence_of(hairpins, seen->folded);
    return seen;
  }

  [[nodiscard]] std::vector<std::unique_ptr<Verdict>> judge(std::vector<std::unique_ptr<Seen>> batch) const override {
    std::vector<Evidence> evidence;
    evidence.reserve(batch.size());
    for (auto& one : batch) evidence.push_back(std::move(static_cast<PremirnaSeen&>(*one).evidence));
    std::vector<Call> calls = classifier_.classify(evidence);
    std::vector<std::unique_ptr<Verdict>> verdicts;
    for (std::size_t i = 0; i < batch.size(); ++i)
      verdicts.push_back(std::make_unique<PremirnaVerdict>(
          classifier_, std::move(static_cast<PremirnaSeen&>(*batch[i]).folded), std::move(calls[i])));
    return verdicts;
  }

  [[nodiscard]] std::string summary(const LabelCounts& labels, std::int64_t records,
                                    std::int64_t outside) const override {
    const auto found = labels.find(kPremirnaClasses[1]);
    return fmt::format("{} of {} called {}; {} unlike the training hairpins", found == labels.end() ? 0 : found->second,
                       records, kPremirnaClasses[1], outside);
  }

  [[nodiscard]] std::string info() const override {
    return fmt::format(
        "energy parameters\t{}\nunlike its training beyond\treconstruction error {:.3f}, latent distance "
        "{:.2f}\nnetwork\t{}\ntree\n{}",
        classifier_.parameters(), classifier_.reconstruction_threshold(), classifier_.distance_threshold(),
        config_json(classifier_.network().config()), tree_rules(classifier_.tree(), kPremirnaClasses));
  }

  [[nodiscard]] Drawing plot(const std::string& title) const override {
    return draw_tree(classifier_.tree(), kPremirnaClasses, title);
  }

  void check_use(const EvaluateData& from) const override {
    require(from.label_column == EvaluateData().label_column, "--label-column is of models of mirtrons");
  }

  [[nodiscard]] JudgeScores evaluate(const EvaluateData& from) const override {
    const LabelledPictures labelled = load_labelled_pictures(from);
    const PictureData& data = labelled.pictures;
    const LabelledEvidence records = labelled_evidence(data, from.folding, from.common.threads);
    const std::vector<Call> calls = classifier_.classify(records.evidence);
    JudgeScores scores;
    scores.tally = labelled.tally;
    scores.ids = labelled.ids;
    scores.labels = data.labels;
    scores.sequences = sequences_of(data);
    scores.call_columns = {{"probability", 6, "the blend"}, {"tree_probability", 6, "at the tree's leaf"},
                           {"booster", 6, "boosted trees"}, {"z_y", 6, "class from z_y"},
                           {"z_m", 6, "class from z_m"},    {"outside", 0, "1: unlike the training hairpins"}};
    std::vector<float> tree, booster, y, m;
    for (const Call& call : calls) {
      scores.probability.push_back(call.probability);
      tree.push_back(call.tree_probability);
      booster.push_back(call.booster);
      y.push_back(call.from_y);
      m.push_back(call.from_m);
      std::vector<TypedCell>& cells = scores.calls.emplace_back();
      for (const float p : {call.probability, call.tree_probability, call.booster, call.from_y, call.from_m})
        cells.emplace_back(static_cast<double>(p));
      cells.emplace_back(std::int64_t{call.outside ? 1 : 0});
    }
    const std::pair<const char*, const std::vector<float>*> parts[] = {
        {"blend", &scores.probability}, {"tree", &tree}, {"booster", &booster}, {"z_y", &y}, {"z_m", &m}};
    for (const auto& [name, p] : parts)
      scores.rows.push_back(score_row("from", name, *p, data.labels, p == &tree ? kAboveHalf : 0.5));
    return scores;
  }

 private:
  Classifier classifier_;
};

}  // namespace

std::unique_ptr<Judge> open_premirna(const std::string& directory, const OpenOptions& options) {
  return std::make_unique<PremirnaJudge>(directory, options);
}

}  // namespace stemloop
