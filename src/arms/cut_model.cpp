#include "arms/cut_model.h"

#include <algorithm>
#include <cmath>

#include "arms/cut_network.h"
#include "arms/cut_parts.h"
#include "util/util.h"

namespace stemloop {

struct CutModel::Scratch::Room {
  Folder folder;
  CutForward forward;
  QuadrupleSum sum;
  std::vector<float> scores, marginals, terms;
};

namespace {

// Mean distances of the four cuts from the pair that closes the terminal loop; arms.md measures them.
constexpr int kDrosha5 = -24, kDicer5 = -2, kDicer3 = 3, kDrosha3 = 25;
constexpr int kMostStems = 3;   // judged of a sequence
constexpr int kLeastPairs = 8;  // of a stem-loop that is judged unasked

float calibrated(const std::array<float, 11>& at, double raw) {
  const double place = std::clamp(raw, 0.0, 1.0) * 10;
  const auto below = std::min<std::size_t>(9, static_cast<std::size_t>(place));
  const auto share = static_cast<float>(place - static_cast<double>(below));
  return at[below] + share * (at[below + 1] - at[below]);
}

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

CutModel::Scratch CutModel::scratch() const {
  return Scratch(std::make_unique<Scratch::Room>(Scratch::Room{Folder(parts_->energies), {}, {}, {}, {}, {}}));
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, Scratch& scratch) const {
  return predict(sequence, scratch.room_->folder.fold(sequence).structure, scratch);
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, std::string_view structure,
                                         Scratch& scratch) const {
  std::optional<ArmCall> best;
  int judged = 0;
  for (const StemLoop& stem : stem_loops(structure)) {
    if (stem.pairs < kLeastPairs || judged == kMostStems) break;
    ++judged;
    std::optional<ArmCall> call = judge(sequence, structure, stem, scratch);
    if (call && (!best || call->log_odds > best->log_odds)) best = std::move(call);
  }
  return best;
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, const StemLoop& stem, Scratch& scratch) const {
  return judge(sequence, {}, stem, scratch);
}

std::optional<ArmCall> CutModel::judge(std::string_view sequence, std::string_view structure, const StemLoop& stem,
                                       Scratch& scratch) const {
  Scratch::Room& room = *scratch.room_;
  const int n = static_cast<int>(sequence.size());
  const std::optional<CutWindow> window =
      cut_window(sequence, structure, stem.open, stem.close, parts_->settings.reach, room.folder);
  if (!window) return std::nullopt;
  ArmCall call;
  const int begin = window->begin;
  call.stem = {window->stem.open + begin, window->stem.close + begin, window->stem.begin + begin,
               window->stem.end + begin, window->stem.pairs};
  call.structure = std::string(begin, '.') + window->structure + std::string(n - begin - window->length, '.');
  if (parts_->networks.empty()) {
    call.cuts = {std::max(0, call.stem.open + 1 + kDrosha5), std::max(0, call.stem.open + 1 + kDicer5),
                 std::min(n, call.stem.close + kDicer3), std::min(n, call.stem.close + kDrosha3)};
  } else {
    float none = 0;
    const auto share = 1 / static_cast<float>(parts_->networks.size());
    room.scores.assign(static_cast<std::size_t>(window->length + 1) * kCuts, 0.0F);
    room.terms.assign(CutTerms::kSize, 0.0F);
    for (const CutNetwork& network : parts_->networks) {
      const std::span<const float> scores = room.forward.run(network, *window);
      for (std::size_t i = 0; i < scores.size(); ++i) room.scores[i] += share * scores[i];
      const CutTerms terms = network.terms();
      for (std::size_t i = 0; i < terms.values.size(); ++i) room.terms[i] += share * terms.values[i];
      none += share * network.none();
    }
    const CutTerms terms{room.terms};
    const double sum = room.sum.run(*window, room.scores, terms);
    if (!std::isfinite(sum)) return std::nullopt;  // too short for two arms
    room.marginals.resize(room.scores.size());
    room.sum.marginals(room.marginals);
    Cuts cuts = best_quadruple(*window, room.scores, terms);
    call.log_odds = static_cast<float>(sum) + none;
    call.log_probability = quadruple_score(*window, room.scores, terms, cuts) - static_cast<float>(sum);
    const std::array<int, kCuts> at = cuts.all();
    for (int cut = 0; cut < kCuts; ++cut) {
      double raw = 0;
      const auto probability = [&](int k) {
        return k < 0 || k > window->length ? 0.0 : static_cast<double>(room.marginals[k * kCuts + cut]);
      };
      for (int off = 0; off < 3; ++off) {
        raw += probability(at[cut] - off) + (off > 0 ? probability(at[cut] + off) : 0);
        call.within[cut][off] = calibrated(parts_->settings.calibration[off], raw);
      }
      double entropy = 0;
      for (int k = 0; k <= window->length; ++k) {
        if (probability(k) > 0) entropy -= probability(k) * std::log2(probability(k));
      }
      call.entropy[cut] = static_cast<float>(entropy);
    }
    call.cuts = {cuts.drosha5 + begin, cuts.dicer5 + begin, cuts.dicer3 + begin, cuts.drosha3 + begin};
  }
  call.overhang = overhangs(opposite_positions(call.structure, call.stem), call.cuts);
  call.fault = arm_fault(call.structure, call.stem, call.cuts);
  return call;
}

}  // namespace stemloop
