// Structures drawn from the Boltzmann distribution by walking the partition function's tables backwards
// (Ding & Lawrence, NAR 31:7280, 2003). Every choice falls with the share its term has in the sum it belongs to.
#include "fold/scratch.h"
#include "util/util.h"

namespace stemloop {

namespace {

class Sampler {
 public:
  Sampler(const PartitionFill& f, const std::vector<double>& exterior5, Random random)
      : f_(f), exterior5_(exterior5), random_(random), structure_(static_cast<std::size_t>(f.strand.length), '.') {}

  std::string draw() {
    exterior();
    return structure_;
  }

 private:
  // Takes terms until the drawn share of their sum is used up. If rounding leaves a rest, the last term is the choice.
  class Choice {
   public:
    explicit Choice(double rest) : rest_(rest) {}
    bool falls_on(double term) {
      if (term <= 0) return false;
      rest_ -= term;
      return rest_ < 0;
    }

   private:
    double rest_;
  };
  Choice choose(double sum) { return Choice(random_.uniform() * sum); }

  [[nodiscard]] double qb(int i, int j) const { return f_.qb[f_.row[i] + j]; }
  [[nodiscard]] double qm(int i, int j) const { return i <= j ? f_.qm[f_.row[i] + j] : 0.0; }
  [[nodiscard]] double qm1(int i, int j) const { return i <= j ? f_.qm1[f_.row[i] + j] : 0.0; }
  [[nodiscard]] double stem(int i, int j) const {
    const Base* base = f_.strand.base;
    return multi_stem(*f_.model, kPairTypes[base[i]][base[j]], base[i - 1], base[j + 1]);
  }

  void exterior() {
    const int n = f_.strand.length;
    for (int length = n; length > 0;) {
      Choice choice = choose(exterior5_[length]);
      if (choice.falls_on(exterior5_[length - 1] * f_.scale[1])) {
        --length;
        continue;
      }
      const int j = length - 1;
      int partner = -1;
      for (int i = 0; i + kMinHairpinLoop < j; ++i) {
        const double term =
            qb(i, j) > 0 ? exterior5_[i] * qb(i, j) * exterior_stem(*f_.model, f_.strand.base, n, i, j) : 0;
        if (term > 0) partner = i;
        if (choice.falls_on(term)) break;
      }
      if (partner < 0) {
        --length;
        continue;
      }
      pair(partner, j);
      length = partner;
    }
  }

  void pair(int i, int j) {
    structure_[i] = '(';
    structure_[j] = ')';
    const Base* base = f_.strand.base;
    Choice choice = choose(qb(i, j));
    if (choice.falls_on(hairpin_loop(*f_.model, f_.strand, i, j) * f_.scale[j - i + 1])) return;
    for (int p = i + 1; p <= i + 1 + kMaxInteriorLoop && p + kMinHairpinLoop < j; ++p) {
      for (int q = j - 1; q > p + kMinHairpinLoop && (p - i) + (j - q) - 2 <= kMaxInteriorLoop; --q) {
        if (qb(p, q) <= 0) continue;
        const double loop = interior_loop(*f_.model, base, i, j, p, q) * f_.scale[(p - i) + (j - q)];
        if (choice.falls_on(qb(p, q) * loop)) {
          pair(p, q);
          return;
        }
      }
    }
    const double closing = multi_closing(*f_.model, base, i, j) * f_.scale[2];
    int split = -1;
    for (int k = i + 2; k < j; ++k) {
      const double term = qm(i + 1, k - 1) * qm1(k, j - 1) * closing;
      if (term > 0) split = k;
      if (choice.falls_on(term)) break;
    }
    if (split < 0) return;  // a rest of rounding behind the last interior loop: a hairpin
    multi(i + 1, split - 1);
    first_stem(split, j - 1);
  }

  // At least one stem in [i, j]: the last one begins at k, before it nothing or more stems.
  void multi(int i, int j) {
    const double unpaired = f_.model->tables.multi_unpaired * f_.scale[1];
    for (;;) {
      Choice choice = choose(qm(i, j));
      int last = -1;
      bool more = false;
      bool fallen = false;
      double before = 1.0;
      for (int k = i; k <= j && !fallen; ++k, before *= unpaired) {
        const double stems = qm1(k, j);
        if (stems <= 0) continue;
        last = k;
        more = false;
        fallen = choice.falls_on(before * stems);
        if (fallen || qm(i, k - 1) <= 0) continue;
        more = true;
        fallen = choice.falls_on(qm(i, k - 1) * stems);
      }
      first_stem(last, j);
      if (!more) return;
      j = last - 1;
    }
  }

  // One stem in [i, j], which begins at i.
  void first_stem(int i, int j) {
    const double unpaired = f_.model->tables.multi_unpaired * f_.scale[1];
    Choice choice = choose(qm1(i, j));
    double behind = 1.0;
    int end = -1;
    for (int l = j; l > i + kMinHairpinLoop; --l, behind *= unpaired) {
      const double term = qb(i, l) > 0 ? qb(i, l) * stem(i, l) * behind : 0;
      if (term > 0) end = l;
      if (choice.falls_on(term)) break;
    }
    pair(i, end);
  }

  const PartitionFill& f_;
  const std::vector<double>& exterior5_;
  Random random_;
  std::string structure_;
};

}  // namespace

std::vector<std::string> Folder::sample(int count, std::uint64_t seed) {
  const Scratch& x = *scratch_;
  std::vector<std::string> structures;
  structures.reserve(static_cast<std::size_t>(count));
  for (int k = 0; k < count; ++k) {
    structures.push_back(Sampler(x.partition, x.exterior5, Random(seed, static_cast<std::uint64_t>(k))).draw());
  }
  return structures;
}

}  // namespace stemloop
