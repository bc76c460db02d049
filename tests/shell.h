// Runs the program under test as a user would, from a shell.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support.h"

namespace stemloop::testing {

// Examples that come with the project.
inline const std::string kExampleHairpins = STEMLOOP_EXAMPLES "/hairpins.fa";
inline const std::string kExampleMirtrons = STEMLOOP_EXAMPLES "/mirtrons.fa";

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

// Hairpins of the example, thrice, and random sequences as negatives.
inline std::string labelled_table() {
  std::string table = "id\tsequence\tlabel\tpart\n";
  std::vector<std::string> lines;
  std::istringstream in(content(STEMLOOP_EXAMPLES "/hairpins.fa"));
  std::string id;
  int count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind('>', 0) == 0) {
      id = line.substr(1, line.find(' ') - 1);
      continue;
    }
    for (int copy = 0; copy < 3; ++copy)
      table += fmt::format("{}_{}\t{}\t1\t{}\n", id, copy, line, copy == 2 && count % 3 == 0 ? "valid" : "train");
    ++count;
  }
  for (std::uint64_t i = 0; i < 60; ++i)
    table += fmt::format("random_{}\t{}\t0\t{}\n", i, random_sequence(85, 0.5, 3, i), i % 10 == 0 ? "valid" : "train");
  return table;
}

}  // namespace stemloop::testing
