// leakage, split: labelled tables looked at, and cut, so that nothing learned is tested.
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "cli/command.h"
#include "data/data.h"
#include "data/lineage.h"
#include "data/similarity.h"
#include "data/dataset.h"

namespace stemloop {

namespace {

struct LeakageCommand {
  CommonOptions common;
  std::string input;
  std::string part;   // column
  std::string pairs;  // file
  std::string by = "cluster";
  std::string column = "split";
  std::vector<double> shares = {0.6, 0.1, 0.3};
  std::uint64_t seed = 1;
  SimilarityOptions similarity;
};

// A table of sequences, kept as text so that it can be written again.
struct SequenceTable {
  std::vector<std::string> header;
  std::vector<std::string> lines;
  std::vector<std::string> ids, sequences, parts, families;
  std::vector<std::vector<std::string>> parents;  // of synthetic records, by column `parents`
  std::vector<std::uint8_t> labels;  // empty without a column 'label'
  Tally tally;
};

SequenceTable read_sequences(const std::string& path, const std::string& part_column) {
  SequenceTable table;
  std::size_t sequence = 0;
  std::optional<std::size_t> id, label, part, family, parents;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        table.header = header;
        sequence = find_column(header, "sequence", path);
        id = id_column(header, path);
        label = optional_column(header, "label", path);
        family = optional_column(header, "family", path);
        parents = optional_column(header, "parents", path);
        if (!part_column.empty()) part = find_column(header, part_column, path);
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        ++table.tally.in;
        try {
          require(!fields[sequence].empty(), "{}: there is no sequence", place);
          const std::string letters = as_rna(std::string(fields[sequence]));
          for (const char c : letters)
            require(c >= 'A' && c <= 'Z', "{}: '{}' in the sequence; only letters are allowed", place,
                    printable(std::string_view(&c, 1)));
          if (label) table.labels.push_back(static_cast<std::uint8_t>(label_of(fields[*label], place)));
          table.sequences.push_back(letters);
        } catch (const Error& error) {
          ++table.tally.rejected;
          report({"", error.what()});
          return;
        }
        ++table.tally.out;
        table.ids.emplace_back(id ? std::string(fields[*id]) : std::to_string(table.tally.in));
        if (part) table.parts.emplace_back(fields[*part]);
        if (family) table.families.emplace_back(fields[*family]);
        const std::string named(parents ? fields[*parents] : std::string_view());
        table.parents.push_back(parents_in(named.empty() || named.rfind("parents=", 0) == 0 ? named : "parents=" + named));
        std::string line;
        for (std::size_t k = 0; k < fields.size(); ++k) line += (k == 0 ? "" : "\t") + table_cell(fields[k]);
        table.lines.push_back(std::move(line));
      });
  require(!table.sequences.empty(), "{}: holds no sequence", path);
  return table;
}

// Calls find(options, progress) with what the command line asks for.
template <class Find>
auto with_progress(const LeakageCommand& c, const SequenceTable& table, Find find) {
  Progress progress("records", !c.common.quiet);
  SimilarityOptions options = c.similarity;
  options.threads = c.common.threads;
  return find(options, [&](double done) {
    progress.update(static_cast<std::int64_t>(done * static_cast<double>(table.sequences.size())), done);
  });
}

// All that is alike in a table, without a pair for every two of many identical records.
class Likeness {
 public:
  Likeness(const LeakageCommand& c, const SequenceTable& table)
      : table_(table), distinct_(distinct_sequences(table.sequences)), near_of_(distinct_.records.size()) {
    near_ = with_progress(c, table, [&](const SimilarityOptions& options, const auto& progress) {
      return similar_distinct(table.sequences, distinct_, options, progress);
    });
    for (std::size_t k = 0; k < near_.size(); ++k) {
      near_of_[static_cast<std::size_t>(near_[k].first)].push_back(k);
      near_of_[static_cast<std::size_t>(near_[k].second)].push_back(k);
    }
    find_children();
  }

  // For each kind and pair of parts: pairs, and the records of either part that are in one.
  struct Count {
    std::int64_t pairs = 0;
    std::set<std::int64_t> first, second;  // cells, of children records
    bool of_records = false;
  };
  using Counts = std::map<std::tuple<std::string, std::string, std::string>, Count>;

  Counts counts() {
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
        Count& count = add(counts, "child", part(static_cast<std::int64_t>(i)), part(j), static_cast<std::int64_t>(i), j, 1);
        count.of_records = true;
      }
    }
    return counts;
  }
  [[nodiscard]] std::int64_t records(const Count& count, const std::set<std::int64_t>& some) const {
    if (count.of_records) return std::ssize(some);
    std::int64_t sum = 0;
    for (const std::int64_t cell : some) sum += cells_[static_cast<std::size_t>(cell)].records;
    return sum;
  }

  /// Every pair, by its first and then its second record.
  template <class Give>
  void each_pair(Give give) const {
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
      std::sort(of_one.begin(), of_one.end(), [](const SimilarPair& a, const SimilarPair& b) { return a.second < b.second; });
      for (const SimilarPair& pair : of_one) give(pair);
    }
  }

  [[nodiscard]] std::string part(std::int64_t i) const {
    return table_.parts.empty() ? std::string("all") : table_.parts[static_cast<std::size_t>(i)];
  }

 private:
  // Records of one sequence, part and label: what is said of one is said of all.
  struct Cell {
    std::int64_t example = 0, records = 0;
  };

  void make_cells() {
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

  static Count& add(Counts& counts, const char* kind, std::string p, std::string q, std::int64_t a, std::int64_t b,
                    std::int64_t pairs) {
    if (q < p) std::swap(p, q), std::swap(a, b);
    Count& count = counts[{kind, p, q}];
    count.pairs += pairs;
    count.first.insert(a);
    (p == q ? count.first : count.second).insert(b);
    return count;
  }

  void count_cells(Counts& counts, std::int64_t a, std::int64_t b, bool same) const {
    const Cell &x = cells_[static_cast<std::size_t>(a)], &y = cells_[static_cast<std::size_t>(b)];
    const std::int64_t pairs = a == b ? x.records * (x.records - 1) / 2 : x.records * y.records;
    if (pairs == 0) return;
    add(counts, kind_of(x.example, y.example, same), part(x.example), part(y.example), a, b, pairs);
  }

  [[nodiscard]] const char* kind_of(std::int64_t a, std::int64_t b, bool same) const {
    const bool conflict =
        !table_.labels.empty() && table_.labels[static_cast<std::size_t>(a)] != table_.labels[static_cast<std::size_t>(b)];
    return same ? (conflict ? "conflict" : "duplicate") : (conflict ? "near_conflict" : "near");
  }

  // Synthetic records and what they were made of, however unlike they are; both measures are 0 where not asked for.
  void find_children() {
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
    spdlog::warn("{} records are synthetic: they name parents{}", lineage.count,
                 lineage.orphans > 0 ? fmt::format(", {} of them such as are not in the table", lineage.orphans) : "");
  }

  [[nodiscard]] bool alike(std::int64_t a, std::int64_t b) const {
    const std::int64_t x = distinct_.of_record[static_cast<std::size_t>(a)], y = distinct_.of_record[static_cast<std::size_t>(b)];
    const auto& some = near_of_[static_cast<std::size_t>(x)];
    return x == y || std::any_of(some.begin(), some.end(),
                                 [&](std::size_t k) { return near_[k].first == y || near_[k].second == y; });
  }

 public:
  [[nodiscard]] const char* kind_of(const SimilarPair& pair) const {
    if (pair.identity == 0) return "child";
    return kind_of(pair.first, pair.second,
                   distinct_.of_record[static_cast<std::size_t>(pair.first)] ==
                       distinct_.of_record[static_cast<std::size_t>(pair.second)]);
  }

 private:
  const SequenceTable& table_;
  DistinctSequences distinct_;
  std::vector<SimilarPair> near_;                  // of distinct sequences
  std::vector<std::vector<std::size_t>> near_of_;  // which of them each is in
  std::vector<std::vector<std::int64_t>> children_;  // by the first record of each pair
  std::vector<Cell> cells_;
  std::vector<std::vector<std::int64_t>> cells_of_;  // by distinct sequence
};

int run_leakage(LeakageCommand& c) {
  begin_run(c.common);
  check_run_files({c.input}, {c.common.output, c.pairs});
  const SequenceTable table = read_sequences(c.input, c.part);
  Likeness likeness(c, table);
  TextWriter out(c.common.output);
  out.write("kind\tpart\tother_part\tpairs\trecords_of_part\trecords_of_other_part\n");
  for (const auto& [key, count] : likeness.counts()) {
    const bool one_part = std::get<1>(key) == std::get<2>(key);
    out.write(fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", std::get<0>(key), std::get<1>(key), std::get<2>(key), count.pairs,
                          likeness.records(count, count.first),
                          likeness.records(count, one_part ? count.first : count.second)));
  }
  out.close();
  if (!c.pairs.empty()) {
    TextWriter list(c.pairs);
    list.write("kind\tid\tpart\tlabel\tother_id\tother_part\tother_label\tcontainment\tidentity\n");
    const auto label = [&](std::int64_t i) {
      return table.labels.empty() ? std::string() : std::to_string(table.labels[static_cast<std::size_t>(i)]);
    };
    likeness.each_pair([&](const SimilarPair& p) {
      list.write(fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.3f}\t{:.3f}\n", likeness.kind_of(p),
                             table_cell(table.ids[static_cast<std::size_t>(p.first)]), likeness.part(p.first),
                             label(p.first), table_cell(table.ids[static_cast<std::size_t>(p.second)]),
                             likeness.part(p.second), label(p.second), p.containment, p.identity));
    });
    list.close();
  }
  return finish(table.tally, c.common);
}

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

int run_split(LeakageCommand& c) {
  begin_run(c.common);
  check_run_files({c.input}, {c.common.output});
  require(c.shares.size() == 3, "--parts wants three shares: train, valid, test");
  double sum = 0;
  for (const double share : c.shares) {
    require(share >= 0, "--parts: {} is less than nothing", share);
    sum += share;
  }
  require(sum > 0, "--parts: all shares are 0");
  SequenceTable table = read_sequences(c.input, "");
  require(std::find(table.header.begin(), table.header.end(), c.column) == table.header.end(),
          "{}: has a column '{}' already; name another with --column", c.input, c.column);
  const auto n = static_cast<std::int64_t>(table.sequences.size());
  const Lineage lineage = lineage_of(table.ids, table.parents);
  // Identical sequences stay together whatever the way; families and clusters on top of that.
  std::vector<SimilarPair> links;
  if (c.by == "cluster") {
    links = with_progress(c, table, [&](const SimilarityOptions& options, const auto& progress) {
      return similar_links(table.sequences, options, progress);
    });
  } else {
    std::map<std::string, std::int64_t> first_of_sequence, first_of_family;
    for (std::int64_t i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const auto [same, new_sequence] = first_of_sequence.emplace(table.sequences[at], i);
      if (!new_sequence) links.push_back({same->second, i, 1, 1});
      if (c.by != "family") continue;
      const std::string family = table.families.empty() ? family_of_name(table.ids[at]) : table.families[at];
      if (family.empty() || family == "-") continue;
      const auto [relative, new_family] = first_of_family.emplace(family, i);
      if (!new_family) links.push_back({relative->second, i, 1, 1});
    }
  }
  std::vector<double> shares = c.shares;
  for (double& share : shares) share /= sum;
  const auto parts = parts_of(table, lineage, linked_groups(n, links), shares, c.seed);
  TextWriter out(c.common.output);
  out.write(fmt::format("{}\t{}\n", fmt::join(table.header, "\t"), c.column));
  std::int64_t counts[3] = {};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] < 0) {
      --table.tally.out;
      ++table.tally.rejected;
      report({table.ids[i], fmt::format("{}: synthetic, and its parents are in different parts or not in the table: in "
                                        "any part it would carry what is tested into what is learned",
                                        printable(table.ids[i]))});
      continue;
    }
    out.write(fmt::format("{}\t{}\n", table.lines[i], kPartNames[parts[i]]));
    ++counts[parts[i]];
  }
  out.close();
  spdlog::info("train {}, valid {}, test {}", counts[0], counts[1], counts[2]);
  return finish(table.tally, c.common);
}

void add_similarity(CLI::App& app, LeakageCommand& c) {
  app.add_option("--identity", c.similarity.identity, "Near-duplicates: least 1 - edit distance / longer length")
      ->check(CLI::Range(0.5, 1.0))
      ->capture_default_str();
  app.add_option("--containment", c.similarity.containment, "and least share of the shorter one's words in the other")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("-k,--word", c.similarity.k, "Length of the words")->check(CLI::Range(3, 31))->capture_default_str();
}

}  // namespace

std::function<int()> add_leakage(CLI::App& app) {
  auto c = std::make_shared<LeakageCommand>();
  app.description(
      "Finds sequences that stand more than once in a table, with the same label or with two, and near-duplicates, "
      "within\n"
      "and across the parts of a split; and synthetic records beside their parents (column parents). Prints the counts;\n"
      "--pairs lists them all.");
  app.add_option("input", c->input, "Table with columns sequence and, if there, id, label")
      ->required()
      ->type_name("TSV");
  app.add_option("--split", c->part, "Column that names each record's part")->type_name("COLUMN");
  app.add_option("--pairs", c->pairs, "Every pair found")->type_name("FILE");
  add_similarity(app, *c);
  add_run_options(app, c->common);
  app.footer("Examples:\n  stemloop leakage labelled.tsv --split part --pairs pairs.tsv");
  return [c] { return run_leakage(*c); };
}

std::function<int()> add_split(CLI::App& app) {
  auto c = std::make_shared<LeakageCommand>();
  app.description(
      "Adds a column train/valid/test to a table so that no sequence stands in two parts, and by family or cluster\n"
      "nothing alike does either. Parts keep the share of each label as far as the groups allow.");
  app.add_option("input", c->input, "Table with columns sequence and, if there, id, label, family")
      ->required()
      ->type_name("TSV");
  app.add_option("--by", c->by,
                 "random: identical sequences together; family: column family, or read from miRBase names; cluster: "
                 "near-duplicates (single linkage)")
      ->check(CLI::IsMember({"random", "family", "cluster"}))
      ->capture_default_str();
  app.add_option("--parts", c->shares, "Shares of train, valid, test")
      ->delimiter(',')
      ->expected(3)
      ->capture_default_str();
  app.add_option("--column", c->column, "Name of the new column")->capture_default_str();
  app.add_option("--seed", c->seed, "Order in which groups are given away")->capture_default_str();
  add_similarity(app, *c);
  add_run_options(app, c->common);
  app.footer("Examples:\n  stemloop split labelled.tsv --by cluster --parts 0.7,0.1,0.2 -o with_parts.tsv");
  return [c] { return run_split(*c); };
}

}  // namespace stemloop
