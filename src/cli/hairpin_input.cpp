#include "cli/hairpin_input.h"

#include <algorithm>
#include <filesystem>

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

bool is_png(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".png" || extension == ".PNG";
}

FileNames::FileNames(std::string folder) : folder_(std::move(folder)) {
  std::error_code failure;
  std::filesystem::create_directories(folder_, failure);
  require(!failure, "{}: cannot be made a folder: {}", folder_, failure.message());
}

std::string FileNames::next(const std::string& id, const std::string& extension) {
  std::string name;
  for (const char c : id) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
    name += plain ? c : '_';
  }
  if (name[0] == '.') name[0] = '_';
  constexpr std::size_t kLongestName = 200;  // file systems take 255 bytes, the extension included
  name.resize(std::min(name.size(), kLongestName));
  std::string unique = name;
  while (!used_.insert(unique).second)
    unique = fmt::format("{}.{}", name, ++repeats_.try_emplace(name, 1).first->second);
  return folder_ + "/" + unique + extension;
}

}  // namespace stemloop
