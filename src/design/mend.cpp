#include "design/mend.h"

#include "design/edit.h"

namespace stemloop {

Mended mend_draw(std::string_view sequence, std::string_view drawn, std::string_view wanted,
                 const NaturalModel& natural, Folder& folder, std::uint64_t seed, std::uint64_t item) {
  const DesignTarget target = make_target(wanted);
  const StartLetters start = letters_for_edit(sequence, drawn, wanted);
  SearchOptions options;
  options.wanted_probability = 0;  // as soon as it folds so: fewer letters change
  options.attempts = 2;            // another draw is cheaper than a hard one mended
  // The chain of the natural model that explains the draw scores the letters.
  std::vector<double> chains;
  if (sequence.find_first_not_of("ACGU") == std::string_view::npos) {
    std::vector<Base> base;
    for (const char letter : sequence) base.push_back(base_code(letter));
    try {
      chains = natural.responsibilities(natural_sites(make_target(drawn)), base.data());
    } catch (const Error&) {
      chains.clear();  // the draw is no single hairpin: any chain will do
    }
  }
  const Design design = design_sequence(target, natural, folder, options, seed, item, chains, start);
  Mended mended;
  if (!design.solved) return mended;
  mended.sequence = design.sequence;
  mended.mfe = design.mfe;
  for (std::size_t k = 0; k < start.letters.size(); ++k) {
    mended.fresh += start.letters[k] == kBaseN ? 1 : 0;
    mended.changed += start.letters[k] != kBaseN && start.letters[k] != base_code(design.sequence[k]) ? 1 : 0;
  }
  return mended;
}

}  // namespace stemloop
