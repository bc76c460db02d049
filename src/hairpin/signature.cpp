#include "hairpin/signature.h"

#include "fold/fold.h"
#include "hairpin/drawings.h"
#include "hairpin/features.h"
#include "hairpin/structure_layout.h"

namespace stemloop {

namespace {

// FNV-1a over 64 bits.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325U;
};

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
  Hash folds;
  Hash pictures;
  for (const char* parameters : {"turner2004", "turner2004-vienna2.1"}) {
    Folder folder(make_model(load_parameters(parameters)));
    for (int item = 0; item < kSequences; ++item) {
      const std::string sequence = signature_sequence(item);
      const Fold fold = folder.fold(sequence);
      folds.add(fmt::format("{} {} {}\n", sequence, fold.structure, fold.energy));
      const Picture picture = draw_picture(lay_out(sequence, fold.structure).columns);
      const auto& pixels = picture_pixels(picture).rgb;
      pictures.add({reinterpret_cast<const char*>(pixels.data()), pixels.size()});
      const auto bonds = bond_vector(picture);
      pictures.add({reinterpret_cast<const char*>(bonds.data()), bonds.size()});
      for (const std::string& cell : feature_cells(hairpin_features(picture))) pictures.add(cell + "\t");
    }
  }
  return {folds.value(), pictures.value()};
}

}  // namespace stemloop
