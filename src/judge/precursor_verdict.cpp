#include "judge/precursor_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "hairpin/hairpin.h"
#include "judge/classifier.h"
#include "judge/folded_record.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReasonsTold = 6;

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
    return calls_.empty() ? kNoHairpin : kPremirnaClasses[call().probability >= kPrecursorCalled ? 1 : 0];
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
    return words_.of(hairpin().cut, call().probability >= kPrecursorCalled ? 1 : 0);
  }

  Record record_;
  std::vector<FoundHairpin> hairpins_;
  std::vector<PrecursorCall> calls_;
  std::size_t best_ = 0;
  bool all_ = false;
  double prior_ = 0.5;
  const NetworkWords& words_;
};

}  // namespace

std::vector<VerdictColumn> precursor_columns() {
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

std::unique_ptr<Verdict> precursor_verdict(PrecursorSeen seen, std::vector<PrecursorCall> calls,
                                           const OpenOptions& options, double prior, const NetworkWords& words) {
  return std::make_unique<PrecursorVerdict>(std::move(seen), std::move(calls), options, prior, words);
}

}  // namespace stemloop
