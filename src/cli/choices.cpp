#include "cli/choices.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "util/util.h"

namespace stemloop {

CLI::Option* ChoiceOptions::only(const Choices& choices, CLI::Option* option) {
  entries_.push_back({choices, option});
  return option->group(fmt::format("Only for {}", fmt::join(choices, ", ")));
}

void ChoiceOptions::only(const Choices& choices, std::initializer_list<const char*> names) {
  for (const char* name : names) only(choices, app_->get_option(name));
}

void ChoiceOptions::check(const std::string& choice, const std::string& said) const {
  for (const auto& [choices, option] : entries_) {
    const bool known = std::find(choices.begin(), choices.end(), choice) != choices.end();
    require(known || option->count() == 0, "{} has no meaning for {}; it is for {}", option->get_name(), said,
            fmt::join(choices, ", "));
  }
}

}  // namespace stemloop
