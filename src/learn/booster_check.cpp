#include "learn/booster_check.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "learn/ubjson.h"
#include "util/util.h"

namespace stemloop {

namespace {

using namespace ubjson;

constexpr std::int64_t kMostColumns = 1 << 16;
constexpr double kMostNumber = 1e6;
constexpr std::int64_t kNoParent = INT32_MAX;  // what XGBoost writes for the root

class Checker {
 public:
  explicit Checker(const std::string& name) : name_(name) {}

  void run(const Value& document) const {
    keys(document, {"learner", "version"}, {});
    numbers(member(document, "version"));
    const Value& learner = member(document, "learner");
    keys(learner,
         {"attributes", "feature_names", "feature_types", "gradient_booster", "learner_model_param", "objective"}, {});
    empty(learner, "attributes"), empty(learner, "feature_names"), empty(learner, "feature_types");
    const Value& param = member(learner, "learner_model_param");
    keys(param, {"base_score", "num_class", "num_feature"}, {"boost_from_average", "num_target"});
    const std::int64_t columns = whole(param, "num_feature", 1, kMostColumns);
    whole(param, "num_class", 0, 0);
    if (find(param, "num_target") != nullptr) whole(param, "num_target", 1, 1);
    if (find(param, "boost_from_average") != nullptr) whole(param, "boost_from_average", 0, 1);
    const double base = parse_number(text(param, "base_score"), name_);
    require(base > 0 && base < 1, "{}: 'base_score' is {}, no probability between 0 and 1", name_, base);

    const Value& objective = member(learner, "objective");
    keys(objective, {"name", "reg_loss_param"}, {});
    is(objective, "name", "binary:logistic");
    keys(member(objective, "reg_loss_param"), {"scale_pos_weight"}, {});
    is(member(objective, "reg_loss_param"), "scale_pos_weight", "1");

    const Value& booster = member(learner, "gradient_booster");
    keys(booster, {"model", "name"}, {});
    is(booster, "name", "gbtree");
    const Value& model = member(booster, "model");
    keys(model, {"gbtree_model_param", "tree_info", "trees"}, {});
    const Value& trees = member(model, "trees");
    require(trees.kind == '[' && !trees.items.empty(), "{}: has no trees", name_);
    const auto count = static_cast<std::int64_t>(trees.items.size());
    const Value& sizes = member(model, "gbtree_model_param");
    keys(sizes, {"num_parallel_tree", "num_trees", "size_leaf_vector"}, {});
    whole(sizes, "num_trees", count, count);
    whole(sizes, "num_parallel_tree", 1, 1);
    whole(sizes, "size_leaf_vector", 0, 0);
    const std::vector<double> classes = numbers(member(model, "tree_info"));
    require(classes.size() == trees.items.size() &&
                std::all_of(classes.begin(), classes.end(), [](double c) { return c == 0; }),
            "{}: 'tree_info' does not say class 0 of each of {} trees", name_, count);
    for (std::size_t k = 0; k < trees.items.size(); ++k) tree(trees.items[k], k, columns);
  }

 private:
  static const Value* find(const Value& object, std::string_view key) {
    for (const auto& [name, value] : object.members) {
      if (name == key) return &value;
    }
    return nullptr;
  }
  // NOLINTNEXTLINE(modernize-use-nodiscard): also called for its check alone
  const Value& member(const Value& object, std::string_view key) const {
    const Value* const found = find(object, key);
    require(found != nullptr, "{}: '{}' is missing", name_, key);
    return *found;
  }
  // All of `wanted` and nothing beside them but some of `besides`.
  void keys(const Value& object, std::initializer_list<std::string_view> wanted,
            std::initializer_list<std::string_view> besides) const {
    require(object.kind == '{', "{}: is no XGBoost model: a value is no object", name_);
    for (const std::string_view key : wanted) member(object, key);
    for (const auto& [key, value] : object.members) {
      const bool known = std::find(wanted.begin(), wanted.end(), key) != wanted.end() ||
                         std::find(besides.begin(), besides.end(), key) != besides.end();
      require(known, "{}: '{}' is not known here; was it written by a newer XGBoost?", name_, printable(key));
    }
  }
  [[nodiscard]] std::string_view text(const Value& object, std::string_view key) const {
    const Value& value = member(object, key);
    require(value.kind == 'S', "{}: '{}' is no text", name_, key);
    return value.text();
  }
  void is(const Value& object, std::string_view key, std::string_view wanted) const {
    const std::string_view found = text(object, key);
    require(found == wanted, "{}: '{}' is '{}', not '{}'", name_, key, printable(found), wanted);
  }
  // XGBoost writes its parameters as texts.
  // NOLINTNEXTLINE(modernize-use-nodiscard): also called for its check alone
  std::int64_t whole(const Value& object, std::string_view key, std::int64_t least, std::int64_t most) const {
    const std::int64_t value = parse_integer(text(object, key), name_);
    require(value >= least && value <= most, "{}: '{}' is {}, not {} to {}", name_, key, value, least, most);
    return value;
  }
  void empty(const Value& object, std::string_view key) const {
    const Value& value = member(object, key);
    const bool is_container = value.kind == '{' || value.kind == '[' || value.kind == '$';
    require(is_container && value.members.empty() && value.items.empty() && value.count == 0, "{}: '{}' is not empty",
            name_, key);
  }
  // NOLINTNEXTLINE(modernize-use-nodiscard): also called for its check alone
  std::vector<double> numbers(const Value& value) const {
    constexpr std::size_t kMostNumbers = 1 << 22;
    require(value.count <= kMostNumbers, "{}: a list of {} numbers is longer than any model's", name_, value.count);
    std::vector<double> all;
    if (value.kind == '$') {
      for (std::size_t k = 0; k < value.count; ++k)
        all.push_back(number_at(value.at + k * size_of(value.element), value.element));
      return all;
    }
    require(value.kind == '[', "{}: is no XGBoost model: a value is no list", name_);
    for (const Value& item : value.items) {
      require(size_of(item.kind) > 0, "{}: a list holds something that is no number", name_);
      all.push_back(number_at(item.at, item.kind));
    }
    return all;
  }

  // One column of a tree's nodes: as many numbers of the type as there are nodes, each from `least` to `most`.
  std::vector<double> column(const Value& tree, std::size_t at, const char* key, char type, std::size_t nodes,
                             double least, double most) const {
    const Value& list = member(tree, key);
    require(list.kind == '$' && list.element == type && list.count == nodes,
            "{}: tree {}: '{}' is no list of {} numbers", name_, at, key, nodes);
    std::vector<double> values = numbers(list);
    for (const double value : values)
      require(value >= least && value <= most, "{}: tree {}: '{}' holds {}, outside {} to {}", name_, at, key, value,
              least, most);
    return values;
  }

  void tree(const Value& tree, std::size_t at, std::int64_t columns) const {
    keys(tree,
         {"base_weights", "categories", "categories_nodes", "categories_segments", "categories_sizes", "default_left",
          "id", "left_children", "loss_changes", "parents", "right_children", "split_conditions", "split_indices",
          "split_type", "sum_hessian", "tree_param"},
         {});
    for (const char* key : {"categories", "categories_nodes", "categories_segments", "categories_sizes"})
      empty(tree, key);
    const Value& id = member(tree, "id");
    require(size_of(id.kind) > 0 && number_at(id.at, id.kind) == static_cast<double>(at),
            "{}: tree {} has another 'id'", name_, at);
    const Value& param = member(tree, "tree_param");
    keys(param, {"num_deleted", "num_feature", "num_nodes", "size_leaf_vector"}, {});
    const auto most = static_cast<std::int64_t>(member(tree, "left_children").count);
    const auto nodes = static_cast<std::size_t>(whole(param, "num_nodes", std::max<std::int64_t>(most, 1), most));
    whole(param, "num_feature", columns, columns);
    whole(param, "num_deleted", 0, 0);
    whole(param, "size_leaf_vector", 0, 0);

    const auto last = static_cast<double>(nodes) - 1;
    const auto left = column(tree, at, "left_children", 'l', nodes, -1, last);
    const auto right = column(tree, at, "right_children", 'l', nodes, -1, last);
    const auto parents = column(tree, at, "parents", 'l', nodes, 0, kNoParent);
    column(tree, at, "split_indices", 'l', nodes, 0, static_cast<double>(columns - 1));
    column(tree, at, "default_left", 'U', nodes, 0, 1);
    column(tree, at, "split_type", 'U', nodes, 0, 0);
    column(tree, at, "base_weights", 'd', nodes, -kMostNumber, kMostNumber);
    column(tree, at, "split_conditions", 'd', nodes, -kMostNumber, kMostNumber);
    // Contributions divide by how many records came to a node.
    constexpr double kLeastRecords = 1e-6, kMostRecords = 1e12;
    const auto records = column(tree, at, "sum_hessian", 'd', nodes, kLeastRecords, kMostRecords);
    column(tree, at, "loss_changes", 'd', nodes, -kMostRecords, kMostRecords);
    shape(left, right, parents, at);
    // Shares of a parent's records: products of them along a branch stay below one.
    constexpr double kRounding = 0.01;
    for (std::size_t k = 0; k < nodes; ++k) {
      if (left[k] < 0) continue;
      const double both = records[static_cast<std::size_t>(left[k])] + records[static_cast<std::size_t>(right[k])];
      require(std::abs(both - records[k]) <= kRounding * records[k],
              "{}: tree {}: 'sum_hessian' of node {} is not that of its children", name_, at, k);
    }
  }

  // A tree: from the root every node is reached once, and its parent is the node it was reached from.
  void shape(const std::vector<double>& left, const std::vector<double>& right, const std::vector<double>& parents,
             std::size_t at) const {
    struct Step {
      std::size_t node, parent;
      int depth;
    };
    std::vector<Step> to_see = {{0, static_cast<std::size_t>(kNoParent), 0}};
    std::vector<bool> seen(left.size(), false);
    std::size_t reached = 0;
    while (!to_see.empty()) {
      const Step step = to_see.back();
      to_see.pop_back();
      require(!seen[step.node], "{}: tree {}: node {} has two parents", name_, at, step.node);
      seen[step.node] = true;
      ++reached;
      require(parents[step.node] == static_cast<double>(step.parent), "{}: tree {}: node {} names another parent",
              name_, at, step.node);
      require(step.depth <= kDeepestTree, "{}: tree {} is deeper than {}", name_, at, kDeepestTree);
      const bool leaf = left[step.node] < 0;
      require(leaf == (right[step.node] < 0), "{}: tree {}: node {} has one child", name_, at, step.node);
      if (leaf) continue;
      for (const double child : {left[step.node], right[step.node]})
        to_see.push_back({static_cast<std::size_t>(child), step.node, step.depth + 1});
    }
    require(reached == left.size(), "{}: tree {}: {} of {} nodes belong to no branch", name_, at, left.size() - reached,
            left.size());
  }

  const std::string& name_;
};

}  // namespace

void check_booster(std::span<const std::byte> bytes, const std::string& name) {
  Checker(name).run(parse_document(bytes, name));
}

}  // namespace stemloop
