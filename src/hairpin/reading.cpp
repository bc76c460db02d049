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

Picture picture_of(const Record& record, const std::string& structure) {
  const HairpinLayout layout = lay_out(record.sequence, structure);
  require(!layout.columns.empty(), "there is no hairpin loop in its structure, so no picture");
  return draw_picture(layout.columns);
}

}  // namespace stemloop
