#include "judge/class_question.h"

#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <vector>

#include "judge/mirtron.h"
#include "net/find_model.h"
#include "net/net.h"

namespace stemloop {

struct ClassQuestion::Parts {
  std::string wanted, directory;
  std::unique_ptr<Judge> judge;
  std::vector<std::size_t> probabilities;  // columns
  tbb::enumerable_thread_specific<Hairpins> hairpins;
};

ClassQuestion::ClassQuestion(const std::string& wanted, const std::string& model) {
  const bool mirtron = wanted == kMirtronClass;
  const std::string directory = find_model(!model.empty() ? model : mirtron ? "mirtron" : "premirna");
  OpenOptions options;
  options.reasons = false;
  auto judge = open_judge(directory, options);
  require((model_family(directory) == kMirtronFamily) == mirtron, "{}: a model of family '{}' knows no class {}",
          directory, model_family(directory), wanted);
  FoldingOptions folding;
  folding.parameters = judge->parameters();
  parts_ = std::make_unique<Parts>(Parts{
      wanted, directory, std::move(judge), {}, tbb::enumerable_thread_specific<Hairpins>(hairpin_state(folding))});
  const std::vector<VerdictColumn> columns = parts_->judge->columns();
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (columns[k].name == "probability" || columns[k].name == "against_others") parts_->probabilities.push_back(k);
  }
}

ClassQuestion::~ClassQuestion() = default;
ClassQuestion::ClassQuestion(ClassQuestion&&) noexcept = default;

const std::string& ClassQuestion::wanted() const { return parts_->wanted; }
const std::string& ClassQuestion::model() const { return parts_->directory; }

ClassAnswer ClassQuestion::ask(const std::string& sequence) const {
  Record record;
  record.id = "asked";
  record.sequence = sequence;
  std::vector<std::unique_ptr<Seen>> one;
  one.push_back(parts_->judge->see(parts_->hairpins.local(), record));
  const auto verdict = std::move(parts_->judge->judge(std::move(one)).front());
  ClassAnswer answer;
  answer.label = verdict->label();
  answer.called = answer.label == parts_->wanted;
  answer.probability = 1;
  const std::vector<TypedCell> cells = verdict->cells();
  for (const std::size_t k : parts_->probabilities) {
    if (const auto* p = std::get_if<double>(&cells[k])) answer.probability = std::min(answer.probability, *p);
  }
  return answer;
}

}  // namespace stemloop
