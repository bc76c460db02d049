#include "judge/folded_record.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace stemloop {

FoldedRecord fold_record(Hairpins& hairpins, const Record& record) {
  FoldedRecord folded;
  folded.record = record;
  if (record.structure.empty()) {
    const Fold fold = hairpins.folder.fold(record.sequence);
    folded.structure = fold.structure;
    folded.energy_kcal = fold.energy / 100.0;
  } else {
    folded.structure = structure_of(hairpins, record);
    try {
      folded.energy_kcal = evaluate(hairpins.model->energy, record.sequence, folded.structure).energy / 100.0;
    } catch (const Error& error) {
      folded.energy_known = false;
      folded.notes.push_back(fmt::format("the structure has no energy: {}", error.what()));
    }
  }
  const HairpinLayout layout = lay_out(record.sequence, folded.structure);
  require(!layout.columns.empty(), "there is no hairpin loop in its structure, so nothing to classify");
  folded.picture = draw_picture(layout.columns);
  if (layout.hairpins > 1)
    folded.notes.push_back(fmt::format("{} hairpins, the one nearest the middle is judged", layout.hairpins));
  if (layout.columns.size() > static_cast<std::size_t>(kPictureColumns))
    folded.notes.push_back(
        fmt::format("{} columns, the picture shows the {} nearest the loop", layout.columns.size(), kPictureColumns));
  return folded;
}

Evidence evidence_of(Hairpins& hairpins, const FoldedRecord& folded) {
  const std::string visible = visible_sequence(folded.picture);
  // One fold serves both where the picture shows the whole sequence.
  if (folded.record.structure.empty() && visible == folded.record.sequence)
    return {folded.picture, visible, folded.energy_kcal};
  return gather_evidence(folded.picture, hairpins.folder);
}

std::string size_of(const FoldedRecord& folded) {
  return fmt::format("{} nt{}", folded.record.sequence.size(),
                     folded.energy_known ? fmt::format(", {:.2f} kcal/mol", folded.energy_kcal) : "");
}

std::vector<VerdictColumn> size_columns() {
  return {{"length", 0, "nt"}, {"energy", 2, "kcal/mol of the structure"}, {"structure", 0, "dot-bracket"}};
}

void add_size_cells(const FoldedRecord& folded, std::vector<TypedCell>& cells) {
  cells.emplace_back(static_cast<std::int64_t>(folded.record.sequence.size()));
  cells.push_back(folded.energy_known ? TypedCell(folded.energy_kcal) : TypedCell());
  cells.emplace_back(folded.structure);
}

std::string joined_texts(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, "; ")); }

std::string text_of(const FoldedRecord& folded, const std::vector<std::string>& lines) {
  std::string text = fmt::format("{}  {}\n{}", folded.record.id, size_of(folded),
                                 text_hairpin(folded.record.sequence, folded.structure));
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text + "\n";
}

Drawing drawing_of(const FoldedRecord& folded) {
  constexpr double kLeast = 700;
  Drawing drawing = draw_hairpin(folded.record.sequence, folded.structure, folded.record.id, size_of(folded));
  drawing.width = std::max(drawing.width, kLeast);
  return drawing;
}

void add_lines(Drawing& drawing, double y, const std::vector<std::string>& lines) {
  constexpr double kMargin = 24, kLine = 17, kHeadLetter = 9.4, kLetter = 7.3;
  bool first = true;
  for (const std::string& line : lines) {
    drawing.width =
        std::max(drawing.width, 2 * kMargin + (first ? kHeadLetter : kLetter) * static_cast<double>(line.size()));
    drawing.add(
        Text{{kMargin, y}, line, first ? 16.0 : 12.0, Anchor::kStart, first ? "#000000" : "#333333", first, !first});
    y += first ? kLine + 6 : kLine;
    first = false;
  }
  drawing.height = y + kMargin;
}

}  // namespace stemloop
