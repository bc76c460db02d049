// Sequence and structure: evaluation, layout, picture and back. The input's first half is the sequence, its second half
// the structure.
#include <cstdint>
#include <cstdlib>

#include "fold/fold.h"
#include "hairpin/hairpin.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  static const auto model = make_model(load_parameters("turner2004"));
  const std::string text(reinterpret_cast<const char*>(data), size / 2 * 2);
  const std::string sequence = as_rna(text.substr(0, size / 2));
  const std::string structure = text.substr(size / 2);
  try {
    if (dot_bracket(pair_table(structure)) != structure) std::abort();
    const HairpinLayout layout = lay_out(sequence, structure);
    const Picture picture = draw_picture(layout.columns);
    if (picture_from_pixels(picture_pixels(picture)) != picture) std::abort();
    hairpin_features(picture);
    bond_vector(picture);
    decode_picture(picture);
    text_hairpin(sequence, structure);
    structure_layout(structure);
    evaluate(model->energy, sequence, structure);
  } catch (const Error&) {
  }
  return 0;
}
