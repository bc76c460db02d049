// Model directories: config.json (or the tree of a classifier, or a selector) and model.safetensors in one input,
// parted by the first zero byte. What parses must survive being written and parsed again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "describe/describe.h"
#include "learn/learn.h"
#include "net/net.h"
#include "study/study.h"
#include "util/util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  const std::uint8_t* middle = std::find(data, data + size, std::uint8_t{0});
  const std::string config(data, middle);
  const auto rest = static_cast<std::size_t>(data + size - middle);
  const std::span<const std::byte> weights(reinterpret_cast<const std::byte*>(middle) + (rest > 0 ? 1 : 0),
                                           rest > 0 ? rest - 1 : 0);
  try {
    const DivaConfig parsed = config_from_json(config, "fuzz");
    if (!(config_from_json(config_json(parsed), "fuzz") == parsed)) std::abort();
  } catch (const Error&) {
  }
  try {
    const DivaObjective objective = objective_from_json(config, "fuzz");
    objective_from_json(objective_json(objective), "fuzz");
  } catch (const Error&) {
  }
  try {
    const SequenceNetConfig net = sequence_net_from_json(config, "fuzz");
    if (!(sequence_net_from_json(sequence_net_json(net), "fuzz") == net)) std::abort();
  } catch (const Error&) {
  }
  try {
    const GanObjective objective = gan_objective_from_json(config, "fuzz");
    gan_objective_from_json(gan_objective_json(objective), "fuzz");
  } catch (const Error&) {
  }
  try {
    // Trees of classifiers: what parses can be told in words, drawn, and read again.
    const Tree tree = tree_from_json(config, "fuzz");
    if (tree_json(tree_from_json(tree_json(tree), "fuzz")) != tree_json(tree)) std::abort();
    tree_rules(tree, {"other", "pre-miRNA"});
    draw_tree(tree, {"other", "pre-miRNA"}, "fuzz");
  } catch (const Error&) {
  }
  try {
    const Selector selector = selector_from_json(config, "fuzz");
    if (selector_json(selector_from_json(selector_json(selector), "fuzz")) != selector_json(selector)) std::abort();
  } catch (const Error&) {
  }
  try {
    // The checksum of damaged weights would never fit: it is made to.
    std::string fitted = config;
    const std::string mark = "@md5@";
    if (const auto at = fitted.find(mark); at != std::string::npos) fitted.replace(at, mark.size(), md5_hex(weights));
    parse_model(fitted, weights, "fuzz");
  } catch (const Error&) {
  }
  return 0;
}
