// The folder of a training: its run.json, of pictures for one half of the inputs and of sequences for the other, as
// train --resume finds it. What it asks for is read or refused; ranges are those of the command line, checked there.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "train/train.h"
#include "util/util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  if (size == 0) return 0;
  static const std::string run = [] {
    const std::string path = "/dev/shm/fuzz_run." + std::to_string(getpid());
    std::filesystem::create_directories(path);
    return path;
  }();
  std::ofstream(run + "/run.json", std::ios::binary)
      .write(reinterpret_cast<const char*>(data + 1), static_cast<std::streamsize>(size - 1));
  TrainJob job;
  job.resume = run;
  job.model = data[0] % 2 == 0 ? "diva" : "wgan";
  try {
    prepare_run(job);
  } catch (const Error&) {
  }
  return 0;
}
