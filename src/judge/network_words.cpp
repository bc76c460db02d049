#include "judge/network_words.h"

#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>

#include <filesystem>

#include "judge/folded_record.h"
#include "net/net.h"

namespace stemloop {

std::vector<std::string> tree_lines(const Tree& tree, const Call& call) {
  std::vector<std::string> lines;
  for (const Answer& a : call.answers)
    lines.push_back(fmt::format("{:<48} {:<4} ({}{})", a.question + "?", a.yes ? "yes" : "no",
                                a.value.empty() ? "none" : a.value,
                                a.contradicted ? "; the feature says otherwise" : ""));
  const TreeNode& leaf = tree.nodes[static_cast<std::size_t>(call.walk.leaf)];
  const std::int64_t count = leaf.count[0] + leaf.count[1];
  lines.push_back(fmt::format(
      "so the tree says {}: {:.0f} % of the {} training hairpins that answer so", kPremirnaClasses[call.tree_label],
      100.0 * static_cast<double>(leaf.count[call.tree_label]) / static_cast<double>(count), count));
  return lines;
}

struct NetworkWords::Opened {
  Opened(const std::string& directory, const std::string& device)
      : classifier(Classifier::open(directory, device, 1)), hairpins(hairpin_state(folding(classifier.parameters()))) {}
  static FoldingOptions folding(const std::string& parameters) {
    FoldingOptions options;
    options.parameters = parameters;
    return options;
  }
  Classifier classifier;
  mutable tbb::enumerable_thread_specific<Hairpins> hairpins;
};

NetworkWords::NetworkWords(std::string directory, std::string device)
    : directory_(std::move(directory)), device_(std::move(device)), there_(std::filesystem::exists(directory_)) {}

const NetworkWords::Opened& NetworkWords::opened() const {
  const std::lock_guard lock(opening_);
  if (opened_ == nullptr) opened_ = std::make_shared<const Opened>(directory_, device_);
  return *opened_;
}

const Classifier& NetworkWords::classifier() const { return opened().classifier; }

std::vector<std::string> NetworkWords::of(const CutHairpin& hairpin, int label) const {
  const Opened& words = opened();
  Record record;
  record.id = "hairpin";
  record.sequence = hairpin.core.letters;
  record.structure = hairpin.core.fold.structure;
  Hairpins& hairpins = words.hairpins.local();
  const FoldedRecord folded = fold_record(hairpins, record);
  const Call call = words.classifier.classify(std::vector<Evidence>{evidence_of(hairpins, folded)}).front();
  std::vector<std::string> lines = {"the network's own description of what lies between the cuts:"};
  for (std::string& line : tree_lines(words.classifier.tree(), call)) lines.push_back(std::move(line));
  if (call.tree_label != label)
    lines.emplace_back("which differs from the call: the probability does not come from it");
  return lines;
}

}  // namespace stemloop
