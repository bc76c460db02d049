// Folders that a run writes many files into: locked while it does, and replaced as a whole.
#pragma once

#include <memory>
#include <string>

namespace stemloop {

/// Holds a folder against other processes of this program until it goes out of scope or the process ends, however it
/// ends; nothing is written for it. Where the file system knows no locks it holds nothing.
class FolderLock {
 public:
  /// Error if another process holds the folder, or if there is none.
  explicit FolderLock(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

/// Error if something below the folder is neither a file nor a folder of its own: what is written through a link or a
/// device, or read from one, lies elsewhere. A folder that is not there holds nothing.
void check_own_files(const std::string& folder);

/// A folder in the making, beside its target as "target.PID.draft". keep() puts it in the target's place at once;
/// whoever opens the target sees the old files or the new ones. Of the old ones README.md alone stays, if there is no
/// new one. A draft that is not kept is removed, except by a kill.
class FolderDraft {
 public:
  /// Makes the draft and holds the target. Error if the target is no folder, or holds files and no `mark` (the file
  /// that tells what may be replaced).
  FolderDraft(std::string target, const std::string& mark);
  ~FolderDraft();
  FolderDraft(const FolderDraft&) = delete;
  FolderDraft& operator=(const FolderDraft&) = delete;

  [[nodiscard]] const std::string& path() const { return draft_; }
  void keep();

 private:
  std::string target_, draft_;
  bool made_target_ = false, kept_ = false;
  std::unique_ptr<FolderLock> lock_;
};

}  // namespace stemloop
