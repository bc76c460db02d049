#include "judge/hairpin_measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "judge/anatomy.h"

namespace stemloop {

namespace {

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
  say("ensemble_gap", "ensemble energy below the minimum, per nucleotide", "kcal/mol",
      (mfe - h.ensemble.energy_kcal) / n);
  say("mfe_log_frequency", "log share of the minimum structure in the ensemble, per nucleotide", "",
      std::log(std::max(h.ensemble.mfe_frequency, 1e-12)) / n);
  say("diversity", "ensemble diversity per nucleotide", "", h.ensemble.diversity / n);
  say("centroid_distance", "distance of the ensemble to its centroid, per nucleotide", "",
      h.ensemble.centroid_distance / n);
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
  say("paired_middle_5p", "how paired letters 9 to 12 of the 5p arm are", "",
      a.paired_in(a.arm5[0] + 8, a.arm5[0] + 12));
  say("paired_middle_3p", "how paired letters 9 to 12 of the 3p arm are", "",
      a.paired_in(a.arm3[0] + 8, a.arm3[0] + 12));
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

// What lies below the Drosha cuts: the lower stem, and the letters that Drosha's complex is known to read. Missing
// where the sequence ends before.
template <typename Say>
void say_base(const CutHairpin& h, Say say) {
  constexpr int kLowerStem = 11;
  const std::string& structure = h.local.structure;
  const int d5 = h.arms.cuts.drosha5, d3 = h.arms.cuts.drosha3;
  const auto paired_in = [&](int from, int to) {
    int paired = 0;
    for (int i = std::max(from, h.local.begin); i < std::min(to, h.local.end); ++i)
      paired += structure[static_cast<std::size_t>(i - h.local.begin)] != '.' ? 1 : 0;
    return paired;
  };
  const auto before = static_cast<int>(h.before.size()), after = static_cast<int>(h.after.size());
  say("lower_stem", "share of the eleven letters below either Drosha cut that are paired", "",
      before >= kLowerStem && after >= kLowerStem
          ? share(paired_in(d5 - kLowerStem, d5) + paired_in(d3, d3 + kLowerStem), 2 * kLowerStem)
          : kMissing);
  say("pairs_below", "base pairs of the stem-loop below the 5' Drosha cut", "bp",
      before >= kLowerStem && after >= kLowerStem ? paired_in(h.local.begin, d5) : kMissing);
  bool ug = false, cnnc = false;
  for (int at = 15; at >= 12; --at)
    ug = ug || (at <= before && h.before.substr(static_cast<std::size_t>(before - at), 2) == "UG");
  for (int at = 15; at <= 19 && at + 3 < after; ++at)
    cnnc = cnnc || (h.after[static_cast<std::size_t>(at)] == 'C' && h.after[static_cast<std::size_t>(at + 3)] == 'C');
  say("basal_UG", "UG at the basal junction", "", before >= 15 ? (ug ? 1 : 0) : kMissing);
  say("flank_CNNC", "CNNC behind the 3' Drosha cut", "", after >= kLettersBehind ? (cnnc ? 1 : 0) : kMissing);
}

// The stem-loop that was cut: how stable it is, and whether what lies between the cuts folds as it does.
template <typename Say>
void say_stem_loop(const CutHairpin& h, const Anatomy& core, Say say) {
  const double length = h.local.end - h.local.begin;
  const auto kept = [&] {
    const std::vector<int> partner = pair_table(h.local.structure);
    double pairs = 0, same = 0;
    for (int i = 0; i < core.n; ++i) {
      const int j = core.partner[static_cast<std::size_t>(i)], at = i + h.begin - h.local.begin;
      if (j <= i) continue;
      ++pairs;
      const bool inside = at >= 0 && at < static_cast<int>(partner.size());
      same += inside && partner[static_cast<std::size_t>(at)] == j + h.begin - h.local.begin ? 1 : 0;
    }
    return share(same, pairs);
  };
  say("stem_loop_energy", "energy of the whole stem-loop", "kcal/mol", h.local.energy / 100.0);
  say("stem_loop_per_nt", "energy per nucleotide of the whole stem-loop", "kcal/mol",
      share(h.local.energy / 100.0, length));
  say("stem_loop_length", "letters of the whole stem-loop", "nt", length);
  say("stem_loop_pairs", "base pairs of the whole stem-loop", "bp",
      static_cast<double>(std::count(h.local.structure.begin(), h.local.structure.end(), '(')));
  say("stem_loop_kept", "share of the base pairs between the cuts that the whole stem-loop has too", "", kept());
}

template <typename Say>
void say_all(const CutHairpin& hairpin, Say say) {
  const Anatomy core(hairpin.core, hairpin.arms, hairpin.begin);
  say_energy(core, say);
  say_structure(core, say);
  say_arms(core, say);
  say_base(hairpin, say);
  say_stem_loop(hairpin, core, say);
  say_words(core, say);
}

}  // namespace

const std::vector<Measure>& hairpin_measures() {
  static const std::vector<Measure> measures = [] {
    std::vector<Measure> all;
    CutHairpin any;
    any.core.letters = "GGGAAACCC";
    any.core.fold = {"(((...)))", 0};
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
