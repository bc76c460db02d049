#include "judge/cut_hairpin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "seq/seq.h"

namespace stemloop {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

double share(double part, double whole) { return whole > 0 ? part / whole : kMissing; }

// Pairs and loops of a fold, and where the arms lie in it; `begin` is the place of its first letter in the sequence.
struct Anatomy {
  Anatomy(const FoldedLetters& folded, const ArmCall& call, int begin)
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
  [[nodiscard]] PairType type(int i) const {
    return kPairTypes[bases[static_cast<std::size_t>(i)]]
                     [bases[static_cast<std::size_t>(partner[static_cast<std::size_t>(i)])]];
  }
  // Mean probability of being paired, of letters [from, to).
  [[nodiscard]] double paired_in(int from, int to) const {
    from = std::clamp(from, 0, n), to = std::clamp(to, 0, n);
    double sum = 0;
    for (int i = from; i < to; ++i) sum += paired[static_cast<std::size_t>(i)];
    return share(sum, to - from);
  }
  [[nodiscard]] double gc_in(int from, int to) const {
    from = std::clamp(from, 0, n), to = std::clamp(to, 0, n);
    double sum = 0;
    for (int i = from; i < to; ++i)
      sum += bases[static_cast<std::size_t>(i)] == kBaseC || bases[static_cast<std::size_t>(i)] == kBaseG ? 1 : 0;
    return share(sum, to - from);
  }
  // Longest run of unpaired letters of the fold in [from, to).
  [[nodiscard]] int unpaired_run(int from, int to) const {
    int longest = 0, run = 0;
    for (int i = std::max(0, from); i < std::min(n, to); ++i) {
      run = partner[static_cast<std::size_t>(i)] < 0 ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    return longest;
  }

  const FoldedLetters& f;
  const ArmCall& arms;
  int n;
  std::vector<int> partner;
  std::vector<Base> bases;
  std::vector<double> paired;  // probability of each letter
  double duplex = 0;           // expected pairs between the arms
  StemLoop stem;               // of most pairs
  int loops = 0;               // terminal loops
  std::array<int, 2> arm5{}, arm3{};
};

// Interior loops and bulges of the main stem.
struct Interruptions {
  int bulges = 0, internal = 0, largest = 0, unpaired = 0, asymmetry = 0, longest_helix = 0, helices = 0;
  double asymmetry_sum = 0;
};

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

// Every measure once: `say(name, words, unit, value)`.
template <typename Say>
void say_energy(const Anatomy& a, Say say) {
  const FoldedLetters& h = a.f;
  const double n = a.n, mfe = h.fold.energy / 100.0, gc = a.gc_in(0, a.n);
  say("length", "letters", "nt", n);
  say("gc", "GC content", "", gc);
  say("mfe", "energy", "kcal/mol", mfe);
  say("mfe_per_nt", "energy per nucleotide", "kcal/mol", mfe / n);
  say("mfe_per_gc", "energy per nucleotide and GC", "kcal/mol", mfe / n / std::max(gc, 0.05));
  say("mfe_per_pair", "energy per base pair", "kcal/mol",
      share(mfe, static_cast<double>(std::count(h.fold.structure.begin(), h.fold.structure.end(), '('))));
  say("ensemble_gap", "ensemble energy below the minimum, per nucleotide", "kcal/mol", (mfe - h.ensemble.energy_kcal) / n);
  say("mfe_log_frequency", "log share of the minimum structure in the ensemble, per nucleotide", "",
      std::log(std::max(h.ensemble.mfe_frequency, 1e-12)) / n);
  say("diversity", "ensemble diversity per nucleotide", "", h.ensemble.diversity / n);
  say("centroid_distance", "distance of the ensemble to its centroid, per nucleotide", "", h.ensemble.centroid_distance / n);
}

template <typename Say>
void say_structure(const Anatomy& a, Say say) {
  double pairs = 0, strong = 0, weak = 0, wobble = 0;
  for (int i = 0; i < a.n; ++i) {
    if (a.partner[static_cast<std::size_t>(i)] <= i) continue;
    const PairType type = a.type(i);
    ++pairs;
    (type == 1 || type == 2 ? strong : type == 3 || type == 4 ? wobble : weak) += 1;
  }
  const Interruptions s = interruptions(a);
  say("pairs_per_nt", "base pairs per nucleotide", "", pairs / a.n);
  say("stem_pairs", "base pairs of the stem", "", a.stem.pairs);
  say("stem_share", "share of the base pairs that lie in the stem", "", share(a.stem.pairs, pairs));
  say("gc_pairs", "share of GC pairs", "", share(strong, pairs));
  say("au_pairs", "share of AU pairs", "", share(weak, pairs));
  say("gu_pairs", "share of GU pairs", "", share(wobble, pairs));
  say("terminal_loops", "terminal loops", "", a.loops);
  say("terminal_loop", "unpaired letters of the terminal loop", "nt", a.stem.close - a.stem.open - 1);
  say("bulges", "bulges", "", s.bulges);
  say("internal_loops", "internal loops", "", s.internal);
  say("largest_loop", "longer side of the largest bulge or internal loop", "nt", s.largest);
  say("stem_unpaired", "unpaired letters of the stem per base pair", "", share(s.unpaired, a.stem.pairs));
  say("asymmetry", "letters that the 5' side has more than the 3' side", "nt", s.asymmetry);
  say("asymmetry_sum", "asymmetry of the loops, added up", "nt", s.asymmetry_sum);
  say("longest_helix", "longest helix", "bp", s.longest_helix);
  say("mean_helix", "mean length of helices", "bp", share(a.stem.pairs, s.helices));
}

template <typename Say>
void say_arms(const Anatomy& a, Say say) {
  const ArmCall& arms = a.arms;
  const int length5 = a.arm5[1] - a.arm5[0], length3 = a.arm3[1] - a.arm3[0];
  say("arm_5p", "letters of the 5p arm", "nt", length5);
  say("arm_3p", "letters of the 3p arm", "nt", length3);
  say("between_arms", "letters between the arms", "nt", a.arm3[0] - a.arm5[1]);
  say("overhang_drosha", "overhang at the Drosha cuts", "nt", arms.overhang.drosha);
  say("overhang_dicer", "overhang at the Dicer cuts", "nt", arms.overhang.dicer);
  say("cut_log_odds", "how clearly it can be cut", "nats", arms.log_odds);
  say("cut_log_probability", "log probability of the four cuts", "nats", arms.log_probability);
  for (int k = 0; k < kCuts; ++k) {
    say(fmt::format("cut_entropy_{}", kCutNames[static_cast<std::size_t>(k)]),
        fmt::format("uncertainty of the cut {}", kCutNames[static_cast<std::size_t>(k)]), "bits",
        arms.entropy[static_cast<std::size_t>(k)]);
    say(fmt::format("cut_within_2_{}", kCutNames[static_cast<std::size_t>(k)]),
        fmt::format("probability of the cut {} within 2 nt", kCutNames[static_cast<std::size_t>(k)]), "",
        arms.within[static_cast<std::size_t>(k)][2]);
  }
  say("arms_plausible", "arms that can be", "", arms.plausible() ? 1 : 0);
  say("duplex_pairs", "expected base pairs between the arms", "bp", a.duplex);
  say("duplex_share", "expected base pairs between the arms per letter of the shorter", "",
      share(a.duplex, std::min(length5, length3)));
  say("paired_5p", "how paired the 5p arm is", "", a.paired_in(a.arm5[0], a.arm5[1]));
  say("paired_3p", "how paired the 3p arm is", "", a.paired_in(a.arm3[0], a.arm3[1]));
  say("paired_between", "how paired the letters between the arms are", "", a.paired_in(a.arm5[1], a.arm3[0]));
  say("paired_seed_5p", "how paired the seed of the 5p arm is", "", a.paired_in(a.arm5[0] + 1, a.arm5[0] + 8));
  say("paired_seed_3p", "how paired the seed of the 3p arm is", "", a.paired_in(a.arm3[0] + 1, a.arm3[0] + 8));
  say("paired_middle_5p", "how paired letters 9 to 12 of the 5p arm are", "", a.paired_in(a.arm5[0] + 8, a.arm5[0] + 12));
  say("paired_middle_3p", "how paired letters 9 to 12 of the 3p arm are", "", a.paired_in(a.arm3[0] + 8, a.arm3[0] + 12));
  say("paired_base", "how paired the last six letters at the base are", "",
      (a.paired_in(0, 6) + a.paired_in(a.n - 8, a.n - 2)) / 2);
  say("unpaired_run_5p", "longest unpaired run of the 5p arm", "nt", a.unpaired_run(a.arm5[0], a.arm5[1]));
  say("unpaired_run_3p", "longest unpaired run of the 3p arm", "nt", a.unpaired_run(a.arm3[0], a.arm3[1] - 2));
  say("gc_5p", "GC content of the 5p arm", "", a.gc_in(a.arm5[0], a.arm5[1]));
  say("gc_3p", "GC content of the 3p arm", "", a.gc_in(a.arm3[0], a.arm3[1]));
  say("gc_between", "GC content between the arms", "", a.gc_in(a.arm5[1], a.arm3[0]));
  say("gc_start_5p", "GC content of the first four letters of the 5p arm", "", a.gc_in(a.arm5[0], a.arm5[0] + 4));
  say("gc_start_3p", "GC content of the first four letters of the 3p arm", "", a.gc_in(a.arm3[0], a.arm3[0] + 4));
  static constexpr std::array<char, 4> kLetters = {'A', 'C', 'G', 'U'};
  for (const bool five : {true, false}) {
    const int at = five ? a.arm5[0] : a.arm3[0];
    for (std::size_t k = 0; k < kLetters.size(); ++k)
      say(fmt::format("starts_{}_{}", kLetters[k], five ? "5p" : "3p"),
          fmt::format("the {} arm starts with {}", five ? "5p" : "3p", kLetters[k]), "",
          at < a.n && a.bases[static_cast<std::size_t>(at)] == static_cast<Base>(k + kBaseA) ? 1 : 0);
  }
}

template <typename Say>
void say_words(const Anatomy& a, Say say) {
  static constexpr std::array<char, 4> kLetters = {'A', 'C', 'G', 'U'};
  for (std::size_t length = 1; length <= 3; ++length) {
    const std::size_t words = std::size_t{1} << (2 * length);
    std::vector<double> counts(words);
    std::size_t code = 0;
    for (std::size_t i = 0; i < a.bases.size(); ++i) {
      code = (code << 2U | static_cast<std::size_t>(std::max(0, a.bases[i] - kBaseA))) & (words - 1);
      if (i + 1 >= length) counts[code] += 1;
    }
    for (std::size_t w = 0; w < words; ++w) {
      std::string word;
      for (std::size_t k = length; k-- > 0;) word += kLetters[w >> (2 * k) & 3U];
      say("share_" + word, "share of " + word, "", counts[w] / static_cast<double>(a.n));
    }
  }
}

// What lies below the Drosha cuts: the lower stem, and the letters that Drosha's complex is known to read. Missing where
// the sequence ends before.
template <typename Say>
void say_base(const Anatomy& wide, Say say) {
  constexpr int kLowerStem = 11;
  const int d5 = wide.arm5[0], d3 = wide.arm3[1];
  const bool there = d5 >= kLowerStem && d3 + kLowerStem <= wide.n;
  say("lower_stem", "how paired the eleven letters below the Drosha cuts are", "",
      there ? (wide.paired_in(d5 - kLowerStem, d5) + wide.paired_in(d3, d3 + kLowerStem)) / 2 : kMissing);
  const auto is = [&](int at, Base base) {
    return at >= 0 && at < wide.n && wide.bases[static_cast<std::size_t>(at)] == base;
  };
  bool ug = false, cnnc = false;
  for (int at = d5 - 15; at <= d5 - 12; ++at) ug = ug || (is(at, kBaseU) && is(at + 1, kBaseG));
  for (int at = d3 + 15; at <= d3 + 19; ++at) cnnc = cnnc || (is(at, kBaseC) && is(at + 3, kBaseC));
  say("basal_UG", "UG at the basal junction", "", d5 >= 15 ? (ug ? 1 : 0) : kMissing);
  say("flank_CNNC", "CNNC behind the 3' Drosha cut", "", d3 + 22 <= wide.n ? (cnnc ? 1 : 0) : kMissing);
}

template <typename Say>
void say_all(const CutHairpin& hairpin, Say say) {
  const Anatomy core(hairpin.core, hairpin.arms, hairpin.begin), wide(hairpin.wide, hairpin.arms, hairpin.wide_begin);
  say_energy(core, say);
  say_structure(core, say);
  say_arms(core, say);
  say_base(wide, say);
  const auto of_wide = [&](const std::string& name, const std::string& words, const char* unit, double value) {
    say("wide_" + name, words + ", with what is around the cuts", unit, value);
  };
  say_energy(wide, of_wide);
  say_structure(wide, of_wide);
  say_words(core, say);
}

bool fold_letters(std::string_view sequence, int begin, int end, Folder& folder, FoldedLetters& folded) {
  folded.letters = as_rna(sequence.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
  folded.ensemble = folder.ensemble(folded.letters, folded.fold);
  return folded.fold.structure.find('(') != std::string::npos;
}

}  // namespace

std::optional<CutHairpin> cut_hairpin(std::string_view sequence, const StemLoop& stem, const CutModel& cuts,
                                      CutModel::Scratch& scratch, Folder& folder) {
  std::optional<ArmCall> arms = cuts.predict(sequence, stem, scratch);
  if (!arms) return std::nullopt;
  CutHairpin h;
  h.arms = std::move(*arms);
  h.begin = std::max(0, h.arms.cuts.drosha5);
  h.end = std::min(static_cast<int>(sequence.size()), h.arms.cuts.drosha3);
  if (h.end - h.begin < kLeastCore) return std::nullopt;
  const int n = static_cast<int>(sequence.size()), middle = (stem.open + stem.close) / 2;
  h.wide_begin = std::max(0, std::min(middle - kWideReach, h.begin));
  const int wide_end = std::min(n, std::max(middle + kWideReach, h.end));
  if (!fold_letters(sequence, h.begin, h.end, folder, h.core) ||
      !fold_letters(sequence, h.wide_begin, wide_end, folder, h.wide))
    return std::nullopt;
  return h;
}

const std::vector<Measure>& hairpin_measures() {
  static const std::vector<Measure> measures = [] {
    std::vector<Measure> all;
    CutHairpin any;
    any.core.letters = any.wide.letters = "GGGAAACCC";
    any.core.fold = any.wide.fold = {"(((...)))", 0};
    say_all(any, [&](const std::string& name, const std::string& words, const char* unit, double) {
      all.push_back({name, words, unit});
    });
    return all;
  }();
  return measures;
}

void measure_hairpin(const CutHairpin& hairpin, std::vector<float>& row) {
  say_all(hairpin, [&](auto&&, auto&&, const char*, double value) { row.push_back(static_cast<float>(value)); });
}

}  // namespace stemloop
