// All ways to cut a window four times, each with a score that is a sum: what each cut is worth where it lies, and what
// the lengths of the arms and of the loop between them and the two overhangs are worth.
//
//   score = s1[drosha5] + s2[dicer5] + s3[dicer3] + s4[drosha3]
//         + length5[dicer5 - drosha5] + loop[dicer3 - dicer5] + length3[drosha3 - dicer3]
//         + over_dicer[overhang of the 5p arm] + over_drosha[overhang of the 3p arm]
//
// The terms close a ring of four, so sums (and maxima) over all quadruples are exact: with drosha5 and dicer3 held
// fast the two other cuts are independent of each other. The probability of a quadruple is exp(score) / sum.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "arms/cut_window.h"

namespace stemloop {

inline constexpr int kArmLengths = kMaxArm - kMinArm + 1;
inline constexpr int kLoopLengths = 97;
inline constexpr int kMinOverhang = -10, kMaxOverhang = 14, kOverhangs = kMaxOverhang - kMinOverhang + 1;

/// The tables of terms, one behind the other.
struct CutTerms {
  static constexpr int kSize = 2 * kArmLengths + kLoopLengths + 2 * kOverhangs;
  std::span<const float> values;  // kSize
  static constexpr int length5(int letters) { return letters - kMinArm; }
  static constexpr int length3(int letters) { return kArmLengths + letters - kMinArm; }
  static constexpr int loop(int letters) {
    return 2 * kArmLengths + (letters < kLoopLengths ? letters : kLoopLengths - 1);
  }
  static constexpr int overhang(int letters) {
    return (letters < kMinOverhang ? kMinOverhang : letters > kMaxOverhang ? kMaxOverhang : letters) - kMinOverhang;
  }
  static constexpr int dicer(int letters) { return 2 * kArmLengths + kLoopLengths + overhang(letters); }
  static constexpr int drosha(int letters) { return 2 * kArmLengths + kLoopLengths + kOverhangs + overhang(letters); }
};

inline constexpr float kNoCut = -std::numeric_limits<float>::infinity();

/// Sums over quadruples of one window after another; owns the memory for it.
class QuadrupleSum {
 public:
  /// The logarithm of the sum over all quadruples. `scores[kCuts * k + c]` is the score of cut c at boundary k, of
  /// length + 1 boundaries; kNoCut rules a boundary out. -infinity if no quadruple is left.
  double run(const CutWindow& window, std::span<const float> scores, const CutTerms& terms);

  /// After run(): the probability of each cut at each boundary, laid out as the scores are.
  void marginals(std::span<float> to) const;
  /// The same and, added up with `weight`, the probability of each entry of the terms' tables.
  void expectations(float weight, std::span<float> marginals, std::span<float> terms) const;

 private:
  struct Range {
    int first = 0, count = 0;
  };
  // The 5p arms that may begin at a drosha5: `count` lengths from `length` on, the first ends in row `row` of G.
  struct Arms {
    int length = 0, row = 0, count = 0;
  };
  [[nodiscard]] Arms arms_from(int d5) const;
  // What they weigh, with the a-th drosha5.
  [[nodiscard]] std::array<double, kArmLengths> weights_of(int a, const Arms& arms) const;
  void gather(std::span<float> to, std::span<float> terms, float weight) const;

  const CutWindow* window_ = nullptr;
  Range d5_, c5_, c3_, d3_;
  double sum_ = 0;
  // Rows: G (dicer5, dicer3), H (drosha5, drosha3), M and N (drosha5, dicer3); each row has `stride_` doubles,
  // those of dicer3 have `width_`.
  int stride_ = 0, width_ = 0;
  std::vector<double> g_, h_, m_, n_;
  std::vector<double> length5_, length3_, e1_, e3_;
};

/// The quadruple of the greatest score. REQUIRES: there is one (run() was finite).
Cuts best_quadruple(const CutWindow& window, std::span<const float> scores, const CutTerms& terms);
/// The score of one quadruple; kNoCut for one that is out of the question.
float quadruple_score(const CutWindow& window, std::span<const float> scores, const CutTerms& terms, const Cuts& cuts);

/// The plain twin of run() and marginals(): every quadruple, one by one.
double quadruples_plain(const CutWindow& window, std::span<const float> scores, const CutTerms& terms,
                        std::vector<double>& marginals);

}  // namespace stemloop
