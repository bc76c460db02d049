#include "util/library.h"

#include <dlfcn.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "util/error.h"

namespace stemloop {

namespace {

// Where memory is limited (ulimit -v), what a library and its threads need is asked for before: OpenBLAS waits for ever
// for threads and buffers that it is not given.
void check_memory(const std::string& file) {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  constexpr std::uint64_t kMegabyte = 1U << 20U;
  const std::uint64_t needed = (file == "libstemloop_neural.so" ? 1200 : 200) * kMegabyte;
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const std::uint64_t taken = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::uint64_t left = limit.rlim_cur > taken ? limit.rlim_cur - taken : 0;
  require(left >= needed, "{} needs {} MB of address space; the limit set for this process (ulimit -v) leaves {} MB",
          file, needed / kMegabyte, left / kMegabyte);
}

}  // namespace

void* open_library(const std::string& file, const char* named_by, const char* symbol) {
  // OpenMP threads that wait spin for milliseconds unless told otherwise, which on a shared machine takes the time of
  // those they wait for. It is read when the library is loaded; what the user set stays.
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) setenv("GOMP_SPINCOUNT", "20000", 0);
  // Activations of some megabytes come and go with every batch: kept by the allocator they are not mapped, cleared and
  // unmapped each time (a third of the encoder's time).
  constexpr int kKeep = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kKeep);
  mallopt(M_TRIM_THRESHOLD, kKeep);
  std::vector<std::filesystem::path> places;
  if (const char* named = std::getenv(named_by); named != nullptr && *named != '\0') {
    places.emplace_back(named);
  } else {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    places = {program / file, program / "../lib/stemloop" / file};
  }
  for (const auto& place : places) {
    if (!std::filesystem::exists(place)) continue;
    check_memory(file);
    void* library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      const char* reason = dlerror();
      fail("{}: cannot be opened: {}", place.string(), reason != nullptr ? reason : "unknown reason");
    }
    void* entry = dlsym(library, symbol);
    require(entry != nullptr, "{}: is no library of stemloop: it has no '{}'", place.string(), symbol);
    return entry;
  }
  fail(
      "{}: not found; this command needs it ({})", places.front().string(),
      file == "libstemloop_neural.so" ? "package stemloop-neural, or a build with libtorch: see README" : "see README");
}

}  // namespace stemloop
