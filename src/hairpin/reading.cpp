#include "hairpin/reading.h"

#include "hairpin/columns.h"
#include "util/util.h"

namespace stemloop {

std::function<Hairpins()> hairpin_state(const FoldingOptions& options) {
  return [model = load_model(options)] { return Hairpins{model, Folder(model)}; };
}

std::string structure_of(Hairpins& state, const Record& record) {
  if (record.structure.empty()) return state.folder.fold(record.sequence).structure;
  pair_table(record.structure);
  return record.structure;
}

// A structure given by the user may have pairs that the energy model does not know.
std::string size_and_energy(const Model& model, const Record& record, const std::string& structure) {
  try {
    const Energy energy = evaluate(model.energy, record.sequence, structure).energy;
    return fmt::format("{} nt, {:.2f} kcal/mol", record.sequence.size(), energy / 100.0);
  } catch (const Error& error) {
    return fmt::format("{} nt, no energy: {}", record.sequence.size(), error.what());
  }
}

Picture picture_of(const Record& record, const std::string& structure) {
  const HairpinLayout layout = lay_out(record.sequence, structure);
  require(!layout.columns.empty(), "there is no hairpin loop in its structure, so no picture");
  return draw_picture(layout.columns);
}

}  // namespace stemloop
