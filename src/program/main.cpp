// The program: parses, runs the chosen command, turns errors into exit codes.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <string_view>
#include <system_error>

#include "cli/command.h"
#include "report/report.h"

namespace {

using namespace stemloop;

// What stands in for exit(): messages by one sentence, help as it is.
int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error) == 0 ? kExitOk : kExitUsage;  // --help, --version
  std::string text = error.what();
  const auto chosen = app.get_subcommands();
  if (const std::string unknown = "The following argument"; text.rfind(unknown, 0) == 0 && !chosen.empty()) {
    for (const std::string& word : chosen.front()->remaining()) {
      if (word.rfind("--", 0) != 0) continue;
      std::vector<std::string> names;
      for (const CLI::Option* option : chosen.front()->get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
      }
      const std::string near = nearest_word(word.substr(0, word.find('=')), names);
      if (!near.empty()) text += "; did you mean " + near + "?";
    }
  }
  write_stderr(escaped(text) + "\nRun with --help for more information.\n");
  return kExitUsage;
}

// A first word that is no command, before CLI11 looks for one.
bool unknown_command(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  const std::string word = argv[1];
  if (std::find(names.begin(), names.end(), word) != names.end()) return false;
  const std::string near = nearest_word(word, names);
  write_stderr(fmt::format("stemloop: '{}' is no command{}; stemloop --help lists them\n", printable(word),
                           near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
  return true;
}

int run(const std::function<int()>& chosen) {
  const auto say_error = [](const std::string& text) { write_stderr("stemloop: error: " + escaped(text) + "\n"); };
  try {
    const int code = chosen();
    if (code == kExitOk || code == kExitRejected) write_provenance(code);
    return code;
  } catch (const Error& error) {
    say_error(error.what());
  } catch (const std::bad_alloc&) {
    say_error("out of memory; shorter sequences (--max-length) or fewer threads (-t) need less");
  } catch (const std::filesystem::filesystem_error& error) {
    // The folder of temporary files is the one path that the library looks for itself, and does not name.
    const std::string path = error.path1().string();
    say_error(
        fmt::format("{}: {}", path.empty() ? "the folder of temporary files (TMPDIR)" : path, error.code().message()));
  } catch (const std::system_error& error) {
    say_error(
        fmt::format("the system refuses threads or memory: {}; fewer threads (-t) need less", error.code().message()));
  } catch (const std::exception& error) {
    const std::string_view what = error.what();
    if (what.find("can't allocate memory") != std::string_view::npos) {  // libtorch's way of std::bad_alloc
      say_error("out of memory; smaller batches or fewer threads (-t) need less");
      return kExitFailure;
    }
    write_stderr(fmt::format("stemloop: internal error, please report it: {}\n", escaped(error.what())));
  }
  return kExitFailure;
}

// Destructors of JSON values ask for memory: where there is none, no handler is reached. Nothing is taken here.
void end_at_once() {
  constexpr std::string_view kText =
      "stemloop: error: out of memory; shorter sequences (--max-length) or fewer threads (-t) need less\n";
  try {
    if (std::current_exception()) throw;
  } catch (const std::bad_alloc&) {
    const ssize_t written = write(STDERR_FILENO, kText.data(), kText.size());
    static_cast<void>(written);
    _exit(kExitFailure);
  } catch (...) {
  }
  std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(end_at_once);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is then told like a full disk
  open_standard_descriptors();
  command_words().assign(argv, argv + argc);
  if (unknown_command(argc, argv)) return kExitUsage;
  std::function<int()> chosen;
  const auto app = make_command_line(chosen);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage_error(*app, error);
  }
  if (!chosen) {  // nothing was asked for: what there is
    TextWriter out("-");
    try {
      out.write(app->help());
      out.close();
    } catch (const Error&) {
    }
    return kExitUsage;
  }
  return run(chosen);
}
