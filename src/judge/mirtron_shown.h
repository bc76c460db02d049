// Records as a model of mirtrons learns from them. Whoever cuts a sequence out does it in a way of their own, so every
// record is shown in several: as it is given, with flanks of two lengths, trimmed to its cuts, and drawn, with flanks
// of random lengths. What is learned from are the hairpins found in everything shown.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/lineage.h"
#include "judge/mirtron.h"

namespace stemloop {

/// Ways to show a record; of those drawn there are several.
enum ShownWay : int { kAsGiven, kTenFlank, kThirtyFlank, kTrimmed, kDrawn, kDrawnTrimmed };
inline constexpr const char* kShownWays[] = {"as given", "10 nt of flank", "30 nt of flank", "trimmed to the cuts"};

struct ShownRecord {
  std::size_t record = 0;
  int way = 0;
  int flank5 = 0, letters = 0;  // the record's own letters are `letters` from `flank5` on
  std::string sequence;
};

/// Looks at a hairpin of something shown.
struct ShownHairpin {
  std::size_t shown = 0;
  bool own = false;  // its loop lies in the middle of the record's own letters
  SplicedHairpin hairpin;
};

class ShownRecords {
 public:
  /// Shows all records and looks at their hairpins. `how` and `cuts` must outlive it.
  ShownRecords(std::span<const MirtronRecord> all, const MirtronTraining& how, const CutModel& cuts);

  /// Adds what `how.augment` makes of the mirtrons learned from; undone by forget().
  void augment(std::vector<char>& learned, std::uint64_t seed);
  void forget();

  std::vector<MirtronRecord> records;  // with what augmentation adds
  Lineage lineage;
  std::vector<ShownRecord> shown;
  std::vector<ShownHairpin> looked;

 private:
  void show(std::size_t i);
  void look(std::size_t first);
  void trim(ShownRecord& one, std::size_t number, SplicedFinder& finder) const;

  const MirtronTraining& how_;
  const CutModel& cuts_;
  std::size_t real_;
  std::vector<std::string_view> natural_;  // what pieces of flank are taken from
};

}  // namespace stemloop
