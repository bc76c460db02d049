#include "scan/judges.h"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>
#include <optional>

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

CandidateJudge precursor_judge(std::shared_ptr<const PrecursorClassifier> classifier, double prior) {
  struct Memory {
    CutModel::Scratch scratch;
    Folder folder;
  };
  const auto model = load_model({});  // the one whose energies the classifier learned
  const auto memory = std::make_shared<tbb::enumerable_thread_specific<Memory>>(
      [classifier, model] { return Memory{classifier->cuts().scratch(), Folder(model)}; });
  return [classifier, prior, memory](std::span<const Candidate> candidates) {
    Memory& m = memory->local();
    std::vector<Judgement> result(candidates.size());
    std::vector<FoundHairpin> hairpins;
    std::vector<std::size_t> of;
    for (std::size_t k = 0; k < candidates.size(); ++k) {
      const LocalStemLoop& t = candidates[k].stem_loop;
      const std::string& window = candidates[k].window;
      std::optional<ArmCall> arms = classifier->cuts().predict(window, t, m.scratch);
      if (!arms || !can_be_judged(*arms, window) || arms->log_odds < classifier->least_cut_log_odds()) continue;
      std::optional<CutHairpin> cut = cut_hairpin(window, t, std::move(*arms), m.folder);
      if (!cut) continue;
      const Cuts& cuts = cut->arms.cuts;
      result[k].hairpin = {cut->begin, cut->end};
      result[k].five = {cuts.drosha5, cuts.dicer5};
      result[k].three = {cuts.dicer3, cuts.drosha3};
      hairpins.push_back({std::move(*cut), {}});
      measure_hairpin(hairpins.back().cut, hairpins.back().measures);
      of.push_back(k);
    }
    std::vector<const FoundHairpin*> pointers;
    for (const FoundHairpin& hairpin : hairpins) pointers.push_back(&hairpin);
    const std::vector<PrecursorCall> calls = classifier->judge(pointers, prior, false);
    for (std::size_t k = 0; k < calls.size(); ++k) result[of[k]].probability = calls[k].probability;
    return result;
  };
}

}  // namespace stemloop
