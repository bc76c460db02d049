// What the ways of `classify` share: its options, records on their way to a model, their drawing.
#pragma once

#include <string>
#include <vector>

#include "judge/judge.h"
#include "cli/hairpin_input.h"
#include "cli/model_input.h"
#include "data/sequence_set.h"

namespace stemloop {

struct ClassifyCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string input = "-";
  ModelOptions model = {"premirna", "auto"};
  bool three_way = false;
  std::string premirna = "premirna";  // three_way: the classifier of pre-miRNAs beside the model of mirtrons
  std::string format = "tsv";
  std::string explain;
  std::string page;
};

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

/// "72 nt, -32.50 kcal/mol"; as cells of a table, with the structure.
std::string size_of(const FoldedRecord& folded);
std::string size_cells(const FoldedRecord& folded);

/// Lines below a drawing, the first one large.
void add_lines(Drawing& drawing, double y, const std::vector<std::string>& lines);

/// The page of --explain, at `path`.
void write_page(const std::string& path, const Drawing& page);

/// Hairpins are folded with `parameters` unless the user named others; warns if they are then folded otherwise than
/// those a model was trained on.
void fold_as_trained(const std::string& parameters, FoldingOptions& folding, const CLI::App& app);

/// classify with a model of mirtrons; see mirtron_commands.cpp.
int classify_mirtrons(ClassifyCommand& c, const CLI::App& app);

}  // namespace stemloop
