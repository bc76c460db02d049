// Fuzzer input as a file that readers can open by path.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace stemloop {

inline std::string memory_file(const std::uint8_t* data, std::size_t size) {
  static const int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  return "/proc/self/fd/" + std::to_string(descriptor);
}

}  // namespace stemloop
