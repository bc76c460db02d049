// Where a model of mirtrons gets its records from.
#include <algorithm>
#include <map>

#include "data/lineage.h"
#include "data/sequence_set.h"
#include "judge/mirtron.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

bool is_mirtron_table(const std::string& path) {
  bool is = false;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        const auto has = [&](const char* name) { return std::find(header.begin(), header.end(), name) != header.end(); };
        is = has("kind") && has("group");
      },
      [](const std::vector<std::string_view>&, const std::string&) {});
  return is;
}

std::vector<MirtronRecord> read_mirtron_records(const std::string& path) {
  std::vector<MirtronRecord> records;
  std::map<std::string, std::size_t> at;
  std::map<std::string, std::int64_t> groups;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        for (const char* name : {"id", "kind", "group", "weight", "flank5", "flank3", "sequence"})
          at[name] = find_column(header, name, path);
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        MirtronRecord record;
        record.id = fields[at["id"]];
        record.kind = fields[at["kind"]];
        require(!record.kind.empty(), "{}: a record has no kind", place);
        record.label = record.kind == kMirtronClasses[1] ? 1 : 0;
        record.other = record.label == 0 && record.kind != kMirtronClasses[0];
        record.group = groups.try_emplace(std::string(fields[at["group"]]), std::ssize(groups)).first->second;
        record.sequence = as_rna(fields[at["sequence"]]);
        require(!record.sequence.empty() && record.sequence.find_first_not_of("ACGU") == std::string::npos,
                "{}: the sequence has other letters than A, C, G, U, or none", place);
        record.weight = static_cast<float>(parse_number(fields[at["weight"]], place));
        require(record.weight > 0, "{}: weight {} is not above 0", place, record.weight);
        record.flank5 = static_cast<int>(parse_integer(fields[at["flank5"]], place));
        record.flank3 = static_cast<int>(parse_integer(fields[at["flank3"]], place));
        const int n = static_cast<int>(record.sequence.size());
        require(record.flank5 >= 0 && record.flank3 >= 0 && record.flank5 + record.flank3 < n,
                "{}: flanks of {} and {} letters, the sequence has {}", place, record.flank5, record.flank3, n);
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
    record.group = lineage.parents[i].empty() ? groups[i] : groups[static_cast<std::size_t>(lineage.parents[i].front())];
    if (i < set.parents.size()) record.parents = set.parents[i];
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace stemloop
