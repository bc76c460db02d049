// Man pages and completions, made from the command line itself at build time:
//   stemloop-docs DIR    writes DIR/man/man1/*.1, DIR/bash-completion/completions/stemloop,
//   DIR/zsh/site-functions/_stemloop
//                        and DIR/fish/vendor_completions.d/stemloop.fish
#include <fmt/ranges.h>

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
  for (const std::string& group : app.get_groups()) {
    if (group != "Options") out += ".SS " + roff(group) + "\n";
    for (const CLI::Option* option : app.get_options([&](const CLI::Option* o) { return o->get_group() == group; }))
      out += option_entry(*option);
  }
  const std::string footer = app.get_footer();
  constexpr std::string_view kExamples = "Examples:\n";
  if (footer.rfind(kExamples, 0) == 0) {
    out += ".SH EXAMPLES\n.nf\n" + roff(footer.substr(kExamples.size())) + "\n.fi\n";
  } else if (!footer.empty()) {
    out += ".SH NOTES\n.nf\n" + roff(footer) + "\n.fi\n";
  }
  return out;
}

// --- completions -----------------------------------------------------------------------------------------------------

enum class Takes { kNothing, kValues, kModel, kFile };

// An option as a shell is to know it.
struct Word {
  std::vector<std::string> names;   // with their dashes
  std::vector<std::string> values;  // that can be listed
  std::string help;                 // the first line
  Takes takes = Takes::kNothing;
};

// "{a,b,c}" in what CLI11 says of an option's values.
std::vector<std::string> values_of(const CLI::Option& option) {
  const std::string about = option.get_type_name();
  const std::size_t open = about.find('{'), close = about.find('}');
  if (open == std::string::npos || close == std::string::npos) return {};
  std::vector<std::string> values;
  for (const auto value : split_fields(std::string_view(about).substr(open + 1, close - open - 1), ','))
    values.emplace_back(trim(value));
  return values;
}

std::vector<Word> words_of(const CLI::App& app) {
  std::vector<Word> words;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    Word word;
    for (const std::string& name : option->get_lnames()) word.names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) word.names.push_back("-" + name);
    word.values = values_of(*option);
    const std::string& help = option->get_description();
    word.help = help.substr(0, help.find('\n'));
    const bool model =
        option->check_lname("model") || option->check_lname("premirna") || option->check_lname("network");
    word.takes = option->get_expected_max() == 0 ? Takes::kNothing
                 : !word.values.empty()          ? Takes::kValues
                 : model                         ? Takes::kModel
                                                 : Takes::kFile;
    words.push_back(std::move(word));
  }
  return words;
}

std::string joined_words(const std::vector<std::string>& words, const char* between = " ") {
  return fmt::format("{}", fmt::join(words, between));
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  return names;
}

std::string bash_completion(const CLI::App& app) {
  std::string cases, values;
  for (const Command& command : commands()) {
    std::vector<std::string> names;
    for (const Word& word : words_of(*app.get_subcommand(command.name))) {
      names.insert(names.end(), word.names.begin(), word.names.end());
      for (const std::string& name : word.names) {
        if (word.takes == Takes::kValues)
          values += fmt::format("    \"{} {}\") list=\"{}\" ;;\n", command.name, name, joined_words(word.values));
        if (word.takes == Takes::kModel)
          values += fmt::format("    \"{} {}\") list=\"$(_stemloop_models)\" ;;\n", command.name, name);
      }
    }
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command.name, joined_words(names));
  }
  return fmt::format(
      "# Bash completion of stemloop: commands, options, values, models, files.\n"
      "_stemloop_models() {{ stemloop model list -q 2> /dev/null | tail -n +2 | cut -f 1; }}\n"
      "_stemloop() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} words list=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"${{COMP_WORDS[1]}} ${{COMP_WORDS[COMP_CWORD-1]}}\" in\n{}  esac\n"
      "  if [ -n \"$list\" ]; then\n"
      "    COMPREPLY=($(compgen -W \"$list\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n{}  esac\n"
      "  case $current in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o filenames -F _stemloop stemloop\n",
      joined_words(command_names()), values, cases);
}

// Text within single quotes of a shell, without what _arguments of zsh takes for its own.
std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == '[' || c == ']' || c == ':') {
      out += std::string("\\") + c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string zsh_completion(const CLI::App& app) {
  std::string list, cases;
  for (const Command& command : commands()) {
    list += fmt::format("    '{}:{}'\n", command.name, quoted(command.summary));
    std::string arguments;
    for (const Word& word : words_of(*app.get_subcommand(command.name))) {
      const std::string value = word.takes == Takes::kNothing  ? ""
                                : word.takes == Takes::kValues ? ":value:(" + joined_words(word.values) + ")"
                                : word.takes == Takes::kModel  ? ":model:_stemloop_models"
                                                               : ":value:_files";
      for (const std::string& name : word.names)
        arguments += fmt::format(" \\\n        '{}[{}]{}'", name, quoted(word.help), value);
    }
    cases += fmt::format("    {}) _arguments{} \\\n        '*:file:_files' ;;\n", command.name, arguments);
  }
  return "#compdef stemloop\n# Zsh completion of stemloop: commands, options, values, models, files.\n"
         "_stemloop_models() {\n"
         "  compadd -- ${(f)\"$(stemloop model list -q 2> /dev/null | tail -n +2 | cut -f 1)\"}\n"
         "  _files -/\n"
         "}\n"
         "_stemloop() {\n  local -a commands\n  commands=(\n" +
         list + "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n" +
         "  local name=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $name in\n" + cases +
         "  esac\n}\n_stemloop \"$@\"\n";
}

std::string fish_completion(const CLI::App& app) {
  const auto escaped_text = [](const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out;
  };
  std::string out =
      "# Fish completion of stemloop: commands, options, values, models, files.\n"
      "function __stemloop_models; stemloop model list -q 2> /dev/null | tail -n +2 | cut -f 1; end\n";
  for (const Command& command : commands()) {
    out += fmt::format("complete -c stemloop -f -n __fish_use_subcommand -a {} -d '{}'\n", command.name,
                       escaped_text(command.summary));
    for (const Word& word : words_of(*app.get_subcommand(command.name))) {
      std::string names;
      for (const std::string& name : word.names)
        names += name.rfind("--", 0) == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
      const std::string value = word.takes == Takes::kNothing  ? ""
                                : word.takes == Takes::kValues ? " -x -a '" + joined_words(word.values) + "'"
                                : word.takes == Takes::kModel  ? " -r -a '(__stemloop_models)'"
                                                               : " -r";
      out += fmt::format("complete -c stemloop -n '__fish_seen_subcommand_from {}'{}{} -d '{}'\n", command.name, names,
                         value, escaped_text(word.help));
    }
  }
  return out;
}

int write_docs(const std::string& folder) {
  std::function<int()> chosen;
  const auto app = make_command_line(chosen);
  const std::string man = folder + "/man/man1";
  const std::string bash = folder + "/bash-completion/completions";
  const std::string zsh = folder + "/zsh/site-functions";
  const std::string fish = folder + "/fish/vendor_completions.d";
  std::filesystem::create_directories(man);
  for (const std::string& completions : {bash, zsh, fish}) std::filesystem::create_directories(completions);
  write_bytes(man + "/stemloop.1", page(*app, "stemloop", app->get_description(), true));
  for (const Command& command : commands()) {
    const std::string name = std::string("stemloop-") + command.name;
    write_bytes(fmt::format("{}/{}.1", man, name),
                page(*app->get_subcommand(command.name), name, command.summary, false));
  }
  write_bytes(bash + "/stemloop", bash_completion(*app));
  write_bytes(zsh + "/_stemloop", zsh_completion(*app));
  write_bytes(fish + "/stemloop.fish", fish_completion(*app));
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
