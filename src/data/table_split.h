// The records of a table in parts (train, valid, test) so that no sequence stands in two.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/sequence_table.h"
#include "data/similarity.h"

namespace stemloop {

/// The part of each record. `by`: random, identical sequences together; family, those of a family as well (column
/// family, else read from miRBase names); cluster, near-duplicates as well (single linkage). `shares` of the parts sum
/// to 1. A synthetic record goes where all its parents are, -1 if there is no such part. `progress` is told the share
/// done.
std::vector<int> split_table(const SequenceTable& table, const std::string& by, const std::vector<double>& shares,
                             std::uint64_t seed, const SimilarityOptions& similarity,
                             const std::function<void(double)>& progress);

}  // namespace stemloop
