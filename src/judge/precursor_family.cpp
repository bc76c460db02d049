// Pre-miRNA or not, wherever the sequence comes from: the family of PrecursorClassifier.
#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>

#include "data/sequence_set.h"
#include "hairpin/hairpin.h"
#include "judge/families.h"
#include "judge/folded_record.h"
#include "judge/network_words.h"
#include "judge/precursor.h"
#include "judge/precursor_verdict.h"
#include "judge/scores.h"

namespace stemloop {

namespace {

class PrecursorJudge : public Judge {
 public:
  PrecursorJudge(const std::string& directory, const OpenOptions& options)
      : classifier_(PrecursorClassifier::open(directory)),
        options_(options),
        prior_(options.prior > 0 ? options.prior : classifier_.prior()),
        words_(directory + "/" + kPrecursorTree, options.device),
        finders_([this] { return HairpinFinder(classifier_.cuts()); }) {}

  [[nodiscard]] const std::string& parameters() const override { return parameters_; }

  [[nodiscard]] std::vector<VerdictColumn> columns() const override { return precursor_columns(); }

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
      verdicts.push_back(precursor_verdict(std::move(seen), std::move(own), options_, prior_, words_));
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
    const auto [sensitivity, wrong] = classifier_.called_at(kPrecursorCalled);
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
    chosen.reserve(best.size());
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
