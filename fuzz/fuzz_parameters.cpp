// ViennaRNA parameter files.
#include "fold/fold.h"
#include "memory_file.h"
#include "util/util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  try {
    // The first line is always the right one, so that the rest is reached.
    std::string text = "## RNAfold parameter file v2.0\n";
    text.append(reinterpret_cast<const char*>(data), size);
    read_parameter_file(memory_file(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  } catch (const Error&) {
  }
  return 0;
}
