#include "scan/judges.h"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace stemloop {

CandidateJudge shape_judge() {
  return [](std::span<const Candidate> candidates) {
    // Medians over the precursors of shared/spec/arms.md: bases from the terminal loop to the four cuts.
    constexpr int kDrosha5 = 25, kDicer5 = 3, kDicer3 = 4, kDrosha3 = 26;
    std::vector<Judgement> result;
    result.reserve(candidates.size());
    for (const Candidate& c : candidates) {
      const int length = static_cast<int>(c.window.size());
      const LocalStemLoop& t = c.stem_loop;
      Judgement j;
      j.probability = 1 / (1 + std::exp(-c.shape));
      j.five = {std::max(0, t.loop_open + 1 - kDrosha5), std::max(0, t.loop_open + 1 - kDicer5)};
      j.three = {std::min(length, t.loop_close + kDicer3), std::min(length, t.loop_close + kDrosha3)};
      j.hairpin = {j.five.begin, j.three.end};
      result.push_back(j);
    }
    return result;
  };
}

namespace {

constexpr float kClearlyWorseBeside = 3;

// A candidate that its cuts do not rule out; [begin, end) between Drosha's, on the genome.
struct CutCandidate {
  std::size_t of = 0;
  ArmCall arms;
  std::int64_t begin = 0, end = 0;
  bool reverse = false;
};

// Folding what lies between the cuts is the dearest step, and loci keep one of those that cover each other: left out is
// what another covers (more than half of the shorter, same strand) that is cut more clearly by kClearlyWorseBeside
// nats.
void leave_out_clearly_worse(std::vector<CutCandidate>& cuts) {
  std::sort(cuts.begin(), cuts.end(), [](const CutCandidate& a, const CutCandidate& b) {
    return std::tie(a.begin, a.end, a.of) < std::tie(b.begin, b.end, b.of);
  });
  std::vector<bool> worse(cuts.size());
  for (std::size_t k = 0; k < cuts.size(); ++k) {
    const CutCandidate& a = cuts[k];
    for (std::size_t other = k + 1; other < cuts.size() && cuts[other].begin < a.end; ++other) {
      const CutCandidate& b = cuts[other];
      const std::int64_t overlap = std::min(a.end, b.end) - b.begin;
      if (a.reverse != b.reverse || 2 * overlap <= std::min(a.end - a.begin, b.end - b.begin)) continue;
      if (a.arms.log_odds > b.arms.log_odds + kClearlyWorseBeside) worse[other] = true;
      if (b.arms.log_odds > a.arms.log_odds + kClearlyWorseBeside) worse[k] = true;
    }
  }
  std::size_t kept = 0;
  for (std::size_t k = 0; k < cuts.size(); ++k) {
    if (worse[k]) continue;
    if (kept != k) cuts[kept] = std::move(cuts[k]);
    ++kept;
  }
  cuts.resize(kept);
}

// Most of what is left is told from a precursor without folding anything.
void leave_out_at_first_look(const PrecursorClassifier& classifier, std::span<const Candidate> candidates,
                             std::vector<CutCandidate>& cuts) {
  Matrix rows{std::ssize(cuts), std::ssize(first_measures()), {}};
  for (const CutCandidate& one : cuts) {
    look_first(candidates[one.of].window, candidates[one.of].stem_loop, one.arms, rows.values);
  }
  const std::vector<bool> worth = classifier.worth_judging(rows);
  std::size_t kept = 0;
  for (std::size_t k = 0; k < cuts.size(); ++k) {
    if (!worth[k]) continue;
    if (kept != k) cuts[kept] = std::move(cuts[k]);
    ++kept;
  }
  cuts.resize(kept);
}

}  // namespace

CandidateJudge precursor_judge(const std::shared_ptr<const PrecursorClassifier>& classifier, double prior) {
  struct Memory {
    CutModel::Scratch scratch;
    Folder folder;
  };
  const auto model = load_model({});  // the one whose energies the classifier learned
  const auto memory = std::make_shared<tbb::enumerable_thread_specific<Memory>>([classifier, model] {
    return Memory{classifier->cuts().scratch(), Folder(model)};
  });
  return [classifier, prior, memory](std::span<const Candidate> candidates) {
    Memory& m = memory->local();
    std::vector<Judgement> result(candidates.size());
    std::vector<FoundHairpin> hairpins;
    std::vector<std::size_t> of;
    std::vector<CutCandidate> cut_candidates;
    for (std::size_t k = 0; k < candidates.size(); ++k) {
      const Candidate& c = candidates[k];
      std::optional<ArmCall> arms =
          classifier->cuts().predict(c.window, c.stem_loop, m.scratch, classifier->least_cut_log_odds());
      if (!arms || !can_be_judged(*arms, c.window)) continue;
      const std::int64_t length = arms->cuts.drosha3 - arms->cuts.drosha5;
      const std::int64_t begin =
          c.reverse ? c.end + c.stem_loop.begin - arms->cuts.drosha3 : c.begin - c.stem_loop.begin + arms->cuts.drosha5;
      cut_candidates.push_back({k, std::move(*arms), begin, begin + length, c.reverse});
    }
    leave_out_clearly_worse(cut_candidates);
    leave_out_at_first_look(*classifier, candidates, cut_candidates);
    for (CutCandidate& one : cut_candidates) {
      const std::size_t k = one.of;
      std::optional<CutHairpin> cut =
          cut_hairpin(candidates[k].window, candidates[k].stem_loop, std::move(one.arms), m.folder);
      if (!cut) continue;
      const Cuts& cuts = cut->arms.cuts;
      result[k].hairpin = {cut->begin, cut->end};
      result[k].five = {cuts.drosha5, cuts.dicer5};
      result[k].three = {cuts.dicer3, cuts.drosha3};
      hairpins.push_back({std::move(*cut), {}, 1});
      measure_hairpin(hairpins.back().cut, hairpins.back().measures);
      of.push_back(k);
    }
    std::vector<const FoundHairpin*> pointers;
    pointers.reserve(hairpins.size());
    for (const FoundHairpin& hairpin : hairpins) pointers.push_back(&hairpin);
    const std::vector<PrecursorCall> calls = classifier->judge(pointers, prior, false);
    for (std::size_t k = 0; k < calls.size(); ++k) result[of[k]].probability = calls[k].probability;
    return result;
  };
}

}  // namespace stemloop
