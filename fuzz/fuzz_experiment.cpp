// The folder of an experiment: run.json for one half of the inputs, cells.tsv for the other, as a run that is gone on
// with finds them. Cells that were read are written in order and read again as the same.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "study/experiment_cells.h"
#include "util/util.h"

namespace {

using namespace stemloop;

// In memory: a cell is on the disk's way before the next one begins, which takes a disk too long here.
std::string folder() {
  const std::string path = "/dev/shm/fuzz_experiment." + std::to_string(getpid());
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

void write(const std::string& path, const std::uint8_t* data, std::size_t size) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void cells(const std::string& run) {
  CellFile(run).put_in_order();
  const std::string once = text_of(run + "/cells.tsv");
  CellFile(run).put_in_order();
  if (text_of(run + "/cells.tsv") != once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::string run = folder();
  ExperimentOptions options;
  options.run = run;
  const bool of_cells = data[0] % 2 == 0;
  write(run + (of_cells ? "/cells.tsv" : "/run.json"), data + 1, size - 1);
  try {
    if (of_cells) {
      cells(run);
    } else {
      run_has_begun(options, {}, {});
    }
  } catch (const Error&) {
  }
  return 0;
}
