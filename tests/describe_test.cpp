// Questions, linear SVMs and the latent tree: liblinear as the twin, trees whose answer is known, text that reads back.
#include "describe/describe.h"

#include <gmock/gmock.h>
#include <linear.h>

#include <cmath>
#include <numeric>

#include "support.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

double normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(6.283185307179586 * random.uniform());
}

// Two overlapping clouds; the answer is a noisy plane.
struct Cloud {
  Matrix z;
  std::vector<bool> yes;
  std::vector<std::int64_t> records;
};

Cloud make_cloud(std::int64_t n, std::int64_t d, double noise, std::uint64_t seed) {
  Cloud cloud;
  cloud.z = {n, d, {}};
  for (std::int64_t i = 0; i < n; ++i) {
    Random random(seed, static_cast<std::uint64_t>(i));
    double sum = 0.3;
    for (std::int64_t k = 0; k < d; ++k) {
      const double v = normal(random) * (1 + 0.1 * static_cast<double>(k));
      cloud.z.values.push_back(static_cast<float>(v));
      sum += v * (k % 3 == 0 ? 1 : -0.2);
    }
    cloud.yes.push_back(sum + noise * normal(random) > 0);
    cloud.records.push_back(i);
  }
  return cloud;
}

std::vector<double> liblinear(const Cloud& cloud, double c) {
  set_print_string_function([](const char*) {});
  const std::int64_t d = cloud.z.columns;
  std::vector<feature_node> nodes;
  for (std::int64_t i = 0; i < cloud.z.rows; ++i) {
    for (std::int64_t k = 0; k < d; ++k)
      nodes.push_back({static_cast<int>(k) + 1, cloud.z.row(i)[static_cast<std::size_t>(k)]});
    nodes.push_back({static_cast<int>(d) + 1, 1.0});
    nodes.push_back({-1, 0});
  }
  std::vector<feature_node*> x;
  std::vector<double> y;
  for (std::int64_t i = 0; i < cloud.z.rows; ++i) {
    x.push_back(nodes.data() + i * (d + 2));
    y.push_back(cloud.yes[static_cast<std::size_t>(i)] ? 1 : -1);
  }
  problem task{static_cast<int>(x.size()), static_cast<int>(d) + 1, y.data(), x.data(), 1};
  parameter how{};
  how.solver_type = L2R_L2LOSS_SVC;
  how.eps = 1e-8;
  how.C = c;
  model* solved = train(&task, &how);
  std::vector<double> w(solved->w, solved->w + d + 1);
  if (solved->label[0] != 1) {
    for (double& v : w) v = -v;
  }
  free_and_destroy_model(&solved);
  return w;
}

TEST(LinearSvm, ReachesLiblinearsMinimum) {
  for (const auto& [n, d, noise, c] : {std::tuple{500, 64, 1.0, 1.0},
                                       {2000, 10, 3.0, 1.0},
                                       {37, 64, 0.0, 1.0},
                                       {300, 3, 5.0, 0.01},
                                       {300, 3, 0.5, 100.0}}) {
    const Cloud cloud = make_cloud(n, d, noise, 7);
    const auto expected = liblinear(cloud, c);
    const SvmProblem::Solution found = SvmProblem(cloud.z, cloud.records).solve(cloud.yes, c);
    double scale = 0;
    for (const double w : expected) scale = std::max(scale, std::abs(w));
    for (std::int64_t k = 0; k < d; ++k)
      EXPECT_NEAR(found.svm.weights[static_cast<std::size_t>(k)], expected[static_cast<std::size_t>(k)], 2e-5 * scale)
          << n;
    EXPECT_NEAR(found.svm.bias, expected.back(), 2e-5 * scale);
    for (std::int64_t i = 0; i < n; ++i)
      EXPECT_EQ(found.side[static_cast<std::size_t>(i)], found.svm.decision(cloud.z.row(i)) > 0);
  }
}

TEST(LinearSvm, TakesTheRecordsNamed) {
  const Cloud cloud = make_cloud(400, 6, 1, 3);
  std::vector<std::int64_t> half;
  Cloud alone;
  alone.z = {0, 6, {}};
  for (std::int64_t i = 0; i < 400; i += 2) {
    half.push_back(i);
    alone.yes.push_back(cloud.yes[static_cast<std::size_t>(i)]);
  }
  alone.z = cloud.z.select(half);
  alone.records.resize(half.size());
  std::iota(alone.records.begin(), alone.records.end(), std::int64_t{0});
  EXPECT_EQ(SvmProblem(cloud.z, half).solve(alone.yes, 1).svm.weights,
            SvmProblem(alone.z, alone.records).solve(alone.yes, 1).svm.weights);
}

FeatureTable small_table() {
  return feature_table({"stem_length", "UGU", "strand"},
                       {{"3", "7", "", "12"}, {"True", "False", "False", "True"}, {"upper", "lower", "", "upper"}});
}

TEST(Questions, KindsWordsAndMissingValues) {
  const FeatureTable table = small_table();
  EXPECT_EQ(table.columns[0].kind, FeatureKind::kNumber);
  EXPECT_EQ(table.columns[1].kind, FeatureKind::kBoolean);
  EXPECT_EQ(table.columns[2].kind, FeatureKind::kText);
  std::vector<std::string> words;
  for (const Question& q : make_questions(table, Thresholds::kPublished)) words.push_back(in_words(q));
  // "stem length > 3" and "> 7"; "> 12" nobody answers; the question for a strand repeats the one for a stem length.
  EXPECT_THAT(words, ::testing::ElementsAre("stem length > 3", "stem length > 7", "UGU", "strand is lower",
                                            "has a stem length"));
  const Question longer{"stem_length", QuestionKind::kGreater, 5, ""};
  EXPECT_FALSE(answer(longer, table.columns[0], 0));
  EXPECT_TRUE(answer(longer, table.columns[0], 1));
  EXPECT_FALSE(answer(longer, table.columns[0], 2)) << "a missing value answers no";
  EXPECT_EQ(cell_of(table.columns[0], 2), "");
  EXPECT_EQ(cell_of(table.columns[2], 1), "lower");
  EXPECT_THROW(column_of({"nothing", QuestionKind::kTrue, 0, ""}, table), Error);
}

TEST(Questions, LabelsUnderAnotherNameAreFound) {
  const std::vector<std::uint8_t> labels = {0, 1, 1, 0};
  const auto found = [&](const std::vector<std::string>& cells) {
    const FeatureTable table = feature_table({"length", "other"}, {{"3", "7", "7", "12"}, cells});
    const FeatureColumn* column = column_of_labels(table, labels);
    return column == nullptr ? "none" : column->name;
  };
  EXPECT_EQ(found({"0", "1", "1", "0"}), "other");
  EXPECT_EQ(found({"2", "1", "1", "2"}), "other");
  EXPECT_EQ(found({"no", "yes", "yes", "no"}), "other");
  EXPECT_EQ(found({"False", "True", "True", "False"}), "other");
  EXPECT_EQ(found({"", "mirna", "mirna", ""}), "other");
  EXPECT_EQ(found({"0", "1", "1", "1"}), "none");
  EXPECT_EQ(found({"no", "yes", "surely", "no"}), "none");
  EXPECT_EQ(found({"1", "1", "1", "1"}), "none");
  EXPECT_EQ(column_of_labels(small_table(), std::vector<std::uint8_t>(4, 1)), nullptr) << "one class repeats nothing";
}

TEST(Questions, PublishedThresholdsAreThePapers) {
  std::vector<std::vector<std::string>> cells(1);
  for (int i = 0; i < 200; ++i) cells[0].push_back(fmt::format("{}", i % 100));
  std::vector<double> thresholds;
  for (const Question& q : make_questions(feature_table({"stem_end"}, cells), Thresholds::kPublished))
    thresholds.push_back(q.threshold);
  EXPECT_THAT(thresholds, ::testing::ElementsAre(3, 5, 8, 12, 20, 30, 40));
  EXPECT_EQ(make_questions(feature_table({"stem_end"}, cells), Thresholds::kDeciles).size(), 9U);
}

// z holds two features as coordinates; class 1 where a > 0.5 and b > 0.5.
struct Square {
  Matrix z;
  FeatureTable table;
  std::vector<std::uint8_t> labels;
};

Square make_square(std::int64_t n) {
  Square s;
  s.z = {n, 2, {}};
  std::vector<std::vector<std::string>> cells(2);
  for (std::int64_t i = 0; i < n; ++i) {
    Random random(5, static_cast<std::uint64_t>(i));
    const double a = random.uniform(), b = random.uniform();
    s.z.values.insert(s.z.values.end(), {static_cast<float>(20 * a), static_cast<float>(20 * b)});
    cells[0].push_back(fmt::format("{:.6f}", a));
    cells[1].push_back(fmt::format("{:.6f}", b));
    s.labels.push_back(a > 0.5 && b > 0.5 ? 1 : 0);
  }
  s.table = feature_table({"base_pairs_in_stem", "base_pairs_wobbles_in_stem"}, cells);
  return s;
}

TEST(Tree, FindsTheRule) {
  const Square s = make_square(2000);
  const auto questions = make_questions(s.table, Thresholds::kPublished);
  for (const Matrix* z : {&s.z, static_cast<const Matrix*>(nullptr)}) {
    const Tree tree = grow_tree(z, s.table, s.labels, questions, {});
    EXPECT_EQ(tree.questions[static_cast<std::size_t>(tree.nodes[0].question)].threshold, 0.5);
    const auto columns = columns_of(tree, s.table);
    int wrong = 0;
    for (std::int64_t i = 0; i < 2000; ++i) {
      const Walk w = z != nullptr ? walk(tree, s.z.row(i)) : walk(tree, columns, i);
      wrong += tree.nodes[static_cast<std::size_t>(w.leaf)].label() != s.labels[static_cast<std::size_t>(i)] ? 1 : 0;
    }
    EXPECT_LE(wrong, z != nullptr ? 20 : 0);
    EXPECT_LE(tree.depth(), 5);
    std::int64_t leaves = 0;
    for (const TreeNode& node : tree.nodes) leaves += node.leaf() ? node.count[0] + node.count[1] : 0;
    EXPECT_EQ(leaves, 2000);
  }
}

TEST(Tree, SameWhateverTheThreadsAndPrunedBottomUp) {
  const Square s = make_square(1500);
  const auto questions = make_questions(s.table, Thresholds::kDeciles);
  TreeOptions one, two, unpruned;
  two.threads = 2;
  unpruned.prune = false;
  const Tree tree = grow_tree(&s.z, s.table, s.labels, questions, one);
  EXPECT_EQ(tree_json(tree), tree_json(grow_tree(&s.z, s.table, s.labels, questions, two)));
  for (const TreeNode& node : tree.nodes) {
    if (node.leaf()) continue;
    const TreeNode &yes = tree.nodes[static_cast<std::size_t>(node.yes)],
                   &no = tree.nodes[static_cast<std::size_t>(node.no)];
    EXPECT_FALSE(yes.leaf() && no.leaf() && yes.label() == no.label());
  }
  EXPECT_GE(grow_tree(&s.z, s.table, s.labels, questions, unpruned).nodes.size(), tree.nodes.size());
}

// Classes of equal weight are classes of equal numbers: a plain tree of 3 : 1 records at odds 1 is that of 3 : 3, at
// odds 2 that of 3 : 6.
class TreeOfOdds : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Odds, TreeOfOdds, ::testing::Values(1, 2));

TEST_P(TreeOfOdds, IsAsIfTheRareClassStoodThereMoreOften) {
  const int weight = 3 * GetParam();
  Square s = make_square(1200);
  std::vector<std::int64_t> chosen, repeated;
  std::int64_t zeros = 0;
  for (std::int64_t i = 0; i < 1200; ++i) {
    // A few labels are wrong, so that the leaves are not pure.
    auto& label = s.labels[static_cast<std::size_t>(i)];
    if (i % 9 == 0) label = 1 - label;
    if (label == 0) ++zeros;
  }
  std::int64_t ones = 0;
  for (std::int64_t i = 0; i < 1200; ++i) {
    const bool one = s.labels[static_cast<std::size_t>(i)] == 1;
    if (one && ones == zeros / 3) continue;
    if (!one && static_cast<std::int64_t>(chosen.size()) - ones == zeros / 3 * 3) continue;
    ones += one ? 1 : 0;
    chosen.push_back(i);
    for (int k = 0; k < (one ? weight : 1); ++k) repeated.push_back(i);
  }
  const auto take = [&](std::span<const std::int64_t> records) {
    Square part;
    std::vector<std::vector<std::string>> cells(2);
    for (const std::int64_t i : records) {
      for (std::size_t k = 0; k < 2; ++k)
        cells[k].push_back(fmt::format("{:.6f}", s.table.columns[k].values[static_cast<std::size_t>(i)]));
      part.labels.push_back(s.labels[static_cast<std::size_t>(i)]);
    }
    part.table = feature_table({"base_pairs_in_stem", "base_pairs_wobbles_in_stem"}, cells);
    return part;
  };
  const Square few = take(chosen), many = take(repeated);
  const auto questions = make_questions(s.table, Thresholds::kDeciles);
  TreeOptions plain, balanced;
  plain.max_depth = balanced.max_depth = 3;
  balanced.class_odds = GetParam();
  const Tree a = grow_tree(nullptr, few.table, few.labels, questions, balanced);
  const Tree b = grow_tree(nullptr, many.table, many.labels, questions, plain);
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  ASSERT_GT(a.nodes.size(), 3U);
  EXPECT_NE(tree_json(a), tree_json(grow_tree(nullptr, few.table, few.labels, questions, plain)));
  for (std::size_t k = 0; k < a.nodes.size(); ++k) {
    EXPECT_EQ(a.nodes[k].weight, weight);
    EXPECT_EQ(weight * a.nodes[k].count[1], b.nodes[k].count[1]);
    EXPECT_EQ(a.nodes[k].label(), b.nodes[k].label());
    EXPECT_DOUBLE_EQ(a.nodes[k].probability(), b.nodes[k].probability());
    if (a.nodes[k].leaf()) continue;
    EXPECT_EQ(in_words(a.questions[a.nodes[k].question]), in_words(b.questions[b.nodes[k].question]));
  }
  // The weight is kept on disk.
  const Tree read = tree_from_json(tree_json(a), "tree.json");
  EXPECT_EQ(read.nodes[0].weight, weight);
  EXPECT_THAT(tree_rules(read, {"other", "pre-miRNA"}),
              ::testing::HasSubstr(fmt::format("counts as {}.00 hairpins", weight)));
}

TEST(Tree, RefusesWhatNoTreeCanGrowOn) {
  Square s = make_square(30);
  const auto questions = make_questions(s.table, Thresholds::kPublished);
  const auto message = [&](auto change) {
    Square broken = s;
    change(broken);
    try {
      grow_tree(&broken.z, broken.table, broken.labels, questions, {});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message([](Square& q) { std::fill(q.labels.begin(), q.labels.end(), std::uint8_t{1}); }),
              HasSubstr("all 30 records are of class 1"));
  EXPECT_THAT(message([](Square& q) { q.z.values[13] = std::nanf(""); }), HasSubstr("record 7: dimension 2"));
  EXPECT_THAT(message([](Square& q) { q.labels.pop_back(); }), HasSubstr("30 records with features, 29 with labels"));
  EXPECT_THAT(message([](Square& q) {
                q.z = q.z.select(std::vector<std::int64_t>{1, 2});
              }),
              HasSubstr("2 records with latents, 30 with features"));
  const std::vector<std::int64_t> few = {0, 1, 2};
  EXPECT_THAT(message([&](Square& q) {
                q.z = q.z.select(few);
                q.table = q.table.select(few);
                q.labels.resize(3);
              }),
              HasSubstr("3 records are too few"));
}

TEST(Tree, ConstantFeaturesAskNothing) {
  const FeatureTable table = feature_table({"a"}, {std::vector<std::string>(20, "4")});
  EXPECT_TRUE(make_questions(table, Thresholds::kDeciles).empty());
  const Matrix z{20, 1, std::vector<float>(20, 1)};
  std::vector<std::uint8_t> labels(20, 0);
  labels[3] = 1;
  const Tree tree = grow_tree(&z, table, labels, {}, {});
  EXPECT_EQ(tree.nodes.size(), 1U);
  EXPECT_EQ(tree.nodes[0].label(), 0);
}

TEST(TreeText, JsonReadsBackAndHostileJsonIsRefused) {
  const Square s = make_square(800);
  const Tree tree = grow_tree(&s.z, s.table, s.labels, make_questions(s.table, Thresholds::kDeciles), {});
  const std::string json = tree_json(tree);
  const Tree back = tree_from_json(json, "t");
  EXPECT_EQ(tree_json(back), json);
  for (std::int64_t i = 0; i < 800; ++i) EXPECT_EQ(walk(back, s.z.row(i)).leaf, walk(tree, s.z.row(i)).leaf);
  for (const char* broken :
       {"", "[]", "{}", R"({"format": "stemloop tree 2"})",
        R"({"format": "stemloop tree 1", "dimensions": 2, "questions": [], "nodes": []})",
        R"({"format": "stemloop tree 1", "dimensions": 2, "questions": [], "nodes": [{"count": [1]}]})",
        R"({"format": "stemloop tree 1", "dimensions": 0, "questions": [{"feature": "a", "kind": "true"}],
            "nodes": [{"count": [1, 2], "question": 0, "yes": 0, "no": 0, "gain": 1, "svm_accuracy": 1}]})",
        R"({"format": "stemloop tree 1", "dimensions": 1, "questions": [{"feature": "a", "kind": "true"}],
            "nodes": [{"count": [1, 2], "question": 0, "yes": 1, "no": 1, "gain": 1, "svm_accuracy": 1, "bias": 0,
                       "weights": [1, 2]}, {"count": [1, 2]}]})"})
    EXPECT_THROW(tree_from_json(broken, "t"), Error) << broken;
  // Cut anywhere it is an error, never a crash.
  for (std::size_t length = 0; length + 2 < json.size(); length += 97)
    EXPECT_THROW(tree_from_json(json.substr(0, length), "t"), Error);
}

TEST(TreeText, WordsDotAndDrawing) {
  const Square s = make_square(800);
  const Tree tree = grow_tree(&s.z, s.table, s.labels, make_questions(s.table, Thresholds::kPublished), {});
  const ClassNames names = {"other", "pre-miRNA"};
  EXPECT_THAT(tree_rules(tree, names), AllOf(HasSubstr("base pairs"), HasSubstr("├─ yes: "), HasSubstr("└─ no: ")));
  EXPECT_THAT(tree_dot(tree, names), AllOf(HasSubstr("digraph"), HasSubstr("n0 -> n1 [label=\"yes\"]")));
  EXPECT_THAT(to_svg(draw_tree(tree, names, "a title")), AllOf(HasSubstr("a title"), HasSubstr("pre-miRNA")));
}

TEST(TreeReport, CountsOnUnseenRecords) {
  const Square s = make_square(3000);
  DescribedRecords grown, measured;
  std::vector<std::int64_t> first, second;
  for (std::int64_t i = 0; i < 3000; ++i) (i < 2000 ? first : second).push_back(i);
  for (const auto& [to, which] : {std::pair{&grown, &first}, std::pair{&measured, &second}}) {
    to->z = s.z.select(*which);
    to->features = s.table.select(*which);
    for (const std::int64_t i : *which) to->labels.push_back(s.labels[static_cast<std::size_t>(i)]);
  }
  const auto questions = make_questions(grown.features, Thresholds::kPublished);
  const Tree tree = grow_tree(&grown.z, grown.features, grown.labels, questions, {});
  const TreeReport report = report_tree(tree, grown, measured, true, questions, {}, 3, 1);
  ASSERT_EQ(report.scores.size(), 3U);
  EXPECT_GT(report.scores[0].score.accuracy, 0.97);
  EXPECT_GT(report.scores[1].score.accuracy, 0.98);
  EXPECT_LT(report.scores[2].score.accuracy, 0.9) << "one rule cannot say it";
  for (const NamedScore& named : report.scores) {
    EXPECT_LE(named.interval.low.accuracy, named.score.accuracy);
    EXPECT_GE(named.interval.high.accuracy, named.score.accuracy);
  }
  EXPECT_LT(report.contradicted_steps, 0.05);
  EXPECT_EQ(report.measured_on, 1000);
  int roots = 0;
  for (const auto& root : report.roots) roots += root.second;
  EXPECT_EQ(roots, 3);
  EXPECT_THAT(report_text(report, tree), HasSubstr("has not seen"));
}

}  // namespace
}  // namespace stemloop
