#include "judge/splice_measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "features/features.h"
#include "seq/seq.h"

namespace stemloop {

namespace {

constexpr double kTractWeight = 0.6;                // of one letter of the tract: neighbours are not independent
constexpr double kDistanceWeight = 0.15;            // nats a letter between site and cut
constexpr double kNoAcceptor = -12, kNoDonor = -8;  // about the least that sites score

// Shares of A, C, G, U at places of splice sites of mammals.
using Shares = std::array<double, 4>;
constexpr Shares kBeforeAg = {0.05, 0.64, 0.01, 0.30}, kBehindAg = {0.25, 0.11, 0.50, 0.14};
constexpr Shares kTract = {0.10, 0.33, 0.10, 0.47};
constexpr std::array<Shares, 2> kBeforeGu = {{{0.60, 0.13, 0.13, 0.14}, {0.09, 0.04, 0.80, 0.07}}};
constexpr std::array<Shares, 4> kBehindGu = {
    {{0.57, 0.02, 0.39, 0.02}, {0.71, 0.08, 0.12, 0.09}, {0.07, 0.05, 0.82, 0.06}, {0.17, 0.16, 0.19, 0.48}}};

int letter_number(char letter) { return static_cast<int>(base_code(letter)) - static_cast<int>(kBaseA); }

double of_letter(std::string_view sequence, int at, const Shares& shares) {
  if (at < 0 || at >= static_cast<int>(sequence.size())) return 0;
  const int number = letter_number(sequence[static_cast<std::size_t>(at)]);
  return number < 0 ? 0 : std::log(shares[static_cast<std::size_t>(number)] / 0.25);
}

bool is_pair(std::string_view sequence, int at, const char* letters) {
  return at >= 0 && at + 2 <= static_cast<int>(sequence.size()) &&
         sequence.substr(static_cast<std::size_t>(at), 2) == letters;
}

// Letters [from, to) as far as they are in the sequence.
std::string_view piece(std::string_view sequence, int from, int to) {
  const int n = static_cast<int>(sequence.size());
  from = std::clamp(from, 0, n), to = std::clamp(to, from, n);
  return sequence.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

int longest_run(std::string_view letters, std::string_view of) {
  int longest = 0, run = 0;
  for (const char letter : letters) {
    run = of.find(letter) != std::string_view::npos ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

template <typename Say>
void say_sites(std::string_view s, const Cuts& c, Say say) {
  const int n = static_cast<int>(s.size());
  const auto acceptor = acceptor_near(s, c.drosha3), donor = donor_near(s, c.drosha5);
  say("acceptor_score", "how much the letters near the 3' Drosha cut are like a 3' splice site", "nats",
      acceptor ? acceptor->score : kNoAcceptor);
  say("acceptor_at", "letters from the 3' Drosha cut to that site", "nt",
      acceptor ? acceptor->at - c.drosha3 : kMissing);
  double nearest3 = kMissing, nearest5 = kMissing;
  for (int at = std::max(3, c.drosha3 - 5); at <= std::min(n, c.drosha3 + 12); ++at) {
    if (is_pair(s, at - 2, "AG") && !(std::abs(at - c.drosha3) >= std::abs(nearest3))) nearest3 = at - c.drosha3;
  }
  say("acceptor_near", "letters from the 3' Drosha cut to the end of the nearest AG", "nt", nearest3);
  const char before = acceptor && acceptor->at >= 3 ? s[static_cast<std::size_t>(acceptor->at - 3)] : 'N';
  say("acceptor_c", "letter before AG (C 1, U 0.5)", "",
      !acceptor       ? kMissing
      : before == 'C' ? 1
      : before == 'U' ? 0.5
                      : 0);
  int inside = 0;
  for (int at = std::max(2, c.dicer3); at < c.drosha3 - 2; ++at) inside += is_pair(s, at - 2, "AG") ? 1 : 0;
  say("AG_between", "AG inside the 3p arm", "", inside);
  say("donor_score", "how much the letters near the 5' Drosha cut are like a 5' splice site", "nats",
      donor ? donor->score : kNoDonor);
  say("donor_at", "letters from the 5' Drosha cut to that site", "nt", donor ? donor->at - c.drosha5 : kMissing);
  for (int at = std::max(0, c.drosha5 - 14); at <= std::min(n - 2, c.drosha5 + 5); ++at) {
    if (is_pair(s, at, "GU") && !(std::abs(at - c.drosha5) >= std::abs(nearest5))) nearest5 = at - c.drosha5;
  }
  say("donor_near", "letters from the 5' Drosha cut to the nearest GU", "nt", nearest5);
}

template <typename Say>
void say_ends(std::string_view s, const Cuts& c, Say say) {
  constexpr int kFar = 15, kInside = -3;
  const int n = static_cast<int>(s.size()), behind = n - c.drosha3;
  say("end_room5", "letters before the 5' Drosha cut, at most 15", "nt", std::clamp(c.drosha5, kInside, kFar));
  say("end_room3", "letters behind the 3' Drosha cut, at most 15", "nt", std::clamp(behind, kInside, kFar));
  say("end_AG", "the sequence ends on AG near the 3' Drosha cut", "",
      behind <= kFar ? (is_pair(s, n - 2, "AG") ? 1 : 0) : kMissing);
  say("end_GU", "the sequence starts with GU near the 5' Drosha cut", "",
      c.drosha5 <= kFar ? (is_pair(s, 0, "GU") ? 1 : 0) : kMissing);
}

template <typename Say>
void say_letters(std::string_view s, const Cuts& c, Say say) {
  static constexpr std::array<char, 4> kLetters = {'A', 'C', 'G', 'U'};
  const auto acceptor = acceptor_near(s, c.drosha3);
  const int end = acceptor ? acceptor->at : c.drosha3;
  struct Part {
    const char *name, *words;
    int from, to;
  };
  const std::array<Part, 6> parts = {{{"tract", "letters 20 to 4 before the 3' splice site", end - 20, end - 3},
                                      {"arm5", "the 5p arm", c.drosha5, c.dicer5},
                                      {"loop", "the letters between the arms", c.dicer5, c.dicer3},
                                      {"arm3", "the 3p arm", c.dicer3, c.drosha3},
                                      {"low5", "the six letters before the 5' Drosha cut", c.drosha5 - 6, c.drosha5},
                                      {"low3", "the six letters behind the 3' Drosha cut", c.drosha3, c.drosha3 + 6}}};
  for (const Part& part : parts) {
    const std::string_view letters = piece(s, part.from, part.to);
    for (const char letter : kLetters)
      say(fmt::format("{}_{}", part.name, letter), fmt::format("share of {} in {}", letter, part.words), "",
          letters.size() > 2 ? static_cast<double>(std::count(letters.begin(), letters.end(), letter)) /
                                   static_cast<double>(letters.size())
                             : kMissing);
  }
  const std::string_view arm5 = piece(s, c.drosha5, c.dicer5), arm3 = piece(s, c.dicer3, c.drosha3);
  say("run_pyrimidines_3p", "longest run of C and U in the 3p arm", "nt", longest_run(arm3, "CU"));
  say("run_G_5p", "longest run of G in the 5p arm", "nt", longest_run(arm5, "G"));
  say("run_purines_5p", "longest run of A and G in the 5p arm", "nt", longest_run(arm5, "AG"));
  say("run_pyrimidines_tract", "longest run of C and U before the 3' splice site", "nt",
      longest_run(piece(s, end - 22, end - 2), "CU"));
}

// The lower stem below the cuts, of as many letters as there are: a canonical precursor has about eleven pairs there.
template <typename Say>
void say_lower_stem(const CutHairpin& h, Say say) {
  constexpr int kLeast = 3, kReach = 15;
  const std::vector<int> stem = pair_table(h.local.structure);
  const int d5 = h.arms.cuts.drosha5, d3 = h.arms.cuts.drosha3;
  const int first = h.begin - static_cast<int>(h.before.size()), past = h.end + static_cast<int>(h.after.size());
  // The letter that one of the sequence pairs with in the stem-loop, or -1.
  const auto partner = [&](int at) {
    if (at < h.local.begin || at >= h.local.end) return -1;
    const int other = stem[static_cast<std::size_t>(at - h.local.begin)];
    return other < 0 ? -1 : other + h.local.begin;
  };
  const auto paired = [&](int from, int to) {
    from = std::max(first, from), to = std::min(past, to);
    if (to - from < kLeast) return kMissing;
    int count = 0;
    for (int at = from; at < to; ++at) count += partner(at) >= 0 ? 1 : 0;
    return static_cast<double>(count) / (to - from);
  };
  say("low_paired_5p", "share of the five letters before the 5' Drosha cut that pair", "", paired(d5 - 5, d5));
  say("low_paired_11_5p", "share of the eleven letters before the 5' Drosha cut that pair", "", paired(d5 - 11, d5));
  say("low_paired_3p", "share of the five letters behind the 3' Drosha cut that pair", "", paired(d3, d3 + 5));
  say("low_paired_11_3p", "share of the eleven letters behind the 3' Drosha cut that pair", "", paired(d3, d3 + 11));
  int pairs = 0;
  for (int i = std::max(first, d5 - kReach); i < d5; ++i) {
    const int other = partner(i);
    pairs += other >= d3 - 2 && other < d3 + kReach ? 1 : 0;
  }
  const int room = std::min({kReach, std::max(0, d5 - first), std::max(0, past - d3)});
  say("low_pairs", "base pairs of the stem below the Drosha cuts", "bp", pairs);
  say("low_share", "the same for each letter that there is", "",
      room >= kLeast ? static_cast<double>(pairs) / room : kMissing);
}

template <typename Say>
void say_splicing(std::string_view sequence, const CutHairpin& hairpin, Say say) {
  const Cuts& cuts = hairpin.arms.cuts;
  say_sites(sequence, cuts, say);
  say_ends(sequence, cuts, say);
  say_letters(sequence, cuts, say);
  say_lower_stem(hairpin, say);
}

}  // namespace

double acceptor_score(std::string_view sequence, int at) {
  constexpr int kTractFrom = 15, kTractTo = 5;  // letters before the end of the intron
  double score = of_letter(sequence, at - 3, kBeforeAg) + of_letter(sequence, at, kBehindAg);
  for (int back = kTractTo; back <= kTractFrom; ++back) score += kTractWeight * of_letter(sequence, at - back, kTract);
  return score;
}

double donor_score(std::string_view sequence, int at) {
  double score = 0;
  for (int k = 0; k < 2; ++k) score += of_letter(sequence, at - 2 + k, kBeforeGu[static_cast<std::size_t>(k)]);
  for (int k = 0; k < 4; ++k) score += of_letter(sequence, at + 2 + k, kBehindGu[static_cast<std::size_t>(k)]);
  return score;
}

std::optional<SpliceSite> acceptor_near(std::string_view sequence, int cut) {
  std::optional<SpliceSite> best;
  for (int at = std::max(3, cut - 5); at <= std::min(static_cast<int>(sequence.size()), cut + 12); ++at) {
    if (!is_pair(sequence, at - 2, "AG")) continue;
    const double score = acceptor_score(sequence, at) - kDistanceWeight * std::abs(at - cut);
    if (!best || score > best->score) best = {at, score};
  }
  return best;
}

std::optional<SpliceSite> donor_near(std::string_view sequence, int cut) {
  std::optional<SpliceSite> best;
  for (int at = std::max(0, cut - 14); at <= std::min(static_cast<int>(sequence.size()) - 2, cut + 5); ++at) {
    if (!is_pair(sequence, at, "GU")) continue;
    const double score = donor_score(sequence, at) - kDistanceWeight * std::abs(at - cut);
    if (!best || score > best->score) best = {at, score};
  }
  return best;
}

const std::vector<Measure>& splice_measures() {
  static const std::vector<Measure> measures = [] {
    std::vector<Measure> all;
    CutHairpin any;
    any.local.structure = "(((...)))", any.local.end = 9, any.local.loop_open = 2, any.local.loop_close = 6;
    say_splicing("GGGAAACCC", any, [&](const std::string& name, const std::string& words, const char* unit, double) {
      all.push_back({name, words, unit});
    });
    return all;
  }();
  return measures;
}

void measure_splice(std::string_view sequence, const CutHairpin& hairpin, std::vector<float>& row) {
  say_splicing(sequence, hairpin,
               [&](auto&&, auto&&, const char*, double value) { row.push_back(static_cast<float>(value)); });
}

}  // namespace stemloop
