// Opens the neural library when it is first needed.
#include <dlfcn.h>
#include <malloc.h>

#include <cstdlib>
#include <filesystem>

#include "nn/neural.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr const char* kLibrary = "libstemloop_neural.so";

// STEMLOOP_NEURAL names another one; else beside the program (a build) or in ../lib/stemloop (an installation).
Neural* open_library() {
  // OpenMP threads that wait spin for milliseconds unless told otherwise, which on a shared machine takes the time of
  // those they wait for. It is read when the library is loaded; what the user set stays.
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) setenv("GOMP_SPINCOUNT", "20000", 0);
  // Activations of some megabytes come and go with every batch: kept by the allocator they are not mapped, cleared and
  // unmapped each time (a third of the encoder's time).
  constexpr int kKeep = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kKeep);
  mallopt(M_TRIM_THRESHOLD, kKeep);
  std::vector<std::filesystem::path> places;
  if (const char* named = std::getenv("STEMLOOP_NEURAL"); named != nullptr && *named != '\0') {
    places.emplace_back(named);
  } else {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    places = {program / kLibrary, program / "../lib/stemloop" / kLibrary};
  }
  for (const auto& place : places) {
    if (!std::filesystem::exists(place)) continue;
    void* library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      const char* reason = dlerror();
      fail("{}: cannot be opened: {}", place.string(), reason != nullptr ? reason : "unknown reason");
    }
    auto* entry = reinterpret_cast<Neural* (*)()>(dlsym(library, "stemloop_neural"));
    require(entry != nullptr, "{}: is no neural library of stemloop", place.string());
    return entry();
  }
  fail("{}: not found; this command needs the neural part (build with -DSTEMLOOP_NN=ON, see README)",
       places.front().string());
}

}  // namespace

Neural& neural() {
  static Neural* const opened = open_library();
  return *opened;
}

}  // namespace stemloop
