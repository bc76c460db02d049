// Mirtron or canonical: the parts of its family that --three-way uses too.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "judge/folded_record.h"
#include "judge/mirtron.h"

namespace stemloop {

/// What a model of mirtrons sees of a folded record: the energy is always the least, a structure that a record brings
/// may have none.
FoldedHairpin mirtron_hairpin(Hairpins& hairpins, const FoldedRecord& folded);

/// Columns starts_gu to similarity, and their cells.
std::vector<VerdictColumn> mirtron_columns_told();
void add_mirtron_cells(const MirtronCall& call, std::vector<TypedCell>& cells);

/// The same in JSON.
void add_mirtron_json(const MirtronCall& call, nlohmann::ordered_json& json);

/// Ends, what speaks for and against, the closest known hairpin, in words.
void add_mirtron_lines(const MirtronCall& call, std::vector<std::string>& lines);

/// "3 canonical, 2 mirtron".
std::string counts_in_words(const LabelCounts& labels);

}  // namespace stemloop
