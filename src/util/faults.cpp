#include "util/faults.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "util/error.h"
#include "util/text.h"

namespace stemloop {

namespace {

enum Call : std::uint8_t { kOpen, kWrite, kFsync, kRename, kCalls };
constexpr const char* kNames[kCalls] = {"open", "write", "fsync", "rename"};

struct Fault {
  std::int64_t at = 0;  // 0: never
  bool stop = false;
};
std::array<Fault, kCalls> faults;
std::array<std::atomic<std::int64_t>, kCalls> calls;
std::atomic<bool> any{false};

void read_environment() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (const char* text = std::getenv("STEMLOOP_FAULT")) set_faults(text);
  });
}

// True if this call is to fail; errno is set then.
bool due(Call call) {
  read_environment();
  if (!any.load(std::memory_order_relaxed)) return false;
  if (++calls[call] != faults[call].at) return false;
  if (faults[call].stop) _exit(137);  // what a shell makes of kill -9
  errno = call == kWrite ? ENOSPC : EIO;
  return true;
}

}  // namespace

void set_faults(const std::string& text) {
  std::array<Fault, kCalls> wanted;
  for (const auto one : split_fields(text, ',')) {
    if (one.empty()) continue;
    const auto parts = split_fields(one, ':');
    std::size_t call = 0;
    while (call < kCalls && parts[0] != kNames[call]) ++call;
    require(call < kCalls && (parts.size() == 2 || (parts.size() == 3 && parts[2] == "stop")),
            "STEMLOOP_FAULT: '{}' is no fault; write it as write:3 or write:3:stop", printable(one));
    wanted[call] = {parse_integer(parts[1], "STEMLOOP_FAULT"), parts.size() == 3};
  }
  faults = wanted;
  for (auto& count : calls) count = 0;
  any = !text.empty();
}

int system_open(const char* path, int flags) {
  constexpr int kEveryone = 0666;  // less what the umask takes
  return due(kOpen) ? -1 : open(path, flags | O_CLOEXEC, kEveryone);
}

ssize_t system_write(int descriptor, const void* data, std::size_t size) {
  return due(kWrite) ? -1 : write(descriptor, data, size);
}

int system_fsync(int descriptor) { return due(kFsync) ? -1 : fsync(descriptor); }

int system_rename(const char* from, const char* to) { return due(kRename) ? -1 : std::rename(from, to); }

}  // namespace stemloop
