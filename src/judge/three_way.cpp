// Mirtron, canonical or other: a model of mirtrons and a classifier of pre-miRNAs, each asked what it knows. The
// classifier does not stand before the mirtrons: they are less stable than canonical precursors, and it would lose
// them.
#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <utility>

#include "judge/families.h"
#include "judge/mirtron_told.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

struct ThreeWaySeen : Seen {
  Record record;
  std::unique_ptr<Seen> first;
  std::vector<SplicedHairpin> hairpins;
};

class ThreeWayVerdict : public Verdict {
 public:
  ThreeWayVerdict(Record record, const std::string& first_label, double premirna, bool outside, MirtronCall call)
      : record_(std::move(record)), premirna_(premirna), first_outside_(outside), call_(std::move(call)) {
    if (first_label == kNoHairpin && !call_.hairpin) none_ = true;
    notes_ = call_.unusual;
    if (outside) notes_.emplace_back("unlike pre-miRNAs to the classifier of those");
  }

  [[nodiscard]] const std::string& id() const override { return record_.id; }
  [[nodiscard]] std::string label() const override {
    if (none_) return kNoHairpin;
    const bool nearer_mirtrons = call_.hairpin && call_.probability >= kMirtronCalled;
    if (nearer_mirtrons) return call_.label();
    return premirna_ >= kMirtronCalled ? kMirtronClasses[0] : kOtherRna;
  }
  [[nodiscard]] bool outside() const override {
    return call_.hairpin && call_.probability >= kMirtronCalled ? call_.outside : first_outside_;
  }

  [[nodiscard]] std::vector<TypedCell> cells() const override {
    std::vector<TypedCell> cells = {label(), premirna_, call_.probability, call_.against_others, outside()};
    add_mirtron_cells(record_, call_, notes_, cells);
    return cells;
  }

  [[nodiscard]] std::string json() const override {
    Json json = {{"id", id()},
                 {"label", label()},
                 {"premirna_probability", premirna_},
                 {"mirtron_probability", call_.probability},
                 {"against_others", call_.against_others},
                 {"outside", outside()}};
    add_mirtron_json(record_, call_, notes_, json);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  [[nodiscard]] std::string text() const override { return mirtron_text(record_, call_, lines()); }
  [[nodiscard]] Drawing page() const override { return mirtron_page(record_, call_, lines()); }

 private:
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines = {
        fmt::format("{}: a pre-miRNA with probability {:.3f}; if it is one, a mirtron with {:.3f}; a mirtron rather "
                    "than an intron or another RNA with {:.3f}",
                    label(), premirna_, call_.probability, call_.against_others)};
    add_mirtron_lines(call_, lines);
    for (const std::string& note : notes_) lines.push_back("note: " + note);
    return lines;
  }

  Record record_;
  double premirna_;
  bool first_outside_, none_ = false;
  MirtronCall call_;
  std::vector<std::string> notes_;
};

class ThreeWayJudge : public Judge {
 public:
  ThreeWayJudge(const std::string& premirna, const std::string& mirtron, OpenOptions options)
      : second_(MirtronModel::open(mirtron)), finders_([this] { return SplicedFinder(second_.cuts()); }) {
    require(second_.knows_others(), "{}: was not trained on introns and other RNAs, --three-way wants a model that was",
            mirtron);
    options.reasons = false;
    first_ = open_judge(premirna, options);
    const std::vector<VerdictColumn> columns = first_->columns();
    const auto found =
        std::find_if(columns.begin(), columns.end(), [](const auto& c) { return c.name == "probability"; });
    require(found != columns.end() && columns.front().name == "label" && model_classes_fit(),
            "{}: is no classifier of pre-miRNAs", premirna);
    probability_ = static_cast<std::size_t>(found - columns.begin());
  }

  [[nodiscard]] const std::string& parameters() const override { return first_->parameters(); }

  [[nodiscard]] std::vector<VerdictColumn> columns() const override {
    std::vector<VerdictColumn> columns = {
        {"label", 0, "canonical, mirtron, other or no hairpin"},
        {"premirna_probability", 4, "of a pre-miRNA, by the classifier of pre-miRNAs"},
        {"mirtron_probability", 4, "of a mirtron, if it is a pre-miRNA"},
        {"against_others", 4, "probability of a mirtron rather than an intron or other RNA that is none"},
        {"outside", 0, "whether it is unlike what the model that decided was trained on"}};
    for (auto& column : mirtron_columns_told()) columns.push_back(std::move(column));
    return columns;
  }

  [[nodiscard]] std::unique_ptr<Seen> see(Hairpins& hairpins, const Record& record) const override {
    auto seen = std::make_unique<ThreeWaySeen>();
    seen->record = record;
    seen->record.sequence = as_rna(record.sequence);
    seen->first = first_->see(hairpins, record);
    seen->hairpins = finders_.local().find(seen->record.sequence);
    return seen;
  }

  [[nodiscard]] std::vector<std::unique_ptr<Verdict>> judge(std::vector<std::unique_ptr<Seen>> batch) const override {
    std::vector<std::unique_ptr<Seen>> first;
    std::vector<std::string_view> sequences;
    std::vector<const std::vector<SplicedHairpin>*> hairpins;
    for (auto& one : batch) {
      auto& seen = static_cast<ThreeWaySeen&>(*one);
      first.push_back(std::move(seen.first));
      sequences.emplace_back(seen.record.sequence);
      hairpins.push_back(&seen.hairpins);
    }
    std::vector<MirtronCall> calls = second_.judge(sequences, hairpins);
    const auto told = first_->judge(std::move(first));
    std::vector<std::unique_ptr<Verdict>> verdicts;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const double probability = std::get<double>(told[i]->cells()[probability_]);
      verdicts.push_back(std::make_unique<ThreeWayVerdict>(std::move(static_cast<ThreeWaySeen&>(*batch[i]).record),
                                                           told[i]->label(), probability, told[i]->outside(),
                                                           std::move(calls[i])));
    }
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
  // Its first column tells pre-miRNAs from others.
  [[nodiscard]] bool model_classes_fit() const {
    return first_->columns().front().meaning.find(kPremirnaClasses[1]) != std::string::npos;
  }

  MirtronModel second_;
  std::unique_ptr<Judge> first_;
  std::size_t probability_ = 1;
  mutable tbb::enumerable_thread_specific<SplicedFinder> finders_;
};

}  // namespace

std::unique_ptr<Judge> open_three_way(const std::string& premirna, const std::string& mirtron,
                                      const OpenOptions& options) {
  return std::make_unique<ThreeWayJudge>(premirna, mirtron, options);
}

}  // namespace stemloop
