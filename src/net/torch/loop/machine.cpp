// What a training run asks of the machine it runs on.
#include <malloc.h>

#include "net/torch/layers.h"
#include "net/torch/loop/training.h"
#include "util/util.h"

namespace stemloop {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);  // never
#endif
}

void set_precision(const std::string& name) {
  at::globalContext().setAllowTF32CuBLAS(name != "fp32");
  at::globalContext().setAllowTF32CuDNN(name != "fp32");
  bfloat16_layers() = name == "bf16";
}

torch::Device device_named(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  if (name == "auto") return torch::cuda::is_available() ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  require(name == "cuda" || name.rfind("cuda:", 0) == 0, "--device {}: choose auto, cpu, cuda or cuda:N",
          printable(name));
  require(torch::cuda::is_available(), "--device {}: this machine or this build of libtorch has no CUDA device", name);
  const std::int64_t index = name == "cuda" ? 0 : parse_integer(name.substr(5), "--device " + name);
  require(index >= 0 && index < static_cast<std::int64_t>(torch::cuda::device_count()),
          "--device {}: there are {} devices", name, torch::cuda::device_count());
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

}  // namespace stemloop
