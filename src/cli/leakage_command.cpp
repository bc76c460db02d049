// leakage, split: labelled tables looked at, and cut, so that nothing learned is tested.
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "cli/choices.h"
#include "cli/command.h"
#include "data/data.h"
#include "data/dataset.h"
#include "data/likeness.h"
#include "data/table_split.h"

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

int run_leakage(LeakageCommand& c) {
  begin_run(c.common);
  check_run_files({c.input}, {c.common.output, c.pairs});
  const SequenceTable table = read_sequence_table(c.input, c.part);
  Likeness likeness = with_progress(c, table, [&](const SimilarityOptions& options, const auto& progress) {
    return Likeness(table, options, progress);
  });
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
  require(table_cell(c.column) == c.column && c.column[0] != '#', "--column '{}' cannot be the name of a column",
          printable(c.column));
  SequenceTable table = read_sequence_table(c.input, "");
  require(std::find(table.header.begin(), table.header.end(), c.column) == table.header.end(),
          "{}: has a column '{}' already; name another with --column", c.input, c.column);
  std::vector<double> shares = c.shares;
  for (double& share : shares) share /= sum;
  const auto parts = with_progress(c, table, [&](const SimilarityOptions& options, const auto& progress) {
    return split_table(table, c.by, shares, c.seed, options, progress);
  });
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
      "and across the parts of a split; and synthetic records beside their parents (column parents). Prints the "
      "counts;\n"
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
  return [c, &app] {
    if (c->by != "cluster") refuse_ignored(app, {"--identity", "--containment", "--word"}, "is of --by cluster");
    return run_split(*c);
  };
}

}  // namespace stemloop
