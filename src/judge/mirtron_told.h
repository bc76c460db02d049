// What a model of mirtrons says of a record, in words, cells and JSON: for its own family and for --three-way, which
// told the same twice.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "judge/family.h"
#include "judge/mirtron.h"

namespace stemloop {

/// Columns hairpin_start to notes, and their cells.
std::vector<VerdictColumn> mirtron_columns_told();
void add_mirtron_cells(const Record& record, const MirtronCall& call, const std::vector<std::string>& notes,
                       std::vector<TypedCell>& cells);

/// The same in JSON.
void add_mirtron_json(const Record& record, const MirtronCall& call, const std::vector<std::string>& notes,
                      nlohmann::ordered_json& json);

/// Splice sites, what speaks for and against, the closest known hairpin, in words.
void add_mirtron_lines(const MirtronCall& call, std::vector<std::string>& lines);

/// The record as text: its hairpin, then `lines`, an empty line.
std::string mirtron_text(const Record& record, const MirtronCall& call, const std::vector<std::string>& lines);

/// The page of --explain. Error if there is no hairpin to draw.
Drawing mirtron_page(const Record& record, const MirtronCall& call, const std::vector<std::string>& lines);

/// "3 canonical, 2 mirtron".
std::string counts_in_words(const LabelCounts& labels);

}  // namespace stemloop
