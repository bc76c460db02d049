// Where a model of mirtrons gets its records from.
#include <algorithm>
#include <map>
#include <optional>

#include "data/lineage.h"
#include "data/sequence_set.h"
#include "judge/labelled_rows.h"
#include "judge/mirtron.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

bool is_mirtron_table(const std::string& path) {
  bool is = false;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        const auto has = [&](const char* name) {
          return std::find(header.begin(), header.end(), name) != header.end();
        };
        is = has("kind") && has("group");
      },
      [](const std::vector<std::string_view>&, const std::string&) {});
  return is;
}

std::vector<MirtronRecord> read_mirtron_records(const std::string& path) {
  std::vector<MirtronRecord> records;
  std::optional<LabelledColumns> columns;
  std::map<std::string, std::int64_t> groups;
  read_table(
      path, [&](const std::vector<std::string>& header) { columns.emplace(header, path); },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        LabelledRow row = columns->read(fields, place);
        require(!row.kind.empty(), "{}: a record has no kind", place);
        MirtronRecord record;
        record.id = std::move(row.id);
        record.kind = std::move(row.kind);
        record.label = record.kind == kMirtronClasses[1] ? 1 : 0;
        record.other = record.label == 0 && record.kind != kMirtronClasses[0];
        record.group = groups.try_emplace(row.group, std::ssize(groups)).first->second;
        record.sequence = std::move(row.sequence);
        record.weight = row.weight;
        record.flank5 = row.flank5;
        record.flank3 = row.flank3;
        records.push_back(std::move(record));
      });
  return records;
}

std::vector<MirtronRecord> mirtron_records(const SequenceSet& set, int threads) {
  const std::vector<std::int64_t> groups = near_groups(set.sequences, threads);
  const Lineage lineage = lineage_of(set.ids, set.parents);
  std::vector<MirtronRecord> records;
  for (std::size_t i = 0; i < set.size(); ++i) {
    MirtronRecord record;
    record.id = set.ids[i];
    record.sequence = set.sequences[i];
    record.label = set.labels[i];
    record.kind = kMirtronClasses[set.labels[i]];
    // A synthetic record is in the group of its first parent.
    record.group =
        lineage.parents[i].empty() ? groups[i] : groups[static_cast<std::size_t>(lineage.parents[i].front())];
    if (i < set.parents.size()) record.parents = set.parents[i];
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace stemloop
