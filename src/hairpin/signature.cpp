#include "hairpin/signature.h"

#include "fold/fold.h"
#include "hairpin/drawings.h"
#include "hairpin/features.h"
#include "hairpin/structure_layout.h"
#include "util/hash.h"

namespace stemloop {

namespace {

// Hairpin-like sequences: an arm, a loop, the arm's complement with faults, and flanks.
std::string signature_sequence(int item) {
  constexpr int kFaultPercent = 15;
  Random random(20040401, static_cast<std::uint64_t>(item));
  const auto letter = [&random] { return "ACGU"[random.below(4)]; };
  std::string arm;
  std::string loop;
  std::string back;
  for (auto k = 10 + random.below(50); k > 0; --k) arm += letter();
  for (auto k = 3 + random.below(15); k > 0; --k) loop += letter();
  for (const char opposite : std::string(arm.rbegin(), arm.rend())) {
    const auto fault = random.below(100);
    if (fault < kFaultPercent / 3) continue;
    if (fault < kFaultPercent) back += letter();
    back += opposite == 'A' ? 'U' : opposite == 'U' ? 'A' : opposite == 'G' ? 'C' : 'G';
  }
  std::string sequence = arm + loop + back;
  for (auto k = random.below(8); k > 0; --k) sequence += letter();
  if (item % 50 == 0) sequence[random.below(sequence.size())] = 'N';
  return sequence;
}

}  // namespace

std::pair<std::uint64_t, std::uint64_t> signature() {
  constexpr int kSequences = 500;
  std::uint64_t folds = kFnvStart, pictures = kFnvStart;
  const auto add = [](std::uint64_t& hash, std::string_view text) { hash = fnv1a(text, hash); };
  for (const char* parameters : {"turner2004", "turner2004-vienna2.1"}) {
    Folder folder(make_model(load_parameters(parameters)));
    for (int item = 0; item < kSequences; ++item) {
      const std::string sequence = signature_sequence(item);
      const Fold fold = folder.fold(sequence);
      add(folds, fmt::format("{} {} {}\n", sequence, fold.structure, fold.energy));
      const Picture picture = draw_picture(lay_out(sequence, fold.structure).columns);
      const auto& pixels = picture_pixels(picture).rgb;
      add(pictures, {reinterpret_cast<const char*>(pixels.data()), pixels.size()});
      const auto bonds = bond_vector(picture);
      add(pictures, {reinterpret_cast<const char*>(bonds.data()), bonds.size()});
      for (const std::string& cell : feature_cells(hairpin_features(picture))) add(pictures, cell + "\t");
    }
  }
  return {folds, pictures};
}

}  // namespace stemloop
