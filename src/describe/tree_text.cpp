#include "describe/tree_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "data/shallow_json.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "stemloop tree 1";
constexpr const char* kKinds[] = {"greater", "true", "is", "present"};

double purity(const TreeNode& node) {
  return node.total() == 0 ? 0 : static_cast<double>(node.count[node.label()]) / static_cast<double>(node.total());
}

std::string leaf_in_words(const TreeNode& node, const ClassNames& classes) {
  return fmt::format("{} ({} hairpins, {:.0f} % of them)", classes[node.label()], node.total(), 100 * purity(node));
}

void add_rules(const Tree& tree, int at, const std::string& indent, const ClassNames& classes, std::string& text) {
  const TreeNode& node = tree.nodes[at];
  if (node.leaf()) {
    text += leaf_in_words(node, classes) + "\n";
    return;
  }
  text += fmt::format("{}?  [{} hairpins, {} {:.0f} %", in_words(tree.questions[node.question]), node.total(),
                      classes[1], 100.0 * static_cast<double>(node.count[1]) / static_cast<double>(node.total()));
  text += tree.dimensions > 0
              ? fmt::format("; latent space answers {:.1f} % as the feature does]\n", 100 * node.svm_accuracy)
              : "]\n";
  text += indent + "├─ yes: ";
  add_rules(tree, node.yes, indent + "│  ", classes, text);
  text += indent + "└─ no: ";
  add_rules(tree, node.no, indent + "   ", classes, text);
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

class TreeReader {
 public:
  explicit TreeReader(const std::string& name) : name_(name) {}

  [[nodiscard]] Tree read(const std::string& text) const {
    constexpr int kMostDepth = 8;
    const auto [json, deep] = shallow_json(text, kMostDepth);
    require(!deep && json.is_object() && json.contains("format") && json["format"] == kFormat, "{}: is no {}", name_,
            kFormat);
    Tree tree;
    tree.dimensions = integer(json, "dimensions", 0, 1 << 20);
    for (const Json& item : array(json, "questions")) tree.questions.push_back(question(item));
    const Json& nodes = array(json, "nodes");
    constexpr std::size_t kMostNodes = 1 << 16;
    require(!nodes.empty() && nodes.size() <= kMostNodes, "{}: has {} nodes, not 1 to {}", name_, nodes.size(),
            kMostNodes);
    // Trees from before there were weights weigh all records alike.
    const double weight =
        json.contains("positive_weight") ? number(json.at("positive_weight"), "positive_weight") : 1.0;
    constexpr double kMostWeight = 1e6;
    require(weight > 0 && weight <= kMostWeight, "{}: 'positive_weight' is {}, not above 0 and up to {}", name_, weight,
            kMostWeight);
    for (const Json& item : nodes) {
      tree.nodes.push_back(node(item, tree, nodes.size()));
      tree.nodes.back().weight = weight;
    }
    check_shape(tree);
    return tree;
  }

 private:
  // Every node but the root hangs on one other, before it, and none lies deeper than can be walked and drawn.
  void check_shape(const Tree& tree) const {
    constexpr int kDeepest = 64;
    std::vector<int> depth(tree.nodes.size(), -1);
    depth[0] = 0;
    for (std::size_t at = 0; at < tree.nodes.size(); ++at) {
      const TreeNode& n = tree.nodes[at];
      require(depth[at] >= 0, "{}: node {} belongs to no branch", name_, at);
      require(depth[at] <= kDeepest, "{}: node {} lies deeper than {}", name_, at, kDeepest);
      if (n.leaf()) continue;
      for (const int child : {n.yes, n.no}) {
        require(child > static_cast<int>(at), "{}: node {}: its children do not stand behind it", name_, at);
        require(depth[static_cast<std::size_t>(child)] < 0, "{}: node {} has two parents", name_, child);
        depth[static_cast<std::size_t>(child)] = depth[at] + 1;
      }
    }
  }

  const Json& member(const Json& json, const char* key) const {
    require(json.is_object() && json.contains(key), "{}: '{}' is missing", name_, key);
    return json.at(key);
  }
  const Json& array(const Json& json, const char* key) const {
    const Json& found = member(json, key);
    require(found.is_array(), "{}: '{}' is no list", name_, key);
    return found;
  }
  double number(const Json& value, const char* key) const {
    require(value.is_number() && std::isfinite(value.get<double>()), "{}: '{}' is no number", name_, key);
    return value.get<double>();
  }
  std::int64_t integer(const Json& json, const char* key, std::int64_t least, std::int64_t most) const {
    const Json& value = member(json, key);
    require(value.is_number_integer() && value >= least && value <= most,
            "{}: '{}' is {}, not a whole number from {} to {}", name_, key, printable(value.dump()), least, most);
    return value.get<std::int64_t>();
  }
  std::string words(const Json& json, const char* key) const {
    const Json& value = member(json, key);
    require(value.is_string(), "{}: '{}' is no text", name_, key);
    return value.get<std::string>();
  }

  [[nodiscard]] Question question(const Json& json) const {
    Question q;
    q.feature = words(json, "feature");
    const std::string kind = words(json, "kind");
    const auto* const found = std::find(std::begin(kKinds), std::end(kKinds), kind);
    require(found != std::end(kKinds), "{}: '{}' is no kind of question", name_, printable(kind));
    q.kind = static_cast<QuestionKind>(found - std::begin(kKinds));
    if (q.kind == QuestionKind::kGreater) q.threshold = number(member(json, "threshold"), "threshold");
    if (q.kind == QuestionKind::kIs) q.value = words(json, "value");
    return q;
  }

  [[nodiscard]] TreeNode node(const Json& json, const Tree& tree, std::size_t nodes) const {
    TreeNode n;
    const Json& count = array(json, "count");
    require(count.size() == 2 && count[0].is_number_unsigned() && count[1].is_number_unsigned(),
            "{}: 'count' is no pair of counts", name_);
    constexpr std::uint64_t kMostRecords = std::uint64_t{1} << 40U;
    require(count[0] <= kMostRecords && count[1] <= kMostRecords &&
                count[0].get<std::uint64_t>() + count[1].get<std::uint64_t>() > 0,
            "{}: 'count' is {} and {}, no number of records", name_, printable(count[0].dump()),
            printable(count[1].dump()));
    n.count = {count[0].get<std::int64_t>(), count[1].get<std::int64_t>()};
    if (!json.contains("question")) return n;
    const auto last = static_cast<std::int64_t>(nodes) - 1;
    n.question = static_cast<int>(integer(json, "question", 0, static_cast<std::int64_t>(tree.questions.size()) - 1));
    n.yes = static_cast<int>(integer(json, "yes", 0, last));
    n.no = static_cast<int>(integer(json, "no", 0, last));
    n.gain = number(member(json, "gain"), "gain");
    n.svm_accuracy = number(member(json, "svm_accuracy"), "svm_accuracy");
    if (tree.dimensions == 0) return n;
    n.svm.bias = number(member(json, "bias"), "bias");
    for (const Json& weight : array(json, "weights")) n.svm.weights.push_back(number(weight, "weights"));
    require(static_cast<std::int64_t>(n.svm.weights.size()) == tree.dimensions, "{}: {} weights for {} dimensions",
            name_, n.svm.weights.size(), tree.dimensions);
    return n;
  }

  const std::string& name_;
};

}  // namespace

std::string tree_rules(const Tree& tree, const ClassNames& classes) {
  std::string text;
  if (tree.nodes[0].weight != 1)
    text += fmt::format("classes are weighed: a {} counts as {:.2f} hairpins\n", classes[1], tree.nodes[0].weight);
  add_rules(tree, 0, "", classes, text);
  return text;
}

std::string tree_json(const Tree& tree) {
  Json json = {{"format", kFormat},
               {"dimensions", tree.dimensions},
               {"positive_weight", tree.nodes[0].weight},
               {"questions", Json::array()},
               {"nodes", Json::array()}};
  for (const Question& q : tree.questions) {
    Json item = {{"feature", q.feature}, {"kind", kKinds[static_cast<int>(q.kind)]}};
    if (q.kind == QuestionKind::kGreater) item["threshold"] = q.threshold;
    if (q.kind == QuestionKind::kIs) item["value"] = q.value;
    item["words"] = in_words(q);
    json["questions"].push_back(std::move(item));
  }
  for (const TreeNode& n : tree.nodes) {
    Json item = {{"count", n.count}};
    if (!n.leaf()) {
      item.update(
          {{"question", n.question}, {"yes", n.yes}, {"no", n.no}, {"gain", n.gain}, {"svm_accuracy", n.svm_accuracy}});
      if (tree.dimensions > 0) item.update({{"bias", n.svm.bias}, {"weights", n.svm.weights}});
    }
    json["nodes"].push_back(std::move(item));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Tree tree_from_json(const std::string& text, const std::string& name) { return TreeReader(name).read(text); }

std::string tree_dot(const Tree& tree, const ClassNames& classes) {
  std::string text = "digraph tree {\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (std::size_t at = 0; at < tree.nodes.size(); ++at) {
    const TreeNode& node = tree.nodes[at];
    const std::string head = node.leaf() ? classes[node.label()] : in_words(tree.questions[node.question]) + "?";
    const std::string svm =
        node.leaf() || tree.dimensions == 0 ? "" : fmt::format("\\nSVM right for {:.1f} %", 100 * node.svm_accuracy);
    text += fmt::format("  n{} [label=\"{}\\n{} hairpins, {:.0f} % {}{}\"{}];\n", at, escaped(head), node.total(),
                        100 * purity(node), escaped(classes[node.label()]), svm,
                        node.leaf() ? fmt::format(", color=\"{}\"", chart_colour(node.label() == 0 ? 0 : 1)) : "");
    if (!node.leaf())
      text += fmt::format("  n{0} -> n{1} [label=\"yes\"];\n  n{0} -> n{2} [label=\"no\"];\n", at, node.yes, node.no);
  }
  return text + "}\n";
}

}  // namespace stemloop
