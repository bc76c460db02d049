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

CLI::Validator device_name() {
  return CLI::Validator(
      [](const std::string& text) {
        const std::string number = text.rfind("cuda:", 0) == 0 ? text.substr(5) : "";
        constexpr std::size_t kMostDigits = 3;
        const bool numbered = !number.empty() && number.size() <= kMostDigits &&
                              number.find_first_not_of("0123456789") == std::string::npos;
        if (text == "auto" || text == "cpu" || text == "cuda" || numbered) return std::string();
        return fmt::format("'{}' is none of auto, cpu, cuda, cuda:N", printable(text));
      },
      "");
}

void refuse_ignored(const CLI::App& app, std::initializer_list<const char*> names, const std::string& why) {
  for (const char* name : names) require(app.get_option(name)->count() == 0, "{} {}", name, why);
}

}  // namespace stemloop
