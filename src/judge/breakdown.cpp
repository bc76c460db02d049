#include "judge/breakdown.h"

#include <algorithm>
#include <array>
#include <map>

#include "judge/scores.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr const char* kFlank = "flank";

std::string flank_range(std::int64_t letters, const std::string& place) {
  require(letters >= 0, "{}: {} letters of flank", place, letters);
  if (letters == 0) return "0 nt";
  if (letters <= 60) return "1 to 60 nt";
  return letters <= 120 ? "61 to 120 nt" : "121 nt and more";
}

// What the column says of every id.
std::map<std::string, std::string> values_by_id(const std::string& path, const std::string& column) {
  std::map<std::string, std::string> values;
  std::size_t id = 0;
  std::vector<std::size_t> wanted;
  bool flanks = false;
  const auto begin = [&](const std::vector<std::string>& header) {
    const auto has = [&](const std::string& name) {
      return std::find(header.begin(), header.end(), name) != header.end();
    };
    id = find_column(header, has("id") ? "id" : "name", path);
    flanks = column == kFlank && !has(column);
    for (const std::string& name : flanks ? std::vector<std::string>{"flank5", "flank3"} : std::vector{column}) {
      wanted.push_back(find_column(header, name, path));
    }
  };
  read_table(path, begin, [&](const std::vector<std::string_view>& fields, const std::string& place) {
    std::string value(fields[wanted.front()]);
    if (flanks)
      value = flank_range(parse_integer(fields[wanted[0]], place) + parse_integer(fields[wanted[1]], place), place);
    if (value.empty()) value = "-";
    const auto [at, is_new] = values.try_emplace(std::string(fields[id]), value);
    require(is_new || at->second == value, "{}: '{}' stands twice, with {} '{}' and '{}'; --by needs ids that differ",
            place, printable(at->first), column, printable(at->second), printable(value));
  });
  return values;
}

}  // namespace

void check_breakdown(const std::string& path, const std::string& column) { values_by_id(path, column); }

std::vector<NamedRow> score_by(const JudgeScores& scores, const std::string& path, const std::string& column) {
  const std::map<std::string, std::string> values = values_by_id(path, column);
  struct Group {
    std::vector<float> probability;
    std::vector<std::uint8_t> labels;
  };
  std::map<std::string, Group> groups;
  for (std::size_t i = 0; i < scores.ids.size(); ++i) {
    const auto found = values.find(scores.ids[i]);
    require(found != values.end(), "{}: no row has the id '{}'", path, printable(scores.ids[i]));
    Group& group = groups[found->second];
    group.probability.push_back(scores.probability[i]);
    group.labels.push_back(scores.labels[i]);
  }
  std::vector<NamedRow> rows;
  rows.reserve(groups.size());
  for (const auto& [value, group] : groups) {
    rows.push_back(score_row(column.c_str(), value.c_str(), group.probability, group.labels));
  }
  return rows;
}

}  // namespace stemloop
