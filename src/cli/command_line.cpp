// The command line as a whole: help, what is checked of every option, nearest names.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "cli/command.h"
#include "cli/version.h"

namespace stemloop {

namespace {

// The list of commands shows their one-line summaries; the long descriptions stand in each command's own help.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* sub) const override {
    for (const Command& command : commands()) {
      if (sub->get_name() == command.name) return fmt::format("  {:<12}{}\n", command.name, command.summary);
    }
    return CLI::Formatter::make_subcommand(sub);
  }
};

}  // namespace

namespace {

// Whether an option takes a number shows in its default or in what is checked of it.
bool takes_number(const CLI::Option& option) {
  const std::string about = option.get_type_name();
  for (const char* sign : {" in [", "POSITIVE", "NONNEGATIVE", "FLOAT", "INT", "NUMBER"}) {
    if (about.find(sign) != std::string::npos) return true;
  }
  const std::string& value = option.get_default_str();
  char* end = nullptr;
  std::strtod(value.c_str(), &end);
  return !value.empty() && *end == '\0';
}

// Whether a text that strtod would take is a number as people write it: no blanks, no hexadecimal digits, no plus, and
// a whole number that a computer can hold (parsers clamp a larger one without a word).
bool is_plain(const std::string& text) {
  if (text.find_first_not_of("-0123456789.eE+") != std::string::npos || text[0] == '+') return false;
  if (text.find_first_not_of("-0123456789") != std::string::npos) return true;
  std::uint64_t whole = 0;
  const auto* const end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data() + (text[0] == '-' ? 1 : 0), end, whole);
  return error == std::errc{} && behind == end;
}

bool may_be_negative(const CLI::Option& option) {
  return option.check_lname("temperature") || option.check_lname("range") || option.get_default_str()[0] == '-';
}

// NaN passes every check of a range, infinities most of them, and a minus before a count is read as a huge number. An
// empty value is a variable of a script that was not set: as a file it would be no file at all, and the output be lost.
void check_values(const CLI::App& app) {
  for (const CLI::App* below : app.get_subcommands()) check_values(*below);
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0 || option->get_expected_max() == 0) continue;
    const std::string name = option->get_name(false, true);
    for (const std::string& text : option->results()) {
      if (text.empty()) throw CLI::ValidationError(name, "is empty; a value is wanted");
      if (!takes_number(*option)) continue;
      char* end = nullptr;
      const double value = std::strtod(text.c_str(), &end);
      if (*end != '\0') continue;  // a word among numbers ("auto"), which its own check knows
      if (!std::isfinite(value)) throw CLI::ValidationError(name, printable(text) + " is no finite number");
      if (!is_plain(text))
        throw CLI::ValidationError(name, "'" + printable(text) + "' is no number that can be used here");
      if (value < 0 && !may_be_negative(*option)) throw CLI::ValidationError(name, printable(text) + " is negative");
    }
  }
}

// Edit distance with swapped neighbours, of short words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_word(const std::string& word, const std::vector<std::string>& words) {
  constexpr std::size_t kLongest = 40;
  if (word.size() > kLongest) return "";
  std::string best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& one : words) {
    const bool begins = word.size() >= 3 && one.rfind(word, 0) == 0;
    const std::size_t far = begins ? 1 : distance(word, one);
    if (far < least) {
      least = far;
      best = one;
    }
  }
  return best;
}

std::unique_ptr<CLI::App> make_command_line(std::function<int()>& chosen) {
  auto app = std::make_unique<CLI::App>("Fold, see and measure precursor microRNA hairpins.", "stemloop");
  app->set_version_flag("--version", std::string("stemloop ") + kVersion);
  app->formatter(std::make_shared<HelpFormatter>());
  app->require_subcommand(0, 1);
  app->footer(
      "Exit codes: 0 done, 1 failure, 2 wrong usage, 3 some records rejected (0 with --skip-bad).\n"
      "Help on a command: stemloop COMMAND --help");
  for (const Command& command : commands()) {
    CLI::App* sub = app->add_subcommand(command.name, command.summary);
    sub->callback([action = command.add(*sub), sub, &chosen] {
      check_values(*sub);
      chosen = action;
    });
  }
  return app;
}

}  // namespace stemloop
