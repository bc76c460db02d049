#include "arms/cut_model.h"

#include <algorithm>
#include <cmath>

#include "util/util.h"

namespace stemloop {

struct CutModel::Parts {
  std::shared_ptr<const Model> energies;
};

struct CutModel::Scratch::Room {
  Folder folder;
};

namespace {

// Mean distances of the four cuts from the pair that closes the terminal loop; arms.md measures them.
constexpr int kDrosha5 = -24, kDicer5 = -2, kDicer3 = 3, kDrosha3 = 25;

// The window's stem whose loop overlaps the one asked about, most pairs first.
std::optional<StemLoop> same_stem(std::string_view structure, int open, int close) {
  for (const StemLoop& stem : stem_loops(structure)) {
    if (stem.open < close && open < stem.close) return stem;
  }
  return std::nullopt;
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
  return CutModel(std::make_unique<Parts>(Parts{make_model(load_parameters("turner2004"))}));
}

CutModel::Scratch CutModel::scratch() const {
  return Scratch(std::make_unique<Scratch::Room>(Scratch::Room{Folder(parts_->energies)}));
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, Scratch& scratch) const {
  const std::vector<StemLoop> stems = stem_loops(scratch.room_->folder.fold(sequence).structure);
  if (stems.empty()) return std::nullopt;
  return predict(sequence, stems.front(), scratch);
}

std::optional<ArmCall> CutModel::predict(std::string_view sequence, const StemLoop& stem, Scratch& scratch) const {
  const int n = static_cast<int>(sequence.size());
  const int middle = (stem.open + stem.close) / 2;
  const int begin = std::max(0, middle - kReach), end = std::min(n, middle + kReach);
  const std::string window = scratch.room_->folder.fold(sequence.substr(begin, end - begin)).structure;
  ArmCall call;
  call.structure = std::string(begin, '.') + window + std::string(n - end, '.');
  const std::optional<StemLoop> found = same_stem(call.structure, stem.open, stem.close);
  if (!found) return std::nullopt;
  call.stem = *found;
  call.cuts = {std::max(0, found->open + 1 + kDrosha5), std::max(0, found->open + 1 + kDicer5),
               std::min(n, found->close + kDicer3), std::min(n, found->close + kDrosha3)};
  call.overhang = overhangs(opposite_positions(call.structure, call.stem), call.cuts);
  call.fault = arm_fault(call.structure, call.stem, call.cuts);
  return call;
}

}  // namespace stemloop
