// Networks of cuts of a classifier of precursors, and which of them has not seen a record.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "arms/arms.h"
#include "judge/precursor.h"

namespace stemloop {

/// Networks that have each seen the groups of all parts but one; a further one, kWhole, has seen all.
inline constexpr int kParts = 3, kWhole = kParts;

/// The part whose network has not seen the record's group; the same on every machine.
int part_of(const WorldRecord& record);
/// The fold of its group, of `folds`, dealt independently of the parts.
int fold_of(const WorldRecord& record, int folds);
/// A number made from `text`, the same on every machine.
std::uint64_t hash_of(const std::string& text);

/// kParts + 1 of them; those kept in the folder that `how` names are taken as they are.
std::vector<CutNetwork> train_networks(std::span<const WorldRecord> records, const PrecursorTrainingOptions& how);
/// A model of one of them.
CutModel cut_model(const CutNetwork& network);

}  // namespace stemloop
