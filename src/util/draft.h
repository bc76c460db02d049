// A file in the making. Bytes go to a draft beside the target, "target.PID.draft"; keep() syncs it, puts it in the
// target's place and syncs the folder. Whoever reads the target meanwhile, and whoever finds it after a failure, a kill
// or a power cut, sees the old file or the new one, never a part. A draft that is not kept is removed, also by SIGINT,
// SIGTERM, SIGHUP and SIGPIPE; only kill -9 leaves one lying. What is no regular file (stdout, a pipe, a device) is
// written to directly.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stemloop {

/// How sure a kept file must be. kLater: the caller writes many files and syncs their folder once (sync_folder).
enum class Durable { kNow, kLater };

class Draft {
 public:
  /// Makes the draft, so that a place that cannot be written is known early. "-" is stdout; a link is followed.
  explicit Draft(std::string path, Durable durable = Durable::kNow);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void write(std::string_view bytes);

  /// Puts the draft in place. Error if not all data has reached the disk; the old file is then as it was.
  void keep();

  /// Puts what there is beside the target instead, as "target.partial", which is returned; for stdout as keep().
  std::string keep_partial();

  /// Path for messages ("stdout" for "-").
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  void open_draft();
  void flush();
  void put(const std::string& target);
  void discard();

  std::string name_;    // as the user gave it
  std::string target_;  // behind links; empty if written to directly
  std::string draft_;
  int descriptor_ = -1;
  bool terminal_ = false;
  Durable durable_;
  int slot_ = -1;  // among the drafts that a signal removes
  std::string buffer_;
};

/// Error if no draft can be made beside `path`. For outputs that are written at the end of a long run; what is no
/// regular file (a pipe, a device, a folder) is not looked at, for opening a pipe would be heard at its other end.
void check_place(const std::string& path);

/// Syncs all that was written below `folder` to the disk.
void sync_folder(const std::string& folder);

}  // namespace stemloop
