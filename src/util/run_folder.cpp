#include "util/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "util/draft.h"
#include "util/error.h"
#include "util/faults.h"

namespace stemloop {

namespace fs = std::filesystem;

FolderLock::FolderLock(const std::string& folder)
    : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  require(descriptor_ >= 0, "{}: cannot be opened: {}", folder, std::strerror(errno));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const bool held = errno == EWOULDBLOCK;
  close(descriptor_);
  descriptor_ = -1;
  require(!held, "{}: another process is at work in this folder; wait for it or name another one", folder);
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

void check_own_files(const std::string& folder) {
  std::error_code failure;
  if (!fs::exists(fs::symlink_status(folder, failure))) return;
  for (auto entry = fs::recursive_directory_iterator(folder, failure);
       !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    const auto status = entry->symlink_status(failure);
    require(fs::is_regular_file(status) || fs::is_directory(status),
            "{}: is a link or a device; the files of a run must stand there themselves", entry->path().string());
  }
  require(!failure, "{}: cannot be listed: {}", folder, failure.message());
}

FolderDraft::FolderDraft(std::string target, const std::string& mark) : target_(std::move(target)) {
  while (target_.size() > 1 && target_.back() == '/') target_.pop_back();
  std::error_code failure;
  const auto status = fs::symlink_status(target_, failure);
  require(!fs::exists(status) || fs::is_directory(status), "{}: is no folder; a model is written as one", target_);
  if (fs::exists(status)) {
    require(fs::is_empty(target_) || fs::exists(fs::path(target_) / mark),
            "{}: is not empty and holds no {}; name another folder", target_, mark);
  } else {
    made_target_ = fs::create_directories(target_, failure);
    require(!failure, "{}: cannot be made: {}", target_, failure.message());
  }
  lock_ = std::make_unique<FolderLock>(target_);
  draft_ = fmt::format("{}.{}.draft", target_, getpid());
  fs::remove_all(draft_, failure);  // of a process of this number that was killed
  fs::create_directory(draft_, failure);
  if (failure) fail("{}: cannot be made: {}", draft_, failure.message());
}

FolderDraft::~FolderDraft() {
  std::error_code ignored;
  if (!kept_) fs::remove_all(draft_, ignored);
  if (!kept_ && made_target_) fs::remove(target_, ignored);  // only if it is empty
}

void FolderDraft::keep() {
  // What a person wrote about it stays.
  const fs::path card = fs::path(target_) / "README.md", kept_card = fs::path(draft_) / "README.md";
  if (fs::is_regular_file(fs::symlink_status(card)) && !fs::exists(kept_card)) fs::copy_file(card, kept_card);
  sync_folder(draft_);
  // Both names change at once where the file system can; else there is a moment without the target.
  const bool exchanged = renameat2(AT_FDCWD, draft_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0;
  std::error_code failure;
  if (!exchanged) {
    const std::string old = draft_ + ".old";
    fs::rename(target_, old, failure);
    if (!failure && system_rename(draft_.c_str(), target_.c_str()) != 0) {
      const std::string reason = std::strerror(errno);
      fs::rename(old, target_, failure);
      fail("{}: cannot be put in place: {}", target_, reason);
    }
    require(!failure, "{}: cannot be replaced: {}", target_, failure.message());
    fs::rename(old, draft_, failure);
  }
  kept_ = true;
  // The new name is on the disk before the old files go: a power cut between the two would take both.
  const std::string parent = fs::path(target_).parent_path().string();
  const int descriptor = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor < 0 || system_fsync(descriptor) == 0 || errno == EINVAL || errno == EBADF;
  const std::string reason = std::strerror(errno);
  if (descriptor >= 0) close(descriptor);
  require(synced, "{}: the new files are in place, but syncing failed: {}; the old ones are in {}", target_, reason,
          draft_);
  fs::remove_all(draft_, failure);
}

}  // namespace stemloop
