#include "judge/anatomy.h"

#include <algorithm>
#include <cmath>

namespace stemloop {

Anatomy::Anatomy(const FoldedLetters& folded, const ArmCall& call, int begin)
    : f(folded), arms(call), n(static_cast<int>(folded.letters.size())) {
  partner = pair_table(f.fold.structure);
  for (const char letter : f.letters) bases.push_back(base_code(letter));
  const std::vector<StemLoop> stems = stem_loops(f.fold.structure);
  loops = static_cast<int>(stems.size());
  if (!stems.empty()) stem = stems.front();
  const auto place = [&](int at) { return std::clamp(at - begin, 0, n); };
  arm5 = {place(call.cuts.drosha5), place(call.cuts.dicer5)};
  arm3 = {place(call.cuts.dicer3), place(call.cuts.drosha3)};
  paired.assign(static_cast<std::size_t>(n), 0);
  for (const PairProbability& pair : f.ensemble.pairs) {
    paired[static_cast<std::size_t>(pair.i)] += pair.probability;
    paired[static_cast<std::size_t>(pair.j)] += pair.probability;
  }
  for (const PairProbability& pair : f.ensemble.pairs) {
    if (pair.i >= arm5[0] && pair.i < arm5[1] && pair.j >= arm3[0] && pair.j < arm3[1]) duplex += pair.probability;
  }
}

PairType Anatomy::type(int i) const {
  return kPairTypes[bases[static_cast<std::size_t>(i)]]
                   [bases[static_cast<std::size_t>(partner[static_cast<std::size_t>(i)])]];
}

double Anatomy::paired_in(int from, int to) const {
  from = std::clamp(from, 0, n), to = std::clamp(to, 0, n);
  double sum = 0;
  for (int i = from; i < to; ++i) sum += paired[static_cast<std::size_t>(i)];
  return share(sum, to - from);
}

double Anatomy::gc_in(int from, int to) const {
  from = std::clamp(from, 0, n), to = std::clamp(to, 0, n);
  double sum = 0;
  for (int i = from; i < to; ++i)
    sum += bases[static_cast<std::size_t>(i)] == kBaseC || bases[static_cast<std::size_t>(i)] == kBaseG ? 1 : 0;
  return share(sum, to - from);
}

int Anatomy::unpaired_run(int from, int to) const {
  int longest = 0, run = 0;
  for (int i = std::max(0, from); i < std::min(n, to); ++i) {
    run = partner[static_cast<std::size_t>(i)] < 0 ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

Interruptions interruptions(const Anatomy& a) {
  Interruptions s;
  int i = a.stem.begin, helix = 0;
  while (i >= 0 && i <= a.stem.open) {
    const int j = a.partner[static_cast<std::size_t>(i)];
    ++helix;
    if (i == a.stem.open) break;
    int p = i + 1, q = j - 1;
    while (a.partner[static_cast<std::size_t>(p)] < 0) ++p;
    while (a.partner[static_cast<std::size_t>(q)] < 0) --q;
    const int left = p - i - 1, right = j - q - 1;
    if (left + right > 0) {
      s.longest_helix = std::max(s.longest_helix, helix);
      ++s.helices;
      helix = 0;
      (left == 0 || right == 0 ? s.bulges : s.internal)++;
      s.largest = std::max(s.largest, std::max(left, right));
      s.unpaired += left + right;
      s.asymmetry += left - right;
      s.asymmetry_sum += std::abs(left - right);
    }
    i = p;
  }
  s.longest_helix = std::max(s.longest_helix, helix);
  if (helix > 0) ++s.helices;
  return s;
}

}  // namespace stemloop
