// wgan, fbgan, cnn: networks of sequences.
#include <algorithm>
#include <cmath>
#include <map>

#include "data/similarity.h"
#include "learn/learn.h"
#include "report/report.h"
#include "study/study.h"
#include "train/kinds.h"
#include "train/run_files.h"
#include "train/run_watcher.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

template <class Visit>
void visit_sequence_run(TrainJob& c, Visit visit) {
  visit_common_run(c, visit);
  visit("label_column", c.label_column);
  visit("judge_every", c.watch.judge_every);
  visit("judged", c.watch.judged);
  visit("analyzer", c.analyzer);
  visit("analyzer_seconds", c.analyzer_seconds);
}

Json run_json(TrainJob& c, const std::string& md5, const Tally& tally, std::int64_t train, std::int64_t valid) {
  Json options = Json::object();
  visit_sequence_run(c, [&](const char* name, const auto& value) { options[name] = value; });
  return new_run_file(c, sequence_net_json(c.gan.network), gan_objective_json(c.gan.objective), options,
                      {md5, tally, train, valid, paths_from_run(c)});
}

// The numbers of a finished epoch, in words.
class SequenceWatcher : public RunWatcher {
 public:
  SequenceWatcher(const TrainJob& c, const SequenceSet& real, Analyzer* analyzer)
      : RunWatcher(c), analyzer_(analyzer), model_(load_model(c.folding)), folder_(model_) {
    options_.threads = c.common.threads;
    options_.seed = c.options.seed;
    options_.with_two_sample = false;  // the slow one, and not what decides
    if (c.watch.judge_every == 0) return;
    real_ = measure_set(real.sequences, model_, options_);
    real_report_ = describe_set(real_, options_);
  }

  // Loss: how far drawn sequences are from the real ones where they are farthest, each difference as a multiple of one
  // that can be borne.
  std::vector<std::pair<std::string, double>> judge(const std::vector<std::string>& sequences) override {
    if (sequences.empty()) return {{"loss", kWorst}};
    const MeasuredSet drawn = measure_set(sequences, model_, options_);
    const QualityReport q = compare_sets(real_, drawn, options_);
    const QualityReport& r = real_report_;
    const double loss =
        std::max({q.jsd4 / 0.02, std::abs(q.gc - r.gc) / 0.02, std::abs(q.ends_ag - r.ends_ag) / 0.03,
                  std::abs(q.one_hairpin - r.one_hairpin) / 0.08, std::abs(q.mfe_per_nt - r.mfe_per_nt) / 0.03,
                  std::abs(q.length_mean - r.length_mean) / (0.06 * r.length_mean), q.near_copies / 0.02,
                  (1 - q.unique) / 0.02});
    return {{"loss", loss},
            {"jsd3", q.jsd3},
            {"jsd4", q.jsd4},
            {"gc", q.gc},
            {"ends_ag", q.ends_ag},
            {"one_hairpin", q.one_hairpin},
            {"mfe_per_nt", q.mfe_per_nt},
            {"length", q.length_mean},
            {"nearest", q.nearest_median},
            {"near_copies", q.near_copies},
            {"unique", q.unique}};
  }

  std::vector<double> analyze(const std::vector<std::string>& sequences) override {
    return analyzer_->score(sequences);
  }

  std::vector<std::string> fold(const std::vector<std::string>& sequences) override {
    return folder_.structures(sequences);
  }

 protected:
  [[nodiscard]] std::string epoch_in_words(const Json& line) const override {
    std::string said;
    const auto add = [&](const Json& values) {
      for (const auto& [name, value] : values.items())
        said += fmt::format("{}{} {:.4g}", said.empty() ? "" : ", ", name, value.get<double>());
    };
    add(line.at("train"));
    if (line.contains("valid")) {
      said += ";";
      add(line.at("valid"));
    }
    return said;
  }
  void draw_curves() const override {
    replace_file(run() + "/losses.svg", to_svg(sequence_curves(run() + "/metrics.jsonl")));
  }

 private:
  static constexpr double kWorst = 1000;
  Analyzer* analyzer_;
  std::shared_ptr<const Model> model_;
  SequenceFolder folder_;
  QualityOptions options_;
  MeasuredSet real_;
  QualityReport real_report_;
};

// Records as symbols. Those the layout cannot hold are listed and counted as rejected; the set loses them too.
SymbolData symbols_of_records(SequenceSet& set, SequenceNetConfig& network, bool fixed_length) {
  const SequenceLayout layout = sequence_layout(network.layout);
  std::vector<std::vector<std::uint8_t>> rows;
  std::vector<std::size_t> kept;
  std::size_t longest = 0;
  Tally tally = set.tally;
  for (std::size_t i = 0; i < set.size(); ++i) {
    try {
      auto row = sequence_symbols(layout, set.sequences[i], set.structures[i]);
      require(!fixed_length || static_cast<std::int64_t>(row.size()) <= network.length,
              "{} places are more than the {} of the network", row.size(), network.length);
      longest = std::max(longest, row.size());
      rows.push_back(std::move(row));
      kept.push_back(i);
    } catch (const Error& error) {
      --tally.out;
      ++tally.rejected;
      report({set.ids[i], fmt::format("{}: {}", set.ids[i], error.what())});
    }
  }
  set = set.select(kept);
  set.tally = tally;
  constexpr std::int64_t kStep = 8;
  if (!fixed_length) network.length = (static_cast<std::int64_t>(longest) + kStep - 1) / kStep * kStep;
  SymbolData data;
  data.length = network.length;
  for (std::size_t i = 0; i < rows.size(); ++i) data.add(rows[i], set.labels[i]);
  return data;
}

// One record in five of each class, identical sequences together.
std::vector<std::uint8_t> held_out(const SequenceSet& set, std::uint64_t seed) {
  constexpr double kShare = 0.2;
  std::map<std::string, std::int64_t> first;
  std::vector<SimilarPair> links;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto [found, fresh] = first.emplace(set.sequences[i], static_cast<std::int64_t>(i));
    if (!fresh) links.push_back({found->second, static_cast<std::int64_t>(i), 1, 1});
  }
  const double shares[] = {1 - kShare, kShare};
  const auto parts =
      split_groups(linked_groups(static_cast<std::int64_t>(set.size()), links), set.labels, shares, seed);
  return {parts.begin(), parts.end()};
}

std::unique_ptr<Analyzer> open_analyzer(const TrainJob& c, const SequenceSet& real) {
  constexpr std::string_view kProgram = "program:";
  if (!c.gan.objective.feedback) return nullptr;
  if (c.analyzer == "structure") return structure_analyzer(real, c.folding);
  const bool command = c.analyzer.rfind(kProgram, 0) == 0;
  require(!command || c.resume.empty() || c.allow_commands,
          "{}/run.json names a command to be run as the analyzer, '{}'; if you wrote it yourself, add --allow-commands",
          c.resume, printable(c.analyzer.substr(std::min(kProgram.size(), c.analyzer.size()))));
  if (command) return program_analyzer(c.analyzer.substr(kProgram.size()), c.analyzer_seconds);
  return cnn_analyzer(c.analyzer, c.options.device, c.common.threads);
}

void apply_presets(TrainJob& c) {
  c.gan = gan_preset(c.model, c.size);
  if (!c.layout.empty()) c.gan.network.layout = c.layout;
  if (c.hidden > 0) c.gan.network.hidden = c.hidden;
  if (c.average >= 0) c.gan.objective.average = c.average;
  if (c.refold >= 0) {
    c.gan.objective.refold = c.refold;
  } else if (c.gan.network.layout == "strand") {
    c.gan.objective.refold = 0;
  }
  if (c.critic_steps > 0) c.gan.objective.critic_steps = c.critic_steps;
}

// The records of the class to be made.
SequenceSet only_wanted(const SequenceSet& set) {
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.labels[i] == 1) wanted.push_back(i);
  }
  SequenceSet chosen = set.select(wanted);
  chosen.tally = set.tally;
  return chosen;
}

// A classifier's records to learn from and to validate on. Error if a class has one record or none.
std::pair<SymbolData, SymbolData> both_parts(const SymbolData& all, const SequenceSet& set, std::uint64_t seed) {
  SymbolData train, valid;
  train.length = valid.length = all.length;
  const auto part = held_out(set, seed);
  std::int64_t counts[2] = {};
  for (std::int64_t i = 0; i < all.size(); ++i) {
    const std::uint8_t label = all.labels[static_cast<std::size_t>(i)];
    ++counts[label];
    (part[static_cast<std::size_t>(i)] == 0 ? train : valid).add(all.row(i), label);
  }
  require(counts[0] > 1 && counts[1] > 1, "a classifier needs both classes: there are {} records of 0 and {} of 1",
          counts[0], counts[1]);
  return {std::move(train), std::move(valid)};
}

}  // namespace

void prepare_sequences(TrainJob& c) {
  if (c.resume.empty()) {
    apply_presets(c);
    check_run_is_new(c);
    return;
  }
  read_run(
      c, [](auto& of, auto visit) { visit_sequence_run(of, visit); },
      [&](const std::string& network, const std::string& objective, const std::string& path) {
        c.gan.network = sequence_net_from_json(network, path);
        c.gan.objective = gan_objective_from_json(objective, path);
      });
}

TrainResult train_sequences(TrainJob& c) {
  const bool resume = !c.resume.empty(), classifier = c.model == "cnn";
  c.options.threads = c.common.threads;
  c.options.warm_steps = 0;
  SequenceSet set = load_sequences(c.data, c.label_column, c.common, c.folding);
  const std::string md5 = md5_of(set);
  if (classifier) check_labels(set.sequences, set.labels, "sequences");
  if (!classifier) set = only_wanted(set);
  const SymbolData all = symbols_of_records(set, c.gan.network, resume || c.gan.network.layout == "strand");
  require(all.size() > 0, "there is no sequence to learn from");
  SymbolData train, valid;
  if (classifier) std::tie(train, valid) = both_parts(all, set, c.options.seed);
  const std::int64_t learned = classifier ? train.size() : all.size();
  const OpenRun run(c, run_json(c, md5, set.tally, learned, valid.size()), md5);
  say(Loud::kInfo, "{} sequences to learn from, {} to validate on, {} rejected; {}", learned, valid.size(),
      set.tally.rejected, neural().version());

  const auto analyzer = open_analyzer(c, set);
  SequenceWatcher watcher(c, set, analyzer.get());
  const TrainOutcome outcome =
      classifier ? neural().train_scorer(c.gan.network, train, valid, c.options, run.goes_on(), watcher)
                 : neural().train_gan(c.gan.network, c.gan.objective, all, c.watch, c.options, run.goes_on(), watcher);
  return end_run(c, outcome, set.tally);
}

}  // namespace stemloop
