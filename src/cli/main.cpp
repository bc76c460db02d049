// The program: parses, runs the chosen command, turns errors into exit codes.
#include <spdlog/spdlog.h>

#include <cstdio>
#include <exception>

#include "cli/command.h"
#include "util/util.h"

int main(int argc, char** argv) {
  using namespace stemloop;
  command_words().assign(argv, argv + argc);
  std::function<int()> chosen;
  const auto app = make_command_line(chosen);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app->exit(error) == 0 ? kExitOk : kExitUsage;
  }
  try {
    return chosen();
  } catch (const Error& error) {
    fmt::print(stderr, "stemloop: error: {}\n", error.what());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr,
               "stemloop: error: out of memory; shorter sequences (--max-length) or fewer threads (-t) need less\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "stemloop: internal error, please report it: {}\n", error.what());
  }
  return kExitFailure;
}
