// The figures of the design engine (docs/design.md), one part a call:
//
//   design_bench run MODEL STRUCTURES [seconds] [seed] [class] [first] [count]   a row a structure, summary on stderr
//   design_bench told REAL.fa MADE.fa ...      AUROC of a forest that tells the sets apart, by words, GC and energy
//
// STRUCTURES is FASTA with dot-bracket lines. One thread.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <optional>

#include "design/design.h"
#include "features/features.h"
#include "judge/judge.h"
#include "learn/learn.h"
#include "study/study.h"

namespace {

using namespace stemloop;

std::vector<Record> read_records(const std::string& path) {
  std::vector<Record> records;
  RecordReader reader(RecordFiles{path});
  while (auto item = reader.next()) {
    if (auto* record = std::get_if<Record>(&*item)) records.push_back(std::move(*record));
  }
  return records;
}

double cpu_milliseconds() { return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

int run(int argc, char** argv) {
  const auto natural = read_natural_model(argv[2]);
  const auto records = read_records(argv[3]);
  SearchOptions options;
  if (argc > 4 && std::atof(argv[4]) > 0) options.attempts = 1'000'000;
  options.seconds = argc > 4 ? std::atof(argv[4]) : 0;
  const std::uint64_t seed = argc > 5 ? std::strtoull(argv[5], nullptr, 10) : 1;
  std::optional<ClassQuestion> question;
  if (argc > 6 && std::string(argv[6]) != "any") {
    question.emplace(argv[6], "");
    options.judging = [&](const std::string& sequence) {
      const ClassAnswer answer = question->ask(sequence);
      return Opinion{answer.called, answer.probability, answer.label};
    };
  }
  const std::size_t first = argc > 7 ? std::strtoull(argv[7], nullptr, 10) : 0;
  const std::size_t count = argc > 8 ? std::strtoull(argv[8], nullptr, 10) : records.size();
  Folder folder(make_model(load_parameters("turner2004")));
  std::vector<double> milliseconds, probability;
  int solved = 0, called = 0;
  std::size_t all = 0;
  std::puts(
      "id\tlength\tsolved\tprobability\tmfe\tseconds\tattempts\tfolds\tsteps\tlog_likelihood\tsequence\tmfe_"
      "structure\tclass_probability\tjudged");
  for (std::size_t k = first; k < std::min(records.size(), first + count); ++k, ++all) {
    const DesignTarget target = make_target(records[k].structure);
    const double before = cpu_milliseconds();
    const Design d = design_sequence(target, *natural, folder, options, seed, k);
    std::printf("%s\t%zu\t%d\t%.4f\t%.2f\t%.5f\t%d\t%d\t%ld\t%.4f\t%s\t%s\t%.4f\t%d\n", records[k].id.c_str(),
                records[k].structure.size(), d.solved ? 1 : 0, d.probability, d.mfe / 100.0, d.seconds, d.attempts,
                d.folds, d.steps, d.log_likelihood, d.sequence.c_str(), d.mfe_structure.c_str(), d.opinion.probability,
                d.judged);
    std::fflush(stdout);
    milliseconds.push_back(cpu_milliseconds() - before);
    solved += d.solved ? 1 : 0;
    called += d.opinion.called ? 1 : 0;
    if (d.solved) probability.push_back(d.probability);
  }
  std::fprintf(stderr,
               "%zu structures, %d as asked (%.4f); ms: median %.2f, 95 %% %.2f, most %.0f; p median %.3f, 10 %% %.3f; "
               "of the class %d\n",
               all, solved, solved / static_cast<double>(all), quantile(milliseconds, 0.5),
               quantile(milliseconds, 0.95), quantile(milliseconds, 1), quantile(probability, 0.5),
               quantile(probability, 0.1), called);
  return 0;
}

// Shares of words of one to three letters, GC, energy of the MFE structure a base: what sequence_rows() tells of
// letters and energy.
int told(int argc, char** argv) {
  const auto model = make_model(load_parameters("turner2004"));
  const auto rows_of = [&](const char* path) {
    std::vector<std::string> sequences;
    for (const Record& record : read_records(path)) sequences.push_back(record.sequence);
    QualityOptions options;
    return sequence_rows(measure_set(std::move(sequences), model, options));
  };
  const Matrix real = rows_of(argv[2]);
  for (int set = 3; set < argc; ++set) {
    const Matrix made = rows_of(argv[set]);
    // Five parts; record k of either set stands in part k % 5, so that a structure and its design are judged together.
    double sum = 0;
    std::vector<std::pair<double, int>> judged;
    for (int part = 0; part < 5; ++part) {
      Matrix train{0, real.columns, {}}, test{0, real.columns, {}};
      std::vector<std::uint8_t> train_labels, test_labels;
      for (const Matrix* from : {&real, &made}) {
        for (std::int64_t i = 0; i < from->rows; ++i) {
          Matrix& to = i % 5 == part ? test : train;
          to.values.insert(to.values.end(), from->row(i).begin(), from->row(i).end());
          ++to.rows;
          (i % 5 == part ? test_labels : train_labels).push_back(from == &made ? 1 : 0);
        }
      }
      const auto forest = Learner::train(LearnerKind::kForest, train, train_labels);
      const auto p = forest->probabilities(test);
      for (std::size_t i = 0; i < p.size(); ++i) judged.emplace_back(p[i], test_labels[i]);
    }
    std::sort(judged.begin(), judged.end());
    double below = 0, ones = 0, zeros = 0;
    for (std::size_t a = 0; a < judged.size();) {  // ties count half
      std::size_t b = a;
      double tied_ones = 0, tied_zeros = 0;
      for (; b < judged.size() && judged[b].first == judged[a].first; ++b)
        (judged[b].second == 1 ? tied_ones : tied_zeros) += 1;
      sum += tied_ones * (below + tied_zeros / 2);
      below += tied_zeros;
      ones += tied_ones;
      zeros += tied_zeros;
      a = b;
    }
    std::printf("%s\t%lld real, %lld made\tAUROC %.3f\n", argv[set], static_cast<long long>(real.rows),
                static_cast<long long>(made.rows), sum / (ones * zeros));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string part = argc > 1 ? argv[1] : "";
  try {
    if (part == "run" && argc > 3) return run(argc, argv);
    if (part == "told" && argc > 3) return told(argc, argv);
  } catch (const stemloop::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  std::fputs("design_bench run|told ...\n", stderr);
  return 2;
}
