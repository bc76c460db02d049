// The plain twins: the recursions as printed, every loop visited one by one, nothing shared with the fast kernels but
// the loop energies and the traceback.
#include <algorithm>
#include <cmath>

#include "fold/fold.h"
#include "fold/strand.h"
#include "fold/traceback.h"

namespace stemloop {

namespace {

// Calls visit(p, q) for every inner pair of an interior loop closed by (i, j).
template <class Visit>
void each_interior(const Base* base, int i, int j, Visit visit) {
  for (int p = i + 1; p <= i + 1 + kMaxInteriorLoop && p < j; ++p) {
    for (int q = j - 1; q > p + kMinHairpinLoop && (p - i - 1) + (j - q - 1) <= kMaxInteriorLoop; --q) {
      if (kPairTypes[base[p]][base[q]] != kNoPair) visit(p, q);
    }
  }
}

bool may_pair(const Strand<Energy>& s, int i, int j, const FoldOptions& options) {
  return j - i > kMinHairpinLoop && kPairTypes[s.base[i]][s.base[j]] != kNoPair &&
         !(options.no_lonely_pairs && only_lonely(s.base, s.length, i, j));
}

}  // namespace

Fold fold_plain(const EnergyModel& m, std::string_view sequence) {
  if (sequence.empty()) return {};
  StrandBuffer<EnergyModel> buffer;
  const Strand<Energy> s = buffer.prepare(m, sequence);
  const int n = s.length;
  std::vector<std::int64_t> row;
  triangular_rows(n, row);
  std::vector<Energy> c(triangular_size(n), kForbidden);
  std::vector<Energy> fm(triangular_size(n), kForbidden);
  std::vector<Energy> any(triangular_size(n), kForbidden);  // c without the condition on lonely pairs
  const auto at = [&row](std::vector<Energy>& table, int i, int j) -> Energy& { return table[row[i] + j]; };
  const auto joined = [](Energy a, Energy b) {
    return std::min(kForbidden, a >= kForbidden || b >= kForbidden ? kForbidden : a + b);
  };

  for (int i = n - 1; i >= 0; --i) {
    for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
      if (may_pair(s, i, j, m.options)) {
        Energy best = hairpin_loop(m, s, i, j);
        each_interior(s.base, i, j, [&](int p, int q) {
          best = std::min(best, joined(at(c, p, q), interior_loop(m, s.base, i, j, p, q)));
        });
        for (int k = i + 1; k + 1 < j; ++k) {
          best = std::min(best, joined(joined(at(fm, i + 1, k), at(fm, k + 1, j - 1)), multi_closing(m, s.base, i, j)));
        }
        if (m.options.no_lonely_pairs) {
          const bool stackable = j - i - 3 >= kMinHairpinLoop && at(any, i + 1, j - 1) < kForbidden;
          const Energy stacked =
              stackable ? at(any, i + 1, j - 1) + interior_loop(m, s.base, i, j, i + 1, j - 1) : kForbidden;
          at(any, i, j) = std::min(best, stacked);
          best = stacked;
        }
        at(c, i, j) = best;
      }
      const PairType pair = kPairTypes[s.base[i]][s.base[j]];
      Energy best = joined(at(c, i, j), multi_stem(m, pair, s.base[i - 1], s.base[j + 1]));
      best = std::min(best, joined(at(fm, i + 1, j), m.tables.multi_unpaired));
      best = std::min(best, joined(at(fm, i, j - 1), m.tables.multi_unpaired));
      for (int k = i; k < j; ++k) best = std::min(best, joined(at(fm, i, k), at(fm, k + 1, j)));
      at(fm, i, j) = best;
    }
  }
  std::vector<Energy> f5(static_cast<std::size_t>(n) + 1, 0);
  for (int j = 0; j < n; ++j) {
    f5[j + 1] = f5[j];
    for (int i = 0; i < j; ++i) {
      const Energy stem = joined(at(c, i, j), exterior_stem(m, s.base, n, i, j));
      f5[j + 1] = std::min(f5[j + 1], joined(f5[i], stem));
    }
  }
  return {traceback(m, s, {row.data(), c.data(), fm.data(), f5.data()}), f5[n]};
}

double ensemble_plain(const BoltzmannModel& m, std::string_view sequence, std::vector<double>& probability) {
  StrandBuffer<BoltzmannModel> buffer;
  const Strand<double> s = buffer.prepare(m, sequence);
  const int n = s.length;
  const auto square = [n](std::vector<double>& table, int i, int j) -> double& {
    return table[static_cast<std::size_t>(i) * (n + 1) + j];  // [i, j) with j = i for the empty interval
  };
  std::vector<double> qb(static_cast<std::size_t>(n + 1) * (n + 1), 0.0);
  std::vector<double> qm = qb;   // >= 1 stem
  std::vector<double> qm1 = qb;  // one stem, which begins at i
  std::vector<double> q = qb;    // exterior loop
  const double unpaired = m.tables.multi_unpaired;
  const auto stem = [&](int i, int j) {
    return multi_stem(m, kPairTypes[s.base[i]][s.base[j]], s.base[i - 1], s.base[j + 1]);
  };
  for (int i = n - 1; i >= 0; --i) {
    for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
      const bool lonely = m.options.no_lonely_pairs && only_lonely(s.base, n, i, j);
      if (kPairTypes[s.base[i]][s.base[j]] != kNoPair && !lonely) {
        double& sum = square(qb, i, j + 1);
        sum = hairpin_loop(m, s, i, j);
        each_interior(s.base, i, j,
                      [&](int p, int r) { sum += interior_loop(m, s.base, i, j, p, r) * square(qb, p, r + 1); });
        for (int k = i + 2; k < j; ++k)
          sum += square(qm, i + 1, k) * square(qm1, k, j) * multi_closing(m, s.base, i, j);
      }
      for (int l = i + 1; l <= j; ++l)
        square(qm1, i, j + 1) += square(qb, i, l + 1) * stem(i, l) * std::pow(unpaired, j - l);
      for (int k = i; k < j; ++k) {
        square(qm, i, j + 1) += (std::pow(unpaired, k - i) + square(qm, i, k)) * square(qm1, k, j + 1);
      }
    }
  }
  for (int i = n; i >= 0; --i) {
    square(q, i, i) = 1.0;
    for (int j = i; j < n; ++j) {
      square(q, i, j + 1) = square(q, i, j);
      for (int k = i; k < j; ++k) {
        square(q, i, j + 1) += square(q, i, k) * square(qb, k, j + 1) * exterior_stem(m, s.base, n, k, j);
      }
    }
  }
  const double z = square(q, 0, n);

  // P(i,j): in the exterior loop, or inside an interior loop or multiloop closed by (p, r).
  probability.assign(static_cast<std::size_t>(n) * n, 0.0);
  for (int length = n; length > kMinHairpinLoop + 1; --length) {
    for (int i = 0; i + length <= n; ++i) {
      const int j = i + length - 1;
      const double inside = square(qb, i, j + 1);
      if (inside <= 0) continue;
      double p = square(q, 0, i) * inside * exterior_stem(m, s.base, n, i, j) * square(q, j + 1, n) / z;
      for (int o = 0; o < i; ++o) {
        for (int r = j + 1; r < n; ++r) {
          const double outer = square(qb, o, r + 1);
          if (outer <= 0) continue;
          const double share = probability[static_cast<std::size_t>(o) * n + r] * inside / outer;
          if ((i - o - 1) + (r - j - 1) <= kMaxInteriorLoop) p += share * interior_loop(m, s.base, o, r, i, j);
          const double left = square(qm, o + 1, i);
          const double right = square(qm, j + 1, r);
          p += share * multi_closing(m, s.base, o, r) * stem(i, j) *
               (left * std::pow(unpaired, r - j - 1) + std::pow(unpaired, i - o - 1) * right + left * right);
        }
      }
      probability[static_cast<std::size_t>(i) * n + j] = p;
    }
  }
  return -m.kt / 1000.0 * std::log(z);
}

}  // namespace stemloop
