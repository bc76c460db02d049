#include "fold/traceback.h"

#include <algorithm>

#include "util/util.h"

namespace stemloop {

void fill_exterior(const EnergyModel& m, const Strand<Energy>& s, const std::int64_t* row, const Energy* c,
                   Energy* f5) {
  const int n = s.length;
  std::fill(f5, f5 + n + 1, 0);
  // Row by row, so that c is read along its rows: pair (i, j) offers f5[j+1] as soon as f5[i] is final.
  for (int i = 0; i < n; ++i) {
    f5[i + 1] = std::min(f5[i + 1], f5[i]);
    for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
      const Energy pair = c[row[i] + j];
      if (pair >= kForbidden) continue;
      f5[j + 1] = std::min(f5[j + 1], f5[i] + pair + exterior_stem(m, s.base, n, i, j));
    }
  }
}

namespace {

struct Segment {
  int i;
  int j;
};

class Traceback {
 public:
  Traceback(const EnergyModel& m, const Strand<Energy>& s, const MfeTables& t)
      : m_(m), s_(s), t_(t), structure_(static_cast<std::size_t>(s.length), '.') {}

  std::string run() {
    exterior();
    while (!multi_.empty()) {
      const Segment segment = multi_.back();
      multi_.pop_back();
      multi(segment.i, segment.j);
    }
    return structure_;
  }

 private:
  void exterior() {
    int length = s_.length;  // the first `length` bases are left
    while (length > 0) {
      if (t_.f5[length] == t_.f5[length - 1]) {
        --length;
        continue;
      }
      const int j = length - 1;
      int i = j - kMinHairpinLoop - 1;
      while (i >= 0 && !(t_.c_at(i, j) < kForbidden &&
                         t_.f5[length] == t_.f5[i] + t_.c_at(i, j) + exterior_stem(m_, s_.base, s_.length, i, j))) {
        --i;
      }
      check(i >= 0);
      pair(i, j);
      length = i;
    }
  }

  // Follows a helix inwards from (i, j) until a hairpin or a multiloop.
  void pair(int i, int j) {
    Energy energy = t_.c_at(i, j);
    bool continues_helix = false;  // no lonely pairs: `energy` is what is left for (i, j), not c(i, j)
    for (;;) {
      structure_[i] = '(';
      structure_[j] = ')';
      if (!continues_helix) energy = t_.c_at(i, j);
      if (m_.options.no_lonely_pairs && t_.c_at(i, j) == energy && stacked(i, j)) {
        // c(i, j) always stacks on the pair inside.
        energy -= interior_loop(m_, s_.base, i, j, i + 1, j - 1);
        continues_helix = true;
        ++i;
        --j;
        continue;
      }
      continues_helix = false;
      if (energy == hairpin_loop(m_, s_, i, j)) return;
      if (!interior(i, j, energy)) {
        multi_closed(i, j, energy);
        return;
      }
    }
  }

  [[nodiscard]] bool stacked(int i, int j) const {
    return j - i - 2 > kMinHairpinLoop && kPairTypes[s_.base[i + 1]][s_.base[j - 1]] != kNoPair;
  }

  // Moves (i, j) to the inner pair of the interior loop that explains `energy`; false if none does.
  bool interior(int& i, int& j, Energy energy) const {
    for (int p = i + 1; p <= i + 1 + kMaxInteriorLoop && p < j - kMinHairpinLoop - 1; ++p) {
      const int last = std::max(p + kMinHairpinLoop + 1, j - 1 - (kMaxInteriorLoop - (p - i - 1)));
      for (int q = j - 1; q >= last; --q) {
        const Energy inner = t_.c_at(p, q);
        if (inner >= kForbidden || energy != inner + interior_loop(m_, s_.base, i, j, p, q)) continue;
        i = p;
        j = q;
        return true;
      }
    }
    return false;
  }

  void multi_closed(int i, int j, Energy energy) {
    const Energy inside = energy - multi_closing(m_, s_.base, i, j);
    for (int k = i + 2; k < j - 2; ++k) {
      if (inside != t_.fm_at(i + 1, k) + t_.fm_at(k + 1, j - 1)) continue;
      multi_.push_back({i + 1, k});
      multi_.push_back({k + 1, j - 1});
      return;
    }
    check(false);
  }

  void multi(int i, int j) {
    const Energy unpaired = m_.tables.multi_unpaired;
    const Energy energy = t_.fm_at(i, j);
    Energy rest = energy;
    while (rest == t_.fm_at(i, j - 1) + unpaired) rest = t_.fm_at(i, --j);
    while (rest == t_.fm_at(i + 1, j) + unpaired) rest = t_.fm_at(++i, j);
    if (t_.c_at(i, j) < kForbidden &&
        rest == t_.c_at(i, j) + multi_stem(m_, kPairTypes[s_.base[i]][s_.base[j]], s_.base[i - 1], s_.base[j + 1])) {
      pair(i, j);
      return;
    }
    for (int k = i + 1; k + 1 < j; ++k) {
      if (rest != t_.fm_at(i, k) + t_.fm_at(k + 1, j)) continue;
      multi_.push_back({i, k});
      multi_.push_back({k + 1, j});
      return;
    }
    check(false);
  }

  static void check(bool found) {
    if (!found) throw std::logic_error("folding: the tables do not explain their own energy");
  }

  const EnergyModel& m_;
  const Strand<Energy>& s_;
  const MfeTables& t_;
  std::string structure_;
  std::vector<Segment> multi_;  // multiloop parts still to be resolved
};

}  // namespace

std::string traceback(const EnergyModel& m, const Strand<Energy>& s, const MfeTables& t) {
  return Traceback(m, s, t).run();
}

}  // namespace stemloop
