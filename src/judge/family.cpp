#include "judge/family.h"

#include <fmt/ranges.h>

#include "judge/classifier.h"
#include "judge/families.h"
#include "judge/mirtron.h"
#include "net/net.h"

namespace stemloop {

const std::vector<Family>& families() {
  static const std::vector<Family> kFamilies = {
      {kPremirnaFamily, "pre-miRNA or not", open_premirna},
      {kMirtronFamily, "mirtron or canonical", open_mirtron},
  };
  return kFamilies;
}

const Family* find_family(const std::string& name) {
  for (const Family& family : families()) {
    if (name == family.name) return &family;
  }
  return nullptr;
}

std::unique_ptr<Judge> open_judge(const std::string& directory, const OpenOptions& options) {
  const std::string name = model_family(directory);
  const Family* family = find_family(name);
  std::vector<std::string> names;
  for (const Family& one : families()) names.emplace_back(one.name);
  require(family != nullptr, "{}: this is a model of family '{}', no classifier ({})", directory, printable(name),
          fmt::join(names, ", "));
  return family->open(directory, options);
}

}  // namespace stemloop
