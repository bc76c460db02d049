// What mirtrons add to hairpin_measures(). Splicing cuts a mirtron out at the ends of a short intron, (MAG|GURAGU) and
// (polypyrimidine, YAG|), so that splice sites lie at its Drosha cuts; a canonical precursor has chance matches there,
// and a lower stem below the cuts. Sites are looked for near the predicted cuts in the whole sequence as given; a
// tailed mirtron has one of the two. Scores are log likelihood ratios of the letters against even ones, by the
// well-known consensus of U2 introns of mammals.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/hairpin_measures.h"

namespace stemloop {

/// A splice site: the boundary has `at` letters before it, first or last of the intron behind or before it.
struct SpliceSite {
  int at = 0;
  double score = 0;  // nats; letters beyond the sequence's ends say nothing
};

/// Score of an intron that ends before `at`: pyrimidine tract, letter before AG, letter behind. REQUIRES: 2 <= at <= n.
double acceptor_score(std::string_view sequence, int at);
/// Score of an intron that begins at `at`: two letters before, four behind GU. REQUIRES: 0 <= at.
double donor_score(std::string_view sequence, int at);

/// The best AG near the 3' Drosha cut `cut` (5 letters before to 12 behind it), nearer ones preferred; none if there is
/// none.
std::optional<SpliceSite> acceptor_near(std::string_view sequence, int cut);
/// The best GU near the 5' Drosha cut (14 letters before to 5 behind it).
std::optional<SpliceSite> donor_near(std::string_view sequence, int cut);

/// What is measured, in the order of measure_splice()'s values.
const std::vector<Measure>& splice_measures();

/// Values of splice_measures() of a hairpin of `sequence` (RNA, upper case), appended to `row`; NaN where missing.
void measure_splice(std::string_view sequence, const CutHairpin& hairpin, std::vector<float>& row);

}  // namespace stemloop
