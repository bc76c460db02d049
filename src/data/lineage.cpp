#include "data/lineage.h"

#include <unordered_map>

#include "util/util.h"

namespace stemloop {

std::vector<std::string> parents_in(std::string_view header) {
  constexpr std::string_view kWord = "parents=";
  std::vector<std::string> parents;
  for (const std::string_view token : split_blanks(header)) {
    if (token.rfind(kWord, 0) != 0) continue;
    for (const std::string_view parent : split_fields(token.substr(kWord.size()), ',')) {
      if (!parent.empty()) parents.emplace_back(parent);
    }
  }
  return parents;
}

Lineage lineage_of(std::span<const std::string> ids, std::span<const std::vector<std::string>> names) {
  Lineage lineage;
  lineage.parents.resize(ids.size());
  lineage.synthetic.assign(ids.size(), 0);
  lineage.known.assign(ids.size(), 1);
  std::unordered_map<std::string, std::int64_t> at;
  for (std::size_t i = 0; i < ids.size(); ++i) at.try_emplace(ids[i], static_cast<std::int64_t>(i));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    lineage.synthetic[i] = 1;
    ++lineage.count;
    for (const std::string& name : names[i]) {
      const auto found = at.find(name);
      if (found == at.end()) {
        lineage.known[i] = 0;
      } else {
        lineage.parents[i].push_back(found->second);
      }
    }
    lineage.orphans += lineage.known[i] == 0 ? 1 : 0;
  }
  return lineage;
}

std::vector<std::uint8_t> alike(std::span<const std::string> asked, std::span<const std::string> known, int threads) {
  SimilarityOptions near;
  near.threads = threads;
  std::vector<std::string> both(known.begin(), known.end());
  both.insert(both.end(), asked.begin(), asked.end());
  const auto first = std::ssize(known);
  std::vector<std::uint8_t> found(asked.size());
  for (const SimilarPair& pair : similar_pairs(both, near)) {
    if (pair.first < first && pair.second >= first) found[static_cast<std::size_t>(pair.second - first)] = 1;
  }
  return found;
}

std::vector<std::int64_t> near_groups(std::span<const std::string> sequences, int threads) {
  SimilarityOptions options;
  options.threads = threads;
  return linked_groups(std::ssize(sequences), similar_links(sequences, options));
}

}  // namespace stemloop
