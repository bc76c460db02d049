#include "util/draft.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>

#include "util/error.h"
#include "util/faults.h"

namespace stemloop {

namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 16U;

// Names of drafts for the signal handler, which may not take memory: a name is written before its slot is `used`.
constexpr int kSlots = 64;
constexpr std::size_t kLongestPath = 4096;
struct Slot {
  std::atomic<int> state{0};  // 0 free, 1 being filled, 2 used
  char path[kLongestPath];
};
Slot slots[kSlots];

void remove_drafts_and_die(int signal) {
  for (Slot& slot : slots) {
    if (slot.state.load() == 2) unlink(slot.path);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// Only where nobody else handles the signal: a training run ends by itself when it is asked to.
void watch_signals() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
      struct sigaction now {};
      if (sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) continue;
      struct sigaction ours {};
      ours.sa_handler = remove_drafts_and_die;
      sigaction(signal, &ours, nullptr);
    }
  });
}

int take_slot(const std::string& path) {
  if (path.size() >= kLongestPath) return -1;
  watch_signals();
  for (int i = 0; i < kSlots; ++i) {
    int free = 0;
    if (!slots[i].state.compare_exchange_strong(free, 1)) continue;
    std::memcpy(slots[i].path, path.c_str(), path.size() + 1);
    slots[i].state = 2;
    return i;
  }
  return -1;
}

// Where a path leads; a link may point to a file that is yet to be made.
std::string behind_links(std::string path) {
  constexpr int kMostLinks = 40;
  std::error_code ignored;
  for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(path, ignored); ++i) {
    const auto to = std::filesystem::read_symlink(path, ignored);
    path = to.is_absolute() ? to.string() : (std::filesystem::path(path).parent_path() / to).string();
  }
  return path;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// A name beside `path` that is not taken; a long one is cut so that file systems take it.
std::string beside(const std::string& path, int attempt) {
  const std::filesystem::path whole(path);
  constexpr std::size_t kLongestName = 220;
  const std::string number = attempt == 0 ? "" : fmt::format("-{}", attempt);
  const std::string name =
      fmt::format("{}.{}{}.draft", whole.filename().string().substr(0, kLongestName), getpid(), number);
  return (whole.parent_path() / name).string();
}

}  // namespace

Draft::Draft(std::string path, Durable durable) : name_(path == "-" ? "stdout" : path), durable_(durable) {
  if (path == "-") {
    descriptor_ = STDOUT_FILENO;
    terminal_ = isatty(descriptor_) != 0;
    return;
  }
  struct stat status {};
  const bool there = stat(path.c_str(), &status) == 0;
  if (there && S_ISDIR(status.st_mode)) fail("{}: cannot be written: Is a directory", name_);
  // What a descriptor's name in /dev or /proc leads to is the shell's, which would not see a file put in its place.
  if ((there && !S_ISREG(status.st_mode)) || path.rfind("/dev/", 0) == 0 || path.rfind("/proc/", 0) == 0) {
    descriptor_ = system_open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC);
    if (descriptor_ < 0) fail("{}: cannot be written: {}", name_, std::strerror(errno));
    return;
  }
  if (there && access(path.c_str(), W_OK) != 0) fail("{}: cannot be written: {}", name_, std::strerror(errno));
  target_ = behind_links(std::move(path));
  open_draft();
  if (there) fchmod(descriptor_, status.st_mode & 07777);
}

void Draft::open_draft() {
  constexpr int kMostAttempts = 100;
  for (int attempt = 0; attempt < kMostAttempts && descriptor_ < 0; ++attempt) {
    draft_ = beside(target_, attempt);
    descriptor_ = system_open(draft_.c_str(), O_WRONLY | O_CREAT | O_EXCL);
    if (descriptor_ < 0 && errno != EEXIST) break;
  }
  if (descriptor_ < 0) {
    const std::string reason = std::strerror(errno);
    draft_.clear();
    fail("{}: cannot be written: {}", name_, reason);
  }
  slot_ = take_slot(draft_);
}

Draft::~Draft() {
  if (descriptor_ == STDOUT_FILENO) {
    try {
      flush();                // what went to a pipe cannot be taken back: all of it goes
    } catch (const Error&) {  // the run has failed already
    }
  }
  discard();
}

void Draft::discard() {
  if (descriptor_ >= 0 && descriptor_ != STDOUT_FILENO) close(descriptor_);
  descriptor_ = -1;
  if (!draft_.empty()) unlink(draft_.c_str());
  draft_.clear();
  if (slot_ >= 0) slots[slot_].state = 0;
  slot_ = -1;
}

void Draft::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBuffer) flush();
  if (bytes.size() > kBuffer) {
    buffer_.assign(bytes);
    flush();
  } else {
    buffer_.append(bytes);
  }
  if (terminal_) flush();
}

void Draft::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = system_write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("{}: writing failed: {}", name_, std::strerror(errno));
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void Draft::put(const std::string& target) {
  flush();
  if (descriptor_ == STDOUT_FILENO) return;
  const auto check = [this](bool done) {
    if (!done) fail("{}: writing failed: {}", name_, std::strerror(errno));
  };
  if (!target_.empty()) {
    if (durable_ == Durable::kNow) check(system_fsync(descriptor_) == 0);
    const int descriptor = descriptor_;
    descriptor_ = -1;
    check(close(descriptor) == 0);
    check(system_rename(draft_.c_str(), target.c_str()) == 0);
    draft_.clear();
    if (durable_ == Durable::kNow) {
      const int folder = open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      // Some file systems cannot sync a folder, and a folder may be closed to readers: the file is in place all the
      // same.
      const bool synced = folder < 0 || system_fsync(folder) == 0 || errno == EINVAL || errno == EBADF;
      if (folder >= 0) close(folder);
      check(synced);
    }
  }
  discard();
}

void Draft::keep() { put(target_); }

std::string Draft::keep_partial() {
  std::string partial = target_.empty() ? name_ : target_ + ".partial";
  put(partial);
  return partial;
}

void check_place(const std::string& path) {
  struct stat status {};
  if (path == "-" || (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))) return;
  const Draft probe(path, Durable::kLater);
}

void sync_folder(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && syncfs(descriptor) == 0;
  if (descriptor >= 0) close(descriptor);
  if (!synced) fail("{}: writing failed: {}", folder, std::strerror(errno));
}

}  // namespace stemloop
