// Commands of the core that are interrupted at every change they make to the disk; interrupted.h says what is wanted
// then.
#include "interrupted.h"

namespace stemloop::testing {
namespace {

// Hairpins of 64 letters and where they are cut.
std::string table_of_cuts() {
  std::string table = "id\tsequence\tdrosha5\tdicer5\tdicer3\tdrosha3\n";
  for (std::uint64_t i = 0; i < 24; ++i) {
    const std::string stem = random_sequence(30, 0.5, 3, i);
    std::string other(stem.rbegin(), stem.rend());
    for (char& c : other) c = c == 'A' ? 'U' : c == 'U' ? 'A' : c == 'C' ? 'G' : 'C';
    table += fmt::format("h{}\t{}GAAA{}\t4\t26\t38\t60\n", i, stem, other);
  }
  return table;
}

// The header of a table and every third record.
std::string every_third(const std::string& table) {
  std::istringstream lines(table);
  std::string some, line;
  for (int at = 0; std::getline(lines, line); ++at) {
    if (at == 0 || at % 3 == 1) some += line + "\n";
  }
  return some;
}

TEST_F(Interrupted, Tables) {
  const std::string line = "stemloop fold g.fa --bpp out/pairs.tsv.gz -o out/folds.fa";
  check({line, line, {"folds.fa", "pairs.tsv.gz"}}, "stemloop fold g.fa -d 0 --bpp out/pairs.tsv.gz -o out/folds.fa");
}

TEST_F(Interrupted, Scan) {
  const std::string line =
      "stemloop scan g.fa --transcripts --model shape --decoy-share 0 --gff3 out/l.gff3 --arms out/a.fa -o out/l.tsv";
  check({line, line + " --resume", {"l.gff3", "l.tsv", "a.fa"}, 12},
        "stemloop scan g.fa --transcripts --model shape --decoy-share 0 --shape 0 --gff3 out/l.gff3 --arms out/a.fa -o "
        "out/l.tsv");
}

TEST_F(Interrupted, ScanInChunks) {
  const std::string line = "stemloop scan g.fa --transcripts --model shape --decoy-share 0.1 --chunk 1/2 -o out/part";
  check({line, line + " --resume", {"part"}, 12}, line + " --seed 2");
}

TEST_F(Interrupted, Experiment) {
  const std::string common =
      "stemloop experiment mirtron --tsv e.tsv --label-column label --arms real,markov --classifiers ends-ag "
      "--folds 2 --run out/";
  check({common + "run", common + "run", {}, 12, 1, {"run/cells.tsv", "run/summary.tsv", "run/summary.json"}},
        common + "other");
}

TEST_F(Interrupted, ModelTrain) {
  std::ofstream(path("t.tsv")) << every_third(labelled_table());  // whole, it takes a minute under a sanitizer
  const std::string line =
      "stemloop model train out/model --family mirtron --tsv t.tsv --label-column label --boost-depth 2 --rounds ";
  check({line + "4", line + "4", {"model"}, 28, 27}, line + "2");
}

TEST_F(Interrupted, TrainArms) {
  std::ofstream(path("arms.tsv")) << table_of_cuts();
  const std::string line =
      "stemloop train arms --tsv arms.tsv --validation arms.tsv --model out/arms --networks 1 --channels 16 "
      "--dilations 1 --epochs ";
  check({line + "2", line + "2", {"arms"}}, line + "1");
}

}  // namespace
}  // namespace stemloop::testing
