// How a command runs, whatever it does.
#pragma once

#include <string>

namespace stemloop {

struct CommonOptions {
  std::string output = "-";
  int threads = 0;  // 0: as many as there are
  bool quiet = false;
  bool skip_bad = false;
  std::string log_level = "info";
};

}  // namespace stemloop
