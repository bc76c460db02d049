#include "scan/shape.h"

#include <algorithm>
#include <cstdlib>

namespace stemloop {

namespace {

constexpr int kCoreArm = 40;

// Logistic regression, fitted by iterated least squares on 7,162 precursors of miRBase 21 (every fourth record), each
// between 200 letters of genome, against the stem-loops of 1 Mb of ten genomes; the constant is for even odds.
// bench/shape_fit.cpp makes these numbers.
constexpr std::array<double, kShapeTerms> kWeights = {-13.1356, -0.2170, -0.0737, 0.1819,  -0.0388, 27.7420,
                                                      -35.5199, -0.0593, -0.0046, -0.0033, 0.1001,  -0.0461,
                                                      0.6413,   -0.2607, -0.0164, -0.4155, -0.5344, -0.0884};

}  // namespace

std::array<double, kShapeMeasures> shape_measures(const EnergyModel& model, const LocalStemLoop& t,
                                                  std::string_view letters) {
  const Evaluation evaluation = evaluate(model, letters, t.structure);
  const int open = t.loop_open - t.begin;
  const int close = t.loop_close - t.begin;
  double energy = 0, lowest = 0, pairs = 0, gc = 0, unpaired = 0, asymmetry = 0, largest = 0;
  // Loops are listed from outside inwards, the exterior loop first; the core is read from the terminal loop outwards.
  for (std::size_t k = evaluation.loops.size(); k-- > 1;) {
    const Loop& loop = evaluation.loops[k];
    if (loop.i < open - kCoreArm || loop.j > close + kCoreArm) break;
    energy += loop.energy / 100.0;
    lowest = std::min(lowest, energy);
    ++pairs;
    for (const int at : {loop.i, loop.j}) gc += letters[at] == 'G' || letters[at] == 'C' ? 1 : 0;
    if (loop.kind != Loop::Kind::kInterior) continue;
    const int five = loop.p - loop.i - 1;
    const int three = loop.j - loop.q - 1;
    unpaired += five + three;
    asymmetry += std::abs(five - three);
    largest = std::max<double>(largest, five + three);
  }
  return {energy,
          lowest,
          pairs,
          gc / (2 * pairs),
          unpaired,
          asymmetry,
          largest,
          close - open - 1.0,
          t.end - t.begin + 0.0,
          t.score / 100.0};
}

std::array<double, kShapeTerms> shape_terms(const std::array<double, kShapeMeasures>& m) {
  const double lowest = m[1], pairs = m[2], gc = m[3];
  const double unpaired = std::min(m[4], 60.0);
  const double asymmetry = std::min(m[5], 40.0);
  const double largest = std::min(m[6], 30.0);
  const double loop = std::min(m[7], 40.0);
  const double length = m[8];
  return {1,
          lowest,
          lowest * lowest / 10,
          pairs,
          pairs * pairs / 10,
          gc,
          gc * gc,
          unpaired,
          asymmetry,
          largest,
          loop,
          loop * loop / 10,
          length / 10,
          length * length / 1000,
          m[9],
          lowest * gc,
          pairs * gc,
          lowest * pairs / 10};
}

double shape_score(const EnergyModel& model, const LocalStemLoop& stem_loop, std::string_view letters) {
  const auto terms = shape_terms(shape_measures(model, stem_loop, letters));
  double score = 0;
  for (std::size_t k = 0; k < terms.size(); ++k) score += kWeights[k] * terms[k];
  return score;
}

}  // namespace stemloop
