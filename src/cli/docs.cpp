// Man pages and the bash completion, made from the command line itself at build time:
//   stemloop-docs DIR    writes DIR/man/man1/*.1 and DIR/bash-completion/completions/stemloop
#include <filesystem>

#include "cli/command.h"
#include "cli/version.h"
#include "util/util.h"

namespace stemloop {
namespace {

// Text for troff: backslashes, and lines that would begin with a request.
std::string roff(const std::string& text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '-') {
      out += "\\-";
    } else if (c == '\\') {
      out += "\\e";
    } else {
      out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

std::string option_entry(const CLI::Option& option) {
  std::string names = option.get_positional() ? "\\fI" + roff(option.get_type_name()) + "\\fR"
                                              : "\\fB" + roff(option.get_name(false, true)) + "\\fR";
  if (!option.get_positional() && option.get_expected_max() != 0)
    names += " \\fI" + roff(option.get_type_name()) + "\\fR";
  std::string text = roff(option.get_description());
  if (!option.get_default_str().empty()) text += " (default: " + roff(option.get_default_str()) + ")";
  return ".TP\n" + names + "\n" + text + "\n";
}

std::string page(const CLI::App& app, const std::string& name, const std::string& summary, bool top) {
  std::string out = fmt::format(".TH {} 1 \"\" \"stemloop {}\" \"stemloop manual\"\n.SH NAME\n{} \\- {}\n", roff(name),
                                kVersion, roff(name), roff(summary));
  std::string call = name;
  for (char& c : call) c = c == '-' ? ' ' : c;
  out += ".SH SYNOPSIS\n\\fB" + call + "\\fR " + (top ? "\\fICOMMAND\\fR " : "") + "[\\fIOPTIONS\\fR]";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) out += " [\\fI" + roff(option->get_type_name()) + "\\fR]";
  }
  out += "\n.SH DESCRIPTION\n" + roff(app.get_description()) + "\n";
  if (top) {
    out += ".SH COMMANDS\n";
    for (const Command& command : commands())
      out += fmt::format(".TP\n\\fBstemloop {}\\fR\n{}\n", command.name, roff(command.summary));
  }
  out += ".SH OPTIONS\n";
  for (const CLI::Option* option : app.get_options()) out += option_entry(*option);
  const std::string footer = app.get_footer();
  constexpr std::string_view kExamples = "Examples:\n";
  if (footer.rfind(kExamples, 0) == 0) {
    out += ".SH EXAMPLES\n.nf\n" + roff(footer.substr(kExamples.size())) + "\n.fi\n";
  } else if (!footer.empty()) {
    out += ".SH NOTES\n.nf\n" + roff(footer) + "\n.fi\n";
  }
  return out;
}

std::string words_of(const CLI::App& app) {
  std::string words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
    for (const std::string& name : option->get_snames()) words += "-" + name + " ";
  }
  return words;
}

std::string completion(const CLI::App& app) {
  std::string names;
  std::string cases;
  for (const Command& command : commands()) {
    names += std::string(command.name) + " ";
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command.name, words_of(*app.get_subcommand(command.name)));
  }
  return fmt::format(
      "# Bash completion of stemloop: commands, options, files.\n"
      "_stemloop() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} words\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{}{}\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n{}  esac\n"
      "  case $current in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o filenames -F _stemloop stemloop\n",
      names, words_of(app), cases);
}

int write_docs(const std::string& folder) {
  std::function<int()> chosen;
  const auto app = make_command_line(chosen);
  const std::string man = folder + "/man/man1";
  const std::string completions = folder + "/bash-completion/completions";
  std::filesystem::create_directories(man);
  std::filesystem::create_directories(completions);
  write_bytes(man + "/stemloop.1", page(*app, "stemloop", app->get_description(), true));
  for (const Command& command : commands()) {
    const std::string name = std::string("stemloop-") + command.name;
    write_bytes(fmt::format("{}/{}.1", man, name),
                page(*app->get_subcommand(command.name), name, command.summary, false));
  }
  write_bytes(completions + "/stemloop", completion(*app));
  return kExitOk;
}

}  // namespace
}  // namespace stemloop

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: stemloop-docs DIR\n", stderr);
    return stemloop::kExitUsage;
  }
  try {
    return stemloop::write_docs(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "stemloop-docs: {}\n", error.what());
    return stemloop::kExitFailure;
  }
}
