// Makes the weights of scan/shape.cpp: logistic regression of stem-loops that hold both arms of a known precursor
// against stem-loops of genomes.
//
//   shape_fit precursor_mature_v21.tsv.gz EVERY GENOME.fa...
//
// Every EVERY-th precursor is put between 200 letters of genome on either side; of each genome the first 100 kb without
// N are background. A stem-loop counts as the precursor's if it covers four fifths of every annotated arm, give or take
// 10 letters at its ends, and has its loop between them. Of several the likeliest counts, in rounds. Prints weights in
// the order of shape.cpp (constant for the numbers there are), then how many precursors and stem-loops per Mb stay at
// cuts.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "known_loci.h"
#include "scan/scan.h"
#include "seq/seq.h"
#include "util/util.h"

using namespace stemloop;

namespace {

struct Row {
  std::vector<double> terms;
  long precursor = -1;  // -1: background
  bool used = true;
};

// Solves a symmetric system in place; the last column is the right-hand side.
std::vector<double> solve(std::vector<std::vector<double>> a) {
  const std::size_t n = a.size();
  for (std::size_t k = 0; k < n; ++k) {
    const auto pivot = std::max_element(a.begin() + static_cast<long>(k), a.end(), [k](const auto& x, const auto& y) {
      return std::fabs(x[k]) < std::fabs(y[k]);
    });
    std::swap(a[k], *pivot);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == k) continue;
      const double factor = a[r][k] / a[k][k];
      for (std::size_t c = k; c <= n; ++c) a[r][c] -= factor * a[k][c];
    }
  }
  std::vector<double> x;
  for (std::size_t k = 0; k < n; ++k) x.push_back(a[k][n] / a[k][k]);
  return x;
}

double value(const std::vector<double>& weights, const Row& row) {
  double sum = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) sum += weights[k] * row.terms[k];
  return sum;
}

void newton_step(std::vector<double>& weights, const std::vector<Row>& rows) {
  const std::size_t n = weights.size();
  std::vector<std::vector<double>> a(n, std::vector<double>(n + 1, 0.0));
  for (const Row& row : rows) {
    if (!row.used) continue;
    const double p = 1 / (1 + std::exp(-value(weights, row)));
    const double error = (row.precursor >= 0 ? 1 : 0) - p;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) a[i][j] += std::max(1e-9, p * (1 - p)) * row.terms[i] * row.terms[j];
      a[i][n] += error * row.terms[i];
    }
  }
  for (std::size_t i = 0; i < n; ++i) a[i][i] += 1e-3;
  const std::vector<double> step = solve(a);
  for (std::size_t i = 0; i < n; ++i) weights[i] += step[i];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const auto model = make_model(load_parameters("turner2004"));
  LocalFolder folder(model, CandidateOptions{}.local);
  std::vector<Row> rows;
  const auto add = [&](const LocalStemLoop& t, std::string_view piece, long precursor) {
    const auto terms = shape_terms(shape_measures(
        model->energy, t, piece.substr(static_cast<std::size_t>(t.begin), static_cast<std::size_t>(t.end - t.begin))));
    rows.push_back({{terms.begin(), terms.end()}, precursor, true});
  };
  std::string genome;
  for (int k = 3; k < argc; ++k) genome += first_letters(argv[k], 100'000);
  for (std::size_t at = 0; at < genome.size(); at += 20'000) {
    const std::string piece = genome.substr(at, 20'000);
    for (const LocalStemLoop& t : folder.stem_loops(piece)) add(t, piece, -1);
  }
  const auto background_rows = rows.size();

  long precursors = 0, missed = 0, line = 0;
  const long every = std::stol(argv[2]);
  read_table(argv[1], {}, [&](const std::vector<std::string_view>& f, const std::string&) {
    const std::string sequence = as_rna(f[2]);
    std::vector<std::pair<int, int>> arms;
    for (const std::size_t column : {5, 8}) {
      const std::string mature = column < f.size() ? as_rna(f[column]) : "";
      const std::size_t at = mature.size() < 15 ? std::string::npos : sequence.find(mature);
      if (at != std::string::npos)
        arms.emplace_back(200 + static_cast<int>(at), 200 + static_cast<int>(at + mature.size()));
    }
    if (arms.empty() || line++ % every != 0) return;
    Random random(5, static_cast<std::uint64_t>(line));
    const auto flank = [&] { return genome.substr(random.below(genome.size() - 200), 200); };
    const std::string before = flank();
    const std::string piece = before + sequence + flank();
    bool found = false;
    for (const LocalStemLoop& t : folder.stem_loops(piece)) {
      if (!holds(t, arms, 10)) continue;
      add(t, piece, precursors);
      found = true;
    }
    ++precursors;
    missed += found ? 0 : 1;
  });

  std::vector<double> weights(rows.front().terms.size(), 0.0);
  for (int round = 0; round < 4; ++round) {
    for (int step = 0; step < 12; ++step) newton_step(weights, rows);
    std::map<long, Row*> best;
    for (Row& row : rows) {
      if (row.precursor < 0) continue;
      row.used = false;
      Row*& kept = best[row.precursor];
      if (kept == nullptr || value(weights, row) > value(weights, *kept)) kept = &row;
    }
    for (auto& [precursor, row] : best) row->used = true;
  }
  for (const double weight : weights) std::printf("%.4f, ", weight);
  std::printf("\nprecursors %ld, without a stem-loop %ld; %zu stem-loops in %zu letters\n", precursors, missed,
              background_rows, genome.size());
  std::vector<double> real, other;
  for (const Row& row : rows) {
    if (row.used) (row.precursor >= 0 ? real : other).push_back(value(weights, row));
  }
  std::sort(real.begin(), real.end());
  for (const double lost : {0.002, 0.005, 0.01, 0.02, 0.03, 0.05}) {
    const double cut = real[static_cast<std::size_t>(lost * static_cast<double>(real.size()))];
    const auto passing = std::count_if(other.begin(), other.end(), [cut](double v) { return v >= cut; });
    std::printf("cut %.3f: %.4f of the precursors, %.0f stem-loops per Mb and strand\n", cut,
                (1 - lost) * static_cast<double>(real.size()) / static_cast<double>(precursors),
                1e6 * static_cast<double>(passing) / static_cast<double>(genome.size()));
  }
}
