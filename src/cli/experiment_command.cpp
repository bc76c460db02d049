// experiment: classifiers trained with and without synthetic mirtrons, tested on real ones.
#include "cli/experiment.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "cli/version.h"
#include "eval/eval.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kExperimentFormat = "stemloop experiment 1";

// --- the run directory -----------------------------------------------------------------------------------------------

// What a cell's numbers depend on. Which cells are wanted (--arms, --repeats, ...) may change from call to call.
Json options_json(const ExperimentOptions& c) {
  return {{"task", c.task},
          {"label_column", c.label_column},
          {"folds", c.folds},
          {"seed", c.seed},
          {"gan_epochs", c.gan_epochs},
          {"gan_rate", c.gan_rate},
          {"gan_size", c.gan_size},
          {"cnn_epochs", c.cnn_epochs},
          {"cnn_rate", c.cnn_rate},
          {"params", c.folding.parameters},
          {"temperature", c.folding.fold.temperature_celsius},
          {"dangles", c.folding.fold.dangles},
          {"no_lp", c.folding.fold.no_lonely_pairs}};
}

// Begins a run or checks that this is the one begun.
void open_run(const ExperimentOptions& c, const SequenceSet& set) {
  std::filesystem::create_directories(c.run);
  const std::string path = c.run + "/run.json", md5 = md5_of(set);
  const Json options = options_json(c);
  if (!std::filesystem::exists(path)) {
    require(std::filesystem::is_empty(c.run), "{}: is not empty and no experiment; name another --run", c.run);
    const Json run = {{"format", kExperimentFormat},
                      {"command", command_words()},
                      {"version", kVersion},
                      {"options", options},
                      {"data", {{"md5", md5}, {"records", set.tally.out}, {"rejected", set.tally.rejected}}}};
    replace_file(path, run.dump(2) + "\n");
    return;
  }
  const auto bytes = read_bytes(path, 1 << 20);
  const Json run =
      Json::parse(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), nullptr, false);
  require(run.is_object() && run.value("format", Json()) == kExperimentFormat && run.contains("options") &&
              run["options"].is_object() && run.contains("data") && run["data"].is_object(),
          "{}: is no experiment of this program", path);
  for (const auto& [name, value] : options.items()) {
    const Json began = run["options"].value(name, Json());
    require(began == value, "{}: this experiment began with {} {}, not {}; name another --run", path, name,
            began.dump(), value.dump());
  }
  const std::string began = run["data"].value("md5", Json("")).dump();
  require(began == Json(md5).dump(),
          "{}: this experiment began with other data (MD5 {}, now \"{}\"); name another --run", path, began, md5);
}

std::string header_line() {
  std::string line = "repeat\tfold\tends\tarm\tclassifier\treal\tsynthetic\tcanonical";
  for (const char* metric : kMetrics) line += fmt::format("\t{}", metric);
  return line + "\n";
}

std::string line_of(const Cell& cell) {
  std::string line = fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", cell.repeat, cell.fold, cell.ends, cell.arm,
                                 cell.classifier, cell.real, cell.synthetic, cell.canonical);
  for (const double value : cell.metrics) line += "\t" + (std::isnan(value) ? "" : shortest(value));
  return line + "\n";
}

// Finished cells; a line that a killed run left half-written is taken off the file.
std::vector<Cell> read_cells(const std::string& path) {
  std::vector<Cell> cells;
  if (!std::filesystem::exists(path)) return cells;
  const auto bytes = read_bytes(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t whole = text.rfind('\n') + 1;
  if (whole < text.size()) replace_file(path, text.substr(0, whole));
  if (whole == 0) return cells;
  constexpr std::size_t kFields = 8;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        require(header.size() == kFields + kMetricCount && header.front() == "repeat" &&
                    header.back() == kMetrics[kMetricCount - 1],
                "{}: are no cells of this program", path);
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        Cell cell;
        cell.repeat = static_cast<int>(parse_integer(fields[0], place));
        cell.fold = static_cast<int>(parse_integer(fields[1], place));
        cell.ends = fields[2];
        cell.arm = fields[3];
        cell.classifier = fields[4];
        cell.real = parse_integer(fields[5], place);
        cell.synthetic = parse_integer(fields[6], place);
        cell.canonical = parse_integer(fields[7], place);
        for (std::size_t m = 0; m < kMetricCount; ++m)
          cell.metrics[m] = fields[kFields + m].empty() ? std::nan("") : parse_number(fields[kFields + m], place);
        cells.push_back(cell);
      });
  return cells;
}

// Each line is on the disk's way before the next cell begins.
class CellFile {
 public:
  explicit CellFile(const std::string& run) : path_(run + "/cells.tsv"), cells_(read_cells(path_)) {
    if (!std::filesystem::exists(path_) || std::filesystem::file_size(path_) == 0) replace_file(path_, header_line());
    out_.open(path_, std::ios::app);
    for (const Cell& cell : cells_) known_.insert(key(cell));
  }
  [[nodiscard]] bool has(const Cell& cell) const { return known_.count(key(cell)) > 0; }
  [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }
  void add(const Cell& cell) {
    const std::lock_guard<std::mutex> lock(mutex_);
    out_ << line_of(cell) << std::flush;
    require(out_.good(), "{}: cannot be written", path_);
    cells_.push_back(cell);
    known_.insert(key(cell));
  }
  /// Lines stand in the order of their folds, whatever the order the cells were done in. The last call.
  void put_in_order() {
    out_.close();
    std::sort(cells_.begin(), cells_.end(), [](const Cell& a, const Cell& b) { return key(a) < key(b); });
    std::string text = header_line();
    for (const Cell& cell : cells_) text += line_of(cell);
    replace_file(path_, text);
  }

 private:
  static std::tuple<int, int, std::string, std::string, std::string> key(const Cell& cell) {
    return {cell.repeat, cell.fold, cell.ends, cell.arm, cell.classifier};
  }
  std::string path_;
  std::vector<Cell> cells_;
  std::set<std::tuple<int, int, std::string, std::string, std::string>> known_;
  std::ofstream out_;
  std::mutex mutex_;
};

// --- folds -----------------------------------------------------------------------------------------------------------

// Records that look alike in either table are one group: identical ones, also once their ends are masked.
std::vector<std::int64_t> groups_of(const SequenceSet& set) {
  std::map<std::string, std::int64_t> groups;
  std::vector<std::int64_t> group;
  for (const std::string& sequence : set.sequences)
    group.push_back(groups.emplace(shown(sequence, "masked"), static_cast<std::int64_t>(groups.size())).first->second);
  return group;
}

struct Split {
  std::vector<std::int64_t> learn, valid, test;  // valid: a tenth of what is not tested, for the epochs of CNNs
};

Split split_of(const ExperimentOptions& c, const SequenceSet& set, const std::vector<std::int64_t>& groups, int repeat,
               int fold) {
  constexpr double kValid = 0.1;
  const std::uint64_t seed = c.seed + static_cast<std::uint64_t>(repeat - 1);
  const std::vector<double> shares(static_cast<std::size_t>(c.folds), 1.0 / c.folds);
  const std::vector<int> parts = split_groups(groups, set.labels, shares, seed);
  Split split;
  std::vector<std::int64_t> rest, rest_groups;
  std::vector<std::uint8_t> rest_labels;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto record = static_cast<std::int64_t>(i);
    if (parts[i] == fold - 1) {
      split.test.push_back(record);
      continue;
    }
    rest.push_back(record);
    rest_groups.push_back(groups[i]);
    rest_labels.push_back(set.labels[i]);
  }
  const double valid_shares[] = {1 - kValid, kValid};
  const auto valid =
      split_groups(rest_groups, rest_labels, valid_shares, Random(seed, static_cast<std::uint64_t>(fold)).next());
  for (std::size_t i = 0; i < rest.size(); ++i) (valid[i] == 0 ? split.learn : split.valid).push_back(rest[i]);
  return split;
}

// One fold of one repeat: all of its cells that are wanted and not there.
class FoldRun {
 public:
  FoldRun(const ExperimentOptions& c, const SequenceSet& set, const std::map<std::string, Shown>& real, Split split,
          int repeat, int fold)
      : c_(c),
        set_(set),
        real_(real),
        split_(std::move(split)),
        repeat_(repeat),
        fold_(fold),
        seed_(Random(c.seed + static_cast<std::uint64_t>(repeat - 1), static_cast<std::uint64_t>(fold)).next()) {}

  void run(std::vector<Cell> cells, CellFile& file) {
    for (const Cell& cell : cells) prepare(source_of(cell.arm));
    const auto serial =
        std::stable_partition(cells.begin(), cells.end(), [](const Cell& cell) { return !is_neural(cell.classifier); });
    tbb::parallel_for(std::size_t{0}, static_cast<std::size_t>(serial - cells.begin()),
                      [&](std::size_t i) { file.add(finished(cells[i])); });
    for (auto cell = serial; cell != cells.end(); ++cell) file.add(finished(*cell));
  }

 private:
  // As many synthetic mirtrons of a source as any arm takes.
  void prepare(const std::string& source) {
    if (source.empty() || synthetic_.count(source) > 0) return;
    std::vector<std::size_t> mirtrons;
    std::int64_t canonical = 0;
    for (const auto* part : {&split_.learn, &split_.valid}) {
      for (const std::int64_t i : *part) {
        const auto at = static_cast<std::size_t>(i);
        if (set_.labels[at] == 1) mirtrons.push_back(at);
        canonical += set_.labels[at] == 0 ? 1 : 0;
      }
    }
    std::sort(mirtrons.begin(), mirtrons.end());
    const auto sequences = draw_mirtrons(c_, source, set_.select(mirtrons), canonical, seed_,
                                         fmt::format("{}/generators/{}_{}_{}", c_.run, repeat_, fold_, source));
    const std::vector<std::uint8_t> labels(sequences.size(), 1);
    for (const std::string& ends : c_.ends)
      synthetic_[source][ends] = show(sequences, labels, ends, load_model(c_.folding), c_.common.threads);
  }

  // The real training records of an arm.
  [[nodiscard]] Shown real_part(const Cell& cell, std::vector<std::int64_t> records) const {
    if (is_only(cell.arm))
      std::erase_if(records, [&](std::int64_t i) { return set_.labels[static_cast<std::size_t>(i)] == 1; });
    std::sort(records.begin(), records.end());
    return real_.at(cell.ends).select(records);
  }

  Cell finished(Cell cell) const {
    const bool validates = is_neural(cell.classifier);
    std::vector<std::int64_t> records = split_.learn;
    if (!validates) records.insert(records.end(), split_.valid.begin(), split_.valid.end());
    Shown train = real_part(cell, records), valid;
    if (validates) valid = real_part(cell, split_.valid);
    cell.real = std::count(train.labels.begin(), train.labels.end(), 1);
    cell.canonical = static_cast<std::int64_t>(train.size()) - cell.real;
    if (const std::string source = source_of(cell.arm); !source.empty()) {
      const Shown& made = synthetic_.at(source).at(cell.ends);
      const auto take = [&](Shown& to, std::int64_t first, std::int64_t count) {
        std::vector<std::int64_t> chosen;
        for (std::int64_t i = 0; i < count; ++i) chosen.push_back(first + i);
        to.append(made.select(chosen));
      };
      cell.synthetic = std::max<std::int64_t>(0, cell.canonical - cell.real);
      take(train, 0, cell.synthetic);
      // Without real mirtrons, validation has none either.
      if (validates && is_only(cell.arm)) take(valid, cell.synthetic, static_cast<std::int64_t>(valid.size()));
    }
    const Shown test = real_.at(cell.ends).select(split_.test);
    const std::string directory =
        fmt::format("{}/network_{}_{}_{}_{}_{}", c_.run, repeat_, fold_, cell.ends, cell.arm, cell.classifier);
    cell.metrics = metrics_of(train_and_test(c_, cell.classifier, train, valid, test, seed_, directory), test.labels);
    return cell;
  }

  const ExperimentOptions& c_;
  const SequenceSet& set_;
  const std::map<std::string, Shown>& real_;  // by ends
  Split split_;
  int repeat_, fold_;
  std::uint64_t seed_;
  std::map<std::string, std::map<std::string, Shown>> synthetic_;  // by source and ends
};

std::vector<Cell> wanted_cells(const ExperimentOptions& c, int repeat, int fold, const CellFile& file) {
  std::vector<Cell> cells;
  for (const std::string& arm : c.arms) {
    for (const std::string& ends : c.ends) {
      for (const std::string& classifier : c.classifiers) {
        if (classifier == kRule && arm != kReal) continue;  // it learns nothing
        const Cell cell{repeat, fold, ends, arm, classifier, 0, 0, 0, {}};
        if (!file.has(cell)) cells.push_back(cell);
      }
    }
  }
  return cells;
}

bool needs_networks(const ExperimentOptions& c) {
  return std::any_of(c.arms.begin(), c.arms.end(),
                     [](const std::string& arm) { return is_generator(source_of(arm)); }) ||
         std::any_of(c.classifiers.begin(), c.classifiers.end(),
                     [](const std::string& one) { return one == "boosted" || is_neural(one); });
}

int run_experiment(ExperimentOptions& c) {
  begin_run(c.common);
  check_files(dataset_files(c.data), {});
  const SequenceSet set = load_sequences(c.data, c.label_column, c.common, c.folding);
  for (std::size_t i = 0; i < set.size(); ++i)
    require(set.sequences[i].size() >= kShortest, "{}: {} nt; an experiment needs {} or more", set.ids[i],
            set.sequences[i].size(), kShortest);
  const auto mirtrons = std::count(set.labels.begin(), set.labels.end(), 1);
  const auto canonical = static_cast<std::int64_t>(set.size()) - mirtrons;
  require(
      mirtrons >= c.folds && canonical >= mirtrons,
      "{} mirtrons and {} canonical miRNAs: an experiment of {} folds needs {} mirtrons, and as many or more others",
      mirtrons, canonical, c.folds, c.folds);
  if (needs_networks(c)) neural();  // fails before anything is done, and is opened by one thread
  open_run(c, set);
  CellFile file(c.run);
  const std::vector<std::int64_t> groups = groups_of(set);
  std::map<std::string, Shown> real;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(c.common.threads));
  for (const std::string& ends : c.ends)
    real[ends] = show(set.sequences, set.labels, ends, load_model(c.folding), c.common.threads);
  spdlog::info("{} mirtrons, {} canonical miRNAs in {} groups of identical sequences; {} cells are there", mirtrons,
               canonical, *std::max_element(groups.begin(), groups.end()) + 1, file.cells().size());
  for (int repeat = 1; repeat <= c.repeats; ++repeat) {
    for (int fold = 1; fold <= c.folds; ++fold) {
      const std::vector<Cell> cells = wanted_cells(c, repeat, fold, file);
      if (cells.empty()) continue;
      const auto start = std::chrono::steady_clock::now();
      FoldRun(c, set, real, split_of(c, set, groups, repeat, fold), repeat, fold).run(cells, file);
      spdlog::info("repeat {}/{}, fold {}/{}: {} cells in {:.0f} s", repeat, c.repeats, fold, c.folds, cells.size(),
                   std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      write_summary(c, file.cells());
    }
  }
  file.put_in_order();
  write_summary(c, file.cells());
  return finish(set.tally, c.common);
}

}  // namespace

std::vector<std::string> arm_names() {
  std::vector<std::string> names = {kReal};
  for (const char* suffix : {"", kOnly}) {
    for (const char* source : kSources) names.push_back(std::string(source) + suffix);
  }
  return names;
}

bool is_generator(const std::string& source) { return source == "wgan" || source == "fbgan"; }

bool is_only(const std::string& arm) { return arm.ends_with(kOnly); }

std::string source_of(const std::string& arm) {
  if (arm == kReal) return "";
  return is_only(arm) ? arm.substr(0, arm.size() - std::string_view(kOnly).size()) : arm;
}

std::string shown(const std::string& sequence, const std::string& ends) {
  return ends == "masked" ? sequence.substr(kMasked, sequence.size() - 2 * kMasked) : sequence;
}

std::array<double, kMetricCount> metrics_of(std::span<const float> probability, std::span<const std::uint8_t> labels) {
  const ClassificationScore s = score_classification(probability, labels);
  double right = 0, called = 0, there = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool call = probability[i] >= 0.5F, truth = labels[i] == 1;
    right += call && truth ? 1 : 0;
    called += call ? 1 : 0;
    there += truth ? 1 : 0;
  }
  const double f1 = called + there > 0 ? 2 * right / (called + there) : std::nan("");
  return {s.accuracy, s.sensitivity, s.specificity, f1, s.mcc, s.auroc, s.auprc};
}

std::function<int()> add_experiment(CLI::App& app) {
  auto c = std::make_shared<ExperimentOptions>();
  c->arms = arm_names();
  c->classifiers.assign(std::begin(kClassifiers), std::end(kClassifiers));
  c->ends.assign(std::begin(kEnds), std::end(kEnds));
  app.description(
      "Do synthetic mirtrons help to tell mirtrons (1) from canonical miRNAs (0)? Classifiers are trained with and\n"
      "without them and tested on real sequences: cross-validation, stratified, identical sequences on one side.\n"
      "Arms: real; smote-a, -b, -c, -aligned, wgan, fbgan fill up the mirtrons of the training fold to the number of\n"
      "canonical miRNAs; with -only behind the name synthetic mirtrons take the place of all real ones. Whatever "
      "makes\n"
      "them has seen the training fold alone. Classifiers: forest, svm, logistic, boosted on words, ends and "
      "structure;\n"
      "cnn-zheng, cnn-aziz on letters, the first 121, the best epoch on a tenth of the training fold; ends-ag: the "
      "rule\n"
      "that mirtrons end in AG. Since this end is partly a matter of annotation every cell is done twice: on all of "
      "the\n"
      "sequence and (masked) on what is left without 3 nt at either end, of real and synthetic sequences alike.\n"
      "RUN/cells.tsv gets a line a cell as soon as it is done; the same command again does what is missing, with "
      "other\n"
      "--arms, --classifiers, --ends or more --repeats also what they add. RUN/summary.tsv, .json, .md and .svg hold\n"
      "means and paired differences with 95 % intervals (corrected resampled t-test, Nadeau and Bengio 2003).");
  app.add_option("task", c->task, "The experiment: mirtron")->check(CLI::IsMember({"mirtron"}))->capture_default_str();
  app.add_option("--tsv", c->data.tsv, "Table with columns sequence, a label and, if there, id or name")
      ->type_name("FILE");
  app.add_option("--label-column", c->label_column, "Column of --tsv with 1 for mirtrons, 0 for others")
      ->capture_default_str()
      ->type_name("NAME");
  app.add_option("--positives", c->data.positives, "Mirtrons, FASTA")->type_name("FILE");
  app.add_option("--negatives", c->data.negatives, "Canonical miRNAs, FASTA")->type_name("FILE");
  app.add_option("--run", c->run, "Folder of the experiment")->required()->type_name("DIR");
  const auto add_list = [&](const char* name, std::vector<std::string>& list, const char* help) {
    app.add_option(name, list, help)
        ->delimiter(',')
        ->check(CLI::IsMember(list))
        ->capture_default_str()
        ->type_name("LIST");
  };
  add_list("--arms", c->arms, "Arms wanted, with commas between");
  add_list("--classifiers", c->classifiers, "Classifiers wanted");
  add_list("--ends", c->ends, "all: the sequence as it is; masked: without 3 nt at either end");
  app.add_option("--folds", c->folds, "Parts of the cross-validation")
      ->check(CLI::Range(2, 100))
      ->capture_default_str();
  app.add_option("--repeats", c->repeats, "Cross-validations; repeat r is split by seed + r - 1")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--gan-epochs", c->gan_epochs, "wgan, fbgan: times through the training mirtrons")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--gan-rate", c->gan_rate, "wgan, fbgan: step size")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--gan-size", c->gan_size, "wgan, fbgan: small, or paper: the published network")
      ->check(CLI::IsMember({"small", "paper"}))
      ->capture_default_str();
  app.add_option("--cnn-epochs", c->cnn_epochs, "CNNs: times through the training records")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--cnn-rate", c->cnn_rate, "CNNs: step size")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--seed", c->seed, "Of everything random")->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_option("--device", c->device, "Of networks: auto, cpu, cuda or cuda:N")->capture_default_str();
  add_folding(app, c->folding);
  add_threads(app, c->common);
  add_talk(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop experiment mirtron --tsv mirtrons.tsv --run runs/mirtrons\n"
      "  stemloop experiment mirtron --tsv mirtrons.tsv --run runs/quick --classifiers forest,svm,logistic \\\n"
      "    --arms real,smote-c,smote-aligned --repeats 3\n"
      "  stemloop experiment mirtron --positives mirtrons.fa --negatives mirnas.fa --run runs/mine --folds 5");
  return [c] { return run_experiment(*c); };
}

}  // namespace stemloop
