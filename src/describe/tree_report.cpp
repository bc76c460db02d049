#include "describe/tree_report.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

std::vector<float> plain_probabilities(const Tree& tree, const FeatureTable& table) {
  const auto columns = columns_of(tree, table);
  std::vector<float> p;
  for (std::int64_t i = 0; i < table.rows; ++i)
    p.push_back(static_cast<float>(tree.nodes[walk(tree, columns, i).leaf].probability()));
  return p;
}

NamedScore score(std::string name, const std::vector<float>& p, const std::vector<std::uint8_t>& labels) {
  return {std::move(name), score_classification(p, labels, kAboveHalf),
          bootstrap_score(p, labels, 1000, 1, kAboveHalf)};
}

// Questions of the latent tree against the features themselves, node by node and for whole walks.
void compare_with_features(TreeReport& report, const Tree& tree, const DescribedRecords& measured) {
  const auto columns = columns_of(tree, measured.features);
  std::vector<std::int64_t> reached(tree.nodes.size()), alike(tree.nodes.size()), yes(tree.nodes.size());
  std::int64_t steps = 0, contradicted = 0, other_class = 0;
  for (std::int64_t i = 0; i < measured.z.rows; ++i) {
    const Walk latent = walk(tree, measured.z.row(i));
    for (const Step& step : latent.steps) {
      const int question = tree.nodes[step.node].question;
      const bool truth = answer(tree.questions[question], *columns[question], i);
      ++steps;
      ++reached[step.node];
      yes[step.node] += truth ? 1 : 0;
      (truth == step.yes ? alike[step.node] : contradicted) += 1;
    }
    const Walk raw = walk(tree, columns, i);
    other_class += tree.nodes[raw.leaf].label() != tree.nodes[latent.leaf].label() ? 1 : 0;
  }
  for (std::size_t at = 0; at < tree.nodes.size(); ++at) {
    if (tree.nodes[at].leaf() || reached[at] == 0) continue;
    const auto n = static_cast<double>(reached[at]);
    report.questions.push_back({static_cast<int>(at), reached[at], static_cast<double>(alike[at]) / n,
                                static_cast<double>(std::max(yes[at], reached[at] - yes[at])) / n});
  }
  report.contradicted_steps = steps > 0 ? static_cast<double>(contradicted) / static_cast<double>(steps) : 0;
  report.contradicted_classes = static_cast<double>(other_class) / static_cast<double>(measured.z.rows);
}

void count_roots(TreeReport& report, const DescribedRecords& grown, std::span<const Question> questions,
                 const TreeOptions& options, int resamples, std::uint64_t seed) {
  std::map<int, int> roots;
  for (int r = 0; r < resamples; ++r) {
    Random random(seed, static_cast<std::uint64_t>(r));
    std::vector<std::int64_t> records;
    for (std::int64_t i = 0; i < grown.z.rows; ++i)
      records.push_back(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(grown.z.rows))));
    ++roots[best_root(grown.z, grown.features, grown.labels, records, questions, options)];
  }
  for (const auto& [question, count] : roots)
    report.roots.emplace_back(question < 0 ? "none" : in_words(questions[static_cast<std::size_t>(question)]), count);
  std::stable_sort(report.roots.begin(), report.roots.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
}

Json values_of(const ClassificationScore& s) {
  return {{"accuracy", s.accuracy},
          {"sensitivity", s.sensitivity},
          {"specificity", s.specificity},
          {"mcc", s.mcc},
          {"auroc", s.auroc},
          {"auprc", s.auprc}};
}

}  // namespace

std::vector<float> leaf_probabilities(const Tree& tree, const Matrix& z) {
  std::vector<float> p;
  for (std::int64_t i = 0; i < z.rows; ++i)
    p.push_back(static_cast<float>(tree.nodes[walk(tree, z.row(i)).leaf].probability()));
  return p;
}

TreeReport report_tree(const Tree& tree, const DescribedRecords& grown, const DescribedRecords& measured, bool unseen,
                       std::span<const Question> questions, const TreeOptions& options, int resamples,
                       std::uint64_t seed) {
  require(measured.z.rows > 0, "there are no records to measure the tree on");
  TreeReport report;
  report.grown_on = grown.z.rows;
  report.measured_on = measured.z.rows;
  report.unseen = unseen;
  report.scores.push_back(score("latent tree", leaf_probabilities(tree, measured.z), measured.labels));

  const auto cuts = make_questions(grown.features, Thresholds::kAll);
  const Tree plain = grow_tree(nullptr, grown.features, grown.labels, cuts, options);
  report.scores.push_back(score(fmt::format("plain tree on the features, depth {}", options.max_depth),
                                plain_probabilities(plain, measured.features), measured.labels));
  TreeOptions single = options;
  single.max_depth = 1;
  single.prune = false;
  const Tree rule = grow_tree(nullptr, grown.features, grown.labels, cuts, single);
  report.best_rule = rule.questions.empty() ? "none" : in_words(rule.questions[0]);
  report.scores.push_back(
      score("best single rule: " + report.best_rule, plain_probabilities(rule, measured.features), measured.labels));
  compare_with_features(report, tree, measured);
  if (resamples > 0) count_roots(report, grown, questions, options, resamples, seed);
  return report;
}

std::string report_text(const TreeReport& report, const Tree& tree) {
  std::string text = report.unseen ? fmt::format("Measured on {} hairpins that the tree has not seen ({} grew it)",
                                                 report.measured_on, report.grown_on)
                                   : fmt::format("Measured on the {} hairpins that grew the tree: too good to be true",
                                                 report.measured_on);
  text += "; in brackets 95 % bootstrap intervals.\n";
  for (const NamedScore& s : report.scores) {
    const auto value = [&](const char* name, double ClassificationScore::*member) {
      return fmt::format("  {:<12}{:.3f}  [{:.3f}, {:.3f}]\n", name, s.score.*member, s.interval.low.*member,
                         s.interval.high.*member);
    };
    text += s.name + "\n" + value("accuracy", &ClassificationScore::accuracy) +
            value("sensitivity", &ClassificationScore::sensitivity) +
            value("specificity", &ClassificationScore::specificity) + value("MCC", &ClassificationScore::mcc) +
            value("AUROC", &ClassificationScore::auroc);
  }
  text += "Latent questions against the features they name\n";
  for (const QuestionReport& q : report.questions)
    text += fmt::format("  {:<52} {:>6} hairpins  alike {:5.1f} %  (commoner answer {:5.1f} %)\n",
                        in_words(tree.questions[tree.nodes[q.node].question]), q.reached, 100 * q.fidelity,
                        100 * q.commonest);
  text += fmt::format(
      "Raw features contradict {:.1f} % of the decisions and would call {:.1f} % of the hairpins otherwise.\n",
      100 * report.contradicted_steps, 100 * report.contradicted_classes);
  if (!report.roots.empty()) {
    text += "First question of trees on bootstrap samples:";
    for (const auto& [words, count] : report.roots) text += fmt::format(" {} ({}x)", words, count);
    text += "\n";
  }
  return text;
}

std::string report_json(const TreeReport& report, const Tree& tree) {
  Json json = {{"grown_on", report.grown_on}, {"measured_on", report.measured_on}, {"unseen", report.unseen}};
  for (const NamedScore& s : report.scores)
    json["scores"].push_back({{"name", s.name},
                              {"value", values_of(s.score)},
                              {"low", values_of(s.interval.low)},
                              {"high", values_of(s.interval.high)}});
  json["questions"] = Json::array();
  for (const QuestionReport& q : report.questions)
    json["questions"].push_back({{"node", q.node},
                                 {"question", in_words(tree.questions[tree.nodes[q.node].question])},
                                 {"reached", q.reached},
                                 {"fidelity", q.fidelity},
                                 {"commonest", q.commonest}});
  json["contradicted_steps"] = report.contradicted_steps;
  json["contradicted_classes"] = report.contradicted_classes;
  for (const auto& [words, count] : report.roots) json["roots"].push_back({{"question", words}, {"count", count}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stemloop
