#include "arms/cut_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "arms/cut_choice.h"
#include "arms/cut_guide.h"
#include "arms/cut_network.h"
#include "arms/cut_parts.h"
#include "arms/local_window.h"
#include "util/util.h"

namespace stemloop {

struct CutModel::Scratch::Room {
  Folder folder;
  std::optional<LocalFolder> local;  // made when it is first wanted
  CutForward forward;
  QuadrupleSum sum;
  std::vector<float> scores, marginals, terms;
};

namespace {

// Mean distances of the four cuts from the pair that closes the terminal loop; arms.md measures them.
constexpr int kDrosha5 = -24, kDicer5 = -2, kDicer3 = 3, kDrosha3 = 25;
constexpr int kMostStems = 3;  // judged of a sequence's fold
constexpr std::size_t kMostLocalStems = 8;
// Whoever cuts a hairpin out has it in the middle: nats a stem-loop loses for every letter between the middle of its
// loop and that of the record, when one of several is chosen. On the validation set 0.02 to 0.2 are alike.
constexpr double kOffCentre = 0.05;
constexpr int kLeastPairs = 8;  // of a stem-loop that is judged beside another

}  // namespace

CutModel::CutModel(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
CutModel::CutModel(CutModel&&) noexcept = default;
CutModel& CutModel::operator=(CutModel&&) noexcept = default;
CutModel::~CutModel() = default;

CutModel::Scratch::Scratch(std::unique_ptr<Room> room) : room_(std::move(room)) {}
CutModel::Scratch::Scratch(Scratch&&) noexcept = default;
CutModel::Scratch& CutModel::Scratch::operator=(Scratch&&) noexcept = default;
CutModel::Scratch::~Scratch() = default;

CutModel CutModel::offsets() {
  return CutModel(std::make_unique<Parts>(Parts{make_model(load_parameters("turner2004")), {}, {}}));
}

CutModel CutModel::of(std::vector<CutNetwork> networks, const CutSettings& settings) {
  return CutModel(
      std::make_unique<Parts>(Parts{make_model(load_parameters("turner2004")), std::move(networks), settings}));
}

const CutSettings& CutModel::settings() const { return parts_->settings; }
const std::vector<CutNetwork>& CutModel::networks() const { return parts_->networks; }

CutModel::Scratch CutModel::scratch() const {
  return Scratch(std::make_unique<Scratch::Room>(Scratch::Room{Folder(parts_->energies), {}, {}, {}, {}, {}, {}}));
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, Scratch& scratch) const {
  return predict(sequence, parts_->settings.local ? "" : scratch.room_->folder.fold(sequence).structure, scratch);
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, std::string_view structure,
                                         Scratch& scratch) const {
  return predict(sequence, structure, CutContext{}, scratch);
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, std::string_view structure,
                                         const CutContext& context, Scratch& scratch) const {
  if (parts_->settings.local) return predict_local(sequence, structure, context, scratch);
  std::optional<ArmCall> best;
  int judged = 0;
  for (const StemLoop& stem : stem_loops(structure)) {
    // Small stem-loops are looked at only where there is no other.
    if (judged == kMostStems || (best && stem.pairs < kLeastPairs)) break;
    if (!may_belong(stem, context.known)) continue;
    std::optional<ArmCall> call = judge(sequence, structure, stem, context, scratch);
    judged += call.has_value();
    if (call && (!best || call->log_odds > best->log_odds)) best = std::move(call);
  }
  return best;
}

float CutModel::clearness(const CutWindow& window, Scratch& scratch) const {
  if (parts_->networks.empty()) return static_cast<float>(window.stem.pairs);
  const CutNetwork& network = parts_->networks.front();
  return static_cast<float>(
      scratch.room_->sum.run(window, scratch.room_->forward.run(network, window), network.terms()));
}

std::optional<ArmCall> CutModel::predict_local(std::string_view sequence, std::string_view structure,
                                               const CutContext& context, Scratch& scratch) const {
  std::optional<LocalFolder>& folder = scratch.room_->local;
  if (!folder) folder.emplace(parts_->energies);
  std::vector<LocalStemLoop> stems = folder->stem_loops(sequence);
  std::stable_sort(stems.begin(), stems.end(),
                   [](const LocalStemLoop& a, const LocalStemLoop& b) { return a.score < b.score; });
  if (stems.size() > kMostLocalStems) stems.resize(kMostLocalStems);
  int folded = 0;
  for (const StemLoop& stem : stem_loops(structure)) {
    if (folded++ == kMostStems) break;
    LocalStemLoop local{stem.begin,
                        stem.end,
                        stem.open,
                        stem.close,
                        0,
                        0,
                        std::string(structure.substr(static_cast<std::size_t>(stem.begin),
                                                     static_cast<std::size_t>(stem.end - stem.begin)))};
    const bool found = std::any_of(stems.begin(), stems.end(), [&](const LocalStemLoop& other) {
      return other.begin == local.begin && other.structure == local.structure;
    });
    if (!found) stems.push_back(std::move(local));
  }
  // Where there are several, one network chooses the stem-loop that all vote on.
  std::vector<CutWindow> windows;
  for (const LocalStemLoop& stem : stems) {
    if (!may_belong(StemLoop{stem.loop_open, stem.loop_close, stem.begin, stem.end, 0}, context.known)) continue;
    windows.push_back(local_window(sequence, stem));
    follow(context.convention, windows.back());
  }
  std::vector<float> clear(windows.size());
  std::vector<std::size_t> order(windows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (windows.size() > 1) {
    for (std::size_t k = 0; k < windows.size(); ++k) {
      const CutWindow& window = windows[k];
      const double middle = window.begin + (window.stem.open + window.stem.close) / 2.0;
      const double off = std::abs(middle - static_cast<double>(sequence.size()) / 2);
      clear[k] = clearness(window, scratch) - static_cast<float>(kOffCentre * off);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return clear[a] > clear[b]; });
  }
  for (const std::size_t k : order) {
    if (std::optional<ArmCall> call = judge_window(sequence, windows[k], context, scratch)) return call;
  }
  return std::nullopt;
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, const StemLoop& stem, Scratch& scratch) const {
  return judge(sequence, {}, stem, CutContext{}, scratch);
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, const LocalStemLoop& local, Scratch& scratch,
                                         double least) const {
  return judge_window(sequence, local_window(sequence, local), CutContext{}, scratch, least);
}

// The networks' scores and terms, averaged; their bias is returned.
float CutModel::vote(const CutWindow& window, Scratch& scratch) const {
  Scratch::Room& room = *scratch.room_;
  float none = 0;
  const auto share = 1 / static_cast<float>(parts_->networks.size());
  room.scores.assign(static_cast<std::size_t>(window.length + 1) * kCuts, 0.0F);
  room.terms.assign(CutTerms::kSize, 0.0F);
  for (const CutNetwork& network : parts_->networks) {
    const std::span<const float> scores = room.forward.run(network, window);
    for (std::size_t i = 0; i < scores.size(); ++i) room.scores[i] += share * scores[i];
    const CutTerms terms = network.terms();
    for (std::size_t i = 0; i < terms.values.size(); ++i) room.terms[i] += share * terms.values[i];
    none += share * network.none();
  }
  return none;
}

std::optional<ArmCall> CutModel::judge(std::string_view sequence, std::string_view structure, const StemLoop& stem,
                                       const CutContext& context, Scratch& scratch) const {
  std::optional<ArmCall> best;
  std::string_view wider;  // the fold of the window before this one
  std::optional<CutWindow> last;
  for (const int reach : parts_->settings.reaches) {
    std::optional<CutWindow> window =
        cut_window(sequence, structure, stem.open, stem.close, reach, scratch.room_->folder);
    if (!window) continue;
    follow(context.convention, *window);
    // A narrower window that folds as the wider one did has nothing to add.
    if (last && wider.substr(window->begin - last->begin).starts_with(window->structure)) continue;
    std::optional<ArmCall> call = judge_window(sequence, *window, context, scratch);
    if (call && (!best || call->log_odds > best->log_odds)) best = std::move(call);
    last = std::move(window);
    wider = last->structure;
  }
  return best;
}

std::optional<ArmCall> CutModel::judge_window(std::string_view sequence, const CutWindow& window,
                                              const CutContext& context, Scratch& scratch, double least) const {
  const KnownCuts& known = context.known;
  Scratch::Room& room = *scratch.room_;
  const int n = static_cast<int>(sequence.size());
  ArmCall call;
  const int begin = window.begin;
  call.given = known;
  call.stem = {window.stem.open + begin, window.stem.close + begin, window.stem.begin + begin, window.stem.end + begin,
               window.stem.pairs};
  call.structure = std::string(begin, '.') + window.structure + std::string(n - begin - window.length, '.');
  Cuts cuts{call.stem.open + 1 + kDrosha5, call.stem.open + 1 + kDicer5, call.stem.close + kDicer3,
            call.stem.close + kDrosha3};
  if (!parts_->networks.empty()) {
    const float none = vote(window, scratch);
    if (context.flank >= 0) expect_flanks(context, begin, n, room.scores);
    const CutTerms terms{room.terms};
    double sum = room.sum.run(window, room.scores, terms);
    if (!std::isfinite(sum)) return std::nullopt;  // too short for two arms
    call.log_odds = static_cast<float>(sum) + none;
    if (call.log_odds < least) return std::nullopt;
    if (known != kNothingKnown) {
      const std::vector<float> free = room.scores;
      rule_out(known, begin, room.scores);
      const double rest = room.sum.run(window, room.scores, terms);
      if (std::isfinite(rest)) {
        sum = rest;
      } else {  // known arms that no quadruple of the model agrees with: the other arm as if nothing were known
        room.scores = free;
        sum = room.sum.run(window, room.scores, terms);
      }
    }
    room.marginals.resize(room.scores.size());
    room.sum.marginals(room.marginals);
    cuts = fewest_errors(window, room.marginals, room.scores, terms);
    call.log_probability = quadruple_score(window, room.scores, terms, cuts) - static_cast<float>(sum);
    measure_certainty(parts_->settings, room.marginals, cuts, call);
    call.track = room.marginals;
    call.track_begin = begin;
    cuts = {cuts.drosha5 + begin, cuts.dicer5 + begin, cuts.dicer3 + begin, cuts.drosha3 + begin};
  }
  const auto place = [&](int cut, int predicted) { return known[cut] >= 0 ? known[cut] : std::clamp(predicted, 0, n); };
  call.cuts = {place(0, cuts.drosha5), place(1, cuts.dicer5), place(2, cuts.dicer3), place(3, cuts.drosha3)};
  call.overhang = overhangs(opposite_positions(call.structure, call.stem), call.cuts);
  call.fault = arm_fault(call.structure, call.stem, call.cuts);
  judge_guide(sequence, parts_->settings.guide, call);
  return call;
}

}  // namespace stemloop
