// Mirtron or canonical: the family of MirtronModel.
#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

#include "data/sequence_set.h"
#include "judge/families.h"
#include "judge/mirtron_told.h"
#include "judge/scores.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

struct MirtronSeen : Seen {
  Record record;
  std::vector<SplicedHairpin> hairpins;
};

class MirtronVerdict : public Verdict {
 public:
  MirtronVerdict(Record record, MirtronCall call, bool others)
      : record_(std::move(record)), call_(std::move(call)), others_(others) {
    if (!record_.structure.empty()) notes_.emplace_back("folded anew, the structure given was not used");
    notes_.insert(notes_.end(), call_.unusual.begin(), call_.unusual.end());
  }

  [[nodiscard]] const std::string& id() const override { return record_.id; }
  [[nodiscard]] std::string label() const override { return call_.label(); }
  [[nodiscard]] bool outside() const override { return call_.outside; }

  [[nodiscard]] std::vector<TypedCell> cells() const override {
    std::vector<TypedCell> cells = {label(), call_.probability, others_ ? TypedCell(call_.against_others) : TypedCell(),
                                    call_.outside};
    add_mirtron_cells(record_, call_, notes_, cells);
    return cells;
  }

  [[nodiscard]] std::string json() const override {
    Json json = {{"id", id()}, {"label", label()}, {"probability", call_.probability}};
    if (others_) json["against_others"] = call_.against_others;
    json["outside"] = call_.outside;
    add_mirtron_json(record_, call_, notes_, json);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  [[nodiscard]] std::string text() const override { return mirtron_text(record_, call_, lines()); }
  [[nodiscard]] Drawing page() const override { return mirtron_page(record_, call_, lines()); }

 private:
  [[nodiscard]] std::vector<std::string> lines() const {
    if (!call_.hairpin) return {std::string(kNoHairpin) + " that could be cut into two arms: no mirtron"};
    std::vector<std::string> lines = {fmt::format("{}, probability of a mirtron {:.3f}", label(), call_.probability)};
    if (others_)
      lines.push_back(
          fmt::format("not an intron or other RNA that is none with probability {:.3f}", call_.against_others));
    add_mirtron_lines(call_, lines);
    for (const std::string& note : notes_) lines.push_back("note: " + note);
    return lines;
  }

  Record record_;
  MirtronCall call_;
  bool others_;
  std::vector<std::string> notes_;
};

class MirtronJudge : public Judge {
 public:
  MirtronJudge(const std::string& directory, const OpenOptions& options)
      : model_(MirtronModel::open(directory)),
        reasons_(options.reasons),
        finders_([this] { return SplicedFinder(model_.cuts()); }) {}

  [[nodiscard]] const std::string& parameters() const override { return parameters_; }

  [[nodiscard]] std::vector<VerdictColumn> columns() const override {
    std::vector<VerdictColumn> columns = {
        {"label", 0, "mirtron, canonical, other or no hairpin"},
        {"probability", 4, "of a mirtron if it is a pre-miRNA, calibrated"},
        {"against_others", 4, "probability of a mirtron rather than an intron or other RNA that is none"},
        {"outside", 0, "whether it is unlike the mirtrons and canonical precursors of training"}};
    for (auto& column : mirtron_columns_told()) columns.push_back(std::move(column));
    return columns;
  }

  [[nodiscard]] std::unique_ptr<Seen> see(Hairpins&, const Record& record) const override {
    auto seen = std::make_unique<MirtronSeen>();
    seen->record = record;
    seen->record.sequence = as_rna(record.sequence);
    seen->hairpins = finders_.local().find(seen->record.sequence);
    return seen;
  }

  [[nodiscard]] std::vector<std::unique_ptr<Verdict>> judge(std::vector<std::unique_ptr<Seen>> batch) const override {
    std::vector<std::string_view> sequences;
    std::vector<const std::vector<SplicedHairpin>*> hairpins;
    for (const auto& one : batch) {
      const auto& seen = static_cast<const MirtronSeen&>(*one);
      sequences.emplace_back(seen.record.sequence);
      hairpins.push_back(&seen.hairpins);
    }
    std::vector<MirtronCall> calls = model_.judge(sequences, hairpins, reasons_);
    std::vector<std::unique_ptr<Verdict>> verdicts;
    for (std::size_t i = 0; i < batch.size(); ++i)
      verdicts.push_back(std::make_unique<MirtronVerdict>(std::move(static_cast<MirtronSeen&>(*batch[i]).record),
                                                          std::move(calls[i]), model_.knows_others()));
    return verdicts;
  }

  [[nodiscard]] std::string summary(const LabelCounts& labels, std::int64_t records,
                                    std::int64_t outside) const override {
    return fmt::format("{} records: {}; {} unlike those of training", records, counts_in_words(labels), outside);
  }

  [[nodiscard]] std::string info() const override {
    constexpr std::size_t kMost = 15;
    std::string text = fmt::format("energy parameters\t{}\ncalibration\tlog odds = {:.4f} x the trees' {:+.4f}\n",
                                   parameters_, model_.calibration().weights[0], model_.calibration().bias);
    text += fmt::format("others\t{}\n", model_.knows_others() ? "told from introns and other RNAs" : "not known");
    text += "figures\tshown\tout of fold\tlow\thigh\n";
    for (const auto& [which, figures] : model_.figures()) {
      for (const auto& [name, figure] : figures)
        text += fmt::format("{}\t{}\t{:.4f}\t{:.4f}\t{:.4f}\n", name, which, figure.mean, figure.low, figure.high);
    }
    for (const auto& [kind, share] : model_.called())
      text += fmt::format("called mirtron\t{}\t{:.4f} of {}\n", kind, share.second, share.first);
    text += "measure\tmean change of the log odds\n";
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
    const SequenceSet set = load_sequences(from.data, from.label_column, from.common, from.folding);
    require(set.size() > 0, "there is no record to evaluate");
    const std::vector<MirtronCall> calls = calls_of(set.sequences, from.common.threads);
    JudgeScores scores;
    scores.tally = set.tally;
    scores.ids = set.ids;
    scores.labels = set.labels;
    scores.sequences = set.sequences;
    scores.parents = set.parents;
    scores.knows_training = true;
    scores.call_columns = {{"probability", 6, "of a mirtron"},
                           {"outside", 0, "1: unlike records of training"},
                           {"trained_on", 0, "1: a training hairpin has the same words"},
                           {"closest", 0, "training hairpin with most words in common"},
                           {"similarity", 2, "share of those words"}};
    // Half of the words of the shorter one: as many as near-duplicates (identity 0.9) have in common.
    constexpr double kNear = 0.5;
    std::int64_t known = 0, near = 0;
    const auto is_near = [](const MirtronCall& call) { return call.trained_on || call.closest.similarity >= kNear; };
    for (const MirtronCall& call : calls) {
      scores.probability.push_back(static_cast<float>(call.probability));
      known += call.trained_on ? 1 : 0;
      near += is_near(call) ? 1 : 0;
      const ClosestKnown& closest = call.closest;
      scores.calls.push_back({call.probability, std::int64_t{call.outside}, std::int64_t{call.trained_on}, closest.name,
                              closest.name.empty() ? TypedCell() : TypedCell(closest.similarity)});
    }
    scores.rows.push_back(score_row("records", "all", scores.probability, set.labels));
    const auto add = [&](const char* name, auto is_one) {
      std::vector<float> p;
      std::vector<std::uint8_t> labels;
      for (std::size_t i = 0; i < calls.size(); ++i) {
        if (!is_one(calls[i])) continue;
        p.push_back(scores.probability[i]);
        labels.push_back(set.labels[i]);
      }
      if (!p.empty()) scores.rows.push_back(score_row("records", name, p, labels));
    };
    if (near > 0) {
      add("trained on", [](const MirtronCall& call) { return call.trained_on; });
      add("near", [&](const MirtronCall& call) { return !call.trained_on && is_near(call); });
      add("new", [&](const MirtronCall& call) { return !is_near(call); });
      scores.warning = fmt::format(
          "{} of {} records are among those the model was trained on, {} more are near one: what it says of them is no "
          "measure of how well it does on others",
          known, set.size(), near - known);
    }
    return scores;
  }

 private:
  [[nodiscard]] std::vector<MirtronCall> calls_of(const std::vector<std::string>& sequences, int threads) const {
    std::vector<MirtronCall> calls(sequences.size());
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
    tbb::parallel_for(std::size_t{0}, sequences.size(), [&](std::size_t i) {
      const std::vector<SplicedHairpin> hairpins = finders_.local().find(sequences[i]);
      const std::string_view one[] = {sequences[i]};
      const std::vector<SplicedHairpin>* found[] = {&hairpins};
      calls[i] = std::move(model_.judge(one, found, false).front());
    });
    return calls;
  }

  std::string parameters_ = "turner2004";
  MirtronModel model_;
  bool reasons_;
  mutable tbb::enumerable_thread_specific<SplicedFinder> finders_;
};

}  // namespace

std::unique_ptr<Judge> open_mirtron(const std::string& directory, const OpenOptions& options) {
  return std::make_unique<MirtronJudge>(directory, options);
}

}  // namespace stemloop
