// Pre-miRNA or not, wherever the sequence comes from: the family of PrecursorClassifier.
#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "data/sequence_set.h"
#include "hairpin/hairpin.h"
#include "judge/classifier.h"
#include "judge/families.h"
#include "judge/folded_record.h"
#include "judge/network_words.h"
#include "judge/precursor.h"
#include "judge/scores.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kCalled = 0.5;
constexpr std::size_t kReasonsTold = 6;

struct PrecursorSeen : Seen {
  Record record;
  std::vector<FoundHairpin> hairpins;
};

// A reason in words: "+1.32 energy per base pair -1.7 kcal/mol (above 12 % of pre-miRNAs, 2 % of others)".
std::string in_words(const Reason& reason) {
  const std::vector<Measure>& measures = hairpin_measures();
  if (reason.measure >= measures.size())
    return fmt::format("{:+.2f} composition in words of one to three letters", reason.log_odds);
  const Measure& measure = measures[reason.measure];
  if (std::isnan(reason.value)) return fmt::format("{:+.2f} {}: not known here", reason.log_odds, measure.words);
  return fmt::format("{:+.2f} {} {:.3g}{}{} (above {:.0f} % of pre-miRNAs, {:.0f} % of others)", reason.log_odds,
                     measure.words, reason.value, measure.unit.empty() ? "" : " ", measure.unit,
                     100 * reason.among_precursors, 100 * reason.among_others);
}

class PrecursorVerdict : public Verdict {
 public:
  PrecursorVerdict(PrecursorSeen seen, std::vector<PrecursorCall> calls, const OpenOptions& options, double prior,
                   const NetworkWords& words)
      : record_(std::move(seen.record)),
        hairpins_(std::move(seen.hairpins)),
        calls_(std::move(calls)),
        all_(options.all_hairpins),
        prior_(prior),
        words_(words) {
    for (std::size_t k = 1; k < calls_.size(); ++k) {
      if (calls_[k].probability > calls_[best_].probability) best_ = k;
    }
  }

  [[nodiscard]] const std::string& id() const override { return record_.id; }
  [[nodiscard]] std::string label() const override {
    return calls_.empty() ? kNoHairpin : kPremirnaClasses[call().probability >= kCalled ? 1 : 0];
  }
  [[nodiscard]] bool outside() const override { return !calls_.empty() && call().outside; }

  [[nodiscard]] std::vector<TypedCell> cells() const override {
    std::vector<TypedCell> cells = {label(), calls_.empty() ? 0.0 : call().probability, outside(),
                                    static_cast<std::int64_t>(record_.sequence.size())};
    if (calls_.empty()) {
      cells.resize(cells.size() + 12);
      cells.emplace_back(std::int64_t{0});
      cells.resize(cells.size() + 3);
      return cells;
    }
    const CutHairpin& cut = hairpin().cut;
    const Cuts& c = cut.arms.cuts;
    for (const int at : {cut.begin + 1, cut.end, c.drosha5 + 1, c.dicer5, c.dicer3 + 1, c.drosha3})
      cells.emplace_back(static_cast<std::int64_t>(at));
    cells.emplace_back(letters(c.drosha5, c.dicer5));
    cells.emplace_back(letters(c.dicer3, c.drosha3));
    cells.emplace_back(static_cast<double>(cut.arms.log_odds));
    cells.emplace_back(cut.core.fold.energy / 100.0);
    cells.emplace_back(std::string(static_cast<std::size_t>(cut.begin), '.') + cut.core.fold.structure +
                       std::string(record_.sequence.size() - static_cast<std::size_t>(cut.end), '.'));
    cells.emplace_back(static_cast<double>(call().log_odds));
    cells.emplace_back(static_cast<std::int64_t>(hairpins_.size()));
    cells.emplace_back(others());
    std::string reasons;
    for (const Reason& reason : told()) reasons += (reasons.empty() ? "" : "; ") + in_words(reason);
    cells.emplace_back(reasons);
    cells.emplace_back(joined_texts(notes()));
    return cells;
  }

  [[nodiscard]] std::string json() const override {
    Json json = {{"id", id()},      {"label", label()},     {"probability", calls_.empty() ? 0.0 : call().probability},
                 {"prior", prior_}, {"outside", outside()}, {"length", record_.sequence.size()}};
    Json list = Json::array();
    for (std::size_t k = 0; k < calls_.size(); ++k) {
      if (!all_ && k != best_) continue;
      const CutHairpin& cut = hairpins_[k].cut;
      const Cuts& c = cut.arms.cuts;
      Json one = {{"start", cut.begin + 1},
                  {"end", cut.end},
                  {"probability", calls_[k].probability},
                  {"log_odds", calls_[k].log_odds},
                  {"cut_log_odds", cut.arms.log_odds},
                  {"5p", {c.drosha5 + 1, c.dicer5}},
                  {"3p", {c.dicer3 + 1, c.drosha3}},
                  {"energy", cut.core.fold.energy / 100.0},
                  {"sequence", cut.core.letters},
                  {"structure", cut.core.fold.structure}};
      Json reasons = Json::array();
      const std::vector<Measure>& measures = hairpin_measures();
      for (const Reason& r : calls_[k].reasons) {
        Json reason = {{"measure", r.measure < measures.size() ? measures[r.measure].name : "composition"},
                       {"log_odds", r.log_odds}};
        if (!std::isnan(r.value)) {
          reason["value"] = r.value;
          reason["among_precursors"] = r.among_precursors;
          reason["among_others"] = r.among_others;
        }
        reasons.push_back(std::move(reason));
      }
      one["reasons"] = std::move(reasons);
      list.push_back(std::move(one));
    }
    json["hairpins"] = std::move(list);
    json["notes"] = notes();
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  [[nodiscard]] std::string text() const override {
    if (calls_.empty()) return fmt::format("{}  {} nt\n  {}\n\n", id(), record_.sequence.size(), explanation().front());
    const CutHairpin& cut = hairpin().cut;
    std::string text =
        fmt::format("{}  {} nt, hairpin at {} to {}, {:.2f} kcal/mol\n{}", id(), record_.sequence.size(), cut.begin + 1,
                    cut.end, cut.core.fold.energy / 100.0, text_hairpin(marked(), cut.core.fold.structure));
    for (const std::string& line : explanation()) text += "  " + line + "\n";
    for (const std::string& line : description()) text += "  " + line + "\n";
    return text + "\n";
  }

  [[nodiscard]] Drawing page() const override {
    require(!calls_.empty(), "'{}' has no hairpin to draw", printable(id()));
    const CutHairpin& cut = hairpin().cut;
    const Cuts& c = cut.arms.cuts;
    HairpinFigure figure;
    figure.sequence = cut.core.letters;
    figure.structure = cut.core.fold.structure;
    figure.title = id();
    figure.subtitle = fmt::format("letters {} to {} of the record, {:.2f} kcal/mol", cut.begin + 1, cut.end,
                                  cut.core.fold.energy / 100.0);
    figure.marks =
        marks_of_arms({c.drosha5 - cut.begin, c.dicer5 - cut.begin}, {c.dicer3 - cut.begin, c.drosha3 - cut.begin});
    figure.colours = FigureColours::kArms;
    figure.picture = false;
    Drawing drawing = draw_figure(figure);
    add_lines(drawing, drawing.height + 24, explanation());
    if (const auto lines = description(); !lines.empty()) add_lines(drawing, drawing.height + 24, lines);
    return drawing;
  }

 private:
  [[nodiscard]] const PrecursorCall& call() const { return calls_[best_]; }
  [[nodiscard]] const FoundHairpin& hairpin() const { return hairpins_[best_]; }
  [[nodiscard]] std::string letters(int from, int to) const {
    return record_.sequence.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(std::max(0, to - from)));
  }
  // The letters between the Drosha cuts, the loop in lower case, as miRBase tells matures apart.
  [[nodiscard]] std::string marked() const {
    std::string letters = hairpin().cut.core.letters;
    const Cuts& c = hairpin().cut.arms.cuts;
    for (int i = c.dicer5 - hairpin().cut.begin; i < c.dicer3 - hairpin().cut.begin; ++i) {
      char& letter = letters[static_cast<std::size_t>(i)];
      letter = static_cast<char>(std::tolower(letter));
    }
    return letters;
  }
  [[nodiscard]] std::vector<Reason> told() const {
    return {call().reasons.begin(),
            call().reasons.begin() + static_cast<std::ptrdiff_t>(std::min(kReasonsTold, call().reasons.size()))};
  }
  [[nodiscard]] std::string others() const {
    std::string text;
    for (std::size_t k = 0; k < calls_.size() && all_; ++k) {
      if (k == best_) continue;
      text += fmt::format("{}{}-{} {:.4f}", text.empty() ? "" : "; ", hairpins_[k].cut.begin + 1, hairpins_[k].cut.end,
                          calls_[k].probability);
    }
    return text;
  }
  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> all;
    if (calls_.empty()) return all;
    if (!record_.structure.empty()) all.emplace_back("folded anew, the structure given was not used");
    if (!hairpin().cut.arms.plausible()) all.push_back("the arms cannot be: " + hairpin().cut.arms.fault);
    all.insert(all.end(), call().unusual.begin(), call().unusual.end());
    return all;
  }
  [[nodiscard]] std::vector<std::string> explanation() const {
    if (calls_.empty()) return {std::string(kNoHairpin) + " that could be cut into two arms: not a pre-miRNA"};
    const Cuts& c = hairpin().cut.arms.cuts;
    std::vector<std::string> lines;
    lines.push_back(fmt::format("{}, probability {:.3f} (where {:.3g} of the candidates are pre-miRNAs)", label(),
                                call().probability, prior_));
    lines.push_back(fmt::format("5p arm {} to {}: {}   3p arm {} to {}: {}", c.drosha5 + 1, c.dicer5,
                                letters(c.drosha5, c.dicer5), c.dicer3 + 1, c.drosha3, letters(c.dicer3, c.drosha3)));
    for (const Reason& reason : told()) lines.push_back(in_words(reason));
    for (std::size_t k = 0; k < calls_.size(); ++k) {
      if (k != best_ && all_)
        lines.push_back(fmt::format("another hairpin at {} to {}: probability {:.3f}", hairpins_[k].cut.begin + 1,
                                    hairpins_[k].cut.end, calls_[k].probability));
    }
    for (const std::string& note : notes()) lines.push_back("note: " + note);
    return lines;
  }

  // What the network says beside it, if the model has words of one.
  [[nodiscard]] std::vector<std::string> description() const {
    if (!words_.there()) return {};
    return words_.of(hairpin().cut, call().probability >= kCalled ? 1 : 0);
  }

  Record record_;
  std::vector<FoundHairpin> hairpins_;
  std::vector<PrecursorCall> calls_;
  std::size_t best_ = 0;
  bool all_ = false;
  double prior_ = 0.5;
  const NetworkWords& words_;
};

class PrecursorJudge : public Judge {
 public:
  PrecursorJudge(const std::string& directory, const OpenOptions& options)
      : classifier_(PrecursorClassifier::open(directory)),
        options_(options),
        prior_(options.prior > 0 ? options.prior : classifier_.prior()),
        words_(directory + "/" + kPrecursorTree, options.device),
        finders_([this] { return HairpinFinder(classifier_.cuts()); }) {}

  [[nodiscard]] const std::string& parameters() const override { return parameters_; }

  [[nodiscard]] std::vector<VerdictColumn> columns() const override {
    return {{"label", 0, "pre-miRNA, other or no hairpin"},
            {"probability", 4, "of a pre-miRNA, at the prior"},
            {"outside", 0, "whether the hairpin is unlike pre-miRNAs in size, composition or stability"},
            {"length", 0, "nt of the record"},
            {"hairpin_start", 0, "first letter behind the 5' Drosha cut, from 1"},
            {"hairpin_end", 0, "last letter before the 3' Drosha cut"},
            {"5p_start", 0, "first letter of the 5p arm"},
            {"5p_end", 0, "last letter of the 5p arm"},
            {"3p_start", 0, "first letter of the 3p arm"},
            {"3p_end", 0, "last letter of the 3p arm"},
            {"5p_sequence", 0, "letters of the 5p arm"},
            {"3p_sequence", 0, "letters of the 3p arm"},
            {"cut_log_odds", 3, "how clearly it can be cut, nats"},
            {"energy", 2, "kcal/mol between the Drosha cuts"},
            {"structure", 0, "dot-bracket between the Drosha cuts, dots outside"},
            {"log_odds", 3, "of the boosted trees, before calibration"},
            {"hairpins", 0, "that were judged"},
            {"other_hairpins", 0, "start-end and probability of each, with --all-hairpins"},
            {"reasons", 0, "what changes the log odds most, weightiest first"},
            {"notes", 0, "what else is to be known"}};
  }

  [[nodiscard]] std::unique_ptr<Seen> see(Hairpins&, const Record& record) const override {
    auto seen = std::make_unique<PrecursorSeen>();
    seen->record = record;
    seen->record.sequence = as_rna(record.sequence);
    seen->hairpins = finders_.local().find(seen->record.sequence, kMostHairpins);
    return seen;
  }

  [[nodiscard]] std::vector<std::unique_ptr<Verdict>> judge(std::vector<std::unique_ptr<Seen>> batch) const override {
    std::vector<const FoundHairpin*> hairpins;
    for (const auto& one : batch) {
      for (const FoundHairpin& hairpin : static_cast<const PrecursorSeen&>(*one).hairpins) hairpins.push_back(&hairpin);
    }
    std::vector<PrecursorCall> calls = classifier_.judge(hairpins, prior_, options_.reasons && options_.all_hairpins);
    if (options_.reasons && !options_.all_hairpins) add_reasons(batch, hairpins, calls);
    std::vector<std::unique_ptr<Verdict>> verdicts;
    auto next = calls.begin();
    for (auto& one : batch) {
      auto& seen = static_cast<PrecursorSeen&>(*one);
      const auto count = std::ssize(seen.hairpins);
      std::vector<PrecursorCall> own(std::make_move_iterator(next), std::make_move_iterator(next + count));
      next += count;
      verdicts.push_back(std::make_unique<PrecursorVerdict>(std::move(seen), std::move(own), options_, prior_, words_));
    }
    return verdicts;
  }

  [[nodiscard]] std::string summary(const LabelCounts& labels, std::int64_t records,
                                    std::int64_t outside) const override {
    const auto count = [&](const std::string& label) {
      const auto found = labels.find(label);
      return found == labels.end() ? 0 : found->second;
    };
    return fmt::format("{} of {} called {} at a prior of {:.3g}; {} without a hairpin, {} unlike pre-miRNAs",
                       count(kPremirnaClasses[1]), records, kPremirnaClasses[1], prior_, count(kNoHairpin), outside);
  }

  [[nodiscard]] std::string info() const override {
    std::string text = fmt::format("energy parameters\t{}\nprior\t{:.3g}\n", parameters_, classifier_.prior());
    const auto [sensitivity, wrong] = classifier_.called_at(kCalled);
    text += fmt::format("called, records left out of training\t{:.4f} of precursors, {:.4f} of others\n", sensitivity,
                        wrong);
    for (const double odds : {1.0, 10.0, 100.0, 1000.0})
      text += fmt::format(
          "expected precision at 1 precursor in {:.0f}\t{:.4f} called at 0.5, {:.4f} at 0.99\n", odds + 1,
          precision_at(1 / (1 + odds), sensitivity, wrong),
          precision_at(1 / (1 + odds), classifier_.called_at(0.99).first, classifier_.called_at(0.99).second));
    for (const PrecursorFigure& figure : classifier_.figures())
      text += fmt::format("{} {}\t{:.4f} of {} called pre-miRNA\n", figure.label == 1 ? "precursors" : "others",
                          figure.kind, figure.called, figure.records);
    if (words_.there())
      text += "tree, the network's own description\n" + tree_rules(words_.classifier().tree(), kPremirnaClasses);
    return text;
  }

  [[nodiscard]] Drawing plot(const std::string& title) const override {
    require(words_.there(), "--plot draws a tree; this model has none");
    return draw_tree(words_.classifier().tree(), kPremirnaClasses, title);
  }

  void check_use(const EvaluateData& from) const override {
    require(from.data.bars.empty(),
            "--bars holds pictures; this model judges sequences (--tsv, --positives, --negatives)");
    require(from.part.empty() && from.data.split.empty(), "{} is of models of the published benchmark",
            from.part.empty() ? "--split" : "--part");
  }

  [[nodiscard]] JudgeScores evaluate(const EvaluateData& from) const override {
    const SequenceSet set = load_sequences(from.data, from.label_column, from.common, from.folding);
    JudgeScores scores;
    scores.tally = set.tally;
    scores.ids = set.ids;
    scores.labels = set.labels;
    scores.sequences = set.sequences;
    scores.parents = set.parents;
    scores.call_columns = {{"probability", 6, "at the prior"}, {"outside", 0, "1: unlike pre-miRNAs"}};
    scores.probability.resize(set.size());
    scores.calls.resize(set.size());
    tbb::enumerable_thread_specific<Hairpins> unused(hairpin_state(from.folding));
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(from.common.threads));
    tbb::parallel_for(std::size_t{0}, set.size(), [&](std::size_t i) {
      Record record;
      record.id = set.ids[i];
      record.sequence = set.sequences[i];
      std::vector<std::unique_ptr<Seen>> one;
      one.push_back(see(unused.local(), record));
      const auto verdict = std::move(judge(std::move(one)).front());
      const double p = std::get<double>(verdict->cells()[1]);
      scores.probability[i] = static_cast<float>(p);
      scores.calls[i] = {p, std::int64_t{verdict->outside() ? 1 : 0}};
    });
    scores.rows.push_back(score_row("of", "all", scores.probability, set.labels));
    constexpr std::array<std::size_t, 7> kEdges = {0, 60, 80, 100, 120, 160, 1000000};
    for (std::size_t k = 0; k + 1 < kEdges.size(); ++k) {
      std::vector<float> probability;
      std::vector<std::uint8_t> labels;
      for (std::size_t i = 0; i < set.size(); ++i) {
        const std::size_t length = set.sequences[i].size();
        if (length < kEdges[k] || length >= kEdges[k + 1]) continue;
        probability.push_back(scores.probability[i]);
        labels.push_back(set.labels[i]);
      }
      if (probability.empty()) continue;
      const std::string name = k + 2 == kEdges.size() ? fmt::format("{} nt and more", kEdges[k])
                                                      : fmt::format("{} to {} nt", kEdges[k], kEdges[k + 1] - 1);
      scores.rows.push_back(score_row("of", name.c_str(), probability, labels));
    }
    return scores;
  }

 private:
  // Reasons cost more than calls: they are given of each record's best hairpin.
  void add_reasons(const std::vector<std::unique_ptr<Seen>>& batch, std::span<const FoundHairpin* const> hairpins,
                   std::vector<PrecursorCall>& calls) const {
    std::vector<std::size_t> best;
    std::size_t first = 0;
    for (const auto& one : batch) {
      const std::size_t count = static_cast<const PrecursorSeen&>(*one).hairpins.size();
      const auto begin = calls.begin() + static_cast<std::ptrdiff_t>(first);
      const auto top = std::max_element(
          begin, begin + static_cast<std::ptrdiff_t>(count),
          [](const PrecursorCall& a, const PrecursorCall& b) { return a.probability < b.probability; });
      if (count > 0) best.push_back(static_cast<std::size_t>(top - calls.begin()));
      first += count;
    }
    std::vector<const FoundHairpin*> chosen;
    for (const std::size_t k : best) chosen.push_back(hairpins[k]);
    std::vector<PrecursorCall> told = classifier_.judge(chosen, prior_, true);
    for (std::size_t k = 0; k < best.size(); ++k) calls[best[k]] = std::move(told[k]);
  }

  std::string parameters_ = "turner2004";
  PrecursorClassifier classifier_;
  OpenOptions options_;
  double prior_;
  NetworkWords words_;
  mutable tbb::enumerable_thread_specific<HairpinFinder> finders_;
};

}  // namespace

std::unique_ptr<Judge> open_precursor(const std::string& directory, const OpenOptions& options) {
  return std::make_unique<PrecursorJudge>(directory, options);
}

}  // namespace stemloop
