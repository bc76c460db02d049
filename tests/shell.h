// Runs the program under test as a user would, from a shell.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support.h"

namespace stemloop::testing {

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

inline std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// Runs the shell line with `stemloop` meaning the program under test.
inline Outcome shell(const std::string& line, const std::string& input = "") {
  const TemporaryFile in(input, "stdin");
  const std::string folder = std::filesystem::path(in.path()).parent_path().string();
  const std::string script = fmt::format("stemloop() {{ \"{}\" \"$@\"; }}; {{ {}; }} < {} > {}/out 2> {}/err",
                                         STEMLOOP_PROGRAM, line, in.path(), folder, folder);
  const TemporaryFile file(script, "run.sh");
  const int status = std::system(("bash " + file.path()).c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content(folder + "/out"),
          content(folder + "/err")};
}

}  // namespace stemloop::testing
