#include "data/label_conflicts.h"

#include <unordered_map>

#include "util/util.h"

namespace stemloop {

LabelConflicts label_conflicts(std::span<const std::string> keys, std::span<const std::uint8_t> labels) {
  std::unordered_map<std::string_view, unsigned> classes;  // bit c: a record of class c
  for (std::size_t i = 0; i < keys.size(); ++i) classes[keys[i]] |= 1U << labels[i];
  LabelConflicts found;
  for (const auto& [key, seen] : classes) {
    for (unsigned c = 0; c < 2; ++c) {
      if ((seen >> c & 1U) == 0) continue;
      ++found.distinct[c];
      found.own[c] += seen == 1U << c ? 1 : 0;
    }
  }
  for (const std::string& key : keys) found.records += classes[key] == 3 ? 1 : 0;
  return found;
}

void check_labels(std::span<const std::string> keys, std::span<const std::uint8_t> labels, const std::string& what) {
  const LabelConflicts found = label_conflicts(keys, labels);
  for (int c = 0; c < 2; ++c) {
    require(found.distinct[c] > 0, "there are no {} of class {}; both classes are wanted", what, c);
    require(found.own[c] > 0, "all {} {} of class {} stand in class {} too; nothing tells the classes apart",
            found.distinct[c], what, c, 1 - c);
  }
  if (found.records > 0) {
    say(Loud::kWarning, "{} of {} {} stand in both classes (stemloop leakage lists them)", found.records, keys.size(),
        what);
  }
}

void check_labels(const PictureData& data) {
  std::vector<std::string> keys;
  constexpr std::size_t kRow = 2 * kPictureColumns;
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    std::string key(reinterpret_cast<const char*>(data.colour.data() + i * kRow), kRow);
    key.append(reinterpret_cast<const char*>(data.height.data() + i * kRow), kRow);
    keys.push_back(std::move(key));
  }
  check_labels(keys, data.labels, "hairpin pictures");
}

}  // namespace stemloop
