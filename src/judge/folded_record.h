// Records on their way to a classifier: folded, drawn as pictures, noted; and what families print of them alike.
#pragma once

#include <string>
#include <vector>

#include "canvas/canvas.h"
#include "features/features.h"
#include "hairpin/hairpin.h"
#include "judge/family.h"

namespace stemloop {

/// A folded record.
struct FoldedRecord {
  Record record;
  std::string structure;
  double energy_kcal = 0;  // of the structure
  bool energy_known = true;
  Picture picture;
  std::vector<std::string> notes;
};

/// Folds a record that brings no structure. Error if there is no hairpin loop in it.
FoldedRecord fold_record(Hairpins& hairpins, const Record& record);

/// What a classifier of pre-miRNAs sees of it.
Evidence evidence_of(Hairpins& hairpins, const FoldedRecord& folded);

/// "72 nt, -32.50 kcal/mol".
std::string size_of(const FoldedRecord& folded);

/// Columns length, energy, structure, and their cells.
std::vector<VerdictColumn> size_columns();
void add_size_cells(const FoldedRecord& folded, std::vector<TypedCell>& cells);

/// "one; two".
std::string joined_texts(const std::vector<std::string>& texts);

/// The hairpin for reading, lines of words indented below it, an empty line.
std::string text_of(const FoldedRecord& folded, const std::vector<std::string>& lines);

/// The hairpin drawn, at least 700 wide.
Drawing drawing_of(const FoldedRecord& folded);

/// Lines below a drawing, the first one large.
void add_lines(Drawing& drawing, double y, const std::vector<std::string>& lines);

}  // namespace stemloop
