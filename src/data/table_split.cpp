#include "data/table_split.h"

#include <algorithm>
#include <map>

#include "data/data.h"
#include "data/dataset.h"
#include "data/lineage.h"

namespace stemloop {

namespace {

// Real records by their groups; a synthetic one goes where all its parents are, -1 if there is no such part.
std::vector<int> parts_of(const SequenceTable& table, const Lineage& lineage, const std::vector<std::int64_t>& groups,
                          const std::vector<double>& shares, std::uint64_t seed) {
  if (lineage.count == 0) return split_groups(groups, table.labels, shares, seed);
  std::vector<std::int64_t> real, real_groups;
  std::vector<std::uint8_t> real_labels;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (lineage.synthetic[i] != 0) continue;
    real.push_back(static_cast<std::int64_t>(i));
    real_groups.push_back(groups[i]);
    if (!table.labels.empty()) real_labels.push_back(table.labels[i]);
  }
  const auto real_parts = split_groups(real_groups, real_labels, shares, seed);
  std::vector<int> parts(groups.size(), -1);
  for (std::size_t k = 0; k < real.size(); ++k) parts[static_cast<std::size_t>(real[k])] = real_parts[k];
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& parents = lineage.parents[i];
    if (lineage.synthetic[i] == 0 || parents.empty() || lineage.known[i] == 0) continue;
    const int first = parts[static_cast<std::size_t>(parents.front())];
    const bool together = std::all_of(parents.begin(), parents.end(),
                                      [&](std::int64_t p) { return parts[static_cast<std::size_t>(p)] == first; });
    if (together) parts[i] = first;
  }
  return parts;
}

// Records of one sequence, and with `by` family those of one family.
std::vector<SimilarPair> links_by_name(const SequenceTable& table, const std::string& by) {
  const auto n = static_cast<std::int64_t>(table.sequences.size());
  std::vector<SimilarPair> links;
  std::map<std::string, std::int64_t> first_of_sequence, first_of_family;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto [same, new_sequence] = first_of_sequence.emplace(table.sequences[at], i);
    if (!new_sequence) links.push_back({same->second, i, 1, 1});
    if (by != "family") continue;
    const std::string family = table.families.empty() ? family_of_name(table.ids[at]) : table.families[at];
    if (family.empty() || family == "-") continue;
    const auto [relative, new_family] = first_of_family.emplace(family, i);
    if (!new_family) links.push_back({relative->second, i, 1, 1});
  }
  return links;
}

}  // namespace

std::vector<int> split_table(const SequenceTable& table, const std::string& by, const std::vector<double>& shares,
                             std::uint64_t seed, const SimilarityOptions& similarity,
                             const std::function<void(double)>& progress) {
  // Identical sequences stay together whatever the way; families and clusters on top of that.
  const auto links = by == "cluster" ? similar_links(table.sequences, similarity, progress) : links_by_name(table, by);
  const Lineage lineage = lineage_of(table.ids, table.parents);
  return parts_of(table, lineage, linked_groups(std::ssize(table.sequences), links), shares, seed);
}

}  // namespace stemloop
