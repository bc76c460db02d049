// A layer under the program for tests, loaded in front of the C library (LD_PRELOAD): the n-th call that changes a file
// below POWER_CUT_UNDER fails, or is the last one before the power goes. POWER_CUT=write:3:fail lets the third write
// fail as on a full disk, :stop ends the process there as kill -9 does, :cut also takes back what was not synced: bytes
// of files since their last fsync, and names since the last fsync of their folder. Calls: write, fsync (of files and
// folders, syncfs too), rename. Old files under changed names are kept in POWER_CUT_UNDER.before until the change is
// synced.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

struct Renamed {
  std::string from, to, before;  // before: where the old file of that name is kept, "" if there was none
  bool exchanged;
};

struct State {
  std::recursive_mutex mutex;
  std::string under, call, how;
  long at = 0, count = 0, kept = 0;
  bool busy = false;                      // calls of this layer itself
  std::map<std::string, off_t> unsynced;  // files with the bytes that a cut leaves of them
  std::vector<Renamed> renamed;

  State() {
    const char* text = std::getenv("POWER_CUT");
    const char* folder = std::getenv("POWER_CUT_UNDER");
    if (text == nullptr || folder == nullptr) return;
    under = folder;
    const std::string all = text;
    const auto first = all.find(':'), second = all.find(':', first + 1);
    call = all.substr(0, first);
    at = std::atol(all.c_str() + first + 1);
    how = all.substr(second + 1);
  }
};

State& state() {
  static State* const one = new State;  // files are written until the very end
  return *one;
}

std::string absolute(const char* path) {
  if (path[0] == '/') return path;
  char folder[4096];
  return std::string(getcwd(folder, sizeof folder)) + "/" + path;
}

// The file behind a descriptor if it is one to look at, else "".
std::string watched(int descriptor) {
  State& s = state();
  if (s.under.empty() || s.busy) return "";
  char name[64], path[4096];
  std::snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  const ssize_t length = readlink(name, path, sizeof path);
  const std::string at(path, length > 0 ? static_cast<std::size_t>(length) : 0);
  return at.rfind(s.under, 0) == 0 ? at : "";
}

void take_back() {
  State& s = state();
  s.busy = true;
  for (const auto& [path, size] : s.unsynced) {
    if (truncate(path.c_str(), size) != 0 && errno != ENOENT) std::abort();
  }
  for (auto r = s.renamed.rbegin(); r != s.renamed.rend(); ++r) {
    if (r->exchanged) {
      renameat2(AT_FDCWD, r->to.c_str(), AT_FDCWD, r->from.c_str(), RENAME_EXCHANGE);
      continue;
    }
    next<int(const char*, const char*)>("rename")(r->to.c_str(), r->from.c_str());
    if (!r->before.empty()) next<int(const char*, const char*)>("rename")(r->before.c_str(), r->to.c_str());
  }
}

// True if this call is to fail.
bool due(const char* call) {
  State& s = state();
  if (s.call != call || ++s.count != s.at) return false;
  if (s.how == "cut") take_back();
  if (s.how != "fail") _exit(137);
  errno = s.call == "write" ? ENOSPC : EIO;
  return true;
}

void wrote(int descriptor, const std::string& path) {
  State& s = state();
  struct stat status {};
  if (fstat(descriptor, &status) == 0) s.unsynced.try_emplace(path, status.st_size);
}

int synced(int descriptor, const char* name) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const std::string path = watched(descriptor);
  if (path.empty()) return next<int(int)>(name)(descriptor);
  if (due("fsync")) return -1;
  const bool everything = std::strcmp(name, "syncfs") == 0;
  if (everything) s.unsynced.clear();
  s.unsynced.erase(path);
  std::vector<Renamed> still;
  for (const Renamed& r : s.renamed) {
    if (!everything && r.to.substr(0, r.to.rfind('/')) != path) still.push_back(r);
  }
  s.renamed = still;
  return next<int(int)>(name)(descriptor);
}

// What a change of names does to the files known to be unsynced.
void moved(const std::string& from, const std::string& to) {
  State& s = state();
  std::map<std::string, off_t> now;
  for (const auto& [path, size] : s.unsynced) {
    const bool inside = path == from || path.rfind(from + "/", 0) == 0;
    now[inside ? to + path.substr(from.size()) : path] = size;
  }
  s.unsynced = now;
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* data, size_t size) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const std::string path = watched(descriptor);
  if (!path.empty()) {
    if (due("write")) return -1;
    wrote(descriptor, path);
  }
  return next<ssize_t(int, const void*, size_t)>("write")(descriptor, data, size);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const std::string path = watched(descriptor);
  if (!path.empty()) {
    if (due("write")) return -1;
    wrote(descriptor, path);
  }
  return next<ssize_t(int, const iovec*, int)>("writev")(descriptor, parts, count);
}

int fsync(int descriptor) { return synced(descriptor, "fsync"); }
int fdatasync(int descriptor) { return synced(descriptor, "fdatasync"); }
int syncfs(int descriptor) { return synced(descriptor, "syncfs"); }

int rename(const char* from_name, const char* to_name) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const auto really = next<int(const char*, const char*)>("rename");
  const std::string from = absolute(from_name), to = absolute(to_name);
  if (s.under.empty() || s.busy || to.rfind(s.under, 0) != 0) return really(from_name, to_name);
  if (due("rename")) return -1;
  Renamed change{from, to, "", false};
  if (access(to.c_str(), F_OK) == 0) {
    change.before = s.under + ".before/" + std::to_string(s.kept++);
    if (link(to.c_str(), change.before.c_str()) != 0) change.before.clear();
  }
  const int result = really(from_name, to_name);
  if (result != 0) return result;
  moved(from, to);
  s.renamed.push_back(change);
  return 0;
}

int renameat2(int from_folder, const char* from_name, int to_folder, const char* to_name, unsigned flags) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const auto really = next<int(int, const char*, int, const char*, unsigned)>("renameat2");
  const std::string from = absolute(from_name), to = absolute(to_name);
  const bool look = !s.under.empty() && !s.busy && to.rfind(s.under, 0) == 0;
  if (look && due("rename")) return -1;
  const int result = really(from_folder, from_name, to_folder, to_name, flags);
  if (look && result == 0 && (flags & RENAME_EXCHANGE) != 0) {
    moved(from, to + "\n");  // three steps, so that the two do not mix
    moved(to, from);
    moved(to + "\n", to);
    s.renamed.push_back({from, to, "", true});
  }
  return result;
}

}  // extern "C"
