#include "data/likeness.h"

#include <algorithm>
#include <utility>

#include "data/lineage.h"

namespace stemloop {

Likeness::Likeness(const SequenceTable& table, const SimilarityOptions& options,
                   const std::function<void(double)>& progress)
    : table_(table), distinct_(distinct_sequences(table.sequences)), near_of_(distinct_.records.size()) {
  near_ = similar_distinct(table.sequences, distinct_, options, progress);
  for (std::size_t k = 0; k < near_.size(); ++k) {
    near_of_[static_cast<std::size_t>(near_[k].first)].push_back(k);
    near_of_[static_cast<std::size_t>(near_[k].second)].push_back(k);
  }
  find_children();
}

Likeness::Counts Likeness::counts() {
  make_cells();
  Counts counts;
  for (const auto& cells : cells_of_) {
    for (std::size_t a = 0; a < cells.size(); ++a) {
      for (std::size_t b = a; b < cells.size(); ++b) count_cells(counts, cells[a], cells[b], true);
    }
  }
  for (const SimilarPair& pair : near_) {
    for (const std::int64_t a : cells_of_[static_cast<std::size_t>(pair.first)]) {
      for (const std::int64_t b : cells_of_[static_cast<std::size_t>(pair.second)]) count_cells(counts, a, b, false);
    }
  }
  for (std::size_t i = 0; i < children_.size(); ++i) {
    for (const std::int64_t j : children_[i]) {
      Count& count =
          add(counts, "child", part(static_cast<std::int64_t>(i)), part(j), static_cast<std::int64_t>(i), j, 1);
      count.of_records = true;
    }
  }
  return counts;
}

std::int64_t Likeness::records(const Count& count, const std::set<std::int64_t>& some) const {
  if (count.of_records) return std::ssize(some);
  std::int64_t sum = 0;
  for (const std::int64_t cell : some) sum += cells_[static_cast<std::size_t>(cell)].records;
  return sum;
}

void Likeness::each_pair(const std::function<void(const SimilarPair&)>& give) const {
  std::vector<SimilarPair> of_one;
  for (std::int64_t i = 0; i < std::ssize(table_.sequences); ++i) {
    of_one.clear();
    const std::int64_t mine = distinct_.of_record[static_cast<std::size_t>(i)];
    const auto add_all = [&](std::int64_t other, double containment, double identity) {
      const auto& records = distinct_.records[static_cast<std::size_t>(other)];
      for (auto j = std::upper_bound(records.begin(), records.end(), i); j != records.end(); ++j)
        of_one.push_back({i, *j, containment, identity});
    };
    add_all(mine, 1, 1);
    for (const std::size_t k : near_of_[static_cast<std::size_t>(mine)]) {
      const SimilarPair& pair = near_[k];
      add_all(pair.first == mine ? pair.second : pair.first, pair.containment, pair.identity);
    }
    for (const std::int64_t j : children_[static_cast<std::size_t>(i)]) of_one.push_back({i, j, 0, 0});
    std::sort(of_one.begin(), of_one.end(),
              [](const SimilarPair& a, const SimilarPair& b) { return a.second < b.second; });
    for (const SimilarPair& pair : of_one) give(pair);
  }
}

std::string Likeness::part(std::int64_t i) const {
  return table_.parts.empty() ? std::string("all") : table_.parts[static_cast<std::size_t>(i)];
}

void Likeness::make_cells() {
  for (const auto& records : distinct_.records) {
    std::map<std::pair<std::string, int>, std::int64_t> known;
    std::vector<std::int64_t>& cells = cells_of_.emplace_back();
    for (const std::int64_t record : records) {
      const int label = table_.labels.empty() ? 0 : table_.labels[static_cast<std::size_t>(record)];
      const auto [found, fresh] = known.emplace(std::pair(part(record), label), std::ssize(cells_));
      if (fresh) cells.push_back(found->second), cells_.push_back({record, 0});
      ++cells_[static_cast<std::size_t>(found->second)].records;
    }
  }
}

Likeness::Count& Likeness::add(Counts& counts, const char* kind, std::string p, std::string q, std::int64_t a,
                               std::int64_t b, std::int64_t pairs) {
  if (q < p) std::swap(p, q), std::swap(a, b);
  Count& count = counts[{kind, p, q}];
  count.pairs += pairs;
  count.first.insert(a);
  (p == q ? count.first : count.second).insert(b);
  return count;
}

void Likeness::count_cells(Counts& counts, std::int64_t a, std::int64_t b, bool same) const {
  const Cell &x = cells_[static_cast<std::size_t>(a)], &y = cells_[static_cast<std::size_t>(b)];
  const std::int64_t pairs = a == b ? x.records * (x.records - 1) / 2 : x.records * y.records;
  if (pairs == 0) return;
  add(counts, kind_of(x.example, y.example, same), part(x.example), part(y.example), a, b, pairs);
}

const char* Likeness::kind_of(std::int64_t a, std::int64_t b, bool same) const {
  const bool conflict = !table_.labels.empty() &&
                        table_.labels[static_cast<std::size_t>(a)] != table_.labels[static_cast<std::size_t>(b)];
  return same ? (conflict ? "conflict" : "duplicate") : (conflict ? "near_conflict" : "near");
}

const char* Likeness::kind_of(const SimilarPair& pair) const {
  if (pair.identity == 0) return "child";
  return kind_of(pair.first, pair.second,
                 distinct_.of_record[static_cast<std::size_t>(pair.first)] ==
                     distinct_.of_record[static_cast<std::size_t>(pair.second)]);
}

// Synthetic records and what they were made of, however unlike they are; both measures are 0 where not asked for.
void Likeness::find_children() {
  children_.resize(table_.sequences.size());
  const Lineage lineage = lineage_of(table_.ids, table_.parents);
  if (lineage.count == 0) return;
  for (std::int64_t child = 0; child < std::ssize(table_.ids); ++child) {
    for (const std::int64_t parent : lineage.parents[static_cast<std::size_t>(child)]) {
      const auto [a, b] = std::minmax(child, parent);
      auto& known = children_[static_cast<std::size_t>(a)];
      if (a != b && !alike(a, b) && std::find(known.begin(), known.end(), b) == known.end()) known.push_back(b);
    }
  }
  say(Loud::kWarning, "{} records are synthetic: they name parents{}", lineage.count,
      lineage.orphans > 0 ? fmt::format(", {} of them such as are not in the table", lineage.orphans) : "");
}

bool Likeness::alike(std::int64_t a, std::int64_t b) const {
  const std::int64_t x = distinct_.of_record[static_cast<std::size_t>(a)],
                     y = distinct_.of_record[static_cast<std::size_t>(b)];
  const auto& some = near_of_[static_cast<std::size_t>(x)];
  return x == y || std::any_of(some.begin(), some.end(),
                               [&](std::size_t k) { return near_[k].first == y || near_[k].second == y; });
}

}  // namespace stemloop
